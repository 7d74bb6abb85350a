"""Parts, by SKU."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Part
from partsweb.exchange.kind import ADDED, Kept, Kind, Names, Row, as_it_is, compared, known_by
from partsweb.exchange.values import Amount, Code, Unit, Words, Yes, YesOrDay
from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Location
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger

Levels = Mapping[str, tuple[Decimal | None, Decimal | None]]
KEPT = (
    "description",
    "category",
    "unit",
    "compliance",
    "core_charge",
    "list_price",
    "warranty_months",
    "active",
)


class PartRow(Row):
    """One part."""

    synonyms: ClassVar[Names] = {
        "sku": ("part number", "part no", "item number", "item", "part", "ipn"),
        "description": ("name", "part name", "product name", "title"),
        "category": ("group",),
        "unit": ("uom", "unit of measure", "units"),
        "serialized": ("serialised", "trackable", "serial tracked"),
        "core_charge": ("core", "deposit"),
        "list_price": ("price", "sell price", "unit price", "msrp", "retail price"),
        "reorder_maximum": ("reorder max", "max", "maximum"),
        "reorder_point": ("min", "minimum", "minimum stock", "reorder level"),
    }
    only_with: ClassVar[dict[str, str]] = {
        "reorder_point": "reorder_location",
        "reorder_maximum": "reorder_location",
    }
    empty_is_no: ClassVar[frozenset[str]] = frozenset({"discontinued"})

    sku: Code = Field(description="our number, kept as written; what tells parts apart")
    description: Words = Field(description="what it is called")
    category: Words = Field("", description="what it belongs to")
    unit: Unit = Field("EA", description="what is counted; EA where it isn't said")
    serialized: Yes = Field(False, description="yes: every unit has a serial; stays as it is")
    compliance: Yes = Field(False, description="yes: its install needs evidence")
    core_charge: Amount = Field(Decimal(0), description="the refundable deposit on one")
    list_price: Amount = Field(Decimal(0), description="what one is sold for")
    active: Yes = Field(True, description="no: it isn't offered any more")
    discontinued: YesOrDay = Field(False, description="yes, or since when: it isn't offered")
    reorder_point: Amount | None = Field(
        None, description="restock at so many; needs reorder_location"
    )
    reorder_maximum: Amount | None = Field(None, description="restock up to so many")
    reorder_location: Words = Field("", description="where reorder point and maximum hold")

    @property
    def key(self) -> Hashable:
        """Its SKU."""
        return self.sku

    @property
    def offered(self) -> bool | None:
        """Whether it can be had; None where the file doesn't say."""
        if not {"active", "discontinued"} & self.model_fields_set:
            return None
        return self.active and not self.discontinued


class Parts(Kind[PartRow]):
    """The catalogue."""

    name: ClassVar = "parts"
    things: ClassVar = "parts"
    row: ClassVar = PartRow

    def __init__(self, rows: Sequence[PartRow]) -> None:
        """Look up parts and locations."""
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        places = {row.reorder_location for row in rows} - {""}
        self.places: dict[str, Location] = known_by(Location.name, places)

    def keep(self, row: PartRow) -> Kept:
        """Add the part, or change what the file says of it."""
        known = self.parts.get(row.sku)
        if known is None:
            part, kept = self._add(row), ADDED
        else:
            part, kept = known, self._change(known, row)
        return kept.also(self._set_reorder_level(part, row))

    def _add(self, row: PartRow) -> Part:
        part = catalogue.add_part(
            row.sku,
            row.description,
            category=row.category,
            unit=row.unit,
            serialized=row.serialized,
            compliance=row.compliance,
            core_charge=row.core_charge,
            list_price=row.list_price,
        )
        if row.offered is False:
            catalogue.change_part(part, **(as_it_is(part, KEPT) | {"active": False}))
        self.parts[row.sku] = part
        return part

    def _change(self, part: Part, row: PartRow) -> Kept:
        if row.given.get("serialized", part.serialized) != part.serialized:
            raise Refusal("whether a part has serials can't be changed", field="serialized")
        given = {field: row.given[field] for field in KEPT if field in row.given}
        if row.offered is not None:
            given["active"] = row.offered
        before = as_it_is(part, KEPT)
        catalogue.change_part(part, **(before | given))
        return compared(before, as_it_is(part, KEPT))

    def _set_reorder_level(self, part: Part, row: PartRow) -> Levels:
        """Say when it is restocked, where the file says it; tells what is new of that."""
        if row.reorder_point is None:
            return {}
        place = self.places.get(row.reorder_location)
        if place is None:
            raise Refusal(f"there is no location {row.reorder_location}", field="reorder_location")
        level = stock.reorder_level(part, place)
        before = (level.point, level.maximum) if level else (None, None)
        wanted = (row.reorder_point, row.reorder_maximum)
        if before == wanted:
            return {}
        ledger.set_reorder_level(part, place, point=wanted[0], maximum=wanted[1])
        return {"reorder_point": (before[0], wanted[0])}
