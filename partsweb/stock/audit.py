"""Recomputes the ledger from its movements and names every difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, Exact
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.stock.models import (
    OURS,
    Allocation,
    Balance,
    CostCorrection,
    Movement,
    Reason,
    Serial,
)
from partsweb.stock.transfer_models import Transfer, TransferLine, TransferStep
from partsweb.stock.transfer_queries import UNDER_WAY


def differences() -> Iterator[str]:
    """Every rule of the ledger that the rows don't keep, in words; nothing where all is well."""
    yield from _balances_are_sums()
    yield from _parts_sum_to_zero()
    yield from _movements_make_sense()
    yield from _reversals_mirror()
    yield from _serials_are_where_they_went()
    yield from _serialized_stock_has_serials()
    yield from _consignment_has_no_value()
    yield from _allocations_make_sense()
    yield from _transit_is_under_way()


def _balances_are_sums() -> Iterator[str]:
    """Balance of part × location × owner = sum of its movements, in quantity and in value."""
    arrived = select(
        Movement.part_id,
        Movement.target_id.label("location_id"),
        Movement.owner_id,
        Movement.quantity.label("quantity"),
        Movement.value.label("value"),
    )
    left = select(
        Movement.part_id,
        Movement.source_id.label("location_id"),
        Movement.owner_id,
        (-Movement.quantity).label("quantity"),
        (-Movement.value).label("value"),
    )
    corrected = _corrections(Movement.target_id, CostCorrection.value)
    given = _corrections(Movement.source_id, -CostCorrection.value)
    both = union_all(arrived, left, corrected, given).subquery()
    keys = (both.c.part_id, both.c.location_id, both.c.owner_id)
    summed = select(*keys, func.sum(both.c.quantity), func.sum(both.c.value)).group_by(*keys)
    moved = {tuple(row[:3]): (row[3], row[4]) for row in db.session.execute(summed)}
    kept = select(
        Balance.part_id,
        Balance.location_id,
        Balance.owner_id,
        Balance.quantity,
        Balance.value,
    )
    for row in db.session.execute(kept):
        quantity, value = moved.pop(tuple(row[:3]), (ZERO, ZERO))
        if (row.quantity, row.value) != (quantity, value):
            name = _named(row.part_id, row.location_id, row.owner_id)
            yield (
                f"Balance of {name} says {row.quantity} worth {row.value}, "
                f"its movements say {quantity} worth {value}"
            )
    for key, (quantity, value) in moved.items():
        yield f"No balance for {_named(*key)}, whose movements say {quantity} worth {value}"


def _corrections(location_id: Any, value: Any) -> Select[Any]:
    """What cost corrections brought to, or took from, the ends of their movements."""
    return select(
        Movement.part_id,
        location_id.label("location_id"),
        Movement.owner_id,
        literal(ZERO, Exact()).label("quantity"),
        value.label("value"),
    ).join(CostCorrection, CostCorrection.movement_id == Movement.id)


def _parts_sum_to_zero() -> Iterator[str]:
    """Over all locations, virtual ones included, every part sums to zero."""
    rows = (
        select(Part.sku, func.sum(Balance.quantity), func.sum(Balance.value))
        .join(Part, Part.id == Balance.part_id)
        .group_by(Part.sku, Balance.owner_id)
        .having(or_(func.sum(Balance.quantity) != 0, func.sum(Balance.value) != 0))
    )
    for sku, quantity, value in db.session.execute(rows):
        yield f"{sku} sums to {quantity} worth {value} over all locations, not to nothing"


def _movements_make_sense() -> Iterator[str]:
    """A serialized movement has quantity 1 and a serial; nothing else has a serial."""
    rows = (
        select(Movement.id, Part.sku)
        .join(Part, Part.id == Movement.part_id)
        .where(
            or_(
                Movement.quantity <= 0,
                Movement.source_id == Movement.target_id,
                Part.serialized & (Movement.serial_id.is_(None) | (Movement.quantity != 1)),
                ~Part.serialized & Movement.serial_id.is_not(None),
            )
        )
    )
    for movement_id, sku in db.session.execute(rows):
        yield f"Movement {movement_id} of {sku} has a quantity, place or serial that can't be"


def _reversals_mirror() -> Iterator[str]:
    """A reversal is the mirror image of what it names, with what was learnt of its cost."""
    back, first = aliased(Movement), aliased(Movement)
    learnt = select(func.sum(CostCorrection.value)).where(CostCorrection.movement_id == first.id)
    same = (
        (back.part_id == first.part_id)
        & (back.owner_id == first.owner_id)
        & (back.quantity == first.quantity)
        & (back.value == first.value + func.coalesce(learnt.scalar_subquery(), 0))
        & (back.source_id == first.target_id)
        & (back.target_id == first.source_id)
        & (
            back.serial_id.is_(None) & first.serial_id.is_(None)
            | (back.serial_id == first.serial_id)
        )
    )
    rows = select(back.id, first.id).join(first, first.id == back.reverses_id).where(~same)
    for back_id, first_id in db.session.execute(rows):
        yield f"Movement {back_id} isn't the mirror image of {first_id}, which it reverses"
    nameless = select(Movement.id).where(
        (Movement.reason == Reason.REVERSAL) != Movement.reverses_id.is_not(None)
    )
    for movement_id in db.session.scalars(nameless):
        yield f"Movement {movement_id} is a reversal without naming one, or names one without being"


def _serials_are_where_they_went() -> Iterator[str]:
    """A unit is where its last movement took it, and each of its movements began there."""
    latest = select(func.max(Movement.id)).where(Movement.serial_id == Serial.id)
    last = aliased(Movement)
    rows = (
        select(Serial.number, Part.sku, Location.name)
        .join(Part, Part.id == Serial.part_id)
        .join(Location, Location.id == Serial.location_id)
        .join(last, last.id == latest.scalar_subquery())
        .where(last.target_id != Serial.location_id)
    )
    for number, sku, place in db.session.execute(rows):
        yield f"Serial {number} of {sku} is said to be in {place}, its last movement went elsewhere"
    later, earlier = aliased(Movement), aliased(Movement)
    previous = select(func.max(earlier.id)).where(
        earlier.serial_id == later.serial_id, earlier.id < later.id
    )
    before = aliased(Movement)
    jumps = (
        select(later.id, Serial.number)
        .join(Serial, Serial.id == later.serial_id)
        .join(before, before.id == previous.scalar_subquery())
        .where(before.target_id != later.source_id)
    )
    for movement_id, number in db.session.execute(jumps):
        yield f"Movement {movement_id} takes serial {number} from where it wasn't"


def _serialized_stock_has_serials() -> Iterator[str]:
    """What a place holds of a serialized part are as many units."""
    units = (
        select(Serial.part_id, Serial.location_id, Serial.owner_id, func.count().label("units"))
        .group_by(Serial.part_id, Serial.location_id, Serial.owner_id)
        .subquery()
    )
    counted = func.coalesce(units.c.units, 0)
    rows = (
        select(Part.sku, Location.name, Balance.quantity, counted)
        .join(Part, Part.id == Balance.part_id)
        .join(Location, Location.id == Balance.location_id)
        .outerjoin(
            units,
            (units.c.part_id == Balance.part_id)
            & (units.c.location_id == Balance.location_id)
            & (units.c.owner_id == Balance.owner_id),
        )
        .where(Part.serialized, Location.kind.in_(PLACES))
    )
    for sku, place, quantity, found in db.session.execute(rows):
        # A unit that was used before it was received leaves a place owing one.
        if quantity > found:
            yield f"{place} holds {quantity} of {sku}, but {found} serials"


def _consignment_has_no_value() -> Iterator[str]:
    rows = select(Balance).where(Balance.owner_id != OURS, Balance.value != 0)
    for balance in db.session.scalars(rows):
        yield f"{balance.part.sku} on consignment in {balance.location.name} has a value"


def _allocations_make_sense() -> Iterator[str]:
    negative: Select[tuple[Any]] = select(
        func.sum(case((Allocation.quantity < 0, literal(1)), else_=literal(0)))
    )
    if db.session.scalar(negative):
        yield "An allocation is below nothing"


def _transit_is_under_way() -> Iterator[str]:
    """What transfers brought into transit and not out of it is what their lines say."""
    transit = select(Location.id).where(Location.kind == Kind.IN_TRANSIT).scalar_subquery()
    gone = case((Movement.target_id == transit, Movement.quantity), else_=-Movement.quantity)
    rows = (
        select(Transfer.number, Part.sku, UNDER_WAY, func.sum(gone))
        .join(TransferLine, TransferLine.transfer_id == Transfer.id)
        .join(Part, Part.id == TransferLine.part_id)
        .join(TransferStep, TransferStep.line_id == TransferLine.id)
        .join(Movement, Movement.cause_id == TransferStep.id)
        .where(Movement.cause_kind == "transfer-step")
        .group_by(TransferLine.id, Transfer.number, Part.sku)
        .having(func.sum(gone) != UNDER_WAY)
    )
    for number, sku, said, moved in db.session.execute(rows):
        yield f"{number} says {said} of {sku} are under way, its movements say {moved}"


def _named(part_id: UUID, location_id: UUID, owner_id: UUID) -> str:
    part, place = db.session.get(Part, part_id), db.session.get(Location, location_id)
    owner = "" if owner_id == OURS else " (consignment)"
    return f"{part.sku if part else part_id} in {place.name if place else location_id}{owner}"
