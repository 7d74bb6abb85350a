"""What was ordered and is still to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.locations.models import Location
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import seeing
from partsweb.purchasing.models import EXPECTING, PurchaseLine, PurchaseOrder
from partsweb.stock import queries as stock

# How many deliveries a place's list shows; the nearest come first.
SOONEST = 20
NEVER = date(9999, 12, 31)


def open_lines_of(part: Part) -> Sequence[PurchaseLine]:
    """Lines on which some of the part is still to come, the soonest first."""
    return db.session.scalars(_open_lines().where(PurchaseLine.part_id == part.id)).all()


def coming_of_owed(*, seen_by: Person) -> dict[UUID, list[PurchaseLine]]:
    """By part that some place owes: the lines that bring some and that the person sees."""
    found = defaultdict[UUID, list[PurchaseLine]](list)
    rows = _open_lines().where(PurchaseLine.part_id.in_(stock.owed_parts()))
    for one in db.session.scalars(rows.where(seeing.seen(seen_by), seeing.seen_lines(seen_by))):
        found[one.part_id].append(one)
    return found


def lines_to_come(*, seen_by: Person, limit: int) -> Sequence[PurchaseLine]:
    """Lines of any part that the person sees and of which some is still to come, soonest first."""
    rows = _open_lines().where(seeing.seen(seen_by), seeing.seen_lines(seen_by))
    rows = rows.options(joinedload(PurchaseLine.part))
    return db.session.scalars(rows.limit(limit)).all()


def with_lines_of(part: Part) -> Sequence[PurchaseOrder]:
    """Every purchase order that has the part on it, whatever became of it."""
    lines = select(PurchaseLine.purchase_order_id).where(PurchaseLine.part_id == part.id)
    rows = select(PurchaseOrder).where(PurchaseOrder.id.in_(lines)).order_by(PurchaseOrder.id)
    return db.session.scalars(rows).all()


def on_order(part: Part, *, ship_to: Location | None = None) -> Decimal:
    """How much of the part is ordered and still to come, to one place or to all."""
    rows = _open_lines().where(PurchaseLine.part_id == part.id)
    if ship_to is not None:
        rows = rows.where(PurchaseOrder.ship_to_id == ship_to.id)
    return sum((one.outstanding for one in db.session.scalars(rows)), ZERO)


def expected_at(place: Location) -> Sequence[PurchaseLine]:
    """What is on its way to a place, the soonest first."""
    rows = _open_lines().where(PurchaseOrder.ship_to_id == place.id)
    return db.session.scalars(rows.limit(SOONEST)).all()


def promised_to(entry: PartEntry) -> Sequence[PurchaseLine]:
    """The lines of which something is still to come for the entry, the last ordered first."""
    rows = select(PurchaseLine).join(PurchaseOrder).where(PurchaseLine.entry_id == entry.id)
    rows = rows.where(PurchaseLine.promised > ZERO)
    return db.session.scalars(rows.order_by(PurchaseOrder.made_at.desc())).all()


def lines_for(entry: PartEntry) -> Sequence[PurchaseLine]:
    """The lines that were put on purchase orders for an entry, the newest first."""
    rows = select(PurchaseLine).join(PurchaseOrder).where(PurchaseLine.entry_id == entry.id)
    return db.session.scalars(rows.order_by(PurchaseOrder.made_at.desc())).all()


def still_to_come() -> ColumnElement[bool]:
    """Lines of which something hasn't arrived yet."""
    accepted = PurchaseLine.received - PurchaseLine.rejected
    return PurchaseLine.quantity - accepted - PurchaseLine.closed > ZERO


def _open_lines() -> Select[PurchaseLine]:
    due = func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on, NEVER)
    return (
        select(PurchaseLine)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_(EXPECTING), still_to_come())
        .options(joinedload(PurchaseLine.purchase_order))
        .order_by(due, PurchaseOrder.number, PurchaseLine.position)
    )
