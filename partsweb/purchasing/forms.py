"""What comes in about purchase orders and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from partsweb.kit.exact import ZERO, read_decimal
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.purchasing.arrivals import Arrival, field_of, numbers_in
from partsweb.purchasing.models import PurchaseLine

Fields = Mapping[str, str]
LONGEST_NUMBER = 60


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
            vendor_id=_id(fields, "vendor", "Choose the vendor."),
            ship_to_id=_id(fields, "ship_to", "Choose where it is shipped."),
            expected_on=_day(fields, "expected_on"),
            note=fields.get("note", ""),
        )


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
            quantity=_quantity(fields, "quantity", "The quantity"),
            price=_amount(fields, "price", "The price"),
            expected_on=_day(fields, "expected_on"),
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
            vendor_id=_id(fields, "vendor", "Choose the vendor."),
            ship_to_id=_id(fields, "ship_to", "Choose where it is shipped."),
            quantity=_quantity(fields, "quantity", "The quantity"),
        )


@dataclass(frozen=True)
class ReceiptForm:
    """What arrived, line by line, and the slip that came with it."""

    arrivals: Sequence[Arrival]
    slip_number: str
    note: str
    set_aside: bool

    @classmethod
    def read(cls, fields: Fields, lines: Sequence[PurchaseLine]) -> ReceiptForm:
        """One arrival a line that the person may receive."""
        return cls(
            arrivals=[_arrival(fields, line) for line in lines],
            slip_number=fields.get("slip_number", "").strip()[:LONGEST_NUMBER],
            note=fields.get("note", ""),
            set_aside="set_aside" in fields,
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
    on = _day(fields, "expected_on")
    if on is None:
        raise Refusal("Say on which day it is expected.", field="expected_on")
    return on


def _arrival(fields: Fields, line: PurchaseLine) -> Arrival:
    """An empty field means none: a line that didn't come is never in the way of the others."""
    note = fields.get(field_of("damage_note", line), "")
    if line.part.serialized:
        broken = numbers_in(fields.get(field_of("damaged_serials", line), ""))
        return Arrival(
            line,
            serials=numbers_in(fields.get(field_of("serials", line), "")),
            damaged=Decimal(len(broken)),
            damaged_serials=broken,
            damage_note=note,
        )
    sku = line.part.sku
    arrived = _amount(fields, field_of("arrived", line), f"How much of {sku}") or ZERO
    damaged = _amount(fields, field_of("damaged", line), f"The damaged {sku}") or ZERO
    if damaged > arrived:
        raise Refusal(
            f"{qty(damaged)} of {sku} are damaged, but only {qty(arrived)} arrived. "
            "The damaged ones count as arrived too.",
            field=field_of("damaged", line),
        )
    return Arrival(line, arrived - damaged, damaged, damage_note=note)


def _quantity(fields: Fields, name: str, called: str) -> Decimal:
    return read_decimal(fields.get(name, ""), field=name, name=called)


def _amount(fields: Fields, name: str, called: str) -> Decimal | None:
    text = fields.get(name, "").strip()
    return read_decimal(text, field=name, name=called) if text else None


def _day(fields: Fields, name: str) -> date | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("A day is written like 2026-06-04.", field=name) from None


def _id(fields: Fields, name: str, otherwise: str) -> UUID:
    try:
        return UUID(fields.get(name, ""))
    except ValueError:
        raise Refusal(otherwise, field=name) from None
