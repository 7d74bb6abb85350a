"""Numbers of units scanned into forms: by the camera over the form, by a hand-held scanner."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Route, expect

from partsweb.orders.models import OrderState
from partsweb.stock import queries as stock
from tests.journeys.conftest import PASSWORD, PhoneAt, PhoneOf
from tests.journeys.films import qr, scene
from tests.journeys.phones import a_phone, sign_in
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
)
from tests.support.server import Server

FAN_LABEL = "https://id.gs1.org/01/09501101530003/21/0042-A"


class Company:
    """Tess has started an order that wants a fan; four fans are on their way to the depot."""

    def __init__(self) -> None:
        self.van = a_van("Van 3")
        self.tess = a_technician("Tess", login="tess", password=PASSWORD, van=self.van)
        a_person("coordinator", name="Cora", login="cora", password=PASSWORD)
        self.fan = a_part("C7731", "Combustion fan", serialized=True)
        self.order = an_order(assigned_to=self.tess, state=OrderState.IN_PROGRESS)
        self.entry = an_entry(self.order, self.fan, 1)
        in_stock(self.fan, self.van, 1, serials=["0042-V"])
        self.paper = a_purchase_order(a_vendor(), (self.fan, 4, "61.20"), ship_to=a_warehouse())


@pytest.fixture
def company(app: Flask) -> Company:
    with given(app):
        return Company()


def test_the_camera_over_a_form_reads_the_units_number_and_closes(
    company: Company, phone_at: PhoneAt
):
    phone = phone_at(
        scene(qr(FAN_LABEL)), address=f"/entries/{company.entry.id}/installation?serials="
    )

    phone.get_by_role("button", name="Another serial: scan").tap()

    expect(phone.locator("input[name=serials]")).to_have_value("0042-A")
    expect(phone.get_by_role("checkbox", name="0042-V")).not_to_be_checked()
    expect(phone.get_by_role("dialog")).to_have_count(0)
    expect(phone.locator("video")).to_have_count(0)


def test_a_button_tapped_before_its_code_has_come_is_not_lost(
    company: Company, browser: Browser, live_server: Server
):
    def late(route: Route) -> None:
        phone.wait_for_timeout(1000)
        route.continue_()

    with a_phone(browser, live_server, service_workers="block") as context:
        phone = context.new_page()
        sign_in(phone, "tess")
        context.route("**/elements/code-field.js", late)
        phone.goto(f"/entries/{company.entry.id}/installation?serials=")

        phone.get_by_role("button", name="Another serial: scan").tap()

        expect(phone.get_by_role("dialog")).to_be_visible()


def test_a_hand_held_scanner_fills_a_list_and_hears_what_is_odd(
    company: Company, phone_of: PhoneOf, app: Flask
):
    phone = phone_of("cora")
    phone.goto(f"/purchasing/{company.paper.number}/receipts/new")
    serials = phone.locator("textarea[name^=serials]")
    listed = phone.locator("code-field[many] .codes").first.get_by_role("listitem")

    serials.focus()
    for code in ("0042-A", "0042-V", "0042-A", FAN_LABEL.replace("0042-A", "0042-B")):
        phone.keyboard.type(code)
        phone.keyboard.press("Enter")

    expect(listed).to_have_count(3)
    expect(listed.filter(has_text="0042-A")).to_contain_text("new")
    expect(listed.filter(has_text="0042-V")).to_contain_text("the books have it in Van 3")
    expect(serials).to_have_value(re.compile("0042-A\\s0042-V\\s0042-B"))
    phone.get_by_role("button", name="Remove 0042-V").tap()
    phone.get_by_role("button", name="Receive 2").tap()
    expect(phone.get_by_text("2 received.")).to_be_visible()
    with app.app_context():
        assert [unit.number for unit in _units(company)] == ["0042-A", "0042-B"]


def _units(company: Company) -> list[Any]:
    place = company.paper.ship_to
    assert place is not None
    return sorted(stock.serials_at(company.fan, place), key=lambda unit: unit.number)
