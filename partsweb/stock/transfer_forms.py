"""What comes in about transfers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from werkzeug.datastructures import MultiDict

from partsweb.kit import fields
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.stock.transfer_models import Step

Typed = MultiDict[str, str]


@dataclass(frozen=True)
class AskForm:
    """From where to where, and the parts that were ticked with how many of each."""

    source_id: UUID
    target_id: UUID
    wanted: Mapping[UUID, Decimal]
    note: str

    @classmethod
    def read(cls, typed: Typed) -> AskForm:
        """A part is `part`, its quantity `quantity-<part>`; without quantity it isn't wanted."""
        return cls(
            source_id=fields.the_id(typed, "source", needed="Choose where it comes from."),
            target_id=fields.the_id(typed, "target", needed="Choose where it goes."),
            wanted=_quantities(typed, "part", "quantity"),
            note=fields.text(typed, "note"),
        )


@dataclass(frozen=True)
class PickForm:
    """All lines, or one with a quantity or its units."""

    line_id: UUID | None
    quantity: Decimal
    unit_ids: tuple[UUID, ...]

    @classmethod
    def read(cls, typed: Typed) -> PickForm:
        """Without a line it is about all of them."""
        return cls(
            line_id=fields.an_id(typed, "line"),
            quantity=fields.amount(typed, "quantity", "The quantity") or ZERO,
            unit_ids=ids(typed, "serial"),
        )


@dataclass(frozen=True)
class ArrivalForm:
    """What arrived by line, and which units."""

    counts: Mapping[UUID, Decimal]
    unit_ids: tuple[UUID, ...]
    note: str

    @classmethod
    def read(cls, typed: Typed) -> ArrivalForm:
        """A line is `line`, what came of it `count-<line>`."""
        return cls(
            counts=_quantities(typed, "line", "count"),
            unit_ids=ids(typed, "serial"),
            note=fields.text(typed, "note"),
        )


@dataclass(frozen=True)
class MissingForm:
    """What became of what is missing."""

    what: Step
    quantity: Decimal
    unit_ids: tuple[UUID, ...]
    why: str

    @classmethod
    def read(cls, typed: Typed) -> MissingForm:
        """One of the three ways, and how many."""
        return cls(
            what=fields.word(Step, typed, "what", needed="Choose what became of it."),
            quantity=fields.amount(typed, "quantity", "The quantity") or ZERO,
            unit_ids=ids(typed, "serial"),
            why=fields.text(typed, "why"),
        )


def ids(typed: Typed, name: str) -> tuple[UUID, ...]:
    """All ids of that name; what isn't one wasn't chosen."""
    found = (fields.an_id({name: text}, name) for text in typed.getlist(name))
    return tuple(one for one in found if one is not None)


def _quantities(typed: Typed, name: str, quantity: str) -> dict[UUID, Decimal]:
    """Each thing with the number in its own field; an empty one is none."""
    found = {}
    for one in ids(typed, name):
        field = f"{quantity}-{one}"
        amount = fields.amount(typed, field, "The quantity") or ZERO
        if amount < ZERO:
            raise Refusal("A quantity is not less than nothing.", field=field)
        if amount or quantity == "count":
            found[one] = amount
    return found
