"""How a counted line comes into the books, and how it stays right when older news arrives.

What was counted at a moment holds for that moment: whatever happened before it and becomes known
later is in the counted figure already, so the variance is corrected by as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from partsweb.counts import queries
from partsweb.counts.models import CountCorrection, CountLine, LineState
from partsweb.counts.queries import Variance
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.words import moment, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import VIRTUAL, Kind
from partsweb.people.models import Person
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.booking import cost_of_one, lock
from partsweb.stock.models import Movement, Reason
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

CORRECTION = "count-correction"
ONE = Decimal(1)


def hold(lines: Sequence[CountLine]) -> list[Variance]:
    """Nobody moves what they are about before this write is done; how they stand to the books."""
    lock({(one.part_id, one.location_id, one.owner_id) for one in lines})
    return queries.variances(lines)


def enter(found: Variance, *, by: Person) -> None:
    """Let the books have what was counted, as of the moment it was counted."""
    line = found.line
    assert line.counted_at is not None
    moves = _unit_moves(found) if line.part.serialized else _moves(found)
    posted = ledger.post(moves, by=by, at=line.counted_at) if moves else []
    arrived = [one.value if one.target_id == line.location_id else -one.value for one in posted]
    line.state, line.posted_by = LineState.POSTED, by
    line.book, line.variance, line.value = found.book, found.difference, sum(arrived, ZERO)
    db.session.flush()


def take_back(line: CountLine, *, by: Person, at: datetime) -> None:
    """As if it had not been posted: its movements and its corrections are reversed."""
    line.state = LineState.TAKEN_BACK
    db.session.flush()
    causes = [line.subject, *(one.subject for one in queries.corrections_of([line]))]
    posted = [moved for cause in causes for moved in stock.caused_by(cause)]
    done = stock.taken_back(posted)
    for moved in sorted(posted, key=lambda moved: -moved.id):
        if moved.reverses_id is None and moved.id not in done:
            ledger.reverse(moved, by=by, at=at)


def follow_late(posted: Sequence[Movement], *, by: Person | None, at: datetime) -> None:
    """Movements came in that happened before something was counted: that count is set right."""
    news = [(moved, queries.happened_at(moved)) for moved in posted if not _is_correction(moved)]
    if not news:
        return
    places = {place for moved, _ in news for place in (moved.source_id, moved.target_id)}
    lines = queries.posted_since(min(when for _, when in news), places)
    for moved, when in news if lines else ():
        for place_id, change in (
            (moved.source_id, -moved.quantity),
            (moved.target_id, moved.quantity),
        ):
            line = next((one for one in lines if _knew(one, moved, place_id, when)), None)
            if line is not None and not _brought_back(moved, change):
                _correct(line, moved, change, by=by)


def _is_correction(moved: Movement) -> bool:
    return moved.cause_kind == CORRECTION and moved.reverses_id is None


def _knew(line: CountLine, moved: Movement, place_id: object, when: datetime) -> bool:
    """Whether the line was counted after the movement happened, so that it is in the figure."""
    same = (line.part_id, line.owner_id) == (moved.part_id, moved.owner_id)
    own = moved.cause_kind == "count-line" and moved.cause_id == line.id
    assert line.counted_at is not None
    return same and not own and line.location_id == place_id and line.counted_at >= when


def _correct(line: CountLine, moved: Movement, change: Decimal, *, by: Person | None) -> None:
    """The opposite of the late movement, naming the count; whoever approved it is told."""
    assert line.counted_at is not None
    db.session.refresh(line, with_for_update={"of": CountLine})
    correction = CountCorrection(
        line=line, movement=moved, quantity=-change, recorded_at=clock.now()
    )
    db.session.add(correction)
    db.session.flush()
    move = _opposite(line, moved, change, correction)
    if move is not None:
        ledger.post([move], by=by, at=line.counted_at)
    explained = move is not None or moved.serial is None or moved.serial.number not in line.numbers
    if explained:
        worth = moved.value if change > ZERO else -moved.value
        line.book = (line.book or ZERO) + change
        line.variance = (line.variance or ZERO) - change
        line.value = (line.value or ZERO) - worth
    db.session.flush()
    _tell(line, moved, change, by)


def _opposite(
    line: CountLine, moved: Movement, change: Decimal, correction: CountCorrection
) -> Move | None:
    """What brings the place back to what was counted.

    A unit that leaves late was missing already when it was counted; one that came late and was seen
    is where it should be.
    """
    unit = moved.serial
    if unit is not None and (change < ZERO or unit.number in line.numbers):
        return None
    outside = locations.single(Kind.ADJUSTMENT)
    source, target = (line.location, outside) if change > ZERO else (outside, line.location)
    said = f"Counted {moment(line.counted_at)}, when this had happened already"
    return Move(
        line.part,
        source,
        target,
        abs(change),
        Reason.COUNT,
        owner_id=line.owner_id,
        serial=unit,
        value=moved.value,
        cause=correction.subject,
        note=said,
    )


def _brought_back(moved: Movement, change: Decimal) -> bool:
    """A unit that the count wrote off comes into the books again only to leave them at once."""
    brought = moved.serial_id is not None and change > ZERO
    return brought and moved.source.kind == Kind.ADJUSTMENT


def _tell(line: CountLine, moved: Movement, change: Decimal, by: Person | None) -> None:
    part, place = line.part, line.location
    said = (
        f"{qty(abs(change))} × {part.description} {part.sku} {_went(change)} {place.called} before "
        f"it was counted, and it became known later: the variance is {qty(line.variance)} now"
    )
    timeline.record(line.count.subject, "count-corrected", said, by=by)
    told = line.approved_by or line.posted_by
    if told is not None:
        timeline.tell(told, line.count.subject, f"{line.count.number}: {said}")


def _went(change: Decimal) -> str:
    return "came into" if change > ZERO else "left"


def _moves(found: Variance) -> list[Move]:
    """The variance itself."""
    if not found.difference:
        return []
    return [_move(found.line, found.difference)]


def _move(line: CountLine, difference: Decimal) -> Move:
    outside = locations.single(Kind.ADJUSTMENT)
    more = difference > ZERO
    source, target = (outside, line.location) if more else (line.location, outside)
    return Move(
        line.part,
        source,
        target,
        abs(difference),
        Reason.COUNT,
        owner_id=line.owner_id,
        unit_cost=_cost(line),
        cause=line.subject,
        note=line.why,
    )


def _unit_moves(found: Variance) -> list[Move]:
    """Missing units leave, found ones come from where the books have them.

    What has moved since it was counted is left alone: the later news is the better one.
    """
    line, outside = found.line, locations.single(Kind.ADJUSTMENT)
    assert line.counted_at is not None
    missing = [ledger.unit(line.part, number, outside) for number in found.missing]
    come = [
        ledger.unit(line.part, number, outside, owner_id=line.owner_id) for number in found.found
    ]
    pairs = [(unit, line.location, outside) for unit in missing]
    pairs += [(unit, unit.location, line.location) for unit in come]
    return [
        Move(
            line.part,
            source,
            target,
            ONE,
            Reason.COUNT,
            owner_id=line.owner_id if source.kind in VIRTUAL else unit.owner_id,
            serial=unit,
            unit_cost=_cost(line),
            cause=line.subject,
            note=line.why,
        )
        for unit, source, target in pairs
        if unit.location_id == source.id
        and source.id != target.id
        and not queries.moved_since(unit, line.counted_at)
    ]


def _cost(line: CountLine) -> Decimal:
    key = (line.part_id, line.location_id, line.owner_id)
    return cost_of_one(lock([key])[key])
