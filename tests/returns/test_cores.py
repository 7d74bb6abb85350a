"""Scenario 8, and what else becomes of old units that a vendor wants back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import rules as orders
from partsweb.orders.models import Order
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.arrivals import Arrival
from partsweb.stock import queries as stock
from partsweb.upkeep.tick import tick
from tests.support.billing import Firm
from tests.support.company import (
    a_person,
    a_price,
    a_purchase_order,
    a_technician,
    a_vendor,
    given,
    signed_in,
)


def june(day: int, *, hour: int = 9) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


class Cores(Firm):
    """A pump with a core charge of 85.00 came on 2 June; Tess fits it on the 10th."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with given(app), clock.set_to(june(2)):
            vendor = a_vendor("Northgas")
            self.pump = self.a_part("PU-1", "Pump", list_price="300", core_charge="85")
            a_price(self.pump, vendor, "210")
            self.penny = a_person("purchasing", name="Penny")
            bought = a_purchase_order(vendor, (self.pump, 2, "210"), ship_to=self.van)
            arrival = Arrival(bought.lines[0], accepted=Decimal(2))
            purchasing.receive(bought, [arrival], by=self.penny, at=june(2))

    def fit_pump(self, **fields: Any) -> str:
        """Fitted on 10 June, the old one put into the van."""
        with clock.set_to(june(10)):
            return self.fit(self.pump, fate=fields.pop("fate", "core"), **fields)

    @property
    def core(self) -> str:
        """The address of the one core."""
        shown = signed_in(self.app, self.penny).get("/cores?show=all").text
        [address] = set(re.findall(r"/cores/[0-9a-f-]{36}", shown))
        return address

    def in_quarantine(self) -> Decimal:
        """How many old pumps lie in the van's quarantine."""
        with self.app.app_context():
            return stock.on_hand(self.pump, locations.quarantine_of(self.van))

    def tick_on(self, moment: datetime) -> int:
        """The clock runs on that day."""
        with self.app.app_context(), clock.set_to(moment):
            return written(tick)


@pytest.fixture
def firm(app: Flask) -> Iterator[Cores]:
    firm = Cores(app)
    with clock.set_to(june(10)):
        yield firm


def test_the_window_counts_from_the_receipt_and_people_are_reminded(firm: Cores):
    firm.fit_pump()

    told = [firm.tick_on(june(24)), firm.tick_on(june(25)), firm.tick_on(june(26))]
    late = firm.tick_on(datetime(2026, 7, 3, 9, tzinfo=UTC))

    assert (told, late) == ([0, 1, 0], 1)
    assert "Ship by Thu 2 Jul" in firm.see(firm.tess, firm.core)
    assert "Ship core CR-1001 of PU-1 by Thu 2 Jul" in firm.timeline
    assert "Overdue since 02 Jul: Ship the core of PU-1 to Northgas, CR-1001" in firm.timeline
    assert "Still to come back 85.00" in firm.see(firm.penny, "/cores")


def test_credited_short_the_shortfall_needs_a_reason_and_is_no_cost_of_the_part(firm: Cores):
    with firm.app.app_context():
        before = stock.average_cost(firm.pump, firm.van)
    firm.fit_pump()
    firm.do(firm.tess, f"{firm.core}/shipping", carrier="Own van")

    silent = firm.do(firm.penny, f"{firm.core}/credit", amount="60", payer="order")
    settled = firm.do(firm.penny, f"{firm.core}/credit", amount="60", payer="order", why="Dented")

    assert "25.00 don’t come back: say why" in silent
    assert "25.00, borne by the order" in settled
    assert "Still to come back 0.00" in firm.see(firm.penny, "/cores")
    assert "Ready to bill 300.00" in firm.bill
    with firm.app.app_context():
        assert stock.average_cost(firm.pump, firm.van) == before
    for amount in ("85.00", "60.00", "25.00"):
        assert amount not in firm.timeline + firm.see(firm.tess, firm.core)


def test_what_the_customer_bears_is_on_the_bill(firm: Cores):
    firm.fit_pump()
    firm.do(firm.tess, f"{firm.core}/shipping")
    firm.do(firm.penny, f"{firm.core}/credit", answer="rejected", why="Burnt", payer="customer")

    charged = firm.bill
    firm.do(firm.penny, f"{firm.core}/step-back")

    assert "Core charge PU-1 1 × 85.00 · Burnt 85.00" in charged
    assert "Ready to bill 385.00" in charged
    assert "Ready to bill 300.00" in firm.bill


def test_shipping_takes_the_old_one_to_the_vendor_and_finishes_the_follow_up(firm: Cores):
    firm.fit_pump()
    lay = firm.in_quarantine()

    firm.do(firm.tess, f"{firm.core}/shipping", rma="RMA-7", carrier="DHL", tracking="00340")

    assert (lay, firm.in_quarantine()) == (1, 0)
    assert "Done: Ship the core of PU-1" in firm.timeline
    assert "is shipped, DHL, 00340" in firm.timeline
    with firm.app.app_context():
        moved = stock.movements_of(firm.pump).items[0]
        assert (moved.target.kind, moved.value) == (Kind.VENDOR, 0)
    firm.do(firm.tess, f"{firm.core}/step-back")
    assert firm.in_quarantine() == 1
    assert "To do again: Ship the core of PU-1" in firm.timeline


def test_taking_the_installation_back_calls_core_and_follow_up_off(firm: Cores):
    entry = firm.fit_pump()
    shown = signed_in(firm.app, firm.tess).get(entry).text
    [one] = set(re.findall(r"/installations/[0-9a-f-]{36}", shown))

    firm.do(firm.tess, f"{one}/reversal", why="Wrong boiler")

    assert "No core to ship" in firm.see(firm.tess, "/cores")
    assert "No longer to do: Ship the core of PU-1" in firm.timeline
    assert firm.in_quarantine() == 0


def test_a_core_that_went_out_keeps_its_installation(firm: Cores):
    entry = firm.fit_pump()
    shown = signed_in(firm.app, firm.tess).get(entry).text
    [one] = set(re.findall(r"/installations/[0-9a-f-]{36}", shown))
    firm.do(firm.tess, f"{firm.core}/shipping")

    said = firm.do(firm.tess, f"{one}/reversal", why="Wrong boiler")

    assert "Core CR-1001 of it is shipped already. Take that back first" in said
    assert "shipped" in firm.see(firm.tess, firm.core)


def test_corrected_the_core_follows_and_a_tagged_one_keeps_its_number(firm: Cores):
    entry = firm.fit_pump()
    shown = signed_in(firm.app, firm.tess).get(entry).text
    [one] = set(re.findall(r"/installations/[0-9a-f-]{36}", shown))
    right = {"quantity": "1", "source": firm.van.id, "fate": "core"}
    firm.do(firm.tess, f"{firm.core}/tag", rma="RMA-7")

    firm.do(firm.tess, f"{one}/correction", **right, where_fitted="Left of the boiler")
    kept = firm.see(firm.tess, "/cores")
    firm.do(firm.tess, f"{one}/correction", **(right | {"quantity": "2"}))
    more = firm.see(firm.tess, "/cores")
    firm.do(firm.tess, f"{one}/correction", **(right | {"fate": "scrapped"}))

    assert "CR-1001" in kept
    assert "Tagged" in kept
    assert "CR-1002" in more
    assert "No core to ship" in firm.see(firm.tess, "/cores")


def test_left_on_site_somebody_says_who_bears_it(firm: Cores):
    with given(firm.app):
        cora = a_person("coordinator", name="Cora")
    firm.fit_pump(fate="left on site", notes="Customer keeps it")

    told = firm.see(cora, "/")
    open_ = firm.see(cora, "/cores?show=undecided")
    firm.do(cora, f"{firm.core}/charge", payer="customer", why="Customer keeps it")

    assert "was left on site: say who bears the charge" in told
    assert "Who pays?" in open_
    assert "Ready to bill 385.00" in firm.bill
    assert "Nothing to decide" in firm.see(cora, "/cores?show=undecided")


def test_lost_it_leaves_the_books_and_the_order_bears_it(firm: Cores):
    firm.fit_pump()

    firm.do(firm.penny, f"{firm.core}/charge", payer="order", why="Stolen from the van")

    assert firm.in_quarantine() == 0
    assert "Not returned" in firm.see(firm.tess, firm.core)
    assert "Ready to bill 300.00" in firm.bill


def test_scanned_it_is_returned_in_one_more_tap(firm: Cores):
    firm.fit_pump()
    browser = signed_in(firm.app, firm.tess)
    start = browser.get("/").text

    shown = browser.get("/scan?code=PU-1").text

    assert "Return a core" in start
    assert f'action="{firm.core}/shipping"' in shown
    assert f'action="{firm.core}/shipping"' in browser.get("/scan?code=CR-1001").text


def test_others_cores_are_not_a_technicians(firm: Cores):
    with given(firm.app):
        theo = a_technician("Theo")
    firm.fit_pump()
    browser = signed_in(firm.app, theo)

    assert browser.get(firm.core).status_code == 404
    assert "CR-1001" not in browser.get("/cores").text
    assert browser.post(f"{firm.core}/shipping").status_code == 404


def test_whoever_fitted_it_ships_it_also_when_the_order_is_somebody_elses_by_now(firm: Cores):
    with given(firm.app):
        theo = a_technician("Theo")
    firm.fit_pump()
    with given(firm.app):
        order = db.session.get_one(Order, firm.order.id)
        orders.assign(order, theo, by=None, at=clock.now())

    firm.do(firm.tess, f"{firm.core}/shipping")

    assert "shipped" in firm.see(firm.tess, firm.core)
    assert "CR-1001" in firm.see(theo, f"/orders/{firm.order.number}")


def test_a_part_without_core_charge_leaves_none(firm: Cores):
    firm.fit(fate="core")

    assert "No core to ship" in firm.see(firm.tess, "/cores")
