"""Which transfers there are, what of them is on the way, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import SIZE, Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.people.models import Person
from partsweb.stock.models import Balance, Movement, ReorderLevel, Serial
from partsweb.stock.queries import owed_parts
from partsweb.stock.transfer_models import (
    Step,
    Transfer,
    TransferLine,
    TransferState,
    TransferStep,
)

VIEWS = ("mine", "to-pick", "on-the-way", "missing", "all")
UNDER_WAY = (
    TransferLine.picked
    - TransferLine.received
    - TransferLine.found
    - TransferLine.returned
    - TransferLine.lost
)


@dataclass(frozen=True)
class Low:
    """A part that a place is to be restocked with: what it has, and how many it lacks."""

    part: Part
    on_hand: Decimal
    wanted: Decimal


def transfer(transfer_id: UUID, *, seen_by: Person) -> Transfer:
    """One transfer, for the stock keepers, who asked for it, and who holds a van at its ends."""
    found = db.session.get(Transfer, transfer_id)
    if found is None or not may_see(found, seen_by):
        raise NotFound("There is no such transfer.")
    return found


def line(line_id: UUID, *, seen_by: Person) -> TransferLine:
    """One line of a transfer that the person may see."""
    found = db.session.get(TransferLine, line_id)
    if found is None or not may_see(found.transfer, seen_by):
        raise NotFound("There is no such line.")
    return found


def step(step_id: UUID, *, seen_by: Person) -> TransferStep:
    """Something that happened on a transfer that the person may see."""
    found = db.session.get(TransferStep, step_id)
    if found is None or not may_see(found.line.transfer, seen_by):
        raise NotFound("There is no such step.")
    return found


def may_see(found: Transfer, person: Person) -> bool:
    """The stock keepers see all; others what they asked for, or what their van has part in."""
    own = person.id in {found.asked_by_id, found.source.held_by_id, found.target.held_by_id}
    return own or person.may("move stock")


def transfers(view: str, *, seen_by: Person, page: int = 1, size: int = SIZE) -> Page[Transfer]:
    """Those that the filter asks for: what is to be done oldest first, else the newest."""
    rows = _seen(seen_by).where(_wanted(view, seen_by))
    oldest_first = rows.order_by(Transfer.asked_at, Transfer.number)
    if view in {"mine", "all"}:
        newest_first = rows.order_by(Transfer.asked_at.desc(), Transfer.number.desc())
        return paged(newest_first, number=page, size=size)
    return paged(oldest_first, number=page, size=size)


def how_many(*, seen_by: Person) -> dict[str, int]:
    """How many there are to pick, on the way, and with something missing."""
    views = ("to-pick", "on-the-way", "missing")
    counts = [func.count().filter(_wanted(view, seen_by)) for view in views]
    seen = _seen(seen_by).order_by(None).with_only_columns(*counts)
    return dict(zip(views, db.session.execute(seen).one(), strict=True))


def steps_of(found: Transfer) -> Sequence[TransferStep]:
    """What happened on it, newest first."""
    rows = (
        select(TransferStep)
        .join(TransferLine, TransferLine.id == TransferStep.line_id)
        .where(TransferLine.transfer_id == found.id)
    )
    newest = rows.order_by(TransferStep.recorded_at.desc(), TransferLine.position)
    return db.session.scalars(newest).all()


def units_under_way(lines: Sequence[TransferLine]) -> dict[UUID, list[Serial]]:
    """By line: its units that are in transit, by number."""
    return _units(lines, Serial.location_id == locations.single(Kind.IN_TRANSIT).id)


def _units(lines: Sequence[TransferLine], where: ColumnElement[bool]) -> dict[UUID, list[Serial]]:
    rows = (
        select(TransferStep.line_id, Serial)
        .join(Movement, Movement.serial_id == Serial.id)
        .join(
            TransferStep,
            and_(
                Movement.cause_kind == "transfer-step",
                Movement.cause_id == TransferStep.id,
                TransferStep.step == Step.PICKED,
                TransferStep.taken_back_at.is_(None),
            ),
        )
        .where(
            TransferStep.line_id.in_([one.id for one in lines if one.part.serialized]),
            Movement.reverses_id.is_(None),
            where,
            ~_moved_by_a_later_pick(),
        )
        .order_by(Serial.number)
    )
    found: dict[UUID, list[Serial]] = {one.id: [] for one in lines}
    for line_id, unit in db.session.execute(rows):
        found[line_id].append(unit)
    return found


def _moved_by_a_later_pick() -> ColumnElement[bool]:
    """The unit came back and went out again on another transfer: it is under way there."""
    later, pick = Movement.__table__.alias("later"), TransferStep.__table__.alias("pick")
    return (
        exists()
        .where(
            later.c.serial_id == Movement.serial_id,
            later.c.id > Movement.id,
            later.c.cause_kind == "transfer-step",
            later.c.cause_id == pick.c.id,
            later.c.reverses_id.is_(None),
            pick.c.step == Step.PICKED,
        )
        .correlate(Movement)
    )


def under_way_of(part: Part) -> Sequence[TransferLine]:
    """The part's lines of which something is in transit, oldest first."""
    rows = select(TransferLine).join(Transfer).where(TransferLine.part_id == part.id, UNDER_WAY > 0)
    return db.session.scalars(_with_transfer(rows)).all()


def on_the_way_to_owed() -> dict[tuple[UUID, UUID], list[TransferLine]]:
    """By place and part that is owed: what is asked for, or in transit, oldest first."""
    rows = (
        select(TransferLine)
        .join(Transfer)
        .where(
            TransferLine.part_id.in_(owed_parts()),
            Transfer.state.in_((TransferState.REQUESTED, TransferState.PICKED)),
        )
    )
    found = defaultdict[tuple[UUID, UUID], list[TransferLine]](list)
    for one in db.session.scalars(_with_transfer(rows)):
        found[one.transfer.target_id, one.part_id].append(one)
    return found


def under_way_to(place: Location) -> Sequence[TransferLine]:
    """What is in transit to the place or its bins, oldest first."""
    rows = select(TransferLine).join(Transfer)
    within = Transfer.target_id.in_(locations.within(place))
    return db.session.scalars(_with_transfer(rows.where(within, UNDER_WAY > 0))).all()


def asked_for(part_ids: Sequence[UUID], target: Location) -> dict[UUID, Decimal]:
    """By part: what is asked for or on the way to the place already."""
    coming = func.sum(UNDER_WAY + TransferLine.quantity - TransferLine.picked)
    rows = (
        select(TransferLine.part_id, coming)
        .join(Transfer)
        .where(
            TransferLine.part_id.in_(part_ids),
            Transfer.target_id == target.id,
            Transfer.state.in_((TransferState.REQUESTED, TransferState.PICKED)),
        )
        .group_by(TransferLine.part_id)
    )
    return dict(db.session.execute(rows).all())


def low_at(place: Location) -> Sequence[Low]:
    """What the place is to be restocked with, by description: up to its maximum."""
    held = (
        select(func.coalesce(func.sum(Balance.quantity), ZERO))
        .where(Balance.part_id == ReorderLevel.part_id, Balance.location_id == place.id)
        .scalar_subquery()
    )
    rows = (
        select(Part, ReorderLevel, held)
        .join(Part, Part.id == ReorderLevel.part_id)
        .where(ReorderLevel.location_id == place.id, held <= ReorderLevel.point)
        .order_by(Part.description, Part.sku)
    )
    found = db.session.execute(rows).all()
    coming = asked_for([part.id for part, _, _ in found], place)
    lacking = [
        Low(part, held, _up_to(level) - held - coming.get(part.id, ZERO))
        for part, level, held in found
    ]
    return [low for low in lacking if low.wanted > ZERO]


def _up_to(level: ReorderLevel) -> Decimal:
    """One above the point where no maximum is said: else it would be asked for again at once."""
    return level.maximum if level.maximum is not None else level.point + 1


def _with_transfer(rows: Select[TransferLine]) -> Select[TransferLine]:
    whole = joinedload(TransferLine.transfer).lazyload(Transfer.lines)
    return rows.options(whole).order_by(Transfer.asked_at, TransferLine.position)


def _seen(person: Person) -> Select[Transfer]:
    rows = select(Transfer)
    if person.may("move stock"):
        return rows
    van = locations.van_of(person)
    own = Transfer.asked_by_id == person.id
    if van is not None:
        own = or_(own, Transfer.source_id == van.id, Transfer.target_id == van.id)
    return rows.where(own)


def _wanted(view: str, person: Person) -> ColumnElement[bool]:
    of_it = TransferLine.transfer_id == Transfer.id
    if view == "to-pick":
        return and_(Transfer.state == TransferState.REQUESTED, exists().where(of_it))
    if view == "on-the-way":
        return Transfer.state == TransferState.PICKED
    if view == "missing":
        return and_(Transfer.received_at.is_not(None), exists().where(of_it, UNDER_WAY > 0))
    if view == "mine":
        return Transfer.asked_by_id == person.id
    return Transfer.id.is_not(None)
