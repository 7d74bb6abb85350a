"""What comes in about purchase orders and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from partsweb.kit import fields as read
from partsweb.kit.fields import Fields
from partsweb.purchasing.models import DiscrepancyKind


@dataclass(frozen=True)
class OrderForm:
    """A new purchase order."""

    vendor_id: UUID
    ship_to_id: UUID
    expected_on: date | None
    note: str

    @classmethod
    def read(cls, fields: Fields) -> OrderForm:
        """From whom, and to where."""
        return cls(
            vendor_id=read.the_id(fields, "vendor", needed="Choose the vendor."),
            ship_to_id=read.the_id(fields, "ship_to", needed="Choose where it is shipped."),
            expected_on=read.day(fields, "expected_on"),
            note=read.text(fields, "note"),
        )


@dataclass(frozen=True)
class HeadForm:
    """The head of a purchase order; it goes where it goes once it is ordered."""

    ship_to_id: UUID | None
    note: str

    @classmethod
    def read(cls, fields: Fields) -> HeadForm:
        """The note, and to where."""
        return cls(read.an_id(fields, "ship_to"), read.text(fields, "note"))


@dataclass(frozen=True)
class LineForm:
    """A part on a purchase order. An empty price is the vendor's."""

    quantity: Decimal
    price: Decimal | None
    expected_on: date | None

    @classmethod
    def read(cls, fields: Fields) -> LineForm:
        """How much, at what price, until when."""
        return cls(
            quantity=read.quantity(fields),
            price=read.amount(fields, "price", "The price"),
            expected_on=read.day(fields, "expected_on"),
        )


@dataclass(frozen=True)
class BuyForm:
    """What is bought for a part entry."""

    vendor_id: UUID
    ship_to_id: UUID
    quantity: Decimal

    @classmethod
    def read(cls, fields: Fields) -> BuyForm:
        """From whom, how much, to where."""
        return cls(
            vendor_id=read.the_id(fields, "vendor", needed="Choose the vendor."),
            ship_to_id=read.the_id(fields, "ship_to", needed="Choose where it is shipped."),
            quantity=read.quantity(fields),
        )


@dataclass(frozen=True)
class WayOutForm:
    """How a serial that the books had elsewhere came to be on the delivery."""

    how: str
    new_number: str

    @classmethod
    def read(cls, fields: Fields) -> WayOutForm:
        """The way out, and for a duplicate label the number that the unit gets."""
        return cls(fields.get("how", ""), fields.get("new_number", ""))


def read_expected_on(fields: Fields) -> date:
    """The day that the vendor says now."""
    on = read.day(fields, "expected_on", needed="Say on which day it is expected.")
    assert on is not None
    return on


@dataclass(frozen=True)
class CreditForm:
    """What the vendor gives for something that was wrong."""

    amount: Decimal
    number: str
    note: str

    @classmethod
    def read(cls, fields: Fields) -> CreditForm:
        """How much, and the number of his credit note."""
        return cls(
            amount=read.quantity(fields, "amount", "The amount"),
            number=read.text(fields, "number"),
            note=read.text(fields, "note"),
        )


@dataclass(frozen=True)
class AcceptForm:
    """Something wrong that is kept as it is."""

    price: Decimal | None
    still_owed: bool
    note: str

    @classmethod
    def read(cls, fields: Fields) -> AcceptForm:
        """At what price each, and whether the right one is expected all the same."""
        return cls(
            price=read.amount(fields, "price", "The price"),
            still_owed="still_owed" in fields,
            note=read.text(fields, "note"),
        )


def read_kind(fields: Fields) -> DiscrepancyKind | None:
    """The kind of discrepancy that the list is narrowed to."""
    kind = fields.get("kind", "")
    return DiscrepancyKind(kind) if kind in set(DiscrepancyKind) else None
