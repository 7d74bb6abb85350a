"""Vendors, by code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from pydantic import Field
from sqlalchemy import select

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Vendor
from partsweb.exchange import alike
from partsweb.exchange.kind import ADDED, Kept, Kind, Names, Row, as_it_is, compared, known_by
from partsweb.exchange.values import Code, Days, Words, Yes
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal

KEPT = ("name", "email", "phone", "lead_days", "active", "note")


class VendorRow(Row):
    """One vendor."""

    synonyms: ClassVar[Names] = {
        "code": (
            "vendor id",
            "supplier id",
            "vendor account",
            "account number",
            "account",
            "vendor code",
            "supplier code",
        ),
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


class VendorsNamed:
    """Vendors by their code, else by their name, as other files name them."""

    def __init__(self, words: Iterable[str]) -> None:
        words = set(words) - {""}
        names = set(map(_folded, words))
        self.by_code: dict[str, Vendor] = known_by(Vendor.code, words)
        self.by_name: dict[str, list[Vendor]] = defaultdict(list)
        for vendor in db.session.scalars(select(Vendor)):
            if _folded(vendor.name) in names:
                self.by_name[_folded(vendor.name)].append(vendor)

    def all(self) -> list[Vendor]:
        """Everyone who could be meant."""
        return [*self.by_code.values(), *(one for some in self.by_name.values() for one in some)]

    def named(self, word: str) -> Vendor:
        """The vendor of that code or name; a name that several have tells nobody."""
        if word in self.by_code:
            return self.by_code[word]
        found = self.by_name.get(_folded(word), [])
        if len(found) > 1:
            codes = ", ".join(sorted(vendor.code for vendor in found))
            raise Refusal(f"several vendors are called {word}: {codes}", field="vendor")
        if not found:
            raise Refusal(f"there is no vendor {word}", field="vendor")
        return found[0]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


class Vendors(Kind[VendorRow]):
    """Whom parts are bought from."""

    name: ClassVar = "vendors"
    things: ClassVar = "vendors"
    row: ClassVar = VendorRow

    def __init__(self, rows: Sequence[VendorRow]) -> None:
        """Look up the vendors."""
        self.vendors: dict[str, Vendor] = known_by(Vendor.code, (row.code for row in rows))

        self.names = [row.name for row in rows]

    def notes(self) -> list[str]:
        """Names that are nearly the same, here or among the vendors that there are."""
        known = db.session.scalars(select(Vendor.name)).all()
        return alike.notes(self.names, known)

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
