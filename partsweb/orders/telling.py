"""What the timeline and people are told of an order's parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from partsweb.catalogue.models import Part
from partsweb.kit.words import qty
from partsweb.orders.models import Fate, Installation, Order, PartEntry
from partsweb.people.models import Person
from partsweb.timeline import rules as timeline


def in_words(quantity: Decimal, part: Part) -> str:
    """2 × Gas valve VK4105."""
    return f"{qty(quantity)} × {part.description} {part.sku}"


def record(
    entry: PartEntry, what: str, said: str, by: Person | None, at: datetime, body: str = ""
) -> None:
    """Write it into the history of the entry's order."""
    timeline.record(entry.order.subject, what, said, by=by, at=at, body=body.strip())


def tell(person: Person, order: Order, said: str, by: Person | None) -> None:
    """Nobody is told what he or she did."""
    if by is None or person.id != by.id:
        timeline.tell(person, order.subject, said)


def tell_technician(entry: PartEntry, said: str, by: Person) -> None:
    """Tell whoever works on the order, else whoever asked."""
    tell(entry.order.assigned_to or entry.requested_by, entry.order, said, by)


def told_of(fitted: Sequence[Installation]) -> str:
    """Serials, where fitted, the originals and the notes, a line each."""
    one = fitted[0]
    units = [each.serial.number for each in fitted if each.serial]
    originals = ", ".join(each.original_serial for each in fitted if each.original_serial)
    lines = [
        f"Serial {', '.join(units)}" if units else "",
        f"Fitted: {one.where_fitted}" if one.where_fitted else "",
        f"Original{' ' * bool(originals)}{originals}: {one.fate.value}"
        if one.fate != Fate.NONE
        else "",
        one.notes,
    ]
    return "\n".join(" ".join(line.split()) for line in lines if line)


def facts(one: Installation) -> dict[str, str]:
    """What was logged, as people read it."""
    return {
        "Quantity": qty(one.quantity),
        "Serial": one.serial.number if one.serial else "",
        "From": one.source.called,
        "Where fitted": one.where_fitted,
        "Original": one.fate.value,
        "Original’s serial": one.original_serial,
        "Notes": one.notes,
    }


def record_correction(
    one: Installation, before: dict[str, str], *, by: Person, at: datetime
) -> None:
    """Write what changed into the history, with what stood there before."""
    after = facts(one)
    lines = [
        f"{name}: {after[name] or 'nothing'}, before {old or 'nothing'}"
        for name, old in before.items()
        if after[name] != old
    ]
    if lines:
        said = f"Corrected: {in_words(one.quantity, one.entry.part)} as installed"
        record(one.entry, "installation-corrected", said, by, at, "\n".join(lines))
