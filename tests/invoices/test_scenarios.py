"""Scenario 10, through the pages: more is billed than came, at a higher price, with freight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.invoices.models import Invoice, InvoiceState, Variance, VarianceKind
from partsweb.kit import clock
from partsweb.orders import fitting
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.arrivals import Arrival
from partsweb.purchasing.models import PurchaseLine
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock import usage
from partsweb.stock.models import OURS, Balance
from partsweb.upkeep import audit
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
    signed_in,
)


class Firm:
    """20 valves ordered at 12.40; 18 came, 5 are used, 13 lie in the depot."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with given(app):
            self.depot, self.vendor = a_warehouse(), a_vendor("Northgas")
            self.fay = a_person("finance", name="Fay")
            self.valve = a_part("VK4105")
            self.bought = a_purchase_order(
                self.vendor, (self.valve, 20, "12.40"), ship_to=self.depot
            )
            self.line = self.bought.lines[0]
        self.received("18")
        self.used("5")
        self.browser = signed_in(app, self.fay)

    def received(self, quantity: str) -> None:
        def receive() -> None:
            line = db.session.get_one(PurchaseLine, self.line.id)
            arrival = Arrival(line, accepted=Decimal(quantity))
            purchasing.receive(
                line.purchase_order, [arrival], by=self.now(self.fay), at=clock.now()
            )

        self.kept(receive)

    def used(self, quantity: str) -> None:
        def use() -> None:
            tess = a_technician()
            entry = an_entry(an_order(assigned_to=tess), self.now(self.valve), quantity)
            fitting.install(
                entry, Decimal(quantity), source=self.now(self.depot), by=tess, at=clock.now()
            )

        self.kept(use)

    def kept(self, what: Any) -> None:
        with given(self.app):
            what()

    def now(self, thing: Any) -> Any:
        return db.session.get_one(type(thing), thing.id)

    def bill(self, quantity: str, price: str, total: str, **more: str) -> Any:
        sent = {
            "vendor": str(self.vendor.id),
            "number": "NG-2231",
            "dated_on": "2026-06-05",
            f"billed-{self.line.id}": quantity,
            f"price-{self.line.id}": price,
            "total": total,
        }
        return self.browser.post(f"/invoices/new?vendor={self.vendor.id}", data=sent | more)

    def decide(
        self, kind: VarianceKind, answer: str, why: str = "agreed with Northgas", **more: str
    ) -> Any:
        with self.app.app_context():
            found = db.session.scalar(
                select(Variance).where(Variance.kind == kind).order_by(Variance.position.desc())
            )
            url = f"/invoices/variances/{found.id}"
        return self.browser.post(url, data={"answer": answer, "why": why} | more)

    def state(self, number: str = "NG-2231") -> InvoiceState:
        with self.app.app_context():
            return db.session.scalar(select(Invoice.state).where(Invoice.number == number))

    def books(self) -> tuple[Decimal, Decimal]:
        """What lies in the depot is worth, and what was used cost."""
        with self.app.app_context():
            balance = db.session.get(Balance, (self.valve.id, self.depot.id, OURS))
            today = clock.today()
            return balance.value, usage.totals(today.replace(month=1, day=1), today)[1]


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    yield Firm(app)
    with app.app_context():
        assert list(audit.differences()) == []


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_scenario_10_price_quantity_and_freight_are_held_accepted_and_disputed(firm: Firm):
    kept = firm.bill("20", "12.90", "273.00", freight="15")
    page = words(firm.browser.get(kept.location))

    for figure in ("25.80", "9.00", "4.03 %", "15.00", "Held"):
        assert figure in page
    before = firm.books()

    firm.decide(VarianceKind.PRICE, "accept")
    firm.decide(VarianceKind.FREIGHT, "accept")
    assert firm.state() == InvoiceState.HELD
    firm.decide(VarianceKind.QUANTITY, "dispute", "two never came")

    page = words(firm.browser.get(kept.location))
    assert "6.50 to stock, 2.50 to COGS" in page
    assert "10.83 to stock, 4.17 to COGS" in page
    assert "two never came" in page
    assert firm.state() == InvoiceState.DISPUTED
    stock, used = firm.books()
    assert (stock - before[0], used - before[1]) == (Decimal("17.33"), Decimal("6.67"))


def test_the_same_number_of_the_same_vendor_is_refused_and_shows_the_first_one(firm: Firm):
    firm.bill("18", "12.40", "223.20")

    again = firm.bill("18", "12.40", "223.20", number="ng 2231".upper().replace(" ", "-"))
    spaced = firm.bill("18", "12.40", "223.20", number=" ng-2231 ")

    for answer in (again, spaced):
        assert answer.status_code == 422
        assert "entered already: Fay" in words(answer)
        assert "223.20" in words(answer)


def test_what_agrees_is_matched_and_a_small_difference_in_price_is_cost_at_once(firm: Firm):
    before = firm.books()

    kept = firm.bill("18", "12.50", "225.00")

    assert firm.state() == InvoiceState.MATCHED
    assert "Within tolerance" in words(firm.browser.get(kept.location))
    stock, used = firm.books()
    assert (stock - before[0], used - before[1]) == (Decimal("1.30"), Decimal("0.50"))


def test_a_total_that_the_lines_dont_come_to_is_refused_with_what_was_typed(firm: Firm):
    answer = firm.bill("18", "12.40", "225", note="from the post")

    assert answer.status_code == 422
    assert "come to 223.20, the total says 225.00: 1.80 more" in words(answer)
    assert "from the post" in answer.text
    assert firm.state() is None


def test_what_arrives_after_it_was_billed_ends_the_variance(firm: Firm):
    kept = firm.bill("20", "12.40", "248.00")
    assert firm.state() == InvoiceState.HELD

    firm.received("2")
    firm.browser.post(f"{kept.location}/comparison")

    assert firm.state() == InvoiceState.MATCHED


def test_what_was_disputed_as_never_received_may_be_billed_when_it_comes(firm: Firm):
    firm.bill("20", "12.40", "248.00")
    firm.decide(VarianceKind.QUANTITY, "dispute")
    firm.received("2")

    firm.bill("2", "12.40", "24.80", number="NG-2300")

    assert firm.state("NG-2300") == InvoiceState.MATCHED
    assert "All is billed" in firm.browser.get("/invoices/not-billed").text


def test_what_was_received_and_not_billed_is_listed_with_its_amount(firm: Firm):
    page = words(firm.browser.get("/invoices/not-billed"))
    file = firm.browser.get("/invoices/not-billed.csv").text

    assert "223.20" in page
    assert "VK4105" in file
    firm.bill("10", "12.40", "124.00")
    assert "99.20" in words(firm.browser.get("/invoices/not-billed"))


def test_an_invoice_without_a_purchase_order_is_held_as_never_ordered(firm: Firm):
    sent = {"sku-1": "Brass polish", "quantity-1": "2", "price_each-1": "4"}

    firm.bill("0", "12.40", "8", **sent)

    assert firm.state() == InvoiceState.HELD
    assert "1 to decide" in words(firm.browser.get("/invoices?view=held"))
    assert "Held Differ from what was ordered or received 1" in words(firm.browser.get("/"))
    firm.decide(VarianceKind.NOT_ORDERED, "accept")
    assert firm.state() == InvoiceState.ACCEPTED


def test_a_variance_is_decided_once_and_with_a_reason(firm: Firm):
    firm.bill("20", "12.40", "248.00")

    without = firm.decide(VarianceKind.QUANTITY, "dispute", " ")
    firm.decide(VarianceKind.QUANTITY, "dispute")
    again = firm.decide(VarianceKind.QUANTITY, "accept")

    assert without.status_code == 422
    assert again.status_code == 422
    assert "disputed already" in words(again)


def test_part_of_a_price_is_paid_and_the_vendor_is_asked_to_credit_the_rest(firm: Firm):
    kept = firm.bill("18", "12.90", "232.20")
    before = firm.books()

    said = firm.decide(VarianceKind.PRICE, "accept a part", part="6", rest="claimed")

    shown, after = words(firm.browser.get(kept.location)), firm.books()
    assert said.status_code == 303
    assert firm.state() == InvoiceState.DISPUTED
    assert "4.33 to stock, 1.67 to COGS Accepted 6.00" in shown
    assert "agreed with Northgas Disputed 3.00" in shown
    assert [now - then for now, then in zip(after, before, strict=True)] == [
        Decimal("4.33"),
        Decimal("1.67"),
    ]
    firm.decide(VarianceKind.PRICE, "settle", "credit note 77")
    assert firm.state() == InvoiceState.ACCEPTED
    assert firm.books() == after


def test_the_open_rest_of_what_is_paid_in_part_is_compared_anew(firm: Firm):
    kept = firm.bill("20", "12.40", "248.00")
    firm.decide(VarianceKind.QUANTITY, "accept a part", part="0.5", rest="open")

    firm.browser.post(f"{kept.location}/comparison")
    compared = words(firm.browser.get(kept.location))
    held = firm.state()
    firm.decide(VarianceKind.QUANTITY, "accept a part", part="0.5", rest="claimed")
    firm.received("2")
    firm.browser.post(f"{kept.location}/comparison")

    assert held == InvoiceState.HELD
    assert "Accepted 6.20" in compared
    assert "1.5 billed and not received, at 12.40 Open 18.60" in compared
    assert firm.state() == InvoiceState.DISPUTED
    # Two came, one of them is paid: what the vendor credits may be billed anew.
    assert "12.40" in words(firm.browser.get("/invoices/not-billed"))


@pytest.mark.parametrize("part", ["", "0", "-1", "9", "9.01"])
def test_a_part_is_more_than_nothing_and_less_than_all(firm: Firm, part: str):
    firm.bill("18", "12.90", "232.20")

    refused = firm.decide(VarianceKind.PRICE, "accept a part", part=part)

    assert refused.status_code == 422
    assert firm.state() == InvoiceState.HELD


def test_what_is_billed_too_little_is_not_accepted_in_part(firm: Firm):
    firm.bill("18", "11.90", "214.20")

    refused = firm.decide(VarianceKind.PRICE, "accept a part", part="1")

    assert refused.status_code == 422
    assert firm.state() == InvoiceState.HELD


def test_a_buyer_enters_but_does_not_decide(firm: Firm):
    firm.bill("20", "12.40", "248.00")
    with given(firm.app):
        penny = a_person("purchasing")
    firm.browser = signed_in(firm.app, penny)

    assert firm.browser.get("/invoices/new").status_code == 200
    assert firm.decide(VarianceKind.QUANTITY, "accept").status_code == 403


def test_the_value_follows_the_parts_from_the_depot_into_a_van_and_onto_an_order(firm: Firm):
    def carry() -> None:
        van, tess, valve = a_van(), a_technician("Tom"), firm.now(firm.valve)
        depot = firm.now(firm.depot)
        ledger.transfer(valve, Decimal(13), source=depot, target=van, by=tess, at=clock.now())
        entry = an_entry(an_order(assigned_to=tess), valve, 13)
        fitting.install(entry, Decimal(13), source=van, by=tess, at=clock.now())

    firm.kept(carry)
    before = firm.books()

    firm.bill("18", "12.90", "232.20")
    firm.decide(VarianceKind.PRICE, "accept")

    stock_, used = firm.books()
    assert (stock_, used - before[1]) == (Decimal(0), Decimal("9.00"))
    with firm.app.app_context():
        assert stock.negative_balances().items == []
