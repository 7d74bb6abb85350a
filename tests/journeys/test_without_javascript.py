"""Plain forms work without scripts: a refusal keeps what was typed, the answer is the page."""

from __future__ import annotations

import re

from flask import Flask
from playwright.sync_api import Browser, expect

from partsweb.catalogue import queries as catalogue
from partsweb.locations import queries as locations
from partsweb.orders.models import OrderState
from partsweb.stock import queries as stock
from tests.journeys.conftest import PASSWORD
from tests.support.company import a_part, a_technician, an_order, given, in_stock
from tests.support.server import Server


def test_a_part_is_asked_for_and_fitted_without_scripts(
    app: Flask, live_server: Server, browser: Browser
):
    with given(app):
        tess = a_technician("Tess", van="Van 3", login="tess", password=PASSWORD)
        valve = a_part("VK4105", "Gas valve")
        van = locations.van_of(tess)
        assert van is not None
        in_stock(valve, van, 2)
        number = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS).number
    phone = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
    ).new_page()
    phone.goto("/signin")
    phone.get_by_label("Sign-in name").fill("tess")
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()

    phone.goto(f"/orders/{number}")
    phone.get_by_role("link", name="Add Part").click()
    phone.get_by_role("searchbox").fill("gas")
    phone.get_by_role("searchbox").press("Enter")
    phone.get_by_role("link", name=re.compile("Gas valve")).click()
    phone.get_by_role("textbox", name="Quantity").fill("a few")
    phone.get_by_role("button", name=re.compile("^Request")).click()

    expect(phone.get_by_text("not a number").first).to_be_visible()
    expect(phone.get_by_role("textbox", name="Quantity")).to_have_value("a few")

    phone.get_by_role("textbox", name="Quantity").fill("2")
    phone.get_by_role("button", name=re.compile("^Request")).click()

    expect(phone).to_have_url(re.compile(f"/orders/{number}$"))
    expect(phone.get_by_text("Requested", exact=True)).to_be_visible()

    phone.get_by_role("link", name="From my van").click()
    phone.get_by_role("link", name=re.compile("Gas valve")).click()
    phone.get_by_role("button", name=re.compile("^Install")).click()

    expect(phone.get_by_text("Installed", exact=True).first).to_be_visible()
    with app.app_context():
        found, place = catalogue.by_sku("VK4105"), locations.by_name("Van 3")
        assert found is not None
        assert place is not None
        assert stock.on_hand(found, place) == 1
    phone.context.close()
