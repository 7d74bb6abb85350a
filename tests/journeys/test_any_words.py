"""Words without an end and scripts in a name: the pages keep their shape, and nothing runs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from partsweb.kit import clock
from partsweb.orders import fitting
from partsweb.orders import rules as orders
from partsweb.people.permissions import ROLES
from tests.journeys.conftest import PASSWORD, PhoneOf
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_purchase_order,
    a_site,
    a_van,
    a_vendor,
    an_entry,
    an_order,
    given,
    in_stock,
)
from tests.support.server import Server

ENDLESS = "W" * 100
HOSTILE = f"<img src=x onerror=alert(1)>{ENDLESS} \u202eلوحة\u202c 👩‍👩‍👧 z\u0335\u0336\u0337"


def test_endless_words_and_scripts_in_names_leave_every_page_whole(app: Flask, phone_of: PhoneOf):
    with given(app):
        boss = a_person(*ROLES, name=HOSTILE, login="bea", password=PASSWORD)
        van, vendor = a_van(HOSTILE[:120], held_by=boss), a_vendor(HOSTILE)
        valve = a_part("S" * 80, HOSTILE)
        a_price(valve, vendor, "12.40", number="N" * 150)
        in_stock(valve, van, 5)
        order = an_order(HOSTILE, assigned_to=boss, site=a_site(HOSTILE, HOSTILE))
        entry = an_entry(order, valve, 2)
        bought = a_purchase_order(vendor, (valve, 5, "12.40"), ship_to=van)
        orders.note(order, HOSTILE * 2, by=boss, at=clock.now())
        fitting.install(entry, Decimal(1), source=van, by=boss, at=clock.now())
    phone, said = phone_of("bea"), []
    phone.on("dialog", lambda dialog: said.append(dialog.message))

    for address in (
        "/",
        "/orders",
        f"/orders/{order.number}",
        f"/orders/{order.number}/timeline",
        f"/entries/{entry.id}",
        f"/entries/{entry.id}/installation",
        "/parts",
        f"/parts/{valve.id}",
        f"/vendors/{vendor.id}",
        f"/locations/{van.id}",
        f"/purchasing/{bought.number}",
    ):
        for width in (390, 320):
            phone.set_viewport_size({"width": width, "height": 844})
            phone.goto(address)
            over = phone.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert over <= 0, f"{address} is {over} px too wide at {width}"
            expect(phone.get_by_text("W" * 20).first).to_be_visible()

    assert said == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_is_brought_in_on_a_phone(
    app: Flask, live_server: Server, browser: Browser, tmp_path: Path, *, scripts: bool
):
    with given(app):
        a_person("coordinator", name="Cora", login="cora", password=PASSWORD)
    file = tmp_path / "valves.csv"
    file.write_text("Part number,Part name,Price\n00417,Gas valve,12.50\n")
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        java_script_enabled=scripts,
    )
    phone = context.new_page()
    phone.goto("/signin")
    phone.get_by_label("Sign-in name").fill("cora")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url("**/")

    phone.goto("/more")
    phone.get_by_role("link", name="Bring in files").click()
    phone.get_by_role("link", name="Parts The catalogue").click()
    phone.locator("input[type=file]").set_input_files(file)
    phone.get_by_role("button", name="Look at it").click()
    phone.get_by_role("button", name="Check the row").click()
    phone.get_by_role("button", name="Bring it in").click()

    expect(phone.get_by_text("done", exact=True)).to_be_visible()
    phone.get_by_role("link", name="00417").click()
    expect(phone.get_by_text("Gas valve").first).to_be_visible()
    context.close()
