"""The places that a stock list names: warehouses, bins that are opened as they are met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from partsweb.exchange.kind import known_by
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations import rules
from partsweb.locations.models import Kind, Location

if TYPE_CHECKING:
    from partsweb.exchange.stock import StockRow

INSTALLED = "installed"


class Places:
    """Locations by name, and their quarantines."""

    def __init__(self, rows: Sequence[StockRow]) -> None:
        names = {name for row in rows for name in (row.location, row.bin_name, row.inside) if name}
        self.known: dict[str, Location] = known_by(Location.name, names)
        # What customers have is in none of our places.
        self.known |= {
            name: locations.single(Kind.INSTALLED) for name in names if name.casefold() == INSTALLED
        }
        self.quarantines: dict[UUID, Location] = {}
        self.opened: list[str] = []

    def warehouse(self, row: StockRow) -> Location:
        """The location that the row names: a warehouse, a van, a bin, or with customers."""
        place = self.known.get(row.location)
        if place is None:
            raise Refusal(f"there is no location {row.location}", field="location")
        if not place.is_place and place.kind != Kind.INSTALLED:
            raise Refusal(f"stock can't begin in {place.name}", field="location")
        return place

    def of(self, row: StockRow) -> Location:
        """Where its stock lies: in the bin, opened when it is met first; what is spoilt apart."""
        place = self._bin(row, self.warehouse(row))
        if not row.is_spoilt or not place.is_place:
            return place
        if place.id not in self.quarantines:
            self.quarantines[place.id] = locations.quarantine_of(place)
        return self.quarantines[place.id]

    def found(self, row: StockRow) -> Location | None:
        """The same, where it is there already."""
        if row.location not in self.known or (row.inside and self._known_bin(row) is None):
            return None
        try:
            return self.of(row)
        except Refusal:
            return None

    def notes(self) -> list[str]:
        """Bins that nobody named before."""
        return [f"{len(self.opened)} bins opened, {self.opened[0]} first"] if self.opened else []

    def _known_bin(self, row: StockRow) -> Location | None:
        """By its whole name, else by what it is called inside the warehouse."""
        warehouse = self.known[row.location]
        alone = self.known.get(row.inside)
        if row.bin_name in self.known:
            return self.known[row.bin_name]
        return alone if alone is not None and alone.parent_id == warehouse.id else None

    def _bin(self, row: StockRow, warehouse: Location) -> Location:
        if not row.inside:
            return warehouse
        known = self._known_bin(row)
        if known is None:
            if warehouse.kind != Kind.WAREHOUSE:
                raise Refusal(f"{warehouse.name} is no warehouse and has no bins", field="shelf")
            known = rules.open_location(row.bin_name, Kind.BIN, parent=warehouse)
            self.known[row.bin_name] = known
            self.opened.append(known.name)
        if known.parent_id != warehouse.id:
            raise Refusal(f"{row.bin_name} is not a bin in {warehouse.name}", field="shelf")
        return known
