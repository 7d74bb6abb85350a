"""What comes in about follow-up tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from partsweb.kit.fields import day
from partsweb.kit.refusal import Refusal


@dataclass(frozen=True)
class FollowUpForm:
    """What is to be done, until when, and by whom."""

    title: str
    due_on: date | None
    assignee_id: UUID | None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> FollowUpForm:
        """Day and person may stay open."""
        return cls(
            title=" ".join(fields.get("title", "").split()),
            due_on=day(fields, "due_on"),
            assignee_id=_id(fields.get("assignee", "")),
        )


def _id(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("Choose somebody from the list.", field="assignee") from None
