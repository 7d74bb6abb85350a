"""A scan with a purpose leads on, with signal and without; test_taps.py counts the other ways.

The camera's own reading is tested in test_camera*.py; here its element says what it read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from partsweb.catalogue import rules
from partsweb.codes.queries import meanings
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders.models import Installation, OrderState
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing.models import PurchaseState
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.journeys.conftest import PASSWORD
from tests.journeys.phones import PHONE, signed_in
from tests.journeys.touches import Touches
from tests.support.company import (
    a_part,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    an_entry,
    an_order,
    given,
    in_stock,
)
from tests.support.server import Server

VALVE, FAN = "9501101530003", "4006381333931"


class Company:
    """Tess has started an order that wants a valve; both are in her van, a fan is to come there."""

    def __init__(self) -> None:
        self.van = a_van("Van 3")
        self.tess = a_technician("Tess", login="tess", password=PASSWORD, van=self.van)
        self.valve = a_part("VK4105", "Gas valve", serialized=True)
        self.elbow, self.fan = a_part("ELBOW", "Elbow"), a_part("FAN", "Fan")
        rules.add_barcode(self.valve, VALVE)
        in_stock(self.valve, self.van, 2, serials=["SN-1", "SN-2"])
        in_stock(self.elbow, self.van, 5)
        self.order = an_order(
            "No hot water",
            assigned_to=self.tess,
            state=OrderState.IN_PROGRESS,
            started_at=clock.now(),
        )
        an_entry(self.order, self.valve, 1)
        an_entry(self.order, self.elbow, 1)
        self.paper = a_purchase_order(
            a_vendor(), (self.fan, 4, "1"), (self.elbow, 6, "1"), ship_to=self.van
        )


@pytest.fixture
def company(app: Flask) -> Company:
    with given(app):
        return Company()


@pytest.fixture
def hand(browser: Browser, live_server: Server, company: Company) -> Iterator[Touches]:
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), **PHONE
    )
    context.set_default_timeout(15_000)
    phone = signed_in(context, "tess")
    phone.goto("/")
    yield Touches(phone)
    context.close()


def link(phone: Page, name: str) -> Locator:
    return phone.get_by_role("link", name=re.compile(name))


def button(phone: Page, name: str) -> Locator:
    return phone.get_by_role("button", name=re.compile(name))


def test_a_part_is_installed_in_two_taps_and_a_scan(hand: Touches, company: Company, app: Flask):
    hand.tap(link(hand.phone, "Scan to install"))
    hand.read("ELBOW")
    hand.tap(button(hand.phone, "^Install"))

    expect(hand.phone).to_have_url(re.compile(f"/orders/{company.order.number}$"))
    assert (hand.taps, hand.scans) == (2, 1)
    with app.app_context():
        [fitted] = db.session.scalars(select(Installation)).all()
        assert (fitted.entry.part.sku, fitted.quantity) == ("ELBOW", 1)


def test_a_delivery_of_plain_lines_is_received_in_at_most_four_taps_and_a_scan(
    hand: Touches, company: Company, app: Flask
):
    hand.tap(link(hand.phone, "^Scan$"))
    hand.tap(hand.phone.get_by_role("radio", name="Receive"))
    hand.read("FAN")
    hand.tap(button(hand.phone, "^Receive"))

    expect(hand.phone).to_have_url(re.compile(f"/purchasing/{company.paper.number}$"))
    assert hand.taps <= 4
    with app.app_context():
        order = purchasing.purchase_order_by_id(company.paper.id, seen_by=company.tess)
        assert order.state == PurchaseState.RECEIVED
        assert stock.on_hand(company.elbow, company.van) == 11


def test_without_signal_a_scan_leads_to_the_form_and_is_sent_later(
    hand: Touches, company: Company, app: Flask
):
    hand.phone.context.set_offline(True)

    hand.tap(link(hand.phone, "Scan to install"))
    hand.read(f"010{VALVE}21SN-2")
    expect(hand.phone.get_by_role("checkbox", name="SN-2")).to_be_checked()
    hand.tap(button(hand.phone, "^Install"))
    expect(hand.phone.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    hand.phone.context.set_offline(False)

    expect(hand.phone.locator("signal-line")).to_have_text("Up to date")
    assert (hand.taps, hand.scans) == (2, 1)
    with app.app_context():
        [fitted] = db.session.scalars(select(Installation)).all()
        assert fitted.serial is not None
        assert fitted.serial.number == "SN-2"
        assert list(audit.differences()) == []


def test_without_signal_an_unknown_code_is_taught_on_the_spot(
    hand: Touches, company: Company, app: Flask
):
    hand.phone.context.set_offline(True)

    hand.tap(link(hand.phone, "^Scan$"))
    hand.read(FAN)
    expect(hand.phone.get_by_text("This phone doesn’t know")).to_be_visible()
    hand.tap(hand.phone.locator(".teach .chip").filter(has_text="FAN"))
    hand.tap(button(hand.phone, "Teach it"))
    expect(hand.phone.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    hand.phone.context.set_offline(False)

    expect(hand.phone.locator("signal-line")).to_have_text("Up to date")
    with app.app_context():
        [known] = meanings(FAN)
        assert known.subject == company.fan.subject
