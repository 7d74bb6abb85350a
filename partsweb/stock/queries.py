"""What is where, and how it came there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.paging import SIZE, Page, paged, paged_rows
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.locations.queries import WITH_HOLDERS
from partsweb.stock.models import (
    OURS,
    Allocation,
    Balance,
    CostCorrection,
    Movement,
    Owner,
    ProvisionalCost,
    ReorderLevel,
    Serial,
)

# Databases number their rows no further.
LAST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class At:
    """What one place holds of a part: on hand, and how much of it is meant for something."""

    location: Location
    on_hand: Decimal
    allocated: Decimal

    @property
    def available(self) -> Decimal:
        """What can still be given away."""
        return self.on_hand - self.allocated


@dataclass(frozen=True)
class Held:
    """What a place has of a part that belongs to one owner."""

    location: Location
    owner: Owner
    quantity: Decimal


def on_hand(part: Part, location: Location) -> Decimal:
    """How much of the part is at the location, of all owners; may be negative."""
    rows = select(func.sum(Balance.quantity)).where(
        Balance.part_id == part.id, Balance.location_id == location.id
    )
    return db.session.scalar(rows) or ZERO


def on_hand_of(part_ids: Collection[UUID], location: Location) -> dict[UUID, Decimal]:
    """By part: how much of it is at the location, of all owners; none where nothing is known."""
    rows = (
        select(Balance.part_id, func.sum(Balance.quantity))
        .where(Balance.part_id.in_(part_ids), Balance.location_id == location.id)
        .group_by(Balance.part_id)
    )
    return dict.fromkeys(part_ids, ZERO) | dict(db.session.execute(rows).all())


def allocated(part: Part, location: Location) -> Decimal:
    """How much of the part at the location is meant for something."""
    rows = select(func.sum(Allocation.quantity)).where(
        Allocation.part_id == part.id, Allocation.location_id == location.id
    )
    return db.session.scalar(rows) or ZERO


def whereabouts(part: Part) -> Sequence[At]:
    """The places that hold the part, or owe it, the fullest first."""
    held = (
        select(Location, func.sum(Balance.quantity))
        .join(Balance, Balance.location_id == Location.id)
        .where(Balance.part_id == part.id, Location.kind.in_(PLACES))
        .group_by(Location.id)
        .options(WITH_HOLDERS)
    )
    meant = dict(
        db.session.execute(
            select(Allocation.location_id, func.sum(Allocation.quantity))
            .where(Allocation.part_id == part.id, Allocation.quantity > 0)
            .group_by(Allocation.location_id)
        ).all()
    )
    found = [
        At(place, held_, meant.get(place.id, ZERO)) for place, held_ in db.session.execute(held)
    ]
    return sorted(
        (at for at in found if at.on_hand or at.allocated),
        key=lambda at: (-at.available, at.location.name),
    )


def apart(part: Part) -> Sequence[tuple[Location, Decimal]]:
    """What of the part is in quarantine: shown, never counted as available.

    What is in transit is told apart by transfer.
    """
    rows = (
        select(Location, func.sum(Balance.quantity))
        .join(Balance, Balance.location_id == Location.id)
        .where(Balance.part_id == part.id, Location.kind == Kind.QUARANTINE)
        .group_by(Location.id)
    )
    return [(place, quantity) for place, quantity in db.session.execute(rows) if quantity]


def consigned(part: Part) -> Decimal:
    """How much of what is on hand belongs to vendors."""
    rows = (
        select(func.sum(Balance.quantity))
        .join(Location, Location.id == Balance.location_id)
        .where(Balance.part_id == part.id, Balance.owner_id != OURS, Location.kind.in_(PLACES))
    )
    return db.session.scalar(rows) or ZERO


def owner_with_enough(part: Part, location: Location, quantity: Decimal) -> UUID:
    """Whose stock is taken there: ours, unless a single owner has enough of it and that isn't us.

    Without this, taking consigned stock that nobody marked would leave us owing our own.
    """
    enough = select(Balance.owner_id).where(
        Balance.part_id == part.id,
        Balance.location_id == location.id,
        Balance.quantity >= quantity,
    )
    owners = db.session.scalars(enough).all()
    return owners[0] if len(owners) == 1 else OURS


def average_cost(part: Part, location: Location) -> Decimal | None:
    """Value by quantity of what is ours; None where there is nothing to divide."""
    balance = db.session.get(Balance, (part.id, location.id, OURS))
    if balance is None or balance.quantity <= 0:
        return None
    return rounded(balance.value / balance.quantity)


def movement(movement_id: int) -> Movement:
    """One movement."""
    found = db.session.get(Movement, movement_id) if movement_id <= LAST_NUMBER else None
    if found is None:
        raise NotFound("There is no such movement.")
    return found


def cost_of(moved: Movement) -> Decimal:
    """What went with the movement, with what was learnt of it since."""
    learnt = select(func.sum(CostCorrection.value)).where(CostCorrection.movement_id == moved.id)
    return moved.value + (db.session.scalar(learnt) or ZERO)


def movements_of(part: Part, *, page: int = 1, size: int = SIZE) -> Page[Movement]:
    """The part's movements, newest first."""
    rows = select(Movement).where(Movement.part_id == part.id)
    return paged(rows.order_by(Movement.id.desc()), number=page, size=size)


def movements(*, at: Sequence[UUID] = (), page: int = 1) -> Page[Movement]:
    """All movements, or those that touch these locations, newest first."""
    rows = select(Movement)
    if at:
        rows = rows.where(or_(Movement.source_id.in_(at), Movement.target_id.in_(at)))
    return paged(rows.order_by(Movement.id.desc()), number=page)


def life_of(one: Serial, *, page: int = 1) -> Page[Movement]:
    """Where a unit has been, newest first."""
    rows = select(Movement).where(Movement.serial_id == one.id)
    return paged(rows.order_by(Movement.id.desc()), number=page)


def taken_back(moved: Sequence[Movement]) -> frozenset[int]:
    """The ids of those that were reversed."""
    ids = [one.id for one in moved]
    rows = select(Movement.reverses_id).where(Movement.reverses_id.in_(ids))
    return frozenset(found for found in db.session.scalars(rows) if found is not None)


def caused_by(cause: Subject) -> Sequence[Movement]:
    """The movements done for a thing, oldest first."""
    rows = select(Movement).where(Movement.cause_kind == cause.kind, Movement.cause_id == cause.id)
    return db.session.scalars(rows.order_by(Movement.id)).all()


def standing_moves(part: Part) -> Sequence[Movement]:
    """The part's movements that were not taken back, oldest first."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    rows = select(Movement).where(
        Movement.part_id == part.id, Movement.reverses_id.is_(None), Movement.id.not_in(undone)
    )
    return db.session.scalars(rows.order_by(Movement.id)).all()


def all_moves(part: Part) -> Sequence[Movement]:
    """Every movement of the part, oldest first, with those that were taken back."""
    rows = select(Movement).where(Movement.part_id == part.id)
    return db.session.scalars(rows.order_by(Movement.id)).all()


def has_unsettled_reversals(part: Part) -> bool:
    """Whether the cost of something that was taken back was learnt later, or is still to be."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    taken_back = or_(Movement.reverses_id.is_not(None), Movement.id.in_(undone))
    of_part = select(Movement.id).where(Movement.part_id == part.id, taken_back)
    backs = of_part.where(Movement.reverses_id.is_not(None))
    learnt = select(CostCorrection.id).where(CostCorrection.movement_id.in_(backs))
    owed = select(ProvisionalCost.movement_id).where(
        ProvisionalCost.movement_id.in_(of_part), ProvisionalCost.quantity > 0
    )
    found = db.session.scalar(select(or_(exists(learnt), exists(owed))))
    return bool(found)


def moved_with_serial(part: Part) -> set[bool]:
    """Whether what stands of the part was moved by serial; nothing where nothing was moved."""
    return {moved.serial_id is not None for moved in standing_moves(part)}


def reversal_of(moved: Movement) -> Movement | None:
    """The movement that took this one back."""
    return db.session.scalar(select(Movement).where(Movement.reverses_id == moved.id))


def serial(part: Part, number: str) -> Serial | None:
    """The unit of that number; two parts may share a number."""
    rows = select(Serial).where(Serial.part_id == part.id, Serial.number == number.strip())
    return db.session.scalar(rows)


def serials_among(numbers: Collection[str], *, of: Part) -> dict[str, Serial]:
    """The units of a part that have one of the numbers, by it."""
    rows = select(Serial).where(Serial.part_id == of.id, Serial.number.in_(numbers))
    return {unit.number: unit for unit in db.session.scalars(rows)}


def serials_numbered(number: str) -> Sequence[Serial]:
    """Every unit of that number, whatever the part."""
    rows = select(Serial).where(Serial.number == number.strip(), _goes_by_its_part())
    return db.session.scalars(rows).all()


def serial_of_id(serial_id: UUID) -> Serial:
    """The unit of that id."""
    found = db.session.get(Serial, serial_id)
    if found is None:
        raise NotFound("There is no such serial.")
    return found


def serials(text: str = "", *, of: Part | None = None, page: int = 1) -> Page[Serial]:
    """Units whose number has the text in it, whatever its case; of one part, or of all."""
    rows = select(Serial).join(Part, Part.id == Serial.part_id).where(_goes_by_its_part())
    if text.strip():
        rows = rows.where(func.lower(Serial.number).contains(text.strip().lower(), autoescape=True))
    if of is not None:
        rows = rows.where(Serial.part_id == of.id)
    return paged(rows.order_by(Serial.number, Part.sku), number=page)


def _goes_by_its_part() -> ColumnElement[bool]:
    """Units of placeholders that turned out to be another part go by that part now."""
    merged = select(CatalogueRequest.part_id).where(CatalogueRequest.merged_into_id.is_not(None))
    return Serial.part_id.not_in(merged)


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The units whose serial was scanned or typed, one a part."""
    found = serials_numbered(reading.serial or reading.text)
    return [Meaning(one.subject, "serial", serial=one.number) for one in found]


def serials_at(part: Part, location: Location) -> Sequence[Serial]:
    """The part's units at the location, by number."""
    rows = select(Serial).where(Serial.part_id == part.id, Serial.location_id == location.id)
    return db.session.scalars(rows.order_by(Serial.number)).all()


def serials_of(part_ids: Collection[UUID], location: Location) -> Sequence[Serial]:
    """The units of these parts at the location, by number."""
    rows = select(Serial).where(Serial.part_id.in_(part_ids), Serial.location_id == location.id)
    return db.session.scalars(rows.order_by(Serial.number)).all()


def later_moves(of: Serial, *, than: Movement) -> Sequence[Movement]:
    """The unit's moves after the given one that still stand, newest first."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    rows = select(Movement).where(
        Movement.serial_id == of.id,
        Movement.id > than.id,
        Movement.reverses_id.is_(None),
        Movement.id.not_in(undone),
    )
    return db.session.scalars(rows.order_by(Movement.id.desc())).all()


def allocations_for(subject: Subject) -> Sequence[Allocation]:
    """What is set apart for the thing, and where."""
    rows = select(Allocation).where(
        Allocation.subject_kind == subject.kind,
        Allocation.subject_id == subject.id,
        Allocation.quantity > 0,
    )
    return db.session.scalars(rows).all()


def reorder_level(part: Part, location: Location) -> ReorderLevel | None:
    """When the part is restocked at the location."""
    return db.session.get(ReorderLevel, (part.id, location.id))


def levels_of(part: Part) -> Sequence[tuple[ReorderLevel, Location]]:
    """Where the part is restocked, by the location's name."""
    rows = (
        select(ReorderLevel, Location)
        .join(Location, Location.id == ReorderLevel.location_id)
        .where(ReorderLevel.part_id == part.id)
        .order_by(Location.name)
    )
    return [(level, place) for level, place in db.session.execute(rows)]


def held(part: Part) -> Sequence[Held]:
    """What each place has of the part, by whose it is; by the location's name."""
    rows = (
        select(Location, Owner, Balance.quantity)
        .join(Balance, Balance.location_id == Location.id)
        .join(Owner, Owner.id == Balance.owner_id)
        .where(Balance.part_id == part.id, Balance.quantity != 0, Location.kind.in_(PLACES))
        .order_by(Location.name, Owner.name)
    )
    return [Held(place, owner, quantity) for place, owner, quantity in db.session.execute(rows)]


def negative_balances(*, page: int = 1, size: int | None = SIZE) -> Page[Balance]:
    """Places that owe stock, those that owe most first; no size: all of them.

    Used before received: the list that is investigated at once.
    """
    rows = (
        select(Balance)
        .join(Location, Location.id == Balance.location_id)
        .join(Part, Part.id == Balance.part_id)
        .where(Balance.quantity < 0, Location.kind.in_(PLACES))
        .order_by(Balance.quantity, Part.sku, Location.name, Balance.owner_id)
    )
    return paged_rows(rows, lambda row: row[0], number=page, size=size)


def owed_parts() -> Select[UUID]:
    """The ids of parts that some place owes."""
    return select(Balance.part_id).where(Balance.quantity < 0)


def causes_of_negative(owed: Sequence[Balance]) -> Sequence[Sequence[Movement]]:
    """For each balance, what was taken from the place although it wasn't there, newest first.

    Goes back through what left the place until it adds up to what is missing.
    """
    taken = _taken_from({balance.part_id for balance in owed}).subquery()
    rows = (
        select(Movement)
        .join(taken, taken.c.id == Movement.id)
        .where(taken.c.later < taken.c.missing)
        .order_by(Movement.id.desc())
    )
    causes = defaultdict[tuple[UUID, UUID, UUID], list[Movement]](list)
    for moved in db.session.scalars(rows):
        causes[moved.part_id, moved.source_id, moved.owner_id].append(moved)
    return [causes[one.part_id, one.location_id, one.owner_id] for one in owed]


def _taken_from(part_ids: Collection[UUID]) -> Select[int, Decimal, Decimal]:
    """What left places that owe these parts and still stands; `later`: how much left after it."""
    again = aliased(Movement)
    place = (Movement.part_id, Movement.source_id, Movement.owner_id)
    since = func.sum(Movement.quantity).over(partition_by=place, order_by=Movement.id.desc())
    owed = and_(
        Balance.part_id == Movement.part_id,
        Balance.location_id == Movement.source_id,
        Balance.owner_id == Movement.owner_id,
    )
    return (
        select(
            Movement.id,
            (since - Movement.quantity).label("later"),
            (-Balance.quantity).label("missing"),
        )
        .join(Balance, owed)
        .where(
            Balance.part_id.in_(part_ids),
            Balance.quantity < ZERO,
            Movement.reverses_id.is_(None),
            ~exists().where(again.reverses_id == Movement.id),
        )
    )


def stock_of(location_ids: Sequence[UUID], *, page: int = 1) -> Page[Balance]:
    """What lies at the locations: what they owe first, then by SKU."""
    rows = (
        select(Balance)
        .join(Part, Part.id == Balance.part_id)
        .where(Balance.location_id.in_(location_ids), Balance.quantity != 0)
        .order_by(Balance.quantity >= 0, Part.sku)
    )
    return paged(rows, number=page)
