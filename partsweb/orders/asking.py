"""Asking on an order for a part that the catalogue lacks, and what an answer does to the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from partsweb.catalogue import asking as catalogue
from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.orders import requesting, telling
from partsweb.orders.installing import hold, move
from partsweb.orders.models import Installation, Order, PartEntry, RequestReason, Urgency
from partsweb.orders.refusing import refuse_known, refuse_more
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.stock import merging
from partsweb.stock import queries as stock
from partsweb.timeline import rules as timeline


def ask_for(
    order: Order,
    description: str,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    urgency: Urgency = Urgency.NEXT_VISIT,
    reason: RequestReason = RequestReason.DEFECTIVE,
    cost: Decimal | None = None,
    entry_id: UUID | None = None,
    **known: Any,
) -> tuple[PartEntry, CatalogueRequest]:
    """Ask for a part that the catalogue lacks; the order works on with a placeholder."""
    refuse_known(PartEntry, entry_id)
    asked = catalogue.ask(description, by=by, at=at, paper=order.number, **known)
    entry = requesting.request(
        order,
        asked.part,
        quantity,
        by=by,
        at=at,
        entry_id=entry_id,
        cost=cost,
        urgency=urgency,
        reason=reason,
        notes=asked.notes,
    )
    said = f"{asked.name} isn’t in the catalogue yet: the coordinator is asked to add it"
    telling.record(entry, "catalogue-asked", said, by, at, asked.references)
    return entry, asked


def substitute(
    entry: PartEntry,
    quantity: Decimal,
    part: Part,
    *,
    by: Person,
    at: datetime,
    as_many: Decimal | None = None,
    why: str = "",
) -> PartEntry:
    """Answer with another part instead, which gets an entry of its own; `as_many` of that part."""
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    if part.id == entry.part_id:
        raise Refusal(f"That is {part.sku} itself. Choose another part.", field="part")
    other = requesting.request(
        entry.order,
        part,
        quantity if as_many is None else as_many,
        by=by,
        at=at,
        reason=entry.reason,
        urgency=entry.urgency,
        notes=entry.notes,
        warranty=entry.warranty,
    )
    other.substitutes, other.requested_by = entry, entry.requested_by
    other.requested_at = entry.requested_at
    move(entry, quantity, source="waiting", target="substituted")
    said = f"Substituted {in_words(quantity, entry.part)} by {in_words(other.quantity, part)}"
    telling.record(entry, "part-substituted", said, by, at, why)
    because = f". {why.strip()}" if why.strip() else ""
    telling.tell_technician(entry, f"{entry.order.number}: {said}{because}", by)
    db.session.flush()
    return other


# --- What the coordinator answered ------------------------------------------------------------


def created(request: CatalogueRequest, *, by: Person, at: datetime) -> None:
    """The placeholder is a part of the catalogue now; its entries keep pointing to it."""
    part = request.part
    standing = stock.moved_with_serial(part)
    if standing - {part.serialized}:
        lacks = "without a serial" if part.serialized else "by its serial"
        raise Refusal(
            f"{request.name} was received or fitted {lacks} already: what it has can't change any "
            "more. Take that back on its order first, or leave the mark as it was.",
            field="serialized",
        )
    entries = _entries(part)
    for entry in entries:
        _refuse_half(entry, part)
        _price(entry, part)
    said = f"{request.name} is in the catalogue now: {part.description} {part.sku}"
    _tell(request, entries, "catalogue-created", said, by=by, at=at)


def merged(request: CatalogueRequest, *, into: Part, by: Person, at: datetime) -> None:
    """The placeholder is a part that we have: entries, stock and what was fitted go over to it."""
    part, entries = request.part, _entries(request.part)
    for entry in entries:
        hold(entry)
        _refuse_half(entry, into)
    merging.take_over(part, into, by=by, at=at)
    for entry in entries:
        entry.part = into
        _price(entry, into)
        for one in entry.installations:
            _rename_unit(one, into)
    db.session.flush()
    said = f"{request.name} is {into.description} {into.sku}"
    _tell(request, entries, "catalogue-merged", said, by=by, at=at)


def declined(request: CatalogueRequest, *, by: Person, at: datetime) -> None:
    """What waits of it is declined; what is here, on its way or fitted stays, and says so."""
    entries = _entries(request.part)
    for entry in entries:
        hold(entry)
        move(entry, entry.waiting, source="waiting", target="declined")
    said = f"{request.name} isn’t added to the catalogue"
    _tell(request, entries, "catalogue-declined", said, by=by, at=at, why=request.why)


def _entries(part: Part) -> list[PartEntry]:
    rows = select(PartEntry).where(PartEntry.part_id == part.id)
    return list(db.session.scalars(rows.order_by(PartEntry.requested_at, PartEntry.id)))


def _refuse_half(entry: PartEntry, part: Part) -> None:
    states = (entry.waiting, entry.allocated, entry.on_order, entry.ready, entry.installed)
    if part.serialized and any(one != one.to_integral_value() for one in states):
        raise Refusal(
            f"{part.sku} comes in whole units, and {entry.order.number} has "
            f"{qty(entry.open_quantity + entry.installed)} of it. Cancel the half there first.",
            field="part",
        )


def _price(entry: PartEntry, part: Part) -> None:
    """A placeholder had no price to begin with."""
    if not entry.cost:
        entry.cost = part.list_price


def _rename_unit(one: Installation, into: Part) -> None:
    if one.serial is not None and one.taken_back_at is None:
        one.serial = stock.serial(into, one.serial.number)


def _stays(entry: PartEntry) -> str:
    """What of the entry goes on although the catalogue won't have the part."""
    kept = [
        f"{qty(quantity)} {word.lower()}"
        for quantity, word in entry.states
        if word in {"Ready", "Allocated", "On order", "Installed"}
    ]
    return f"; kept as {entry.part.sku}: {', '.join(kept)}" if kept else ""


def _tell(
    request: CatalogueRequest,
    entries: Iterable[PartEntry],
    what: str,
    said: str,
    *,
    by: Person,
    at: datetime,
    why: str = "",
) -> None:
    """Write it into each order's history; its technician and whoever asked are told once each."""
    told: set[UUID] = {by.id}
    for entry in entries:
        words = said + (_stays(entry) if what == "catalogue-declined" else "")
        telling.record(entry, what, words, by, at, why)
        because = f". {why}" if why else ""
        for person in (entry.order.assigned_to or entry.requested_by, request.asked_by):
            if person.id not in told:
                text = f"{entry.order.number}: {words}{because}"
                timeline.tell(person, entry.order.subject, text)
            told.add(person.id)
