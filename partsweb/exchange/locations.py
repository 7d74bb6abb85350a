"""Locations, by name."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from partsweb.exchange.kind import ADDED, Kept, Kind, Names, Row, as_it_is, compared, known_by
from partsweb.exchange.values import Code, Words, Yes, shown
from partsweb.kit.refusal import Refusal
from partsweb.locations import rules as locations
from partsweb.locations.models import PLACES, Location
from partsweb.locations.models import Kind as LocationKind
from partsweb.people import queries as people
from partsweb.people.models import Person

KEPT = ("address", "active")
WORDS = {
    "vehicle": "van",
    "depot": "warehouse",
    "store": "warehouse",
    "shelf": "bin",
    "bin location": "bin",
}


def _kind(cell: str) -> LocationKind:
    word = cell.strip().casefold()
    for kind in PLACES:
        if WORDS.get(word, word) == kind.value:
            return kind
    raise ValueError(f"{shown(cell.strip())} is none of warehouse, bin, van")


def _name(cell: str) -> str:
    return " ".join(cell.split())


class LocationRow(Row):
    """One location."""

    synonyms: ClassVar[Names] = {
        "name": ("location", "location name", "code", "warehouse"),
        "kind": ("type", "location type"),
        "parent": ("parent name", "in", "within", "belongs to"),
        "held_by": ("technician", "driver", "login"),
    }

    name: Annotated[str, BeforeValidator(_name)] = Field(description="what tells locations apart")
    kind: Annotated[LocationKind, BeforeValidator(_kind)] = Field(
        LocationKind.WAREHOUSE, description="warehouse, bin or van; warehouse where it isn't said"
    )
    parent: Words = Field("", description="of a bin: the warehouse that it is in")
    held_by: Code = Field("", description="of a van: the sign-in name of who drives it")
    address: Words = Field("", description="where it stands")
    active: Yes = Field(True, description="no: it isn't used any more")

    @property
    def key(self) -> Hashable:
        """Its name."""
        return self.name


class Locations(Kind[LocationRow]):
    """Where stock can be."""

    name: ClassVar = "locations"
    things: ClassVar = "locations"
    row: ClassVar = LocationRow

    def __init__(self, rows: Sequence[LocationRow]) -> None:
        """Look up the locations, and those that bins are in."""
        names = {row.name for row in rows} | {row.parent for row in rows if row.parent}
        self.places: dict[str, Location] = known_by(Location.name, names)

    def keep(self, row: LocationRow) -> Kept:
        """Open the location, or change what the file says of it."""
        known = self.places.get(row.name)
        if known is None:
            opened = self._open(row)
            self.places[row.name] = opened
            if not row.active:
                locations.change(opened, name=row.name, address=row.address, active=False)
            return ADDED
        return self._change(known, row)

    def _open(self, row: LocationRow) -> Location:
        parent = self._parent(row)
        driver = self._driver(row)
        return locations.open_location(
            row.name, row.kind, parent=parent, held_by=driver, address=row.address
        )

    def _change(self, place: Location, row: LocationRow) -> Kept:
        if row.given.get("kind", place.kind) != place.kind:
            raise Refusal(f"{place.name} is a {place.kind.value} already", field="kind")
        before, driver = as_it_is(place, KEPT), self._driver(row)
        given = {field: row.given[field] for field in KEPT if field in row.given}
        locations.change(place, name=place.name, **(before | given))
        kept = compared(before, as_it_is(place, KEPT))
        if driver is None or place.held_by_id == driver.id:
            return kept
        held = place.held_by.name if place.held_by else None
        locations.hand_over(place, to=driver)
        return kept.also({"held_by": (held, driver.name)})

    def _parent(self, row: LocationRow) -> Location | None:
        if row.kind != LocationKind.BIN:
            return None
        parent = self.places.get(row.parent)
        if parent is None:
            raise Refusal(
                f"there is no warehouse '{row.parent}' above this row; a bin is in one",
                field="parent",
            )
        return parent

    def _driver(self, row: LocationRow) -> Person | None:
        driver = people.by_login(row.held_by) if row.held_by else None
        if row.held_by and driver is None:
            raise Refusal(f"nobody signs in as {row.held_by}", field="held_by")
        return driver
