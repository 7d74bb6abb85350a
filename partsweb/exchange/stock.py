"""Opening stock, by part, location and bin.

A quantity says what the place held when the books began. The same file again therefore moves
nothing, whatever happened since; another quantity corrects the opening balance by the difference.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from partsweb.catalogue.models import Part
from partsweb.exchange import queries
from partsweb.exchange.kind import UNCHANGED, Change, Kept, Kind, Names, Row, known_by
from partsweb.exchange.values import Amount, Codes, Quantity, Words
from partsweb.exchange.values import Code as CodeValue
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.kit.words import qty
from partsweb.locations import rules as locations
from partsweb.locations.models import Kind as LocationKind
from partsweb.locations.models import Location
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.rules import Move

NO_SHELF = frozenset({"", "n/a", "na", "none", "-"})
MOVES_AT_ONCE = 1000


class StockRow(Row):
    """How much of a part lay at a place."""

    synonyms: ClassVar[Names] = {
        "sku": ("part number", "part no", "item number", "item", "part"),
        "location": ("location name", "warehouse", "site"),
        "shelf": ("rack", "row", "aisle"),
        "bin": ("bin number", "bin location", "compartment"),
        "quantity": ("qty", "on hand", "quantity on hand", "qty on hand", "stock"),
        "unit_cost": ("cost", "average cost", "standard cost", "purchase price"),
        "serials": ("serial", "serial number", "serial numbers", "serial no"),
        "reorder_point": ("min", "minimum", "reorder level", "min stock"),
        "reorder_maximum": ("max", "maximum", "reorder max", "max stock"),
    }

    sku: CodeValue = Field(description="our number of the part")
    location: Words = Field(description="where it lies")
    shelf: Words = Field("", description="makes a bin of the warehouse: “Depot A-6”")
    bin: Words = Field("", description="the same; either of them may be missing")
    quantity: Quantity = Field(description="how many; may be below zero")
    unit_cost: Amount | None = Field(None, description="what one is worth")
    serials: Codes = Field((), description="of a serialized part: its units, by comma or semicolon")
    reorder_point: Amount | None = Field(None, description="restock the location at so many")
    reorder_maximum: Amount | None = Field(None, description="restock it up to so many")

    @property
    def key(self) -> Hashable | None:
        """Part and place; units of one part may stand in rows of their own."""
        return None if self.serials else (self.sku, self.location, self.bin_name)

    @property
    def title(self) -> str:
        """Its part and place."""
        return f"{self.sku} · {self.bin_name or self.location}"

    @property
    def bin_name(self) -> str:
        """The bin's name, empty where it lies in the warehouse at large."""
        shelf = "" if self.shelf.casefold() in NO_SHELF else self.shelf
        nothing = NO_SHELF if shelf else NO_SHELF | {"0"}
        compartment = "" if self.bin.casefold() in nothing else self.bin
        inside = "-".join(filter(None, (shelf, compartment)))
        return f"{self.location} {inside}" if inside else ""


class Stock(Kind[StockRow]):
    """What was there when the books began."""

    name: ClassVar = "stock"
    things: ClassVar = "stock rows"
    row: ClassVar = StockRow

    def __init__(self, rows: Sequence[StockRow]) -> None:
        """Look up parts and places, and what was opened before."""
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        names = {row.location for row in rows} | {row.bin_name for row in rows}
        self.places: dict[str, Location] = known_by(Location.name, names)
        self.opened = queries.opened()
        self.units = queries.opened_units()
        self.levels: dict[tuple[UUID, UUID], tuple[Decimal, Decimal | None]] = {}
        self.moves: list[Move] = []

    def keep(self, row: StockRow) -> Kept:
        """Note what is to be moved so that the opening balance is the row's."""
        part, warehouse = self._part(row), self._location(row)
        place = self._bin(row, warehouse)
        before = self.opened.get((part.id, place.id))
        serials = self._new_serials(part, place, row)
        more = Decimal(len(serials)) if row.serials else row.quantity - (before or ZERO)
        self.moves += ledger.opening_moves(
            part, place, more, unit_cost=row.unit_cost, serials=serials
        )
        restocked = self._set_reorder_level(part, warehouse, row)
        if more and before is None:
            return Kept(Change.ADDED, restocked)
        return UNCHANGED.also({"quantity": (before, row.quantity)} if more else {}).also(restocked)

    def finish(self) -> None:
        """Post what is to be moved."""
        for moves in batched(self.moves, MOVES_AT_ONCE):
            ledger.post(moves, by=None, at=clock.now())

    def _part(self, row: StockRow) -> Part:
        if row.sku not in self.parts:
            raise Refusal(f"there is no part {row.sku}", field="sku")
        return self.parts[row.sku]

    def _location(self, row: StockRow) -> Location:
        place = self.places.get(row.location)
        if place is None:
            raise Refusal(f"there is no location {row.location}", field="location")
        if not place.is_place:
            raise Refusal(f"stock can't begin in {place.name}", field="location")
        return place

    def _bin(self, row: StockRow, warehouse: Location) -> Location:
        """The bin that the row names, opened when it is the first to do so."""
        if not row.bin_name:
            return warehouse
        known = self.places.get(row.bin_name)
        if known is None:
            if warehouse.kind != LocationKind.WAREHOUSE:
                raise Refusal(f"{warehouse.name} is no warehouse and has no bins", field="shelf")
            known = locations.open_location(row.bin_name, LocationKind.BIN, parent=warehouse)
            self.places[row.bin_name] = known
        if known.parent_id != warehouse.id:
            raise Refusal(f"{row.bin_name} is not a bin in {warehouse.name}", field="shelf")
        return known

    def _new_serials(self, part: Part, place: Location, row: StockRow) -> list[str]:
        """The row's units that weren't brought in before."""
        if not row.serials:
            return []
        if not part.serialized:
            raise Refusal(f"{part.sku} is a part without serials", field="serials")
        if len(row.serials) != row.quantity:
            raise Refusal(f"{len(row.serials)} serials for {qty(row.quantity)}", field="serials")
        new = [number for number in row.serials if (part.id, number) not in self.units]
        for number in row.serials:
            began = self.units.setdefault((part.id, number), place.id)
            if began != place.id:
                where = db.session.get_one(Location, began).called
                raise Refusal(f"serial {number} began in {where}", field="serials")
        for known in filter(None, (stock.serial(part, number) for number in new)):
            raise Refusal(f"serial {known.number} is in {known.location.called}", field="serials")
        return new

    def _set_reorder_level(
        self, part: Part, place: Location, row: StockRow
    ) -> Mapping[str, tuple[Decimal | None, Decimal]]:
        """Say when the location is restocked, where the file says it; tells what is new."""
        if row.reorder_point is None:
            return {}
        wanted = (row.reorder_point, row.reorder_maximum)
        if self.levels.setdefault((part.id, place.id), wanted) != wanted:
            raise Refusal(
                f"another row says {qty(self.levels[part.id, place.id][0])} for {place.name}",
                field="reorder_point",
            )
        level = stock.reorder_level(part, place)
        if level is not None and (level.point, level.maximum) == wanted:
            return {}
        ledger.set_reorder_level(part, place, point=wanted[0], maximum=wanted[1])
        return {"reorder_point": (level.point if level else None, wanted[0])}
