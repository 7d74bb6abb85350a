"""What a report can be asked for: which days, grouped how, narrowed to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from partsweb.kit import clock

NOBODY = "none"


class By(StrEnum):
    """By whom or where parts were used."""

    TECHNICIAN = "technician"
    LOCATION = "location"
    CUSTOMER = "customer"
    ORDER = "order"


class Level(StrEnum):
    """How close one looks: groups, the parts of one, the single rows of a part."""

    GROUPS = "groups"
    PARTS = "parts"
    ROWS = "rows"
    LATE = "late"
    RAW = "raw"


@dataclass(frozen=True)
class Days:
    """From a day to a day, both included."""

    since: date
    until: date

    @property
    def said(self) -> str:
        """June 2026, or 3 Jun – 9 Jul 2026."""
        if self == month_of(self.since):
            return f"{self.since:%B %Y}"
        if self.since == self.until:
            return f"{self.since.day} {self.since:%b %Y}"
        return f"{self.since.day} {self.since:%b %Y} – {self.until.day} {self.until:%b %Y}"

    def address(self) -> dict[str, str]:
        """The fields of an address that asks for these days."""
        return {"from": self.since.isoformat(), "to": self.until.isoformat()}


@dataclass(frozen=True)
class Usage:
    """Which usage is asked for; what is empty doesn't matter."""

    days: Days
    by: By = By.TECHNICIAN
    level: Level = Level.GROUPS
    group: str = ""
    part_id: UUID | None = None
    category: str = ""
    vendor_id: UUID | None = None
    text: str = ""

    @property
    def group_id(self) -> UUID | None:
        """The group's thing; None where it is nobody's or no group is asked for."""
        return UUID(self.group) if self.group and self.group != NOBODY else None

    @property
    def narrowed(self) -> bool:
        """Whether a filter leaves something out."""
        return bool(self.category or self.vendor_id or self.text)

    def address(self, **changes: Any) -> dict[str, Any]:
        """The fields of an address that asks for the same, but for the changes."""
        known: dict[str, Any] = {
            "by": self.by.value,
            **self.days.address(),
            "level": self.level.value,
            "group": self.group or None,
            "part": self.part_id,
            "category": self.category or None,
            "vendor": self.vendor_id,
            "q": self.text or None,
        }
        return known | changes


def month_of(day: date) -> Days:
    """The whole month in which the day is."""
    first = day.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Days(first, following - timedelta(days=1))


def last_month() -> Days:
    """The month before this one."""
    return month_of(clock.today().replace(day=1) - timedelta(days=1))
