"""Vendor references: which vendor sells which part, by vendor, part and the vendor's number."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import lazyload

from partsweb.catalogue import many
from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Part, VendorReference
from partsweb.exchange.kind import (
    ADDED,
    UNCHANGED,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    as_it_is,
    compared,
    known_by,
)
from partsweb.exchange.values import Amount, Code, Currency, Days, Money, Pack, Unit, Yes
from partsweb.exchange.vendors import VendorsNamed
from partsweb.extensions import db
from partsweb.kit.exact import rounded
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched

KEPT = ("price", "unit", "pack", "lead_days", "preferred")
AT_FIRST = {"price": None, "unit": "", "pack": Decimal(1), "lead_days": None, "preferred": False}
AT_ONCE = 500
# Vendor, part, the vendor's number.
At = tuple[UUID, UUID, str]


class VendorPartRow(Row):
    """One vendor's word on one part."""

    synonyms: ClassVar[Names] = {
        "vendor": ("vendor account", "vendor code", "supplier code", "supplier", "account"),
        "sku": ("part number", "part no", "item number", "item", "part", "product code"),
        "number": (
            "vendor number",
            "vendor part number",
            "vendor sku",
            "supplier sku",
            "supplier item no",
        ),
        "price": ("standard price", "unit price", "unit cost", "cost", "last receipt cost"),
        "pack_price": ("package price", "price per pack", "price per package"),
        "currency": ("price currency",),
        "from_quantity": ("price break", "break quantity"),
        "unit": ("uom", "unit of measure"),
        "pack": ("pack size", "pack quantity", "pack qty", "package size", "quantity per package"),
        "lead_days": ("average lead days", "lead time days", "lead time"),
        "preferred": ("preferred vendor", "is preferred"),
    }
    needs_any: ClassVar[tuple[tuple[str, ...], ...]] = (("vendor", "sku"), ("number",))

    vendor: Code = Field("", description="the vendor's code or name; needed where number isn't")
    sku: Code = Field("", description="our number of the part; needed where number isn't known")
    number: Code = Field("", description="the vendor's own number of it")
    price: Money | None = Field(None, description="of one unit of ours, not of a pack")
    pack_price: Money | None = Field(None, description="of a pack; makes the price of one")
    currency: Currency = Field("", description="of the price, where it isn't ours")
    from_quantity: Amount = Field(
        Decimal(0), description="what so many cost each; of several the smallest is taken"
    )
    unit: Unit = Field("", description="what the vendor counts")
    pack: Pack = Field(Decimal(1), description="how many of ours are in one of the vendor's")
    lead_days: Days | None = Field(None, description="days until it is delivered")
    preferred: Yes = Field(False, description="yes: it is bought here first")

    @property
    def key(self) -> Hashable:
        """Vendor, part and number; a price for each quantity."""
        return (self.vendor, self.sku, self.number, self.from_quantity)

    @property
    def title(self) -> str:
        """Vendor, part, number."""
        return " · ".join(filter(None, (self.vendor, self.sku, self.number)))

    @property
    def offered(self) -> dict[str, Any]:
        """What the file says of it."""
        told = {field: self.given[field] for field in KEPT if field in self.given}
        if self.pack_price is not None and self.price is None:
            told["price"] = rounded(self.pack_price / self.pack)
        return told


class VendorParts(Kind[VendorPartRow]):
    """Who sells what."""

    name: ClassVar = "vendor-parts"
    things: ClassVar = "vendor references"
    row: ClassVar = VendorPartRow

    def __init__(self, rows: Sequence[VendorPartRow]) -> None:
        """Look up vendors, parts, and what is known of them."""
        self.vendors = VendorsNamed(row.vendor for row in rows)
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        ids = [vendor.id for vendor in self.vendors.all()]
        self.references = _by_key(VendorReference.vendor_id.in_(ids))
        self.numbered = _numbered(row.number for row in rows if not (row.vendor and row.sku))
        self.lowest: dict[tuple[str, str, str], Decimal] = {}
        for row in rows:
            which = (row.vendor, row.sku, row.number)
            self.lowest[which] = min(row.from_quantity, self.lowest.get(which, row.from_quantity))
        self.new: list[VendorReference] = []
        self.preferred: list[VendorReference] = []
        self.beyond = 0

    def keep(self, row: VendorPartRow) -> Kept:
        """Say that the vendor sells the part, or change how."""
        if row.from_quantity != self.lowest[row.vendor, row.sku, row.number]:
            self.beyond += 1
            return UNCHANGED
        known = self._known(row)
        if known is None:
            added = self._add(row)
            catalogue.offer(added, **(AT_FIRST | row.offered))
            self._prefer(added, row)
            return ADDED
        before = as_it_is(known, KEPT)
        if before | row.offered == before:
            return UNCHANGED
        catalogue.offer(known, **(before | row.offered))
        self._prefer(known, row)
        return compared(before, before | row.offered)

    def finish(self, on_rows: OnRows) -> None:
        """Write all of it, hundreds at once."""
        for some in batched(self.new, AT_ONCE):
            many.add_references(some)
            on_rows(len(some))
        db.session.flush()
        many.prefer(self.preferred)
        many.refresh_words_of({reference.part_id for reference in self.new})

    def notes(self) -> list[str]:
        """Prices for more than the smallest quantity aren't kept."""
        if not self.beyond:
            return []
        return [f"{self.beyond} prices for larger quantities left out; the smallest one’s is taken"]

    def _known(self, row: VendorPartRow) -> VendorReference | None:
        """By vendor, part and number; by the number alone where the row says no more."""
        if row.vendor and row.sku:
            at = (self.vendors.named(row.vendor).id, self._part(row).id, row.number)
            return self.references.get(at)
        found = [
            one
            for one in self.numbered.get(row.number, ())
            if row.vendor in ("", one.vendor.code, one.vendor.name)
            and row.sku in ("", one.part.sku)
        ]
        if len(found) != 1:
            many_or_none = "no vendor" if not found else f"{len(found)} vendor references"
            raise Refusal(f"{many_or_none} with the number {row.number}", field="number")
        return found[0]

    def _add(self, row: VendorPartRow) -> VendorReference:
        part, vendor = self._part(row), self.vendors.named(row.vendor)
        added = VendorReference(id=uuid4(), part_id=part.id, vendor_id=vendor.id, number=row.number)
        self.new.append(added)
        self.references[vendor.id, part.id, row.number] = added
        return added

    def _prefer(self, reference: VendorReference, row: VendorPartRow) -> None:
        if row.preferred:
            self.preferred.append(reference)

    def _part(self, row: VendorPartRow) -> Part:
        if row.sku not in self.parts:
            raise Refusal(f"there is no part {row.sku}", field="sku")
        return self.parts[row.sku]


def _by_key(*where: ColumnElement[bool]) -> dict[At, VendorReference]:
    rows = select(VendorReference).where(*where).options(lazyload("*"))
    return {(one.vendor_id, one.part_id, one.number): one for one in db.session.scalars(rows)}


def _numbered(numbers: Iterable[str]) -> dict[str, list[VendorReference]]:
    """References by the vendor's number, which several may share."""
    found: dict[str, list[VendorReference]] = {}
    for some in batched(sorted(set(numbers) - {""}), AT_ONCE):
        for one in db.session.scalars(
            select(VendorReference).where(VendorReference.number.in_(some))
        ):
            found.setdefault(one.number, []).append(one)
    return found
