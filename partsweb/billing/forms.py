"""What comes in about bills."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from partsweb.billing.queries import Wanted
from partsweb.kit import fields
from partsweb.kit.refusal import Refusal


def read_wanted(arguments: MultiDict[str, str]) -> Wanted:
    """What a list is narrowed to; what makes no sense in an address is left out."""
    return Wanted(
        words=arguments.get("q", "")[:200],
        show=arguments.get("show", "ready"),
        since=_day(arguments, "since"),
        until=_day(arguments, "until"),
    )


@dataclass(frozen=True)
class BillForm:
    """Which lines go out, on which invoice, and what they came to when they were chosen."""

    invoice: str
    keys: tuple[str, ...]
    seen: dict[str, Decimal]

    @classmethod
    def read(cls, typed: MultiDict[str, str]) -> BillForm:
        """Each chosen line says what it came to."""
        keys = tuple(dict.fromkeys(typed.getlist("line")))
        seen = {key: fields.amount(typed, f"seen-{key}", "An amount") for key in keys}
        return cls(
            fields.text(typed, "invoice", needed="Which invoice does it go on?"),
            keys,
            {key: amount for key, amount in seen.items() if amount is not None},
        )

    @property
    def total(self) -> Decimal | None:
        """What all of them came to, where each says it."""
        return sum(self.seen.values(), Decimal(0)) if len(self.seen) == len(self.keys) else None


def _day(arguments: MultiDict[str, str], name: str) -> date | None:
    with suppress(Refusal):
        return fields.day(arguments, name)
    return None
