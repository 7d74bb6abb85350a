"""Vendor references: which vendor sells which part, by vendor, part and the vendor's number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import ClassVar

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.exchange.kind import (
    ADDED,
    UNCHANGED,
    Kept,
    Kind,
    Names,
    Row,
    as_it_is,
    compared,
    known_by,
)
from partsweb.exchange.values import Amount, Code, Days, Unit, Yes
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal

KEPT = ("price", "unit", "pack", "lead_days", "preferred")


class VendorPartRow(Row):
    """One vendor's word on one part."""

    synonyms: ClassVar[Names] = {
        "vendor": ("vendor account", "vendor code", "supplier code", "supplier", "account"),
        "sku": ("part number", "part no", "item number", "item", "part"),
        "number": ("vendor number", "vendor part number", "vendor sku", "supplier sku"),
        "price": ("standard price", "unit price", "unit cost", "cost", "last receipt cost"),
        "unit": ("uom", "unit of measure"),
        "pack": ("pack size", "pack quantity", "pack qty"),
        "lead_days": ("average lead days", "lead time days", "lead time"),
        "preferred": ("preferred vendor", "is preferred"),
    }

    vendor: Code = Field(description="the vendor's code")
    sku: Code = Field(description="our number of the part")
    number: Code = Field("", description="the vendor's own number of it")
    price: Amount | None = Field(None, description="of one unit of ours, not of a pack")
    unit: Unit = Field("", description="what the vendor counts")
    pack: Amount = Field(Decimal(1), description="how many of ours are in one of the vendor's")
    lead_days: Days | None = Field(None, description="days until it is delivered")
    preferred: Yes = Field(False, description="yes: it is bought here first")

    @property
    def key(self) -> Hashable:
        """Vendor, part and number."""
        return (self.vendor, self.sku, self.number)


class VendorParts(Kind[VendorPartRow]):
    """Who sells what."""

    name: ClassVar = "vendor-parts"
    things: ClassVar = "vendor references"
    row: ClassVar = VendorPartRow

    def __init__(self, rows: Sequence[VendorPartRow]) -> None:
        """Look up vendors, parts, and what is known of them."""
        self.vendors: dict[str, Vendor] = known_by(Vendor.code, (row.vendor for row in rows))
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        vendor_ids = [vendor.id for vendor in self.vendors.values()]
        known = select(VendorReference).where(VendorReference.vendor_id.in_(vendor_ids))
        self.references = {
            (one.vendor_id, one.part_id, one.number): one
            for one in db.session.scalars(known.options(lazyload("*")))
        }

    def keep(self, row: VendorPartRow) -> Kept:
        """Say that the vendor sells the part, or change how."""
        vendor, part = self._vendor(row), self._part(row)
        known = self.references.get((vendor.id, part.id, row.number))
        before = as_it_is(known, KEPT) if known else {}
        given = {field: row.given[field] for field in KEPT if field in row.given}
        if known and before | given == before:
            return UNCHANGED
        catalogue.list_part(part, vendor, number=row.number, **(before | given))
        return compared(before, before | given) if known else ADDED

    def _vendor(self, row: VendorPartRow) -> Vendor:
        if row.vendor not in self.vendors:
            raise Refusal(f"there is no vendor {row.vendor}", field="vendor")
        return self.vendors[row.vendor]

    def _part(self, row: VendorPartRow) -> Part:
        if row.sku not in self.parts:
            raise Refusal(f"there is no part {row.sku}", field="sku")
        return self.parts[row.sku]
