"""What comes in about stock that is moved or set right by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from werkzeug.datastructures import MultiDict

from partsweb.codes.units import unit_numbers
from partsweb.kit.exact import ZERO, read_decimal
from partsweb.kit.refusal import Refusal
from partsweb.stock.models import OURS

Fields = MultiDict[str, str]


@dataclass(frozen=True)
class TransferForm:
    """So much, or these units, from one place to another."""

    source_id: UUID
    owner_id: UUID
    target_id: UUID
    quantity: Decimal
    serial_ids: tuple[UUID, ...]

    @classmethod
    def read(cls, fields: Fields) -> TransferForm:
        """`source` is a place and whose stock it is, since one place may hold both."""
        place, _, owner = fields.get("source", "").partition("/")
        form = cls(
            source_id=_location(place, "source", "Choose where it comes from."),
            owner_id=_id(owner) or OURS,
            target_id=_location(fields.get("target", ""), "target", "Choose where it goes."),
            quantity=_quantity(fields),
            serial_ids=tuple(found for text in fields.getlist("serial") if (found := _id(text))),
        )
        if not form.serial_ids and form.quantity <= 0:
            raise Refusal("Say how many are moved.", field="quantity")
        return form


@dataclass(frozen=True)
class AdjustmentForm:
    """What a place has more, or less, than the books say."""

    location_id: UUID
    owner_id: UUID
    difference: Decimal
    numbers: tuple[str, ...]
    why: str

    @classmethod
    def read(cls, fields: Fields) -> AdjustmentForm:
        """Serials stand one a line; without them a quantity is said."""
        place, _, owner = fields.get("location", "").partition("/")
        numbers = tuple(dict.fromkeys(unit_numbers(fields.get("serials", ""))))
        quantity = Decimal(len(numbers)) if "serials" in fields else _quantity(fields)
        if quantity <= 0:
            raise Refusal("Say how many.", field="serials" if "serials" in fields else "quantity")
        return cls(
            location_id=_location(place, "location", "Choose the place."),
            owner_id=_id(owner) or OURS,
            difference=-quantity if fields.get("sense") == "fewer" else quantity,
            numbers=numbers,
            why=fields.get("why", ""),
        )


@dataclass(frozen=True)
class LevelForm:
    """When a place is restocked, and up to how much."""

    location_id: UUID
    point: Decimal
    maximum: Decimal | None

    @classmethod
    def read(cls, fields: Fields) -> LevelForm:
        """The maximum may stay open."""
        most = fields.get("maximum", "").strip()
        return cls(
            location_id=_location(fields.get("location", ""), "location", "Choose the place."),
            point=read_decimal(fields.get("point", ""), field="point", name="The reorder point"),
            maximum=read_decimal(most, field="maximum", name="The maximum") if most else None,
        )


def _quantity(fields: Fields) -> Decimal:
    text = fields.get("quantity", "").strip()
    return read_decimal(text, field="quantity", name="The quantity") if text else ZERO


def _location(text: str, field: str, otherwise: str) -> UUID:
    found = _id(text)
    if found is None:
        raise Refusal(otherwise, field=field)
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
