"""A part is asked for on an order, marked as a warranty, and given up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from partsweb.catalogue.asking import refuse_merged
from partsweb.catalogue.models import Agreement, Part
from partsweb.extensions import db
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations.models import Location
from partsweb.orders import installing, queries, telling, work_logs
from partsweb.orders.installing import hold, refuse_fractions, release, take
from partsweb.orders.models import Order, PartEntry, RequestReason, Urgency
from partsweb.orders.refusing import refuse_known, refuse_unnamed
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.people.permissions import PURCHASING
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Reason, Serial
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

entry_cancelled = event("entry-cancelled")
warranty_flagged = event("warranty-flagged")


def request(
    order: Order,
    part: Part,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    entry_id: UUID | None = None,
    cost: Decimal | None = None,
    restocking_fee: Decimal = ZERO,
    reason: RequestReason = RequestReason.DEFECTIVE,
    urgency: Urgency = Urgency.NEXT_VISIT,
    notes: str = "",
    warranty: bool = False,
    agreement: Agreement | None = None,
) -> PartEntry:
    """Ask for a part on the order; it stands on dispatch's list at once."""
    if not order.open:
        raise Refusal(f"{order.number} is {order.state.value.lower()}: nothing more is needed.")
    refuse_fractions(part, quantity)
    entry = blank_entry(order, part, by=by, at=at, entry_id=entry_id, cost=cost, notes=notes)
    if min(entry.cost, restocking_fee) < ZERO:
        raise Refusal("An amount can’t be below zero.", field="cost")
    entry.quantity = entry.waiting = quantity
    entry.restocking_fee, entry.reason, entry.urgency = restocking_fee, reason, urgency
    if agreement is not None:
        installing.consign(entry, agreement, at=at, priced=cost is not None)
    if warranty:
        flag(entry, notes, by=by)
    telling.record(entry, "part-requested", f"Requested {in_words(quantity, part)}", by, at, notes)
    db.session.flush()
    return entry


def blank_entry(
    order: Order,
    part: Part,
    *,
    by: Person,
    at: datetime,
    entry_id: UUID | None,
    cost: Decimal | None,
    notes: str,
) -> PartEntry:
    """An entry with nothing asked for yet."""
    refuse_known(PartEntry, entry_id)
    refuse_merged(part)
    entry = PartEntry(
        id=entry_id or uuid4(),
        order=order,
        part=part,
        quantity=ZERO,
        cost=part.list_price if cost is None else cost,
        notes=notes.strip(),
        requested_by=by,
        requested_at=at,
        waiting=ZERO,
        allocated=ZERO,
        on_order=ZERO,
        ready=ZERO,
        installed=ZERO,
        not_used=ZERO,
        declined=ZERO,
        cancelled=ZERO,
        substituted=ZERO,
    )
    db.session.add(entry)
    return entry


def cancel(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """It isn't needed after all: what waits goes first, then what is on order or allocated."""
    hold(entry)
    refuse_fractions(entry.part, quantity)
    there = entry.waiting + entry.on_order + entry.allocated
    if quantity > there:
        ready = f" {qty(entry.ready)} are ready: give them back." if entry.ready else ""
        raise Refusal(f"Only {qty(there)} can be cancelled.{ready}", field="quantity")
    _cancel(entry, quantity, by=by, at=at)


def not_used(
    entry: PartEntry,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    to: Location | None = None,
    serials: Sequence[Serial] = (),
) -> None:
    """What was ready or allocated is given back: free where it lies, or carried to a place."""
    hold(entry)
    refuse_fractions(entry.part, quantity)
    if quantity > entry.ready + entry.allocated:
        raise Refusal(
            f"Only {qty(entry.ready + entry.allocated)} are there to give back.", field="quantity"
        )
    van = queries.van_for(entry.order)
    freed = release(entry, quantity, first=van)
    take(entry, quantity, "ready", "allocated", into="not_used")
    carried = sum((given for place, given in freed if van and place.id == van.id), ZERO)
    said = f"Not used: {in_words(quantity, entry.part)}"
    if to is not None and van is not None and to.id != van.id and carried:
        refuse_unnamed(entry.part, carried, serials, van)
        _give_back(entry, carried, source=van, target=to, serials=serials, by=by, at=at)
        said += f", from {van.called} to {to.called}"
    telling.record(entry, "part-not-used", said, by, at)
    db.session.flush()


def let_go(order: Order, *, by: Person, at: datetime) -> None:
    """A closed order waits for nothing; what lies ready for it is given back by hand."""
    for entry in work_logs.log(order).entries:
        hold(entry)
        still = entry.waiting + entry.on_order + entry.allocated
        if still > ZERO:
            _cancel(entry, still, by=by, at=at)


def flag_warranty(entry: PartEntry, reason: str, *, by: Person, at: datetime) -> None:
    """Say that the maker should pay: nobody bills it before a supervisor has decided."""
    if not reason.strip():
        raise Refusal("Say why it is a warranty: a supervisor decides by it.", field="reason")
    hold(entry)
    before, again = entry.warranty_reason, entry.warranty
    flag(entry, reason, by=by)
    if not again or before != entry.warranty_reason:
        said = f"Flagged as warranty: {entry.part.description} {entry.part.sku}"
        telling.record(entry, "warranty-flagged", said, by, at, reason)
    db.session.flush()
    warranty_flagged.send(entry, by=by, at=at)


def unflag_warranty(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """It is no warranty after all."""
    hold(entry)
    if not entry.warranty:
        return
    entry.warranty, entry.warranty_by, entry.warranty_reason = False, None, ""
    said = f"No warranty after all: {entry.part.description} {entry.part.sku}"
    telling.record(entry, "warranty-unflagged", said, by, at)
    db.session.flush()
    warranty_flagged.send(entry, by=by, at=at)


def flag(entry: PartEntry, reason: str, *, by: Person) -> None:
    """Mark it as a warranty; who is told of it is told elsewhere."""
    entry.warranty, entry.warranty_by, entry.warranty_reason = True, by, reason.strip()


def _cancel(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    taken = take(entry, quantity, "waiting", "on_order", "allocated", into="cancelled")
    release(entry, taken["allocated"], first=None)
    said = f"Cancelled {in_words(quantity, entry.part)}"
    telling.record(entry, "part-cancelled", said, by, at)
    if taken["on_order"]:
        bought = f"{qty(taken['on_order'])} of {entry.part.sku} on {entry.paper}"
        told = f"{bought} isn’t needed on {entry.order.number} any more"
        timeline.tell_role(PURCHASING, entry.order.subject, told)
    db.session.flush()
    entry_cancelled.send(entry, taken=taken)


def _give_back(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    target: Location,
    serials: Sequence[Serial],
    by: Person,
    at: datetime,
) -> None:
    units: Sequence[Serial | None] = serials or [None]
    ledger.post(
        [
            Move(
                entry.part,
                source,
                target,
                Decimal(1) if unit else quantity,
                Reason.NOT_USED,
                unit.owner_id if unit else OURS,
                serial=unit,
                cause=entry.subject,
            )
            for unit in units
        ],
        by=by,
        at=at,
    )
