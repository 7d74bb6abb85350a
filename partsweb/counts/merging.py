"""What was counted of a placeholder is counted of the part that it turned out to be."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.counts import rules
from partsweb.counts.models import UNDONE, UNPOSTED, CountLine
from partsweb.extensions import db
from partsweb.people.models import Person


def follow(request: CatalogueRequest, *, into: Part, by: Person, at: datetime) -> None:
    """Its lines are the part's; what isn't posted yet is counted again, both in one.

    Where the part has a line at the same place in the same count, the placeholder's stays beside
    it, uncounted: the books have nothing there any more.
    """
    lines = _lines_of(request.part_id)
    places = {_place(one) for one in lines}
    beside = [one for one in _lines_of(into.id) if _place(one) in places]
    taken = {_place(one) for one in beside}
    for line in lines:
        if _place(line) not in taken:
            line.part_id = into.id
    db.session.flush()
    _look_again([*lines, *beside], by=by, at=at)


def _lines_of(part_id: UUID) -> list[CountLine]:
    rows = select(CountLine).where(CountLine.part_id == part_id).order_by(CountLine.id)
    return list(db.session.scalars(rows))


def _place(line: CountLine) -> Hashable:
    return line.count_id, line.location_id, line.owner_id


def _look_again(lines: list[CountLine], *, by: Person, at: datetime) -> None:
    counted = [one for one in lines if one.state in UNPOSTED and one.counted is not None]
    for count in {one.count.id: one.count for one in counted if one.count.state in UNDONE}.values():
        same = [one for one in counted if one.count_id == count.id]
        rules.count_again(count, same, by=by, at=at)
