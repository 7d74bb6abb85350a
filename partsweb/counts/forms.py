"""What comes in while somebody counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from werkzeug.datastructures import MultiDict

from partsweb.codes.units import unit_number
from partsweb.kit import fields
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal

Typed = MultiDict[str, str]


@dataclass(frozen=True)
class TallyForm:
    """How many were seen, or which units."""

    quantity: Decimal
    numbers: tuple[str, ...]

    @classmethod
    def read(cls, typed: Typed) -> TallyForm:
        """`none` is one tap; units are ticked as `serial`, or found and typed one a line."""
        if "none" in typed:
            return cls(ZERO, ())
        if "units" not in typed:
            if not typed.get("quantity", "").strip():
                raise Refusal("Say how many: none is said with 0.", field="quantity")
            return cls(fields.quantity(typed), ())
        found = fields.text(typed, "found").replace(",", "\n").splitlines()
        numbers = (*typed.getlist("serial"), *(unit_number(one) for one in found))
        return cls(ZERO, tuple(number for one in numbers if (number := one.strip())))


@dataclass(frozen=True)
class FoundForm:
    """A part that the books don't have there, and how many of it are."""

    part_id: UUID
    location_id: UUID | None
    owner_id: UUID | None

    @classmethod
    def read(cls, typed: Typed) -> FoundForm:
        """The place is the counted one where no bin is chosen."""
        return cls(
            part_id=fields.the_id(typed, "part", needed="Choose the part."),
            location_id=fields.an_id(typed, "location"),
            owner_id=fields.an_id(typed, "owner"),
        )


def chosen(typed: Typed, name: str) -> list[UUID]:
    """All ids of that name."""
    found = (fields.an_id({name: text}, name) for text in typed.getlist(name))
    return [one for one in found if one is not None]


def reasons(typed: Typed) -> Mapping[UUID, str]:
    """By line: why it is off; the reason for all where a line has none of its own."""
    usual = fields.text(typed, "why")
    lines = chosen(typed, "line")
    return {line: fields.text(typed, f"why-{line}") or usual for line in lines}
