"""A placeholder turned out to be a part that we have: what was moved of it was moved of that part.

Nothing that was recorded changes. Each standing movement is reversed, newest first, and said again
for the part, oldest first, at its cost as it is known now, on the day when it happened. What was
taken back since is left where it is, unless its cost was learnt later, or is still to be learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person
from partsweb.stock import queries, rules
from partsweb.stock.booking import Book, Key, lock, provisional
from partsweb.stock.models import Allocation, Balance, Movement, ProvisionalCost, Serial
from partsweb.stock.rules import Move
from partsweb.stock.transfer_models import TransferLine


def take_over(placeholder: Part, into: Part, *, by: Person, at: datetime) -> None:
    """Move all stock, units and allocations of the placeholder to the part."""
    keys = _lock_all(placeholder, into)
    standing = queries.standing_moves(placeholder)
    said_again = _to_say_again(placeholder, standing)
    _refuse_other_serials(placeholder, into, said_again)
    _refuse_taken_numbers(into, said_again)
    _hand_over_plans(placeholder, into)
    note = f"{placeholder.sku} is {into.sku}"
    for moved in reversed(standing):
        rules.reverse(moved, by=by, at=moved.occurred_at, note=note, restates=True)
    again: dict[int, Movement] = {}
    for moved in said_again:
        again[moved.id] = _say_again(moved, into, again, note=note)
    db.session.flush()
    _hand_over_costs(said_again, again, by=by, at=at)
    for key in keys if again else ():
        _pay(key, [one for one in again.values() if one.reverses_id is None][-1], by=by, at=at)


def _to_say_again(placeholder: Part, standing: Sequence[Movement]) -> Sequence[Movement]:
    """What stands; with what was taken back, where its cost isn't settled or came out otherwise."""
    if queries.has_unsettled_reversals(placeholder):
        return queries.all_moves(placeholder)
    return standing


def _say_again(moved: Movement, into: Part, again: dict[int, Movement], *, note: str) -> Movement:
    """The same movement of the part, by whom and when it was; a reversal of what is reversed."""
    first = again[moved.reverses_id] if moved.reverses_id else None
    said = Move(
        into,
        moved.source,
        moved.target,
        moved.quantity,
        moved.reason,
        moved.owner_id,
        serial=_same_unit(into, moved),
        value=first.value if first else queries.cost_of(moved),
        cause=moved.cause,
        reverses=first,
        note=" · ".join(filter(None, (moved.note, note))),
        restates=True,
    )
    return rules.post([said], by=moved.by, at=moved.occurred_at)[0]


def _hand_over_costs(
    said_again: Sequence[Movement], again: dict[int, Movement], *, by: Person, at: datetime
) -> None:
    """What was learnt of a reversal's cost, and what is still to be learnt of any."""
    book = Book((), by=by, at=at)
    for moved in said_again:
        learnt = queries.cost_of(moved) - moved.value if moved.reverses_id else ZERO
        book.correct(moved, -learnt, cause=again[moved.id])
        book.correct(again[moved.id], learnt, cause=again[moved.id])
        owed = db.session.get(ProvisionalCost, moved.id)
        if owed is not None and owed.quantity:
            db.session.add(_still_owed(owed, again[moved.id]))
            owed.quantity = owed.value = ZERO
    book.close()


def _still_owed(owed: ProvisionalCost, said: Movement) -> ProvisionalCost:
    return ProvisionalCost(
        movement=said,
        part_id=said.part_id,
        location_id=owed.location_id,
        owner_id=owed.owner_id,
        quantity=owed.quantity,
        value=owed.value,
    )


def _pay(key: Key, cause: Movement, *, by: Person, at: datetime) -> None:
    """What one of the two owed and the other one had there: now its cost is known.

    It is the average of what was there, the last unit taking all that is left.
    """
    rows = provisional(key)
    book = Book([key], by=by, at=at)
    there = book.running[key]
    owed, assumed = (sum((getattr(row, of) for row in rows), ZERO) for of in ("quantity", "value"))
    paid = owed - max(ZERO, -there.quantity)
    if paid <= ZERO:
        return
    cost = there.value + assumed
    if there.quantity > ZERO:
        cost = rounded(cost * paid / (there.quantity + paid))
    book.pay(key, paid, cost, cause=cause)
    book.close()


def _refuse_other_serials(placeholder: Part, into: Part, moved: Sequence[Movement]) -> None:
    """What was moved with serials can't become what has none, nor the other way."""
    if placeholder.serialized == into.serialized or not moved:
        return
    if into.serialized:
        raise Refusal(
            f"Each {into.sku} has a serial, and {placeholder.sku} was received or fitted without. "
            "Take that back on its order, merge them, and log it anew with its serial.",
            field="part",
        )
    raise Refusal(
        f"{into.sku} has no serials, and {placeholder.sku} was received or fitted with them. "
        "Choose the part that has serials, or create it as a part of its own.",
        field="part",
    )


def _refuse_taken_numbers(into: Part, moved: Sequence[Movement]) -> None:
    numbers = {one.serial.number for one in moved if one.serial}
    rows = select(Serial).where(Serial.part_id == into.id, Serial.number.in_(numbers))
    twin = db.session.scalars(rows.order_by(Serial.number)).first() if numbers else None
    if twin is not None:
        raise Refusal(
            f"The books have serial {twin.number} of {into.sku} already, in "
            f"{twin.location.called}. Take back what was logged of it on the order, merge them, "
            f"and log it anew as {into.sku}.",
            field="part",
        )


def _same_unit(into: Part, moved: Movement) -> Serial | None:
    if moved.serial is None:
        return None
    return rules.unit(into, moved.serial.number, moved.source, owner_id=moved.owner_id)


def _lock_all(placeholder: Part, into: Part) -> Sequence[Key]:
    """Nobody moves either meanwhile; says which balances the part has then."""
    rows = select(Balance.location_id, Balance.owner_id).where(Balance.part_id == placeholder.id)
    kept = db.session.execute(rows.order_by(Balance.location_id, Balance.owner_id)).all()
    lock({(part.id, row[0], row[1]) for row in kept for part in (placeholder, into)})
    return [(into.id, row[0], row[1]) for row in kept]


def _hand_over_plans(placeholder: Part, into: Part) -> None:
    """What is set apart is set apart of the part; where it is restocked, unless it is already."""
    apart = update(Allocation).where(Allocation.part_id == placeholder.id)
    db.session.execute(apart.values(part_id=into.id))
    _hand_over_transfers(placeholder, into)
    for level, location in queries.levels_of(placeholder):
        if queries.reorder_level(into, location) is None:
            rules.set_reorder_level(into, location, point=level.point, maximum=level.maximum)
        db.session.delete(level)
    db.session.flush()


def _hand_over_transfers(placeholder: Part, into: Part) -> None:
    """A transfer has each part once."""
    lines = select(TransferLine).where(TransferLine.part_id == placeholder.id)
    for line in db.session.scalars(lines.with_for_update(of=TransferLine)).all():
        if any(other.part_id == into.id for other in line.transfer.lines):
            raise Refusal(
                f"{line.transfer.number} carries both {placeholder.sku} and {into.sku}. Receive "
                "or cancel it first, or take one of them off.",
                field="part",
            )
        line.part = into
