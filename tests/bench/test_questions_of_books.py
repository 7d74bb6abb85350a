"""Pages of what was used, billed, moved and counted ask no more for many rows than for few."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask

from partsweb.approvals.models import Decision, Matter
from partsweb.approvals.queries import latest
from partsweb.approvals.rules import decide
from partsweb.counts import rules as counts
from partsweb.invoices import rules as invoices
from partsweb.invoices.rules import Billed, Charges
from partsweb.kit import clock
from partsweb.locations.models import Location
from partsweb.orders import fitting
from partsweb.people.models import Person
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.arrivals import Arrival
from partsweb.stock import transfers
from tests.bench.test_questions import asked
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
    the,
)

PAGES = (
    "/approvals",
    "/billing",
    "/billing?show=held",
    "/counts",
    "/invoices?view=all",
    "/invoices/not-billed",
    "/month-end",
    "/reports/usage",
    "/reports/usage?by=customer",
    "/reports/usage?by=location",
    "/reports/usage?level=rows",
    "/reports/valuation",
    "/reports/vendors",
    "/cores",
    "/stock/negative",
    "/transfers?view=all",
    "/warranty/claims",
)
# `BEGIN` and the sign-in included.
MOST = 30


def a_month(depot: Location, boss: Person, *, many: int) -> None:
    """So many of everything: installs, some under warranty, invoices, transfers and counts."""
    sam = a_person("supervisor")
    for number in range(many):
        van, part, vendor = a_van(f"Van {uuid4().hex[:6]}"), a_part(list_price="29"), a_vendor()
        tess = a_technician(van=van)
        in_stock(part, van, 4)
        for warranty in (False, True):
            entry = an_entry(an_order(assigned_to=tess), part, warranty=warranty)
            fitting.install(entry, Decimal(1), source=van, by=tess, at=clock.now())
        if number % 2:
            decide(
                the(latest(entry.subject, Matter.WARRANTY)),
                Decision.APPROVED,
                "",
                by=sam,
                at=clock.now(),
            )
        in_stock(part, depot, -9)
        bought = a_purchase_order(vendor, (part, 4, "10"), ship_to=depot)
        [line] = bought.lines
        purchasing.receive(bought, [Arrival(line, accepted=Decimal(4))], by=boss, at=clock.now())
        billed = [Billed(Decimal(3), Decimal(12), line)]
        charges = Charges(Decimal(36))
        invoices.enter(vendor, "1", clock.today(), billed, charges, by=boss, at=clock.now())
        transfers.ask(depot, van, [(part, Decimal(1))], by=boss, at=clock.now())
        counts.start(van, by=boss, at=clock.now())


@pytest.fixture
def few(app: Flask) -> tuple[Location, Person]:
    with given(app):
        depot = a_warehouse()
        boss = a_person("supervisor", "finance", "coordinator")
        a_month(depot, boss, many=2)
    return depot, boss


def test_a_page_of_the_books_asks_no_more_for_many_rows_than_for_few(app: Flask, few):
    depot, boss = few
    before = {address: asked(app, boss, address) for address in PAGES}

    with given(app):
        a_month(depot, boss, many=6)

    after = {address: asked(app, boss, address) for address in PAGES}
    more = {one: (before[one], after[one]) for one in PAGES if after[one] > before[one]}
    assert more == {}
    assert max(after.values()) <= MOST, after
