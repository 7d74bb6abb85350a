"""Parts, by SKU."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from partsweb.catalogue import many
from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes.models import Barcode
from partsweb.exchange.kind import (
    ADDED,
    UNCHANGED,
    Fields,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    as_it_is,
    compared,
    counted,
    known_by,
)
from partsweb.exchange.levels import levels_at
from partsweb.exchange.values import (
    Amount,
    Code,
    Codes,
    Currency,
    Money,
    Unit,
    Words,
    Yes,
    YesOrDay,
)
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.locations.models import Location

AT_ONCE = 2000
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
        "sku": ("part number", "part no", "item number", "item", "part", "ipn", "product code"),
        "description": ("name", "part name", "product name", "product", "title"),
        "category": ("group",),
        "unit": ("uom", "unit of measure", "units"),
        "serialized": ("serialised", "trackable", "serial tracked"),
        "core_charge": ("core", "deposit"),
        "list_price": ("price", "sell price", "unit price", "msrp", "retail price"),
        "currency": ("price currency",),
        "barcodes": ("barcode", "gtin", "ean", "upc"),
        "reorder_point": ("min", "minimum", "minimum stock", "reorder level", "min quantity"),
        "reorder_maximum": ("reorder max", "max", "maximum", "max quantity"),
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
    core_charge: Money = Field(Decimal(0), description="the refundable deposit on one")
    list_price: Money = Field(Decimal(0), description="what one is sold for")
    active: Yes = Field(True, description="no: it isn't offered any more")
    discontinued: YesOrDay = Field(False, description="yes, or since when: it isn't offered")
    currency: Currency = Field("", description="of its amounts, where it isn't ours")
    barcodes: Codes = Field((), description="codes that mean it, by comma or semicolon")
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
        """Look up parts, locations and barcodes."""
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        places = {row.reorder_location for row in rows} - {""}
        self.places: dict[str, Location] = known_by(Location.name, places)
        codes = {code for row in rows for code in row.barcodes}
        self.barcodes: dict[str, Barcode] = known_by(Barcode.code, codes)
        self.levels = levels_at(self.places.values())
        self.new: list[Part] = []
        self.renamed: set[UUID] = set()
        self.taught: list[tuple[Part, str]] = []

    def keep(self, row: PartRow) -> Kept:
        """Add the part, or change what the file says of it."""
        known = self.parts.get(row.sku)
        if known is None:
            part, kept = self._add(row), ADDED
        else:
            part, kept = known, self._change(known, row)
        return kept.also(self._set_reorder_level(part, row)).also(self._teach(part, row))

    def finish(self, on_rows: OnRows) -> None:
        """Write all of it, thousands at once."""
        for some in batched(self.new, AT_ONCE):
            many.add_parts(some)
            on_rows(len(some))
        for part, code in self.taught:
            db.session.add(Barcode(code=code, subject_kind="part", subject_id=part.id))
        many.refresh_words_of(self.renamed | {part.id for part, _ in self.taught})
        self.levels.write()

    def notes(self) -> list[str]:
        """Units are worth a look: one that is new here may be another's name."""
        units = {part.unit for part in self.new}
        counts = counted(part.unit for part in self.new)
        return [f"units of new parts: {counts}"] if len(units) > 1 else []

    def _add(self, row: PartRow) -> Part:
        part = catalogue.new_part(
            row.sku,
            row.description,
            category=row.category,
            unit=row.unit,
            serialized=row.serialized,
            compliance=row.compliance,
            core_charge=row.core_charge,
            list_price=row.list_price,
            active=row.offered is not False,
        )
        part.id = uuid4()
        self.parts[row.sku] = part
        self.new.append(part)
        return part

    def _change(self, part: Part, row: PartRow) -> Kept:
        if row.given.get("serialized", part.serialized) != part.serialized:
            raise Refusal("whether a part has serials can't be changed", field="serialized")
        given = {field: row.given[field] for field in KEPT if field in row.given}
        if row.offered is not None:
            given["active"] = row.offered
        before = as_it_is(part, KEPT)
        if before | given == before:
            return UNCHANGED
        catalogue.revise_part(part, **(before | given))
        kept = compared(before, as_it_is(part, KEPT))
        if "description" in kept.fields:
            self.renamed.add(part.id)
        return kept

    def _teach(self, part: Part, row: PartRow) -> Fields:
        """The codes that mean the part; each means one thing."""
        new = []
        for code in row.barcodes:
            known = self.barcodes.get(code)
            if known is None:
                new.append(code)
                self.taught.append((part, code))
                self.barcodes[code] = Barcode(code=code, subject_kind="part", subject_id=part.id)
            elif known.subject != part.subject:
                raise Refusal(f"{code} belongs to another part or place already", field="barcodes")
        return {"barcodes": ("", ", ".join(new))} if new else {}

    def _set_reorder_level(self, part: Part, row: PartRow) -> Fields:
        """Say when it is restocked, where the file says it; tells what is new of that."""
        if row.reorder_point is None:
            return {}
        place = self.places.get(row.reorder_location)
        if place is None:
            raise Refusal(f"there is no location {row.reorder_location}", field="reorder_location")
        return self.levels.set(part, place, row.reorder_point, row.reorder_maximum)
