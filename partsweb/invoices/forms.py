"""What comes in when a vendor's invoice is typed in or decided on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from partsweb.catalogue import queries as catalogue
from partsweb.invoices.rules import Billed, Charges
from partsweb.kit import fields
from partsweb.kit.exact import ZERO
from partsweb.kit.fields import Fields
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person
from partsweb.purchasing import queries as purchasing

FREE_LINES = ("1", "2", "3")


class Answer(StrEnum):
    """What is said to a variance."""

    ACCEPT = "accept"
    PART = "accept a part"
    DISPUTE = "dispute"
    SETTLE = "settle"


@dataclass(frozen=True)
class InvoiceForm:
    """An invoice as typed in."""

    vendor_id: UUID
    number: str
    dated_on: date
    lines: Sequence[Billed]
    charges: Charges
    note: str

    @classmethod
    def read(cls, typed: Fields, *, seen_by: Person) -> InvoiceForm:
        """Lines that bill nothing are left out."""
        dated_on = fields.day(typed, "dated_on", needed="Enter the invoice’s date.")
        assert dated_on is not None
        return cls(
            vendor_id=fields.the_id(typed, "vendor", needed="Choose the vendor."),
            number=fields.text(typed, "number", needed="Enter the invoice’s number."),
            dated_on=dated_on,
            lines=[*_ordered(typed, seen_by), *_free(typed)],
            charges=_charges(typed),
            note=fields.text(typed, "note"),
        )


@dataclass(frozen=True)
class DecisionForm:
    """What is said to a variance, and why; which part of it is accepted, and the rest claimed."""

    answer: Answer
    why: str
    part: Decimal | None
    claimed: bool

    @classmethod
    def read(cls, typed: Fields) -> DecisionForm:
        """Answer and reason are needed, and of a part how much it is."""
        answer = fields.word(Answer, typed, "answer", needed="Choose: accept or dispute.")
        in_part = answer == Answer.PART
        return cls(
            answer,
            fields.text(typed, "why", needed="Say why: somebody will ask."),
            fields.quantity(typed, "part", "The part that is paid") if in_part else None,
            fields.text(typed, "rest") == "claimed",
        )


def _ordered(typed: Mapping[str, str], person: Person) -> Iterator[Billed]:
    """Lines of purchase orders: billed-<line> and price-<line>."""
    for name in typed:
        kind, _, line_id = name.partition("-")
        if kind != "billed" or not typed[name].strip():
            continue
        quantity = fields.quantity(typed, name, "The billed quantity")
        if not quantity:
            continue
        line = purchasing.line(_known(line_id), seen_by=person)
        price = fields.quantity(typed, f"price-{line_id}", f"The price of {line.part.sku}")
        yield Billed(quantity, price, line=line)


def _free(typed: Fields) -> Iterator[Billed]:
    """Lines that were never ordered: a SKU of ours, or in the vendor's words."""
    for number in FREE_LINES:
        text = fields.text(typed, f"sku-{number}")
        quantity = fields.amount(typed, f"quantity-{number}", "The quantity")
        price = fields.amount(typed, f"price_each-{number}", "The price")
        if not text and not quantity and not price:
            continue
        if not text:
            raise Refusal("Say what is billed.", field=f"sku-{number}")
        if quantity is None or price is None:
            raise Refusal("Enter quantity and price of it.", field=f"quantity-{number}")
        part = catalogue.by_sku(text)
        yield Billed(quantity, price, part=part, text="" if part else text)


def _charges(typed: Fields) -> Charges:
    total = fields.amount(typed, "total", "The total")
    if total is None:
        raise Refusal("Enter the invoice’s total.", field="total")
    return Charges(
        total=total,
        freight=fields.amount(typed, "freight", "The freight") or ZERO,
        other=fields.amount(typed, "other", "The other charges") or ZERO,
        tax=fields.amount(typed, "tax", "The tax") or ZERO,
    )


def _known(text: str) -> UUID:
    return fields.the_id({"line": text}, "line", needed="A line isn’t one of ours.")
