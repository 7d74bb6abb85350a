"""A place is counted: begun, tallied line by line, counted again, explained, posted.

How a line comes into the books, and stays right, is in posting.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select

from partsweb.approvals import queries as approvals
from partsweb.approvals import rules as asking
from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.catalogue.models import Part
from partsweb.counts import posting, queries
from partsweb.counts.models import (
    UNDONE,
    UNPOSTED,
    Count,
    CountLine,
    CountState,
    LineState,
    Tally,
)
from partsweb.counts.queries import Variance
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import NotAllowed, Refusal
from partsweb.kit.table import insert_all_absent, insert_if_absent
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.stock.models import OURS
from partsweb.timeline import rules as timeline

# --- Beginning and ending --------------------------------------------------------------------


def start(place: Location, *, by: Person, at: datetime) -> Count:
    """Begin to count a place with its bins; what the books have there is what is looked for."""
    _refuse_stranger(place, by)
    if not place.is_place:
        raise Refusal("Only warehouses, bins and vans are counted.")
    # Of two who begin at once, the second one sees the first.
    db.session.execute(select(Location.id).where(Location.id == place.id).with_for_update())
    there = queries.undone_at(place)
    if there is not None:
        raise Refusal(f"{place.called} is being counted: {there.number}. Go on there.")
    begun = Count(
        number=f"CT-{next_number('count'):06d}",
        location_id=place.id,
        started_by_id=by.id,
        started_at=at,
    )
    db.session.add(begun)
    db.session.flush()
    _take_up(begun)
    said = f"Begun to count {place.called}"
    timeline.record(begun.subject, "count-started", said, by=by, at=at)
    return begun


def start_all(*, by: Person, at: datetime) -> list[Count]:
    """Begin to count every warehouse and van that nobody is counting."""
    places = [at_ for at_ in locations.warehouses_and_vans() if queries.undone_at(at_) is None]
    return [start(place, by=by, at=at) for place in places]


def cancel(count: Count, *, by: Person, at: datetime) -> None:
    """It comes to nothing; of one that is posted in part, the rest does."""
    _hold(count)
    _refuse_unless(count, *UNDONE)
    for line in queries.all_lines(count, LineState.WAITING):
        _withdraw(line, by=by, at=at)
    some = bool(queries.all_lines(count, LineState.POSTED))
    count.state = CountState.POSTED if some else CountState.CANCELLED
    said = "Closed; what is not posted stays as the books have it" if some else "Cancelled"
    timeline.record(count.subject, "cancelled", said, by=by, at=at)
    db.session.flush()


# --- Counting --------------------------------------------------------------------------------


def tally(
    line: CountLine,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    numbers: Sequence[str] = (),
) -> None:
    """Somebody saw so many, or these units; of several tallies the latest by device counts."""
    _hold(line.count)
    db.session.refresh(line)
    _refuse_unless(line.count, CountState.COUNTING)
    seen = _seen(line.part, quantity, numbers)
    serials = "\n".join(seen)
    quantity = Decimal(len(seen)) if line.part.serialized else quantity
    row = Tally(
        line_id=line.id,
        quantity=quantity,
        serials=serials,
        by=by,
        occurred_at=at,
        recorded_at=clock.now(),
    )
    db.session.add(row)
    if line.counted_at is None or at >= line.counted_at:
        line.state, line.counted, line.serials = LineState.COUNTED, quantity, serials
        line.counted_at, line.counted_by = at, by
    db.session.flush()


def add(count: Count, part: Part, *, location: Location, owner_id: UUID = OURS) -> CountLine:
    """Something is there that the books don't have there."""
    _hold(count)
    _refuse_unless(count, CountState.COUNTING)
    if location.id not in locations.within(count.location):
        raise Refusal(f"{location.called} is not in {count.location.called}.", field="location")
    insert_if_absent(
        CountLine,
        **_fresh(count, part.id, location.id, owner_id),
    )
    same = [
        one
        for one in queries.lines_of_part(count, part)
        if one.location_id == location.id and one.owner_id == owner_id
    ]
    return same[0]


def finish(count: Count, *, by: Person, at: datetime, none_there: Iterable[UUID] = ()) -> None:
    """All is counted. What nobody counted stays uncounted, unless it is said that none is there."""
    _hold(count)
    _refuse_unless(count, CountState.COUNTING)
    _take_up(count)
    empty = set(none_there)
    for line in queries.all_lines(count, LineState.OPEN):
        if line.id in empty:
            tally(line, ZERO, by=by, at=at)
    done = queries.all_lines(count, LineState.COUNTED)
    if not done:
        raise Refusal("Nothing is counted yet.")
    count.state = CountState.COUNTED
    said = f"Counted {len(done)} {'line' if len(done) == 1 else 'lines'}"
    timeline.record(count.subject, "counted", said, by=by, at=at)
    db.session.flush()


def count_again(count: Count, lines: Sequence[CountLine], *, by: Person, at: datetime) -> None:
    """Look once more at these lines, without being told what was counted before."""
    _hold(count)
    _refuse_unless(count, *UNDONE)
    wanted = [line for line in lines if line.state in UNPOSTED and line.counted is not None]
    for line in wanted:
        if line.state == LineState.WAITING:
            _withdraw(line, by=by, at=at)
        line.state, line.counted, line.serials = LineState.OPEN, None, ""
        line.counted_at, line.counted_by = None, None
        line.recounts += 1
    count.state = CountState.COUNTING
    if wanted:
        said = f"To be counted again: {', '.join(line.part.sku for line in wanted)}"
        timeline.record(count.subject, "count-again", said, by=by, at=at)
    db.session.flush()


# --- Posting ---------------------------------------------------------------------------------


def post(
    count: Count,
    reasons: Mapping[UUID, str],
    *,
    limit: Decimal,
    by: Person,
    at: datetime,
) -> Sequence[CountLine]:
    """Let the books have what was counted; what is worth more than `limit` asks somebody else.

    Says which lines wait for approval.
    """
    _hold(count)
    _refuse_unless(count, CountState.COUNTED)
    found = posting.hold(queries.all_lines(count, LineState.COUNTED, LineState.SENT_BACK))
    _refuse_unexplained(found, reasons)
    waiting = []
    for one in found:
        one.line.why = reasons.get(one.line.id, "").strip() if _off(one) else ""
        if _off(one) and abs(one.value) > limit:
            _ask(one, by=by, at=at)
            waiting.append(one.line)
        else:
            posting.enter(one, by=by)
    count.posted_by, count.posted_at = by, at
    _record_posted(count, found, waiting, by=by, at=at)
    _stand(count)
    return waiting


def decided(approval: Approval, *, by: Person, at: datetime) -> None:
    """Somebody else has decided about a variance: it is posted, or goes back to be counted."""
    if approval.matter != Matter.COUNT:
        return
    line = db.session.get_one(CountLine, approval.subject_id)
    _hold(line.count)
    db.session.refresh(line)
    if line.counted_by_id == by.id:
        raise Refusal("You counted it yourself: somebody else has to decide.")
    if approval.decision == Decision.APPROVED_IN_PART:
        raise Refusal("A count is approved or not. Send it back to be counted again.")
    if approval.decision == Decision.APPROVED:
        _post_approved(line, approval, by=by)
    else:
        line.state = LineState.SENT_BACK
    said = f"{approval.decision.value.capitalize()}: {line.part.description} {line.part.sku}"
    timeline.record(line.count.subject, "decided", said, by=by, at=at, body=approval.why)
    _stand(line.count)


def take_back(line: CountLine, *, by: Person, at: datetime) -> None:
    """As if the line had not been posted."""
    _hold(line.count)
    db.session.refresh(line)
    if not by.may("move stock"):
        raise NotAllowed("A coordinator takes back what is posted.")
    if line.state != LineState.POSTED:
        raise Refusal(f"That line is {line.state.value}, not posted.")
    posting.hold([line])
    posting.take_back(line, by=by, at=at)
    said = f"Taken back: {line.part.description} {line.part.sku}"
    timeline.record(line.count.subject, "taken-back", said, by=by, at=at)
    db.session.flush()


# --- What it takes ---------------------------------------------------------------------------


def _hold(count: Count) -> None:
    """Nobody else changes the count before this write is done."""
    db.session.refresh(count, with_for_update={"of": Count})


def _take_up(count: Count) -> None:
    """A line for everything that the books have there."""
    rows = [
        _fresh(count, one.part_id, one.location_id, one.owner_id)
        for one in queries.balances_without_line(count)
    ]
    if rows:
        insert_all_absent(CountLine, rows)


def _fresh(count: Count, part_id: UUID, location_id: UUID, owner_id: UUID) -> dict[str, object]:
    return {
        "id": uuid4(),
        "count_id": count.id,
        "part_id": part_id,
        "location_id": location_id,
        "owner_id": owner_id,
        "state": LineState.OPEN,
        "serials": "",
        "recounts": 0,
        "why": "",
    }


def _seen(part: Part, quantity: Decimal, numbers: Sequence[str]) -> list[str]:
    """The units that were seen, each once; a part without serials has a number of them."""
    if quantity < ZERO:
        raise Refusal("Nobody counts less than nothing.", field="quantity")
    if not part.serialized:
        return []
    seen = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if any(len(number) > 100 for number in seen):
        raise Refusal("A serial has 1 to 100 characters.", field="found")
    if quantity and not seen:
        raise Refusal(f"Count {part.sku} by its serials.", field="found")
    return sorted(seen)


def _off(found: Variance) -> bool:
    """Whether the books had something else; units that stand for others are off too."""
    return bool(found.difference or found.missing or found.found)


def _refuse_unexplained(found: Sequence[Variance], reasons: Mapping[UUID, str]) -> None:
    errors = {
        f"why-{one.line.id}": "Say why."
        for one in found
        if _off(one) and not reasons.get(one.line.id, "").strip()
    }
    if errors:
        many = len(errors)
        said = "1 variance has no reason yet." if many == 1 else f"{many} variances have no reason."
        raise Refusal(said, errors=errors)


def _ask(found: Variance, *, by: Person, at: datetime) -> None:
    line = found.line
    line.state = LineState.WAITING
    text = (
        f"Count of {line.location.called}: {line.part.description} {line.part.sku}, "
        f"{qty(line.counted)} counted, the books say {qty(found.book)}"
    )
    asking.ask(
        line.subject, Matter.COUNT, text, by=by, at=at, reason=line.why, amount=abs(found.value)
    )


def _post_approved(line: CountLine, approval: Approval, *, by: Person) -> None:
    """What was approved is posted, as far as it is not more than that by now."""
    found = posting.hold([line])[0]
    if approval.amount is not None and abs(found.value) > approval.amount:
        raise Refusal("The books have changed since, and the variance is larger. Send it back.")
    line.approved_by = by
    posting.enter(found, by=approval.asked_by)


def _withdraw(line: CountLine, *, by: Person, at: datetime) -> None:
    for asked in approvals.of(line.subject, Matter.COUNT):
        asking.withdraw(asked, by=by, at=at)
    line.state = LineState.COUNTED


def _record_posted(
    count: Count,
    found: Sequence[Variance],
    waiting: Sequence[CountLine],
    *,
    by: Person,
    at: datetime,
) -> None:
    off = sum(1 for one in found if _off(one))
    said = f"Posted {len(found) - len(waiting)} lines, {off} of {len(found)} were off"
    if waiting:
        said += f"; {len(waiting)} wait for approval"
    timeline.record(count.subject, "count-posted", said, by=by, at=at)


def _stand(count: Count) -> None:
    """The state that follows from the lines."""
    db.session.flush()
    states = {line.state for line in queries.all_lines(count)}
    if LineState.WAITING in states:
        count.state = CountState.WAITING
    elif LineState.SENT_BACK in states:
        count.state = CountState.COUNTED
    elif count.state in UNDONE:
        count.state = CountState.POSTED
    db.session.flush()


def _refuse_stranger(place: Location, by: Person) -> None:
    if not by.may("move stock") and place.held_by_id != by.id:
        raise NotAllowed("You count your own van.")


def _refuse_unless(count: Count, *states: CountState) -> None:
    if count.state not in states:
        raise Refusal(f"{count.number} is {count.state.value}. Look at it again.")
