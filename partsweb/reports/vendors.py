"""What vendors invoiced, what came from them and what was used, side by side for the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.extensions import db
from partsweb.invoices import queries as invoices
from partsweb.kit.exact import ZERO
from partsweb.kit.sheets import Cell, Sheet
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, ReceiptLine
from partsweb.reports.asked import Days
from partsweb.stock import usage
from partsweb.stock.models import Movement, Owner, Reason

Key = tuple[UUID | None, UUID | None]
Sums = tuple[Decimal, Decimal]
Figures = dict[str, dict[Key, Sums]]
HEADS = ("Invoiced", "Received", "Used", "Invoiced − received", "Received − used")


@dataclass
class Beside:
    """Quantities and amounts of one vendor, or of one of its parts."""

    name: str
    code: str
    key: str
    invoiced: Sums = (ZERO, ZERO)
    received: Sums = (ZERO, ZERO)
    used: Sums = (ZERO, ZERO)

    @property
    def unmatched(self) -> Decimal:
        """Invoiced beyond what came, or less."""
        return self.invoiced[1] - self.received[1]

    @property
    def kept(self) -> Decimal:
        """Received beyond what was used, or less."""
        return self.received[1] - self.used[1]


def by_vendor(days: Days) -> list[Beside]:
    """A line a vendor, by name; what no vendor is known for comes last."""
    return _vendors(_figures(days))


def _vendors(figures: Figures) -> list[Beside]:
    vendors = {one.id: one for one in db.session.scalars(select(Vendor))}
    lines: dict[UUID | None, Beside] = {}
    for what, rows in figures.items():
        for (vendor_id, _), sums in rows.items():
            vendor = vendors.get(vendor_id) if vendor_id else None
            name, code = (vendor.name, vendor.code) if vendor else ("No vendor known", "")
            line = lines.setdefault(vendor_id, Beside(name, code, str(vendor_id or "none")))
            _add(line, what, sums)
    return sorted(lines.values(), key=lambda one: (not one.code, one.name.casefold()))


def by_part(days: Days, vendor_id: UUID | None) -> list[Beside]:
    """A line a part of one vendor, by SKU."""
    return _parts(_figures(days), vendor_id)


def _parts(figures: Figures, vendor_id: UUID | None) -> list[Beside]:
    found = {
        what: {part_id: sums for (vendor, part_id), sums in rows.items() if vendor == vendor_id}
        for what, rows in figures.items()
    }
    ids = {part_id for rows in found.values() for part_id in rows if part_id}
    parts = {one.id: one for one in db.session.scalars(select(Part).where(Part.id.in_(ids)))}
    lines: dict[UUID | None, Beside] = {}
    for what, rows in found.items():
        for part_id, sums in rows.items():
            part = parts.get(part_id) if part_id else None
            name, code = (part.description, part.sku) if part else ("None of our parts", "")
            _add(lines.setdefault(part_id, Beside(name, code, str(part_id or ""))), what, sums)
    return sorted(lines.values(), key=lambda one: (not one.code, one.code))


def sheet(days: Days) -> Sheet:
    """Every vendor's parts, a line each."""
    figures = _figures(days)
    rows: list[Sequence[Cell]] = [
        (vendor.name, one.code, one.name, *_cells(one))
        for vendor in _vendors(figures)
        for one in _parts(figures, None if vendor.key == "none" else UUID(vendor.key))
    ]
    name = f"vendors-{days.since.isoformat()}-to-{days.until.isoformat()}"
    quantities = ("Invoiced quantity", "Received quantity", "Used quantity")
    return Sheet(name, ("Vendor", "SKU", "Description", *quantities, *HEADS), rows)


def _cells(one: Beside) -> Sequence[Cell]:
    three = (one.invoiced, one.received, one.used)
    return (*(sums[0] for sums in three), *(sums[1] for sums in three), one.unmatched, one.kept)


def _add(line: Beside, what: str, sums: Sums) -> None:
    had: Sums = getattr(line, what)
    setattr(line, what, (had[0] + sums[0], had[1] + sums[1]))


def _figures(days: Days) -> Figures:
    """By what, then vendor and part: quantity and amount."""
    billed = invoices.invoiced(days.since, days.until)
    return {
        "invoiced": _summed((vendor, part, sums) for vendor, part, *sums in billed),
        "received": _summed(_received(days)),
        "used": _summed(_used(days)),
    }


def _summed(rows: Iterable[Any]) -> dict[Key, Sums]:
    sums: dict[Key, Sums] = defaultdict(lambda: (ZERO, ZERO))
    for vendor_id, part_id, (quantity, amount) in rows:
        had = sums[vendor_id, part_id]
        sums[vendor_id, part_id] = (had[0] + quantity, had[1] + amount)
    return {key: found for key, found in sums.items() if any(found)}


def _received(days: Days) -> Iterable[Any]:
    """What came in from vendors, less what was taken back, by posting date."""
    moved, base = aliased(Movement), aliased(Movement)
    stands = moved.reverses_id.is_(None)
    rows = (
        select(
            PurchaseOrder.vendor_id,
            moved.part_id,
            func.sum(case((stands, moved.quantity), else_=-moved.quantity)),
            func.sum(case((stands, moved.value), else_=-moved.value)),
        )
        .join(base, base.id == func.coalesce(moved.reverses_id, moved.id))
        .join(ReceiptLine, ReceiptLine.id == base.cause_id)
        .join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(
            moved.posted_on.between(days.since, days.until),
            base.reason == Reason.RECEIPT,
            base.cause_kind == "receipt-line",
        )
        .group_by(PurchaseOrder.vendor_id, moved.part_id)
    )
    return ((vendor, part, sums) for vendor, part, *sums in db.session.execute(rows))


def _used(days: Days) -> Iterable[Any]:
    """What was used; a consigned part is its owner's, any other its last or preferred vendor's."""
    used = usage.rows(days.since, days.until)
    rows = (
        select(Owner.vendor_id, used.c.part_id, func.sum(used.c.quantity), func.sum(used.c.value))
        .join(Owner, Owner.id == used.c.owner_id)
        .group_by(Owner.vendor_id, used.c.part_id)
    )
    found = db.session.execute(rows).all()
    buys_from = _vendors_of({row[1] for row in found})
    return ((owner or buys_from.get(part), part, sums) for owner, part, *sums in found)


def _vendors_of(part_ids: set[UUID]) -> dict[UUID, UUID]:
    """Whom each part was last ordered from, else whom it is preferred from."""
    preferred = (
        select(VendorReference.part_id, VendorReference.vendor_id)
        .where(VendorReference.part_id.in_(part_ids))
        .order_by(VendorReference.preferred)
    )
    ordered = (
        select(PurchaseLine.part_id, PurchaseOrder.vendor_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseLine.part_id.in_(part_ids))
        .group_by(PurchaseLine.part_id, PurchaseOrder.vendor_id)
        .order_by(func.max(PurchaseOrder.made_at))
    )
    # Later rows overwrite earlier ones: the last ordered from wins.
    return {
        part_id: vendor_id
        for rows in (preferred, ordered)
        for part_id, vendor_id in db.session.execute(rows)
    }
