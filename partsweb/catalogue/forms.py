"""What comes in about parts, vendors, vendor references and barcodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from partsweb.kit.exact import ZERO, read_decimal
from partsweb.kit.fields import an_id, text
from partsweb.kit.refusal import Refusal

Fields = Mapping[str, str]


@dataclass(frozen=True)
class PartForm:
    """A part as it is entered."""

    sku: str
    description: str
    category: str
    unit: str
    serialized: bool
    compliance: bool
    core_charge: Decimal
    list_price: Decimal
    warranty_months: int | None
    active: bool

    @classmethod
    def read(cls, fields: Fields) -> PartForm:
        """Empty amounts are nothing."""
        return cls(
            sku=fields.get("sku", ""),
            description=fields.get("description", ""),
            category=fields.get("category", ""),
            unit=fields.get("unit", ""),
            serialized="serialized" in fields,
            compliance="compliance" in fields,
            core_charge=_amount(fields, "core_charge", "The core charge") or ZERO,
            list_price=_amount(fields, "list_price", "The list price") or ZERO,
            warranty_months=_whole(fields, "warranty_months", "The warranty", "months"),
            active="active" in fields,
        )


@dataclass(frozen=True)
class AskForm:
    """A part that the catalogue lacks, as somebody describes it."""

    description: str
    vendor_id: UUID | None
    vendor_name: str
    vendor_number: str
    maker: str
    maker_number: str
    code: str
    notes: str
    serialized: bool
    another: bool

    @classmethod
    def read(cls, fields: Fields) -> AskForm:
        """Only what it is must be said; the rest is as far as it is known."""
        return cls(
            description=text(fields, "description", needed="Say what it is."),
            vendor_id=an_id(fields, "vendor"),
            vendor_name=text(fields, "vendor_name"),
            vendor_number=text(fields, "vendor_number"),
            maker=text(fields, "maker"),
            maker_number=text(fields, "maker_number"),
            code=text(fields, "code"),
            notes=text(fields, "notes"),
            serialized="serialized" in fields,
            another="another" in fields,
        )


@dataclass(frozen=True)
class VendorForm:
    """A vendor as it is entered."""

    code: str
    name: str
    email: str
    phone: str
    lead_days: int | None
    active: bool
    note: str

    @classmethod
    def read(cls, fields: Fields) -> VendorForm:
        """The lead time may stay open."""
        return cls(
            code=fields.get("code", ""),
            name=fields.get("name", ""),
            email=fields.get("email", "").strip(),
            phone=fields.get("phone", "").strip(),
            lead_days=_days(fields),
            active="active" in fields,
            note=fields.get("note", ""),
        )


@dataclass(frozen=True)
class ReferenceForm:
    """What a vendor says of a part."""

    vendor_id: UUID | None
    number: str
    price: Decimal | None
    unit: str
    pack: Decimal
    lead_days: int | None
    preferred: bool

    @classmethod
    def read(cls, fields: Fields) -> ReferenceForm:
        """The price may be unknown; a pack holds one unless it is said."""
        return cls(
            vendor_id=_id(fields, "vendor"),
            number=fields.get("number", ""),
            price=_amount(fields, "price", "The price"),
            unit=fields.get("unit", ""),
            pack=_amount(fields, "pack", "The pack") or Decimal(1),
            lead_days=_days(fields),
            preferred="preferred" in fields,
        )


@dataclass(frozen=True)
class BarcodeForm:
    """A code, and how many of the part it stands for."""

    code: str
    quantity: Decimal

    @classmethod
    def read(cls, fields: Fields) -> BarcodeForm:
        """One unless it is said."""
        quantity = _amount(fields, "quantity", "The quantity")
        return cls(fields.get("code", ""), Decimal(1) if quantity is None else quantity)


def _amount(fields: Fields, name: str, called: str) -> Decimal | None:
    text = fields.get(name, "").strip()
    return read_decimal(text, field=name, name=called) if text else None


def _days(fields: Fields) -> int | None:
    return _whole(fields, "lead_days", "The lead time", "days")


def _whole(fields: Fields, name: str, called: str, unit: str) -> int | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refusal(f"{called} is a number of {unit}.", field=name)
    return int(text)


def _id(fields: Fields, name: str) -> UUID | None:
    try:
        return UUID(fields.get(name, ""))
    except ValueError:
        return None
