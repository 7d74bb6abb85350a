"""Vendors, by code."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from pydantic import Field

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Vendor
from partsweb.exchange.kind import ADDED, Kept, Kind, Names, Row, as_it_is, compared, known_by
from partsweb.exchange.values import Code, Days, Words, Yes

KEPT = ("name", "email", "phone", "lead_days", "active", "note")


class VendorRow(Row):
    """One vendor."""

    synonyms: ClassVar[Names] = {
        "code": ("vendor account", "account number", "account", "vendor code", "supplier code"),
        "name": ("vendor name", "vendor", "supplier name", "supplier", "company name", "company"),
        "email": ("e-mail", "mail"),
        "phone": ("telephone", "tel"),
        "lead_days": ("lead time", "lead time days", "average lead days"),
        "note": ("notes", "remarks", "comment"),
    }

    code: Code = Field(description="what we call the vendor; what tells vendors apart")
    name: Words = Field(description="the vendor's name")
    email: Words = Field("", description="where orders are sent")
    phone: Words = Field("", description="the telephone number")
    lead_days: Days | None = Field(None, description="days until a delivery, as a rule")
    active: Yes = Field(True, description="no: nothing is bought there any more")
    note: Words = Field("", description="what else there is to know")

    @property
    def key(self) -> Hashable:
        """The code."""
        return self.code


class Vendors(Kind[VendorRow]):
    """Whom parts are bought from."""

    name: ClassVar = "vendors"
    things: ClassVar = "vendors"
    row: ClassVar = VendorRow

    def __init__(self, rows: Sequence[VendorRow]) -> None:
        """Look up the vendors."""
        self.vendors: dict[str, Vendor] = known_by(Vendor.code, (row.code for row in rows))

    def keep(self, row: VendorRow) -> Kept:
        """Add the vendor, or change what the file says of it."""
        known = self.vendors.get(row.code)
        if known is None:
            catalogue.add_vendor(**row.model_dump())
            return ADDED
        before = as_it_is(known, KEPT)
        given = {field: value for field, value in row.given.items() if field != "code"}
        catalogue.change_vendor(known, **(before | given))
        return compared(before, as_it_is(known, KEPT))
