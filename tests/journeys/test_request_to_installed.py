"""From request to installed: two fans, by four people on four phones."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from partsweb.catalogue import queries as catalogue
from partsweb.locations import queries as locations
from partsweb.orders.models import OrderState
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.journeys.conftest import PASSWORD, PhoneOf
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_technician,
    a_vendor,
    a_warehouse,
    an_order,
    given,
)


def test_two_fans_from_request_to_installed(app: Flask, phone_of: PhoneOf, tmp_path: Path):
    with given(app):
        tess = a_technician("Tess", van="Van 3", login="tess", password=PASSWORD)
        for role in ("dispatcher", "coordinator", "purchasing"):
            a_person(role, login=role, password=PASSWORD)
        depot, fan = a_warehouse("Depot"), a_part("C7731", "Combustion fan", serialized=True)
        a_price(fan, a_vendor("Northgas"), "61.20", number="NG-4711")
        number = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS).number
        fan_id, depot_id = fan.id, depot.id
    photo = _photo(tmp_path / "plate.jpg")
    technician = phone_of("tess")

    _request_by_vendor_reference(technician, number)
    _dispatch_sees_it(phone_of("dispatcher"), number)
    _coordinator_puts_it_on_a_purchase_order(phone_of("coordinator"))
    paper = _purchasing_orders_and_receives(phone_of("purchasing"), photo)
    _install_with_photo_and_core(technician, number, photo)

    _timeline_tells_it_all(technician, number, paper)
    with app.app_context():
        fan = catalogue.part(fan_id)
        van = locations.by_name("Van 3")
        assert van is not None
        depot = locations.location(depot_id)
        assert stock.on_hand(fan, depot) == 1
        assert [unit.number for unit in stock.serials_at(fan, depot)] == ["0042-B"]
        core = stock.serial(fan, "OLD-1")
        assert core is not None
        assert core.location == locations.quarantine_of(van)
        assert list(audit.differences()) == []


def _request_by_vendor_reference(phone: Page, number: str) -> None:
    phone.get_by_role("link", name=re.compile("Continue|Open")).tap()
    phone.get_by_role("link", name="Add Part").tap()
    phone.get_by_role("searchbox").fill("4711")
    phone.get_by_role("link", name=re.compile("Combustion fan")).tap()
    phone.get_by_role("button", name="Quantity: more").tap()
    phone.get_by_role("radio", name="Today").check()
    phone.get_by_role("button", name=re.compile("^Request")).tap()
    expect(phone).to_have_url(re.compile(f"/orders/{number}$"))
    expect(phone.get_by_text("Requested", exact=True)).to_be_visible()


def _dispatch_sees_it(phone: Page, number: str) -> None:
    phone.goto("/requests")
    row = phone.get_by_role("listitem").filter(has_text=number)
    expect(row).to_contain_text("C7731")
    expect(row).to_contain_text("Tess")
    phone.goto(f"/orders/{number}/timeline")
    expect(phone.get_by_text(re.compile("Requested 2 × Combustion fan"))).to_be_visible()


def _coordinator_puts_it_on_a_purchase_order(phone: Page) -> None:
    phone.goto("/requests")
    phone.get_by_role("link", name=re.compile("Combustion fan")).tap()
    expect(phone.get_by_text("No place holds any of it.")).to_be_visible()
    phone.get_by_role("button", name=re.compile("purchase order", re.IGNORECASE)).tap()
    expect(phone.get_by_text(re.compile(r"PO-\d+")).first).to_be_visible()


def _purchasing_orders_and_receives(phone: Page, photo: Path) -> str:
    phone.goto("/purchasing")
    phone.get_by_role("link", name="Draft").tap()
    phone.get_by_role("link", name=re.compile(r"PO-\d+")).tap()
    phone.wait_for_url(re.compile(r"/purchasing/PO-\d+$"))
    paper = phone.get_by_role("heading", level=1).inner_text()
    phone.get_by_role("button", name=f"Order {paper}").tap()
    phone.get_by_role("link", name="Receive").tap()
    phone.get_by_label("Serials, one a line").fill("0042-A\n0042-B")
    phone.get_by_label("Packing slip number").fill("77812")
    phone.locator("input[type=file][name=slip]").set_input_files(photo)
    phone.get_by_role("button", name="Receive 2").tap()
    expect(phone).to_have_url(re.compile(r"/purchasing/PO-\d+$"))
    expect(phone.get_by_text("Received", exact=True).first).to_be_visible()
    return paper


def _install_with_photo_and_core(phone: Page, number: str, photo: Path) -> None:
    phone.goto("/")
    expect(phone.get_by_text(re.compile("Combustion fan")).first).to_be_visible()
    phone.goto(f"/orders/{number}")
    expect(phone.get_by_text("Ready", exact=True)).to_be_visible()
    phone.get_by_role("link", name="Install").tap()
    phone.get_by_role("checkbox", name=re.compile("0042-A")).check()
    phone.get_by_role("combobox", name="Original").select_option("core")
    phone.get_by_label("Original’s serial").fill("OLD-1")
    phone.get_by_text("Where fitted, notes, photos").tap()
    phone.get_by_label("Where fitted").fill("Behind the front panel")
    phone.locator("input[type=file][name=photos]").set_input_files(photo)
    phone.get_by_role("button", name=re.compile("^Install")).tap()
    expect(phone).to_have_url(re.compile(f"/orders/{number}$"))
    expect(phone.get_by_text("Installed", exact=True)).to_be_visible()


def _timeline_tells_it_all(phone: Page, number: str, paper: str) -> None:
    phone.goto(f"/orders/{number}/timeline")
    story = phone.locator("#panel").inner_text()
    told = ["Requested 2", paper, "arrived", "Depot", "Installed 1", "0042-A", "core"]
    assert [word for word in told if word.casefold() not in story.casefold()] == [], story


def _photo(path: Path) -> Path:
    Image.new("RGB", (1200, 900), "#8a5").save(path)
    return path
