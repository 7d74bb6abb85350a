"""What is allocated to entries goes along when stock is carried to their technician's van."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.words import qty
from partsweb.locations.models import VIRTUAL, Location
from partsweb.orders import telling
from partsweb.orders.installing import hold, move, set_apart
from partsweb.orders.models import CLOSED, Order, PartEntry
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Allocation


def follow(
    part: Part,
    *,
    quantity: Decimal,
    source: Location,
    target: Location,
    van: Location,
    back: bool,
    by: Person,
    at: datetime,
) -> None:
    """Stock of the source is carried: what is allocated to the van's entries goes with it.

    In the van it is Ready; lost on the way, it waits for another answer. Taken back, only what the
    place then lacks goes back.
    """
    left = min(quantity, _lacking(part, source, quantity)) if back else quantity
    for entry, apart in _promised(part, source, van):
        taken = min(left, apart.quantity)
        if taken <= ZERO:
            return
        hold(entry)
        ledger.release(entry.subject, taken, location=source)
        left -= taken
        if target.kind in VIRTUAL:
            _ask_again(entry, taken, by=by, at=at)
        else:
            set_apart(entry, taken, location=target)
            _stand(entry, taken, source, target, van, by=by, at=at)
    db.session.flush()


def _promised(
    part: Part, source: Location, van: Location
) -> Sequence[tuple[PartEntry, Allocation]]:
    """Entries of whoever holds the van with something set apart at the source, oldest first."""
    rows = (
        select(PartEntry, Allocation)
        .join(Allocation, Allocation.subject_id == PartEntry.id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(
            Allocation.subject_kind == "part-entry",
            Allocation.part_id == part.id,
            Allocation.location_id == source.id,
            Allocation.quantity > ZERO,
            Order.assigned_to_id.is_not(None),
            Order.assigned_to_id == van.held_by_id,
            Order.state.not_in(CLOSED),
        )
        .order_by(PartEntry.requested_at, PartEntry.id)
    )
    return db.session.execute(rows).all()


def _lacking(part: Part, source: Location, quantity: Decimal) -> Decimal:
    """How much more is promised there than is left once the quantity is gone."""
    there = stock.on_hand(part, source) - quantity
    return max(ZERO, stock.allocated(part, source) - there)


def _stand(
    entry: PartEntry,
    quantity: Decimal,
    source: Location,
    target: Location,
    van: Location,
    *,
    by: Person,
    at: datetime,
) -> None:
    """Allocated on the way, Ready in the van."""
    said = f"{in_words(quantity, entry.part)} on its way to {van.called}"
    if target.id == van.id:
        ready = min(quantity, entry.allocated)
        move(entry, ready, source="allocated", target="ready")
        said = f"{in_words(quantity, entry.part)} arrived in {van.called}"
        telling.tell_technician(entry, f"{said}: ready for {entry.order.number}", by)
    elif source.id == van.id:
        move(entry, min(quantity, entry.ready), source="ready", target="allocated")
        said = f"{in_words(quantity, entry.part)} is not in {van.called} after all"
    elif target.is_place:
        said = f"{in_words(quantity, entry.part)} still lies in {target.called}"
    what = "part-ready" if target.id == van.id else "part-allocated"
    telling.record(entry, what, said, by, at)


def _ask_again(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """What was lost is wanted still."""
    move(entry, min(quantity, entry.allocated), source="allocated", target="waiting")
    said = f"{qty(quantity)} × {entry.part.description} {entry.part.sku} was lost on its way"
    telling.record(entry, "part-requested", f"{said}: it waits for another answer", by, at)
    telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
