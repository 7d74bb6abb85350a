"""What vendors' lines of a month come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, extract, func, select

from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.kit.exact import plain
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder


@dataclass(frozen=True)
class Figures:
    """What one vendor's lines of one month come to: exact sums."""

    vendor: str
    month: str
    purchase_orders: int
    lines: int
    ordered: Decimal
    received: Decimal
    rejected: Decimal
    value: Decimal

    @property
    def stocked(self) -> Decimal:
        """What was received and not rejected."""
        return self.received - self.rejected


def figures(*, since: date | None = None, until: date | None = None) -> Sequence[Figures]:
    """Ordered, received, rejected and value a vendor and month of ordering; both days included."""
    year, month = (extract(field, PurchaseOrder.ordered_on) for field in ("year", "month"))
    rows = (
        select(
            Vendor.code,
            year,
            month,
            func.count(PurchaseOrder.id.distinct()),
            func.count(PurchaseLine.id),
            func.sum(PurchaseLine.quantity),
            func.sum(PurchaseLine.received),
            func.sum(PurchaseLine.rejected),
            func.sum(PurchaseLine.amount),
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .join(Vendor, Vendor.id == PurchaseOrder.vendor_id)
        .where(PurchaseOrder.ordered_on.is_not(None), *_ordered_between(since, until))
        .group_by(Vendor.code, year, month)
        .order_by(year, month, Vendor.code)
    )
    return [
        Figures(code, f"{int(y):04d}-{int(m):02d}", orders, lines, *map(plain, sums))
        for code, y, m, orders, lines, *sums in db.session.execute(rows)
    ]


def _ordered_between(since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    bounds = []
    if since is not None:
        bounds.append(PurchaseOrder.ordered_on >= since)
    if until is not None:
        bounds.append(PurchaseOrder.ordered_on <= until)
    return bounds
