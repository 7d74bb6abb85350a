"""Scenario 7 as far as dues: vendor-owned valves, agreed 95.00, sold for 160.00."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from partsweb.catalogue import agreement_queries, agreements, asking
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Balance
from tests.support.billing import Firm
from tests.support.company import a_part, a_person, a_vendor, an_entry, given, signed_in

LAST_YEAR = date(2025, 1, 1)


class Valves(Firm):
    """Four of Northgas' valves lie in Tess's van under CA-7."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        with given(app):
            self.cora = a_person("coordinator", name="Cora")
            self.vendor = a_vendor("Northgas")
            self.valve = a_part("VK4105", "Gas valve", list_price="175")
            self.agreement = agreements.agree(self.vendor, "CA-7")
            agreements.agree_price(
                self.agreement, self.valve, agreed=Decimal(95), sell=Decimal(160), since=LAST_YEAR
            )
            ledger.open_stock(
                self.valve,
                self.van,
                Decimal(4),
                by=None,
                at=clock.now(),
                owner_id=ledger.owner_of(self.vendor).id,
            )

    @property
    def dues(self) -> str:
        """What is due, as finance sees it."""
        return self.see(self.fay, "/consignment")

    @property
    def left(self) -> Decimal:
        """How many lie in the van."""
        with self.app.app_context():
            return stock.on_hand(self.valve, self.van)

    def take_back(self, entry: str) -> None:
        """Tess takes the installation back."""
        shown = signed_in(self.app, self.tess).get(entry).text
        [one] = set(re.findall(r"/installations/[0-9a-f-]{36}", shown))
        self.do(self.tess, f"{one}/reversal", why="Not needed")


@pytest.fixture
def firm(app: Flask) -> Valves:
    return Valves(app)


def test_installed_it_is_due_at_the_agreed_and_billed_at_the_selling_price(firm: Valves):
    nothing = firm.dues

    entry = firm.fit(firm.valve)

    assert "Nothing is due" in nothing
    assert firm.left == 3
    assert "Northgas, CA-7 95.00" in firm.dues
    assert "1 × 95.00" in firm.dues
    assert "Ready to bill 160.00" in firm.bill
    assert "Consignment CA-7, Northgas" in firm.see(firm.tess, entry)
    with firm.app.app_context():
        assert {
            balance.value for balance in db.session.query(Balance).filter_by(part_id=firm.valve.id)
        } == {Decimal(0)}


def test_taken_back_nothing_is_due_and_nothing_billed(firm: Valves):
    firm.take_back(firm.fit(firm.valve))

    assert firm.left == 4
    assert "Nothing is due" in firm.dues
    assert "Ready to bill 0.00" in firm.bill


def test_asked_for_under_the_agreement_it_is_held_until_it_is_installed(firm: Valves):
    fields = {"part": firm.valve.id, "quantity": "1", "cost": "175.00"}
    fields["agreement"] = firm.agreement.id
    firm.do(firm.tess, f"/orders/{firm.order.number}/parts/new?part={firm.valve.id}", **fields)

    held = firm.bill

    assert "Held, not in it 160.00" in held
    assert "consigned under CA-7: billed once installed" in held
    assert "Nothing is due" in firm.dues


def test_a_new_price_is_for_what_is_installed_from_then_on(firm: Valves):
    firm.fit(firm.valve, at=clock.now() - timedelta(days=3))
    address = f"/agreements/{firm.agreement.id}"
    fields = {"sku": "VK4105", "agreed": "99", "sell": "170", "since": ""}

    said = firm.do(firm.cora, f"{address}/prices", **fields)
    firm.fit(firm.valve)

    assert "99.00 due, sold for 170.00" in said
    assert "Northgas, CA-7 194.00" in firm.dues
    assert "Due for what was installed 194.00" in firm.see(firm.cora, address)


def test_without_a_price_it_says_so(firm: Valves):
    with given(firm.app):
        other = a_part("X-1", "Sensor", list_price="20")
        owner = ledger.owner_of(firm.vendor)
        ledger.open_stock(other, firm.van, Decimal(1), by=None, at=clock.now(), owner_id=owner.id)

    firm.fit(other)

    assert "1 · no price is agreed" in firm.dues


def test_what_is_taken_next_from_our_own_stock_is_ours(firm: Valves):
    with given(firm.app):
        entry = an_entry(firm.order, firm.fan, 1)

    firm.do(firm.tess, f"/entries/{entry.id}/installation", quantity=1, source=firm.van.id)

    assert "Nothing is due" in firm.dues
    assert "CA-7" not in firm.see(firm.tess, f"/entries/{entry.id}")


def test_dues_of_some_days_as_a_file(firm: Valves):
    firm.fit(firm.valve)
    browser = signed_in(firm.app, firm.fay)

    line = browser.get("/consignment/dues.csv").text.splitlines()[1]

    assert f"Northgas,CA-7,VK4105,Gas valve,1,,95,95.00,{firm.order.number}" in line
    assert "Nothing was installed then" in firm.see(firm.fay, "/consignment?until=2020-01-01")


def test_agreements_are_made_and_found_by_who_sees_prices(firm: Valves):
    made = firm.do(firm.cora, "/agreements/new", vendor=firm.vendor.id, number="CA-8")
    twice = firm.do(firm.cora, "/agreements/new", vendor=firm.vendor.id, number="CA-8")
    wrong = firm.do(
        firm.cora, f"/agreements/{firm.agreement.id}/prices", sku="NO", agreed="1", sell="2"
    )

    assert "Agreement CA-8" in made
    assert "There is an agreement CA-8 already" in twice
    assert "There is no part NO" in wrong
    assert signed_in(firm.app, firm.tess).get("/agreements").status_code == 403
    assert signed_in(firm.app, firm.tess).get("/consignment").status_code == 403


def test_what_is_agreed_for_a_placeholder_holds_for_the_part_that_it_was(firm: Valves):
    with given(firm.app):
        asked = asking.ask("Odd sensor", by=firm.tess, at=clock.now())
        known = a_part("X-1", "Sensor")
        agreements.agree_price(
            firm.agreement, asked.part, agreed=Decimal(9), sell=Decimal(20), since=LAST_YEAR
        )

        asking.merge(asked, known, by=firm.cora, at=clock.now())

        found = agreement_queries.price(firm.agreement, known)
        assert found.sell == 20
