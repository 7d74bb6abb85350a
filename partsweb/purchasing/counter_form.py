"""What comes in when something was bought at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from partsweb.catalogue.models import Part
from partsweb.codes.units import unit_numbers
from partsweb.kit import fields as read
from partsweb.kit.fields import Fields
from partsweb.purchasing.counter import Bought

LONGEST_NUMBER = 60


class Goes(StrEnum):
    """Where what was bought goes."""

    VAN = "van"
    ORDER = "order"
    FITTED = "fitted"


@dataclass(frozen=True)
class CounterForm:
    """What was bought, where, and where it goes."""

    bought: Sequence[Bought]
    vendor_id: UUID | None
    vendor_name: str
    goes: Goes
    into_id: UUID | None
    slip_number: str
    note: str

    @classmethod
    def read(cls, fields: Fields, parts: Sequence[Part]) -> CounterForm:
        """How much of each part, and the price paid for one."""
        return cls(
            bought=[_bought(fields, part) for part in parts],
            vendor_id=read.an_id(fields, "vendor"),
            vendor_name=read.text(fields, "vendor_name"),
            goes=read.word(Goes, fields, "goes", needed="Say where it goes."),
            into_id=read.an_id(fields, "into"),
            slip_number=read.text(fields, "slip_number")[:LONGEST_NUMBER],
            note=read.text(fields, "note"),
        )


def _bought(fields: Fields, part: Part) -> Bought:
    return Bought(
        part,
        read.quantity(fields, f"quantity-{part.id}", f"How much of {part.sku}"),
        read.quantity(fields, f"price-{part.id}", f"The price of {part.sku}"),
        unit_numbers(fields.get(f"serials-{part.id}", "")),
    )
