"""What is counted, what the books had at that moment, and how well they agreed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from partsweb.catalogue.models import Part
from partsweb.counts.models import (
    UNDONE,
    Count,
    CountCorrection,
    CountLine,
    CountState,
    LineState,
    Tally,
)
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.paging import SIZE, Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.stock.models import OURS, Balance, Movement, Owner, Serial


@dataclass(frozen=True)
class Progress:
    """How much of a count is done, and how well the books agreed."""

    lines: int
    counted: int
    exact: int
    posted: int

    @property
    def accuracy(self) -> int | None:
        """How many of a hundred posted lines were as the books said."""
        return None if not self.posted else self.exact * 100 // self.posted


@dataclass(frozen=True)
class Variance:
    """A counted line beside the books at the moment of counting.

    `value` is the variance in money; a unit is missing where the books had it and nobody saw it.
    """

    line: CountLine
    book: Decimal
    difference: Decimal
    value: Decimal
    missing: Sequence[str] = ()
    found: Sequence[str] = ()


# --- Counts ----------------------------------------------------------------------------------


def count(count_id: UUID, *, seen_by: Person) -> Count:
    """One count, for the stock keepers and for whoever holds the van."""
    found = db.session.get(Count, count_id)
    if found is None or not may_see(found, seen_by):
        raise NotFound("There is no such count.")
    return found


def line(line_id: UUID, *, seen_by: Person) -> CountLine:
    """One line of a count that the person may see."""
    found = db.session.get(CountLine, line_id)
    if found is None or not may_see(found.count, seen_by):
        raise NotFound("There is no such line.")
    return found


def may_see(found: Count, person: Person) -> bool:
    """The stock keepers see all counts, a technician those of the own van."""
    return person.may("move stock") or found.location.held_by_id == person.id


def counts(
    *,
    seen_by: Person,
    at: Location | None = None,
    undone: bool = False,
    page: int = 1,
    size: int = SIZE,
) -> Page[Count]:
    """Counts of all places or of one, those that somebody is at first, then the newest."""
    rows = select(Count)
    if not seen_by.may("move stock"):
        rows = rows.join(Location, Location.id == Count.location_id)
        rows = rows.where(Location.held_by_id == seen_by.id)
    if at is not None:
        rows = rows.where(Count.location_id == at.id)
    if undone:
        rows = rows.where(Count.state.in_(UNDONE))
    order = rows.order_by(Count.state.not_in(UNDONE), Count.started_at.desc(), Count.number.desc())
    return paged(order, number=page, size=size)


def undone_at(place: Location) -> Count | None:
    """The count of the place that somebody is at."""
    return db.session.scalar(
        select(Count).where(Count.location_id == place.id, Count.state.in_(UNDONE))
    )


def progress(of: Collection[Count]) -> dict[UUID, Progress]:
    """By count: how many lines it has, how many are counted, how many agreed."""
    posted = CountLine.state == LineState.POSTED
    rows = (
        select(
            CountLine.count_id,
            func.count(),
            func.count(CountLine.counted),
            func.count().filter(posted, CountLine.variance == ZERO),
            func.count().filter(posted),
        )
        .where(CountLine.count_id.in_([one.id for one in of]))
        .group_by(CountLine.count_id)
    )
    found = {row[0]: Progress(*row[1:]) for row in db.session.execute(rows)}
    return {one.id: found.get(one.id, Progress(0, 0, 0, 0)) for one in of}


# --- Lines -----------------------------------------------------------------------------------


def lines(
    of: Count, *, only_open: bool = False, page: int = 1, size: int = SIZE
) -> Page[CountLine]:
    """The lines in the order in which one walks: by location, then by SKU."""
    rows = _lines(CountLine.count_id == of.id)
    if only_open:
        rows = rows.where(CountLine.state == LineState.OPEN)
    return paged(rows, number=page, size=size)


def all_lines(of: Count, *states: LineState) -> Sequence[CountLine]:
    """All lines of the count that are in one of these states, or simply all."""
    rows = _lines(CountLine.count_id == of.id)
    return db.session.scalars(rows.where(CountLine.state.in_(states)) if states else rows).all()


def lines_of_part(of: Count, part: Part) -> Sequence[CountLine]:
    """Where in the count the part is: at several bins, or of several owners."""
    return db.session.scalars(
        _lines(CountLine.count_id == of.id, CountLine.part_id == part.id)
    ).all()


def _lines(*where: ColumnElement[bool]) -> Select[CountLine]:
    rows = select(CountLine).join(Part, Part.id == CountLine.part_id).where(*where)
    rows = rows.join(Location, Location.id == CountLine.location_id)
    return rows.order_by(Location.name, Part.sku, CountLine.owner_id, CountLine.id)


def tallies_of(of: CountLine) -> Sequence[Tally]:
    """All that was seen of the line, the newest first."""
    rows = select(Tally).where(Tally.line_id == of.id)
    return db.session.scalars(rows.order_by(Tally.id.desc())).all()


def corrections_of(of: Collection[CountLine]) -> Sequence[CountCorrection]:
    """What was set right after posting, oldest first."""
    rows = select(CountCorrection).where(CountCorrection.line_id.in_([one.id for one in of]))
    return db.session.scalars(rows.order_by(CountCorrection.recorded_at)).all()


def owners_of(part: Part) -> Sequence[Owner]:
    """Whose stock of the part there is anywhere: ours first."""
    has = exists().where(Balance.part_id == part.id, Balance.owner_id == Owner.id)
    rows = select(Owner).where(or_(Owner.id == OURS, has))
    return db.session.scalars(rows.order_by(Owner.id != OURS, Owner.name)).all()


def balances_without_line(of: Count) -> Sequence[Balance]:
    """What the books have there and no line of the count is about."""
    same = and_(
        CountLine.count_id == of.id,
        CountLine.part_id == Balance.part_id,
        CountLine.location_id == Balance.location_id,
        CountLine.owner_id == Balance.owner_id,
    )
    rows = select(Balance).where(
        Balance.location_id.in_(locations.within(of.location)),
        Balance.quantity != ZERO,
        ~exists().where(same),
    )
    return db.session.scalars(rows).all()


# --- The books at the moment of counting -----------------------------------------------------


_taken_back = aliased(Movement)
# What is taken back never was: it counts as of the moment of what it takes back.
HAPPENED_AT = func.coalesce(_taken_back.occurred_at, Movement.occurred_at)
_TOUCHES = and_(
    Movement.part_id == CountLine.part_id,
    Movement.owner_id == CountLine.owner_id,
    or_(
        Movement.source_id == CountLine.location_id,
        Movement.target_id == CountLine.location_id,
    ),
)


def happened_at(moved: Movement) -> datetime:
    """When the movement happened; one that takes another back, when that one did."""
    if moved.reverses_id is None:
        return moved.occurred_at
    return db.session.get_one(Movement, moved.reverses_id).occurred_at


def _since(of: Collection[CountLine], *columns: Any) -> Select[Any]:
    """Movements at the lines' places that happened after they were counted."""
    return (
        select(CountLine.id, *columns)
        .join(Movement, _TOUCHES)
        .outerjoin(_taken_back, _taken_back.id == Movement.reverses_id)
        .where(
            CountLine.id.in_([one.id for one in of]),
            CountLine.counted_at < HAPPENED_AT,
        )
    )


def books(of: Sequence[CountLine]) -> dict[UUID, Decimal]:
    """By line: what the books had when it was counted, by all that is known by now."""
    arrived = Movement.target_id == CountLine.location_id
    moved = func.sum(case((arrived, Movement.quantity), else_=-Movement.quantity))
    rows = db.session.execute(_since(of, moved).group_by(CountLine.id))
    after: dict[UUID, Decimal] = {row[0]: row[1] for row in rows}
    now = _balances(of)
    return {one.id: now[_key(one)].quantity - after.get(one.id, ZERO) for one in of}


def variances(of: Sequence[CountLine]) -> list[Variance]:
    """The counted lines beside the books, in their order."""
    counted = [one for one in of if one.counted is not None]
    book, units, cost = books(counted), _units(counted), costs(counted)
    return [_variance(one, book[one.id], units[one.id], cost[one.id]) for one in counted]


def _variance(one: CountLine, book: Decimal, units: set[str], cost: Decimal) -> Variance:
    seen = set(one.numbers)
    if not one.part.serialized:
        difference = (one.counted or ZERO) - book
        return Variance(one, book, difference, rounded(difference * cost))
    missing, found = sorted(units - seen), sorted(seen - units)
    difference = Decimal(len(found) - len(missing))
    # Each unit is looked for: one found doesn't make up for one missing.
    value = rounded(max(len(found), len(missing)) * cost)
    return Variance(one, Decimal(len(units)), difference, value, missing, found)


def costs(of: Sequence[CountLine]) -> dict[UUID, Decimal]:
    """By line: what one is worth: the average there, the last cost known, else the list price."""
    now, last = _balances(of), _last_costs({one.part_id for one in of})
    found = {}
    for one in of:
        held = now[_key(one)]
        average = rounded(held.value / held.quantity) if held.quantity > 0 else held.unit_cost
        known = average or last.get(one.part_id, ZERO)
        listed = one.part.list_price or ZERO
        found[one.id] = listed if one.owner_id != OURS else known or listed
    return found


def _last_costs(part_ids: set[UUID]) -> dict[UUID, Decimal]:
    rows = (
        select(Balance.part_id, func.max(Balance.unit_cost))
        .where(Balance.part_id.in_(part_ids), Balance.owner_id == OURS)
        .group_by(Balance.part_id)
    )
    return dict(db.session.execute(rows).all())


def _balances(of: Sequence[CountLine]) -> dict[tuple[UUID, UUID, UUID], Balance]:
    rows = select(Balance).where(
        Balance.part_id.in_({one.part_id for one in of}),
        Balance.location_id.in_({one.location_id for one in of}),
    )
    fresh = rows.execution_options(populate_existing=True)
    found = {_key(balance): balance for balance in db.session.scalars(fresh)}
    nothing = Balance(quantity=ZERO, value=ZERO, unit_cost=ZERO)
    return {_key(one): found.get(_key(one), nothing) for one in of}


def _key(one: CountLine | Balance) -> tuple[UUID, UUID, UUID]:
    return (one.part_id, one.location_id, one.owner_id)


def _units(of: Sequence[CountLine]) -> dict[UUID, set[str]]:
    """By line: the numbers of the units that the books had there when it was counted."""
    units = [one for one in of if one.part.serialized]
    here = and_(
        Serial.part_id == CountLine.part_id,
        Serial.location_id == CountLine.location_id,
        Serial.owner_id == CountLine.owner_id,
    )
    now = select(CountLine.id, Serial.number).join(Serial, here)
    found: dict[UUID, set[str]] = {one.id: set() for one in of}
    ids = [one.id for one in units]
    for line_id, number in db.session.execute(now.where(CountLine.id.in_(ids))):
        found[line_id].add(number)
    arrived = Movement.target_id == CountLine.location_id
    net = func.sum(case((arrived, 1), else_=-1))
    since = _since(units, Serial.number, net).join(Serial, Serial.id == Movement.serial_id)
    for line_id, number, more in db.session.execute(since.group_by(CountLine.id, Serial.number)):
        if more > 0:
            found[line_id].discard(number)
        elif more < 0:
            found[line_id].add(number)
    return found


def units_here(of: Sequence[CountLine]) -> dict[UUID, list[str]]:
    """By line: the units that the books have there now, to tick."""
    here = and_(
        Serial.part_id == CountLine.part_id,
        Serial.location_id == CountLine.location_id,
        Serial.owner_id == CountLine.owner_id,
    )
    ids = [one.id for one in of if one.part.serialized]
    rows = select(CountLine.id, Serial.number).join(Serial, here).where(CountLine.id.in_(ids))
    found: dict[UUID, list[str]] = {one.id: [] for one in of}
    for line_id, number in db.session.execute(rows.order_by(Serial.number)):
        found[line_id].append(number)
    return found


def elsewhere(of: Sequence[CountLine]) -> dict[UUID, list[Serial]]:
    """By line: units that were seen there and that the books have in another place."""
    seen = {(one.part_id, number): one for one in of for number in one.numbers}
    rows = select(Serial).where(
        Serial.part_id.in_({part_id for part_id, _ in seen}),
        Serial.number.in_({number for _, number in seen}),
    )
    found: dict[UUID, list[Serial]] = {one.id: [] for one in of}
    for unit in db.session.scalars(rows) if seen else ():
        one = seen.get((unit.part_id, unit.number))
        if one is not None and unit.location_id != one.location_id:
            found[one.id].append(unit)
    return found


def moved_since(unit: Serial, moment: datetime) -> bool:
    """Whether the unit moved after the moment, by what is known now."""
    rows = (
        select(Movement.id)
        .outerjoin(_taken_back, _taken_back.id == Movement.reverses_id)
        .where(Movement.serial_id == unit.id, moment < HAPPENED_AT)
    )
    return db.session.scalar(rows.limit(1)) is not None


def posted_since(moment: datetime, location_ids: Collection[UUID]) -> Sequence[CountLine]:
    """Posted lines of these locations that were counted at the moment or later, oldest first."""
    rows = select(CountLine).where(
        CountLine.state == LineState.POSTED,
        CountLine.counted_at >= moment,
        CountLine.location_id.in_(location_ids),
    )
    return db.session.scalars(rows.order_by(CountLine.counted_at, CountLine.id)).all()


def last_posted(place: Location) -> Count | None:
    """The last count of the place that was posted."""
    rows = select(Count).where(Count.location_id == place.id, Count.state == CountState.POSTED)
    return db.session.scalar(rows.order_by(Count.posted_at.desc()).limit(1))
