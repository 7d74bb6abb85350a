"""What was counted, from a sheet or a stock list that somebody filled in.

Each place of the file gets a count, or the one that somebody is at; what isn't filled in stays
uncounted. What is off is looked at, explained and posted on the count's page.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from partsweb.catalogue.models import Part
from partsweb.counts import queries as counts
from partsweb.counts import rules
from partsweb.counts.models import Count, CountLine
from partsweb.exchange.kind import ADDED, UNCHANGED, Kept, Kind, Names, Row, known_by
from partsweb.exchange.values import Code, Codes, Quantity, Words
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.sheets import FORMULA
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.people import queries as people
from partsweb.people.models import Person
from partsweb.stock.models import OURS


class CountRow(Row):
    """How many of a part somebody saw at a place."""

    synonyms: ClassVar[Names] = {
        "sku": ("part number", "part no", "item number", "item", "part"),
        "location": ("place", "location name", "warehouse", "site", "bin"),
        "counted": ("count", "counted quantity", "physical count", "actual"),
        "serials": ("serial", "serial number", "serial numbers"),
        "owner": ("whose",),
    }

    sku: Code = Field(description="our number of the part")
    location: Words = Field(description="the place or bin where it was counted")
    counted: Quantity | None = Field(None, description="how many are there; empty: not counted")
    serials: Codes = Field((), description="of a serialized part: the units that are there")
    owner: Words = Field("", description="whose it is, where a vendor keeps it with us")
    counted_at: Words = Field("", description="when, such as 2026-06-30 18:00; else now")
    counted_by: Words = Field("", description="the login of who counted; else who brings it in")

    @property
    def key(self) -> Hashable | None:
        """Part, place and owner."""
        return (unmarked(self.sku), unmarked(self.location), self.owner)


class Counts(Kind[CountRow]):
    """What was counted, on a sheet or a stock list with a column Counted."""

    name: ClassVar = "counts"
    things: ClassVar = "counted lines"
    row: ClassVar = CountRow

    def __init__(self, rows: Sequence[CountRow]) -> None:
        """Look up parts and places."""
        self.parts: dict[str, Part] = known_by(Part.sku, {unmarked(row.sku) for row in rows})
        self.places = {name: at for at in locations.places() for name in (at.name, at.called)}
        self.begun: dict[UUID, Count] = {}

    def keep(self, row: CountRow) -> Kept:
        """Note down what was seen."""
        if row.counted is None and not row.serials:
            return UNCHANGED
        part, place, by = self._part(row), self._place(row), self._counter(row)
        when = _moment(row)
        line = self._line(row, part, place, by=by, at=when)
        seen = (row.counted or ZERO) if not part.serialized else Decimal(len(row.serials))
        if (line.counted, line.numbers) == (seen, sorted(row.serials)):
            return UNCHANGED
        rules.tally(line, seen, by=by, at=when, numbers=row.serials)
        return ADDED

    def _part(self, row: CountRow) -> Part:
        found = self.parts.get(unmarked(row.sku))
        if found is None:
            raise Refusal(f"there is no part {unmarked(row.sku)}", field="sku")
        return found

    def _place(self, row: CountRow) -> Location:
        found = self.places.get(unmarked(row.location))
        if found is None:
            raise Refusal(f"there is no place {unmarked(row.location)}", field="location")
        return found

    def _counter(self, row: CountRow) -> Person:
        found = people.by_login(row.counted_by) if row.counted_by else self.by
        if found is None:
            raise Refusal("say who counted: there is nobody of that login", field="counted_by")
        return found

    def _line(
        self, row: CountRow, part: Part, place: Location, *, by: Person, at: datetime
    ) -> CountLine:
        """The line of the count that somebody is at, there or in the warehouse around it."""
        home = place.parent or place
        if home.id not in self.begun:
            there = counts.undone_at(place) or counts.undone_at(home)
            self.begun[home.id] = there or rules.start(home, by=by, at=at)
        return rules.add(self.begun[home.id], part, location=place, owner_id=_owner(row, part))


def unmarked(cell: str) -> str:
    """Without the apostrophe by which our CSV files keep a code from becoming a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _owner(row: CountRow, part: Part) -> UUID:
    if not row.owner:
        return OURS
    named = [one.id for one in counts.owners_of(part) if one.name == row.owner]
    if not named:
        raise Refusal(f"nobody called {row.owner} keeps {part.sku} with us", field="owner")
    return named[0]


def _moment(row: CountRow) -> datetime:
    """When it was counted, by the clock of the firm."""
    if not row.counted_at:
        return clock.now()
    try:
        told = datetime.fromisoformat(row.counted_at)
    except ValueError:
        raise Refusal("write the time like 2026-06-30 18:00", field="counted_at") from None
    when = (told if told.tzinfo else told.replace(tzinfo=clock.zone())).astimezone(UTC)
    if when > clock.now():
        raise Refusal("that time is still to come", field="counted_at")
    return when
