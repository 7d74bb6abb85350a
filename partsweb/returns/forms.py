"""What comes in about cores."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from partsweb.kit import fields
from partsweb.kit.exact import ZERO
from partsweb.kit.fields import Fields
from partsweb.returns.models import Payer

VIEWS = ("open", "shipped", "undecided", "all")


def read_view(arguments: Fields) -> str:
    """Which cores are listed; those to be shipped unless something else is asked."""
    asked = arguments.get("show", "")
    return asked if asked in VIEWS else "open"


@dataclass(frozen=True)
class ShippingForm:
    """How it goes back; all of it may stay open."""

    rma: str
    carrier: str
    tracking: str

    @classmethod
    def read(cls, typed: Fields) -> ShippingForm:
        """Nothing is needed: one tap is enough."""
        return cls(*(fields.text(typed, name) for name in ("rma", "carrier", "tracking")))


@dataclass(frozen=True)
class SettlingForm:
    """What came back, or that nothing did; why, and who bears the rest."""

    rejected: bool
    amount: Decimal
    why: str
    payer: Payer | None

    @classmethod
    def read(cls, typed: Fields) -> SettlingForm:
        """The button that was pressed says whether anything came."""
        chosen = typed.get("payer", "")
        return cls(
            rejected=typed.get("answer") == "rejected",
            amount=fields.amount(typed, "amount", "What was credited") or ZERO,
            why=fields.text(typed, "why"),
            payer=Payer(chosen) if chosen in set(Payer) else None,
        )
