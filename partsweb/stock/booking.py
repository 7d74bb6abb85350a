"""How moves are booked: balances locked, changed in memory, written as deltas; what things cost.

Average cost is kept as (quantity, value), never as a rate. What leaves before it arrived goes at
the last known cost, provisionally: when the missing stock arrives, the difference is a cost
correction of the movement that took it, and no movement is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm.util import identity_key

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import LARGEST, ZERO, Exact, rounded
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.table import batched, insert_all_absent
from partsweb.locations.models import VIRTUAL, Location
from partsweb.people.models import Person
from partsweb.periods.queries import posting_day
from partsweb.stock.models import (
    OURS,
    Balance,
    CostCorrection,
    Movement,
    ProvisionalCost,
    Reason,
    Serial,
)

# Part, location, owner.
Key = tuple[UUID, UUID, UUID]
KEY_NAMES = ("part_id", "location_id", "owner_id")
KEY_COLUMNS = (Balance.part_id, Balance.location_id, Balance.owner_id)
WRITTEN = [column.key for column in Movement.__table__.columns if column.key != "id"]
NOTHING = {"quantity": ZERO, "value": ZERO, "unit_cost": ZERO}
KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Move:
    """What is to move. `unit_cost` says what one costs where it comes from outside the books."""

    part: Part
    source: Location
    target: Location
    quantity: Decimal
    reason: Reason
    owner_id: UUID = OURS
    serial: Serial | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    cause: Subject | None = None
    reverses: Movement | None = None
    note: str = ""
    # Said again as it was, at its known value: nothing is assumed and nothing is learnt from it.
    restates: bool = False

    @property
    def keys(self) -> tuple[Key, Key]:
        """The two balances that it touches."""
        return (
            (self.part.id, self.source.id, self.owner_id),
            (self.part.id, self.target.id, self.owner_id),
        )


@dataclass
class Running:
    """A locked balance while moves are booked on it, and by how much it changes."""

    part_id: UUID
    location_id: UUID
    owner_id: UUID
    quantity: Decimal
    value: Decimal
    unit_cost: Decimal
    more: Decimal = ZERO
    worth: Decimal = ZERO

    def change(self, quantity: Decimal, value: Decimal) -> None:
        """Book one side of a move."""
        self.quantity += quantity
        self.value += value
        self.more += quantity
        self.worth += value
        if max(abs(self.quantity), abs(self.value)) >= LARGEST:
            # Beyond it SQLite would go on with a float, without a word.
            raise Refusal("The books can't hold so much of it. Check the number.", field="quantity")

    @property
    def delta(self) -> dict[str, UUID | Decimal]:
        """What is written: the change, not the result."""
        return {
            "a_part": self.part_id,
            "a_location": self.location_id,
            "an_owner": self.owner_id,
            "more": self.more,
            "worth": self.worth,
            "cost": self.unit_cost,
        }


class Book:
    """Balances locked for some moves, and the moves as they are entered."""

    def __init__(
        self, keys: Iterable[Key], *, by: Person | None, at: datetime, many: bool = False
    ) -> None:
        self.running = lock(keys)
        self.many = many  # nobody asks for the movements: they are written as rows, at the end
        self.by, self.at, self.posted_on = by, at, posting_day(at)
        self.entered: list[Movement] = []

    def enter(self, move: Move) -> Movement:
        """Book one move: both balances, its value, and what its arrival teaches of earlier ones."""
        source, target = (self.running[key] for key in move.keys)
        missing = ZERO if move.restates else _missing(move, source)
        value = _value(move, source)
        moved = self._write_down(move, value)
        if missing:
            self._remember(moved, missing, value - _there(move, source))
        owed = max(ZERO, -target.quantity) if move.target.kind not in VIRTUAL else ZERO
        source.change(-move.quantity, -value)
        target.change(move.quantity, value)
        if owed and move.owner_id == OURS and not move.restates:
            self._settle(moved, min(owed, move.quantity), value)
        if value and move.target.kind not in VIRTUAL and move.reverses is None:
            target.unit_cost = rounded(value / move.quantity)
        return moved

    def close(self) -> None:
        """Write atomic deltas, never what was read: a lost update can't happen."""
        self._write_many()
        db.session.flush()
        changed = (
            update(Balance)
            .where(
                Balance.part_id == bindparam("a_part"),
                Balance.location_id == bindparam("a_location"),
                Balance.owner_id == bindparam("an_owner"),
            )
            .values(
                quantity=Balance.quantity + bindparam("more", type_=Exact()),
                value=Balance.value + bindparam("worth", type_=Exact()),
                unit_cost=bindparam("cost", type_=Exact()),
            )
        )
        deltas = [balance.delta for balance in self.running.values()]
        if deltas:
            db.session.connection().execute(changed, deltas)
        for key in self.running:
            known = db.session.identity_map.get(identity_key(Balance, key))
            if known is not None:
                db.session.expire(known)

    def _write_down(self, move: Move, value: Decimal) -> Movement:
        moved = Movement(
            part_id=move.part.id,
            owner_id=move.owner_id,
            source_id=move.source.id,
            target_id=move.target.id,
            quantity=move.quantity,
            value=value,
            serial_id=move.serial.id if move.serial else None,
            reason=move.reason,
            cause_kind=move.cause.kind if move.cause else "",
            cause_id=move.cause.id if move.cause else None,
            reverses_id=move.reverses.id if move.reverses else None,
            note=move.note,
            by_id=self.by.id if self.by else None,
            occurred_at=self.at,
            recorded_at=clock.now(),
            posted_on=self.posted_on,
        )
        if not self.many:
            db.session.add(moved)
        self.entered.append(moved)
        return moved

    def _write_many(self) -> None:
        """Those that nothing refers to; the session has the others already."""
        alone = [moved for moved in self.entered if moved not in db.session]
        if alone:
            rows = [{name: getattr(moved, name) for name in WRITTEN} for moved in alone]
            db.session.connection().execute(insert(Movement), rows)

    def _remember(self, moved: Movement, missing: Decimal, assumed: Decimal) -> None:
        """So much of the movement wasn't there: its cost is assumed until it arrives."""
        owed = ProvisionalCost(
            movement=moved,
            part_id=moved.part_id,
            location_id=moved.source_id,
            owner_id=moved.owner_id,
            quantity=missing,
            value=assumed,
        )
        db.session.add(owed)

    def _settle(self, arrived: Movement, quantity: Decimal, value: Decimal) -> None:
        """Now it is known what the missing stock cost: correct the movements that took it."""
        cost = value
        if quantity != arrived.quantity:
            cost = rounded(value * quantity / arrived.quantity)
        key = (arrived.part_id, arrived.target_id, arrived.owner_id)
        self.pay(key, quantity, cost, cause=arrived)

    def pay(self, key: Key, quantity: Decimal, cost: Decimal, *, cause: Movement) -> None:
        """So much of what was taken before it was there cost so much.

        Oldest first; one that is itself taken back by what arrives settles itself.
        """
        db.session.flush()
        left = quantity
        for owed in provisional(key, first=cause.reverses_id):
            if not left:
                return
            taken = min(left, owed.quantity)
            paid = cost if taken == left else rounded(cost * taken / left)
            assumed = owed.value
            if taken != owed.quantity:
                assumed = rounded(owed.value * taken / owed.quantity)
            if owed.movement_id == cause.reverses_id:
                paid = assumed
            self.correct(owed.movement, paid - assumed, cause=cause)
            owed.quantity, owed.value = owed.quantity - taken, owed.value - assumed
            left, cost = left - taken, cost - paid

    def correct(
        self, moved: Movement, value: Decimal, *, cause: Movement, paper: Subject | None = None
    ) -> None:
        """An immutable row of value without quantity that names its movement.

        `cause` is the movement that brought the knowledge, `paper` what says so: an invoice.
        """
        if not value:
            return
        db.session.add(
            CostCorrection(
                movement=moved,
                cause=cause,
                value=value,
                paper_kind=paper.kind if paper else "",
                paper_id=paper.id if paper else None,
                recorded_at=clock.now(),
                posted_on=self.posted_on,
            )
        )
        self._balance(moved.source_id, moved).change(ZERO, -value)
        self._balance(moved.target_id, moved).change(ZERO, value)

    def _balance(self, location_id: UUID, moved: Movement) -> Running:
        key = (moved.part_id, location_id, moved.owner_id)
        if key not in self.running:
            self.running |= lock({key})
        return self.running[key]


def provisional(key: Key, *, first: int | None = None) -> list[ProvisionalCost]:
    """What was taken there before it arrived: one movement's first, then the oldest."""
    part_id, location_id, owner_id = key
    rows = select(ProvisionalCost).where(
        ProvisionalCost.part_id == part_id,
        ProvisionalCost.location_id == location_id,
        ProvisionalCost.owner_id == owner_id,
        ProvisionalCost.quantity > 0,
    )
    fresh = rows.execution_options(populate_existing=True)
    found = db.session.scalars(fresh.order_by(ProvisionalCost.movement_id)).all()
    return sorted(found, key=lambda owed: owed.movement_id != first)


def lock(keys: Iterable[Key]) -> dict[Key, Running]:
    """The balances of these keys, made where missing, locked in the order of their keys."""
    wanted = sorted(keys)
    for some in batched(wanted, KEYS_AT_ONCE):
        names = [dict(zip(KEY_NAMES, key, strict=True)) for key in some]
        insert_all_absent(Balance, [{**name, **NOTHING} for name in names])
    rows = (
        select(*KEY_COLUMNS, Balance.quantity, Balance.value, Balance.unit_cost)
        .order_by(*KEY_COLUMNS)
        .with_for_update()
    )
    running: dict[Key, Running] = {}
    for some in batched(wanted, KEYS_AT_ONCE):
        found = db.session.execute(rows.where(tuple_(*KEY_COLUMNS).in_(some)))
        running |= {(row[0], row[1], row[2]): Running(*row) for row in found}
    return running


def cost_of_one(balance: Running) -> Decimal:
    """The average of what is there, else the last known cost."""
    if balance.quantity > 0:
        return rounded(balance.value / balance.quantity)
    return _last_cost(balance)


def _missing(move: Move, source: Running) -> Decimal:
    """How much of the move isn't there yet by the books."""
    if move.owner_id != OURS or move.source.kind in VIRTUAL:
        return ZERO
    return max(ZERO, move.quantity - max(ZERO, source.quantity))


def _there(move: Move, source: Running) -> Decimal:
    """What the part of the move that is there is worth: all of it is taken."""
    if source.quantity <= 0:
        return ZERO
    if move.value is None:
        return source.value
    return rounded(move.value * source.quantity / move.quantity)


def _value(move: Move, source: Running) -> Decimal:
    """What goes with the move in money.

    From a place: its average, the last unit taking all that is left; what isn't there goes at the
    last known cost, provisionally. From outside the books: the cost that came with it.
    """
    if move.value is not None:
        return move.value
    if move.owner_id != OURS:
        return ZERO  # consignment stock has no value in our books
    if move.source.kind in VIRTUAL:
        return rounded(move.quantity * (move.unit_cost or ZERO))
    if source.quantity <= 0:
        return rounded(move.quantity * _last_cost(source))
    if move.quantity < source.quantity:
        return rounded(source.value * move.quantity / source.quantity)
    beyond = move.quantity - source.quantity
    return source.value + rounded(beyond * _last_cost(source))


def _last_cost(balance: Running) -> Decimal:
    """The last known cost of one here, else anywhere."""
    if balance.unit_cost:
        return balance.unit_cost
    elsewhere = select(func.max(Balance.unit_cost)).where(
        Balance.part_id == balance.part_id, Balance.owner_id == balance.owner_id
    )
    return db.session.scalar(elsewhere) or ZERO
