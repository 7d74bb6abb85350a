"""Which rows of usage are asked for, each with its order, customer and mark."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, VendorReference
from partsweb.kit.exact import ZERO
from partsweb.locations.models import Kind, Location
from partsweb.orders.models import Installation, Order, PartEntry, Site
from partsweb.reports.asked import By, Usage
from partsweb.stock import usage as ledger
from partsweb.stock.models import OURS

MARKS = ("billable", "warranty", "consignment")


def used_rows(asked: Usage, *, whole: bool = False) -> Subquery:
    """The rows that are asked for, each with its order, customer and mark.

    `whole` keeps what comes to nothing on these days: installed and taken back.
    """
    row = ledger.rows(asked.days.since, asked.days.until)
    entry = aliased(PartEntry)
    mark = case(
        (row.c.owner_id != OURS, "consignment"), (entry.warranty, "warranty"), else_="billable"
    )
    net = [func.sum(row.c[name]).over(partition_by=row.c.base_id) for name in ("quantity", "value")]
    late = ledger.is_late(row, asked.days.since, asked.days.until)
    found = (
        select(
            *(row.c[name] for name in _KEPT),
            home_id(row.c.source_id).label("home_id"),
            Installation.id.label("installation_id"),
            entry.id.label("entry_id"),
            Order.id.label("order_id"),
            Site.customer_id,
            mark.label("mark"),
            late.label("late"),
            net[0].label("net_quantity"),
            net[1].label("net_value"),
        )
        .outerjoin(
            Installation,
            and_(row.c.cause_kind == "installation", Installation.id == row.c.cause_id),
        )
        .outerjoin(entry, entry.id == Installation.entry_id)
        .outerjoin(Order, Order.id == entry.order_id)
        .outerjoin(Site, Site.id == Order.site_id)
        .where(*narrowed(row, asked, home=home_id(row.c.source_id)))
        .subquery("netted")
    )
    counts = true() if whole else or_(found.c.net_quantity != ZERO, found.c.net_value != ZERO)
    return select(found).where(counts).subquery("used")


_KEPT = (
    "movement_id",
    "base_id",
    "what",
    "quantity",
    "value",
    "posted_on",
    "occurred_at",
    "recorded_at",
    "installed_at",
    "part_id",
    "owner_id",
    "source_id",
    "serial_id",
    "by_id",
)


def narrowed(row: Subquery, asked: Usage, *, home: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """What the filters come to; those by part are asked in the catalogue."""
    narrowed = [_is_in_group(row, asked, home)] if asked.group else []
    if asked.part_id:
        narrowed.append(row.c.part_id == asked.part_id)
    if asked.category:
        of = select(Part.id).where(Part.category == asked.category)
        narrowed.append(row.c.part_id.in_(of))
    if asked.vendor_id:
        sold = select(VendorReference.part_id).where(VendorReference.vendor_id == asked.vendor_id)
        narrowed.append(row.c.part_id.in_(sold))
    if asked.text:
        named = select(Part.id).where(catalogue.matching(asked.text).parts)
        narrowed.append(row.c.part_id.in_(named))
    return narrowed


def _is_in_group(row: Subquery, asked: Usage, home: ColumnElement[Any]) -> ColumnElement[bool]:
    if asked.by == By.TECHNICIAN:
        return _is(row.c.by_id, asked.group_id)
    if asked.by == By.LOCATION:
        return _is(home, asked.group_id)
    on_orders = (
        select(Installation.id)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
    )
    if asked.group_id is None:
        return or_(row.c.cause_id.is_(None), row.c.cause_id.not_in(on_orders))
    if asked.by == By.ORDER:
        return row.c.cause_id.in_(on_orders.where(Order.id == asked.group_id))
    of_customer = on_orders.join(Site, Site.id == Order.site_id)
    return row.c.cause_id.in_(of_customer.where(Site.customer_id == asked.group_id))


def _is(column: ColumnElement[Any], thing_id: UUID | None) -> ColumnElement[bool]:
    return column.is_(None) if thing_id is None else column == thing_id


def home_id(location_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The warehouse of a bin, else the place itself."""
    place = aliased(Location)
    home = case((place.kind == Kind.BIN, place.parent_id), else_=place.id)
    return select(home).where(place.id == location_id).scalar_subquery()
