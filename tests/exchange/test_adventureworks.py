"""The files of a whole company, brought in through the command, give that company's figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.extensions import db
from partsweb.locations.models import PLACES, Location
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, Receipt
from partsweb.stock.models import Balance, Movement, Reason, ReorderLevel
from partsweb.upkeep import audit
from tests.exchange.conftest import Import
from tests.support import adventureworks
from tests.support.adventureworks import FILES, OPTIONS


@pytest.fixture(scope="session")
def facts(shared: Path) -> Any:
    return adventureworks.facts()


def import_all(bring: Import, folder: Path) -> dict[str, str]:
    """The last line that each command says."""
    said = {}
    for kind, file in FILES.items():
        result = bring(kind, folder / file, *OPTIONS.get(kind, []))
        assert result.exit_code == 0, result.output
        said[kind] = result.output.splitlines()[-1]
    return said


def totals(*more: Any) -> dict[str, Decimal]:
    """What the lines of the chosen orders come to."""
    columns = (
        PurchaseLine.quantity,
        PurchaseLine.received,
        PurchaseLine.rejected,
        PurchaseLine.amount,
    )
    sums = [func.sum(column) for column in columns]
    rows = select(*sums).join(PurchaseOrder).join(Vendor).where(*more)
    ordered, received, rejected, value = tuple(db.session.execute(rows).one())
    return {
        "ordered": ordered,
        "received": received,
        "rejected": rejected,
        "stocked": received - rejected,
        "value": value,
    }


def exact(figures: dict[str, Any]) -> dict[str, Decimal]:
    """The same figures as the facts have them."""
    names = ("ordered", "received", "rejected", "stocked", "value")
    return {name: Decimal(figures[name]) for name in names}


def count(what: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(what).where(*where)) or 0


def test_all_of_adventureworks(app: Flask, bring: Import, shared: Path, facts: Any):
    first = import_all(bring, shared / "adventureworks")
    again = import_all(bring, shared / "adventureworks")

    rows = facts["rows"]
    assert first == {
        "locations": "14 locations added, 0 changed, 0 unchanged.",
        "parts": f"{rows['parts']} parts added, 0 changed, 0 unchanged.",
        "vendors": f"{rows['vendors']} vendors added, 0 changed, 0 unchanged.",
        "vendor-parts": f"{rows['vendor_parts']} vendor references added, 0 changed, 0 unchanged.",
        # The two rows of nothing move nothing.
        "stock": "470 stock rows added, 0 changed, 2 unchanged.",
        "purchase-orders": "2031 purchase orders added, 0 changed, 0 unchanged.",
        "purchase-order-lines": "4818 purchase order lines added, 0 changed, 0 unchanged.",
    }
    for said in again.values():
        assert said.startswith("0 ")
        assert " added, 0 changed, " in said
    with app.app_context():
        check_rows(rows)
        check_catalogue(facts)
        check_stock(facts)
        check_purchase_orders(facts)
        check_one_month(facts)
        assert list(audit.differences()) == []


def check_rows(rows: dict[str, int]) -> None:
    assert count(Part) == rows["parts"]
    assert count(Vendor) == rows["vendors"]
    assert count(VendorReference) == rows["vendor_parts"]
    assert count(PurchaseOrder) == rows["purchase_orders"]
    assert count(PurchaseLine) == rows["purchase_order_lines"]


def check_catalogue(facts: Any) -> None:
    units = select(VendorReference.unit, func.count()).group_by(VendorReference.unit)
    assert dict(db.session.execute(units).all()) == facts["uom_counts_trimmed"]

    sellers = select(VendorReference.part_id).group_by(VendorReference.part_id)
    many = sellers.having(func.count(VendorReference.vendor_id.distinct()) > 1)
    assert count(many.subquery()) == facts["parts_with_more_than_one_vendor"]


def on_hand() -> Iterator[tuple[Location, Part, Decimal]]:
    rows = (
        select(Location, Part, Balance.quantity)
        .join(Balance, Balance.location_id == Location.id)
        .join(Part, Part.id == Balance.part_id)
        .where(Location.kind.in_(PLACES))
    )
    for place, part, quantity in db.session.execute(rows):
        yield place.parent or place, part, quantity


def check_stock(facts: Any) -> None:
    by_location: Counter[str] = Counter()
    by_part: dict[str, Decimal] = defaultdict(Decimal)
    for place, part, quantity in on_hand():
        by_location[place.name] += int(quantity)
        by_part[part.sku] += quantity

    assert {name: held for name, held in by_location.items() if held} == facts["stock_by_location"]
    assert sum(by_part.values()) == facts["stock_total"]
    assert count(Movement, Movement.reason != Reason.OPENING) == 0

    points = select(Part.sku, ReorderLevel.point).join(Part, Part.id == ReorderLevel.part_id)
    below = [sku for sku, point in db.session.execute(points) if by_part[sku] < point]
    assert len(below) == facts["parts_below_reorder_point"]


def check_purchase_orders(facts: Any) -> None:
    assert totals() == exact(facts["all_lines"])

    short, rejected = PurchaseLine.received < PurchaseLine.quantity, PurchaseLine.rejected > 0
    assert count(PurchaseLine, short) == facts["lines_short_received"]
    assert count(PurchaseLine, rejected) == facts["lines_with_rejection"]

    tax, freight = db.session.execute(
        select(func.sum(PurchaseOrder.tax), func.sum(PurchaseOrder.freight))
    ).one()
    subtotal = totals()["value"]
    assert {
        "subtotal": subtotal,
        "tax": tax,
        "freight": freight,
        "total_due": subtotal + tax + freight,
    } == {name: Decimal(figure) for name, figure in facts["po_totals"].items()}

    states = select(PurchaseOrder.imported_state, func.count())
    states = states.group_by(PurchaseOrder.imported_state)
    assert dict(db.session.execute(states).all()) == facts["po_status"]

    both = (
        select(PurchaseOrder.id)
        .join(PurchaseLine)
        .where(PurchaseOrder.imported_state.in_(("Rejected", "Pending")), PurchaseLine.received > 0)
        .distinct()
    )
    expected = facts["pos_in_status_rejected_or_pending_that_still_have_receipts"]
    assert count(both.subquery()) == expected
    assert count(Receipt) == 0, "what they received is a fact, not an arrival of ours"

    spent = func.sum(PurchaseLine.amount)
    vendors = select(Vendor.code, spent).join(PurchaseOrder, PurchaseOrder.vendor_id == Vendor.id)
    vendors = vendors.join(PurchaseLine).group_by(Vendor.code).order_by(spent.desc()).limit(5)
    top = [(code, Decimal(value)) for code, value in facts["top5_vendors_by_value"]]
    assert [tuple(row) for row in db.session.execute(vendors)] == top


def check_one_month(facts: Any) -> None:
    month = PurchaseOrder.ordered_on.between(date(2025, 4, 1), date(2025, 4, 30))
    expected = facts["month_totals"]
    assert totals(month) == exact(expected)
    assert count(PurchaseOrder, month) == expected["po"]

    for vendor in facts["month_by_vendor_rejected_top10"]:
        assert totals(month, Vendor.code == vendor["vendor"]) == exact(vendor)
