"""What comes in when something is decided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from partsweb.approvals.models import Decision
from partsweb.kit import fields
from partsweb.kit.fields import Fields


@dataclass(frozen=True)
class DecisionForm:
    """A decision, its reason, and how much is approved where it is a part."""

    decision: Decision
    why: str
    granted: Decimal | None

    @classmethod
    def read(cls, typed: Fields) -> DecisionForm:
        """Which button was pressed, and why."""
        return cls(
            decision=fields.word(Decision, typed, "decision", needed="Choose what you decide."),
            why=fields.text(typed, "why"),
            granted=fields.amount(typed, "granted", "What you approve"),
        )
