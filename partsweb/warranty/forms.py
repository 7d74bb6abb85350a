"""What comes in about warranties and claims."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from partsweb.kit import fields
from partsweb.kit.exact import ZERO
from partsweb.kit.fields import Fields
from partsweb.warranty.models import ClaimState


def read_state(arguments: Fields) -> ClaimState | None:
    """Which claims are listed; what is none of the states is all of them."""
    asked = arguments.get("state", "")
    return ClaimState(asked) if asked in set(ClaimState) else None


@dataclass(frozen=True)
class ClaimForm:
    """A draft as it is set right."""

    vendor_id: UUID | None
    amount: Decimal
    serial: str

    @classmethod
    def read(cls, typed: Fields) -> ClaimForm:
        """The vendor may stay open for now."""
        return cls(
            vendor_id=fields.an_id(typed, "vendor"),
            amount=fields.amount(typed, "amount", "The amount") or ZERO,
            serial=fields.text(typed, "serial"),
        )


@dataclass(frozen=True)
class AnswerForm:
    """What the vendor answered: how much, and why not more."""

    rejected: bool
    amount: Decimal
    why: str

    @classmethod
    def read(cls, typed: Fields) -> AnswerForm:
        """The button that was pressed says whether there is anything."""
        return cls(
            rejected=typed.get("answer") == "rejected",
            amount=fields.amount(typed, "amount", "What was credited") or ZERO,
            why=fields.text(typed, "why"),
        )
