"""A request is answered from stock, by a purchase order or with a no; what was ordered arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import places, queries, telling
from partsweb.orders.installing import hold, move, release, set_apart, take
from partsweb.orders.models import PartEntry
from partsweb.orders.refusing import refuse_more, refuse_promised, refuse_unnamed
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.people.permissions import DISPATCHER
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Serial
from partsweb.timeline import rules as timeline


def allocate(
    entry: PartEntry, quantity: Decimal, *, location: Location, by: Person, at: datetime
) -> None:
    """Promise stock of a place to the entry."""
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    ledger.allocate(entry.part, quantity, location=location, subject=entry.subject)
    move(entry, quantity, source="waiting", target="allocated")
    said = f"Allocated {in_words(quantity, entry.part)} {places.whereabouts(location)}"
    telling.record(entry, "part-allocated", said, by, at)
    db.session.flush()


def set_aside(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """What was allocated lies ready for collection."""
    refuse_more(entry, quantity, "allocated", "allocated")
    move(entry, quantity, source="allocated", target="ready")
    where = " and ".join(
        places.whereabouts(row.location) for row in stock.allocations_for(entry.subject)
    )
    said = f"{in_words(quantity, entry.part)} set aside {where}".strip()
    telling.record(entry, "part-ready", said, by, at)
    telling.tell_technician(entry, f"{said} for {entry.order.number}", by)
    db.session.flush()


def move_to_van(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    by: Person,
    at: datetime,
    serials: Sequence[Serial] = (),
) -> None:
    """Carry it from a place to the technician's van, where it lies ready for the entry."""
    hold(entry)
    van = _van(entry)
    if quantity > entry.waiting + entry.allocated:
        raise Refusal(
            f"Only {qty(entry.waiting + entry.allocated)} are waiting or allocated.",
            field="quantity",
        )
    refuse_unnamed(entry.part, quantity, serials, source)
    own = dict(release(entry, quantity, first=source))
    refuse_promised(entry.part, quantity, source)
    if source.id != van.id:
        ledger.transfer(
            entry.part,
            quantity,
            source=source,
            target=van,
            by=by,
            at=at,
            serials=serials,
            cause=entry.subject,
            owner_id=owner_of_units(serials),
        )
    taken = take(entry, min(quantity, sum(own.values(), ZERO)), "allocated", into="ready")
    take(entry, quantity - taken["allocated"], "waiting", "allocated", into="ready")
    set_apart(entry, quantity, location=van)
    said = f"Moved {in_words(quantity, entry.part)} from {source.called} to {van.called}"
    telling.record(entry, "part-ready", said, by, at)
    telling.tell_technician(entry, f"{in_words(quantity, entry.part)} is in {van.called}", by)
    db.session.flush()


def ordered(
    entry: PartEntry,
    quantity: Decimal,
    *,
    expected_on: date | None,
    paper: str,
    by: Person,
    at: datetime,
) -> None:
    """It was put on a purchase order."""
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    move(entry, quantity, source="waiting", target="on_order")
    entry.expected_on, entry.paper = expected_on, paper
    due = f", due {day(expected_on)}" if expected_on else ""
    telling.record(
        entry, "part-ordered", f"Ordered {in_words(quantity, entry.part)}, {paper}{due}", by, at
    )
    db.session.flush()


def no_longer_ordered(
    entry: PartEntry, quantity: Decimal, *, paper: str, by: Person, at: datetime
) -> None:
    """The purchase order was cancelled or closed: it waits for another answer."""
    refuse_more(entry, quantity, "on_order", "on order")
    move(entry, quantity, source="on_order", target="waiting")
    if not entry.on_order:
        entry.expected_on, entry.paper = None, ""
    said = f"{in_words(quantity, entry.part)} is no longer on {paper} and waits for another answer"
    telling.record(entry, "order-given-up", said, by, at)
    telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
    db.session.flush()


def arrived(
    entry: PartEntry,
    quantity: Decimal,
    *,
    location: Location,
    set_aside: bool,
    paper: str,
    by: Person,
    at: datetime,
) -> Decimal:
    """What was on order came in at the place; never more than that. Says how much was taken."""
    hold(entry)
    taken = min(quantity, entry.on_order)
    if taken <= ZERO:
        return ZERO
    van = queries.van_for(entry.order)
    ready = set_aside or (van is not None and van.id == location.id)
    set_apart(entry, taken, location=location)
    move(entry, taken, source="on_order", target="ready" if ready else "allocated")
    said = f"{in_words(taken, entry.part)} arrived {places.whereabouts(location)}, {paper}"
    telling.record(entry, "part-ready" if ready else "part-arrived", said, by, at)
    ending = "ready for you" if ready else "allocated to you"
    telling.tell_technician(entry, f"{said}: {ending} for {entry.order.number}", by)
    timeline.tell_role(DISPATCHER, entry.order.subject, f"{entry.order.number}: {said}")
    db.session.flush()
    return taken


def not_arrived(
    entry: PartEntry, quantity: Decimal, *, location: Location, paper: str, by: Person, at: datetime
) -> Decimal:
    """A receipt was taken back: what lies there for the entry waits again. Says how much it was.

    What was carried away or fitted meanwhile stays as it is.
    """
    hold(entry)
    there = min(quantity, entry.ready + entry.allocated)
    back = ledger.release(entry.subject, there, location=location) if there > ZERO else ZERO
    take(entry, back, "ready", "allocated", into="waiting")
    if back:
        said = f"{in_words(back, entry.part)} didn’t arrive after all, {paper}"
        telling.record(entry, "arrival-taken-back", said, by, at)
        telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
    db.session.flush()
    return back


def decline(entry: PartEntry, quantity: Decimal, why: str, *, by: Person, at: datetime) -> None:
    """The part will not come; the technician is told why."""
    if not why.strip():
        raise Refusal("Say why: the technician stands in front of the customer.", field="why")
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    move(entry, quantity, source="waiting", target="declined")
    said = f"Declined {in_words(quantity, entry.part)}"
    telling.record(entry, "part-declined", said, by, at, why)
    telling.tell_technician(entry, f"{entry.order.number}: {said}. {why.strip()}", by)
    db.session.flush()


def owner_of_units(serials: Sequence[Serial]) -> UUID:
    """Whose the units are; ours where there are none."""
    owners = {unit.owner_id for unit in serials} or {OURS}
    if len(owners) > 1:
        raise Refusal("These units belong to different owners: move them apart.", field="serials")
    return owners.pop()


def _van(entry: PartEntry) -> Location:
    technician = entry.order.assigned_to
    if technician is None:
        raise Refusal(f"Nobody is assigned to {entry.order.number} yet: assign it first.")
    van = locations.van_of(technician)
    if van is None:
        raise Refusal(f"{technician.name} holds no van. Set it aside for collection instead.")
    return van
