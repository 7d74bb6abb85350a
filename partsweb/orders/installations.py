"""What was fitted, and what is odd about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.words import qty
from partsweb.locations.models import Kind
from partsweb.orders import places
from partsweb.orders.models import Installation, PartEntry
from partsweb.stock import queries as stock
from partsweb.stock.models import Balance, Movement, Reason, Serial

SAME_WITHIN = timedelta(minutes=15)


def standing_moves(of: Installation) -> list[Movement]:
    """Its movements that were not taken back, oldest first."""
    moved = stock.caused_by(of.subject)
    undone = {one.reverses_id for one in moved}
    return [one for one in moved if one.reverses_id is None and one.id not in undone]


def issue_cost(unit: Serial) -> Decimal:
    """What the unit cost when we installed it, as known now; nothing where we never did."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    rows = select(Movement).where(
        Movement.serial_id == unit.id,
        Movement.reason == Reason.INSTALL,
        Movement.id.not_in(undone),
    )
    issue = db.session.scalars(rows.order_by(Movement.id.desc())).first()
    return stock.cost_of(issue) if issue else ZERO


def same_lately(one: Installation, number: str) -> Installation | None:
    """The same part and quantity that somebody else fitted on the order a few minutes apart.

    Units with different serials are different units.
    """
    rows = (
        select(Installation)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .where(
            PartEntry.order_id == one.entry.order_id,
            PartEntry.part_id == one.entry.part_id,
            Installation.quantity == one.quantity,
            Installation.by_id != one.by.id,
            Installation.taken_back_at.is_(None),
            Installation.occurred_at >= one.occurred_at - SAME_WITHIN,
            Installation.occurred_at <= one.occurred_at + SAME_WITHIN,
        )
    )
    if number:
        rows = rows.join(Serial, Serial.id == Installation.serial_id).where(Serial.number == number)
    return db.session.scalars(rows.order_by(Installation.occurred_at.desc())).first()


def warnings(fitted: Sequence[Installation]) -> list[str]:
    """What is odd about what was just fitted, in words for everybody who should know."""
    said = [text for one in fitted for text in _oddities(one)]
    return list(dict.fromkeys(said))


def _oddities(one: Installation) -> Iterable[str]:
    moved = standing_moves(one)
    if not moved:
        return
    first, part = moved[0], one.entry.part
    if one.serial is not None and first.source_id != one.source_id:
        yield (
            f"The books had serial {one.serial.number} {places.whereabouts(first.source)}: "
            "it is installed from there."
        )
    issued = next(move for move in moved if move.reason == Reason.INSTALL)
    balance = db.session.get(Balance, (part.id, issued.source_id, issued.owner_id))
    if issued.source.is_place and balance is not None and balance.quantity < ZERO:
        yield (
            f"{issued.source.called} now shows {qty(balance.quantity)} of {part.sku}: "
            "it was used before it was received."
        )
    for move in moved:
        original = move.serial is not None and move.serial_id != one.serial_id
        if original and move.source.kind != Kind.INSTALLED and move.serial is not None:
            said = places.whereabouts(move.source)
            yield f"The books had the original {move.serial.number} {said}."
