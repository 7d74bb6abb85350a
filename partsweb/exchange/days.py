"""Days as other systems write them, and which of 04/05 is the month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?: .*)?")
# 04/05/2026, 04-05-26: which of them is the month only other cells can tell.
EITHER = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})( .*)?")
PACKED = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
# 4 May 2026, 04-May-26; May 4, 2026.
DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-. ]+([a-z]{3,9})\.?[-, ]+(\d{4}|\d{2})\b.*")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})\b.*")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Excel counts days from here; 20,000 is in 1954, 80,000 in 2119.
SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
EXCEL_BEGAN = date(1899, 12, 30)


def read(words: str) -> date | None:
    """The day, or None where it is none of those forms; ValueError where the calendar has none."""
    words = words.strip()
    if ISO.fullmatch(words) or PACKED.fullmatch(words):
        found = ISO.fullmatch(words) or PACKED.fullmatch(words)
        assert found is not None
        return date(*map(int, found.groups()))
    if SERIAL.fullmatch(words):
        return EXCEL_BEGAN + timedelta(days=int(float(words)))
    if dotted := DOTTED.fullmatch(words):
        return _day(dotted[3], int(dotted[2]), dotted[1])
    return _sided(words) or _named(words.casefold())


def either(words: str) -> tuple[int, int] | None:
    """The two numbers of which one is the month, where that can't be told from the cell."""
    found = EITHER.fullmatch(words.strip())
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    return (first, second) if first <= 12 and second <= 12 and first != second else None


def month_first(column: Iterable[str]) -> bool | None:
    """Whether the column writes the month first; None where it doesn't tell."""
    seen = {
        int(found[2]) > 12
        for cell in column
        if (found := EITHER.fullmatch(cell.strip())) and max(int(found[1]), int(found[2])) > 12
    }
    return seen.pop() if len(seen) == 1 else None


def decided(words: str, *, month_first: bool) -> str:
    """The same day written so that nobody can take it for another."""
    found = EITHER.fullmatch(words.strip())
    assert found is not None
    month, day = (found[1], found[2]) if month_first else (found[2], found[1])
    return _day(found[3], int(month), day).isoformat() + (found[4] or "")


def _sided(words: str) -> date | None:
    found = EITHER.fullmatch(words)
    if not found or either(words):
        return None
    day, month = sorted((int(found[1]), int(found[2])), reverse=True)
    return _day(found[3], month, str(day))


def _named(words: str) -> date | None:
    if found := DAY_FIRST.fullmatch(words):
        day, name, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(words):
        name, day, year = found.groups()
    else:
        return None
    return _day(year, MONTHS.index(name[:3]) + 1, day) if name[:3] in MONTHS else None


def _day(year: str, month: int, day: str) -> date:
    whole = int(year) if len(year) == 4 else 2000 + int(year) - 100 * (int(year) >= 70)
    return date(whole, month, int(day))
