"""What is learnt of an arrival's cost after it was booked, and where the difference goes.

Whatever of it still lies where it arrived keeps its share in stock; what has left takes its share
along, the last that left first, from place to place, into what it was used for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.locations.models import VIRTUAL
from partsweb.stock import queries
from partsweb.stock.booking import Book, lock
from partsweb.stock.models import Movement

CENT = Decimal("0.01")
# So many movements out of a place are asked for at most.
LOOKS_BACK = 1000


@dataclass(frozen=True)
class Learnt:
    """Where a difference in cost went: to what lies in stock, and to what was used."""

    stock: Decimal = ZERO
    used: Decimal = ZERO


@dataclass
class Spread:
    """The shares of some movements, put together before any of it is booked."""

    shares: list[tuple[Movement, Decimal]] = field(default_factory=list)
    stock: Decimal = ZERO
    used: Decimal = ZERO
    # What of a place's stock, and of a movement's quantity, has its share already.
    claimed: dict[tuple[UUID, UUID | None], Decimal] = field(default_factory=dict)
    taken: dict[int, Decimal] = field(default_factory=dict)


def learn(arrivals: Sequence[Movement], value: Decimal, *, paper: Subject, at: datetime) -> Learnt:
    """The arrivals cost so much more, or less: correct them, and what they were used for."""
    keys = {(one.part_id, one.target_id, one.owner_id) for one in arrivals}
    lock(keys)
    spread = Spread()
    for one, share in zip(arrivals, shared(value, [one.quantity for one in arrivals]), strict=True):
        spread.shares.append((one, share))
        _follow(one, share, one.quantity, spread)
    book = Book(keys, by=None, at=at)
    for moved, share in spread.shares:
        book.correct(moved, share, cause=arrivals[0], paper=paper)
    book.close()
    return Learnt(spread.stock, spread.used)


def shared(value: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The value by weight, to the cent; the last one takes what is left."""
    left, whole, shares = value, sum(weights, ZERO), []
    for weight in weights[:-1]:
        share = to_the_cent(value * weight / whole) if whole else ZERO
        shares.append(share)
        left -= share
    return [*shares, left]


def to_the_cent(value: Decimal) -> Decimal:
    """As it stands on paper."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def _follow(arrived: Movement, value: Decimal, quantity: Decimal, spread: Spread) -> None:
    """So much of an arrival, worth so much more: what is still there, and what went where."""
    if arrived.target.kind in VIRTUAL:
        spread.used += value
        return
    held = _claim(arrived, quantity, spread)
    missing, left = quantity - held, value
    for gone in _left_since(arrived) if missing else ():
        free = gone.quantity - spread.taken.get(gone.id, ZERO)
        taken = min(missing, free)
        if taken <= 0:
            continue
        missing -= taken
        share = left if not (held or missing) else to_the_cent(value * taken / quantity)
        spread.taken[gone.id] = spread.taken.get(gone.id, ZERO) + taken
        spread.shares.append((gone, share))
        left -= share
        _follow(gone, share, taken, spread)
    spread.stock += left


def _claim(arrived: Movement, quantity: Decimal, spread: Spread) -> Decimal:
    """How much of it still lies where it arrived, and wasn't counted for another arrival."""
    place, unit = arrived.target_id, arrived.serial
    if unit is not None:
        there = Decimal(unit.location_id == place)
    else:
        key = (arrived.part_id, place, arrived.owner_id)
        there = max(ZERO, lock({key})[key].quantity)
    known = (place, unit.id if unit else None)
    held = max(ZERO, min(quantity, there - spread.claimed.get(known, ZERO)))
    spread.claimed[known] = spread.claimed.get(known, ZERO) + held
    return held


def _left_since(arrived: Movement) -> Sequence[Movement]:
    """What left the place and still stands, the last first: what was used before it came, last."""
    again = aliased(Movement)
    rows = select(Movement).where(
        Movement.part_id == arrived.part_id,
        Movement.owner_id == arrived.owner_id,
        Movement.source_id == arrived.target_id,
        Movement.reverses_id.is_(None),
        ~exists().where(again.reverses_id == Movement.id),
    )
    if arrived.serial_id is not None:
        rows = rows.where(Movement.serial_id == arrived.serial_id)
    return db.session.scalars(rows.order_by(Movement.id.desc()).limit(LOOKS_BACK)).all()


def standing(causes: Sequence[Subject]) -> list[Movement]:
    """The movements done for these things that nobody took back."""
    moved = [one for cause in causes for one in queries.caused_by(cause)]
    undone = queries.taken_back(moved)
    return [one for one in moved if one.reverses_id is None and one.id not in undone]
