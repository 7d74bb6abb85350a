"""Reads a cell as what it means, or says in words what is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from partsweb.kit.exact import read_decimal
from partsweb.kit.refusal import Refusal

YES = {"1", "yes", "y", "true", "t", "x", "on"}
NO = {"0", "no", "n", "false", "f", "off", ""}
# 1,234.50 and 1.234,50: which mark is which is certain only where both are there.
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:\.\d{3})+,\d+")
UNCERTAIN = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
LONGEST = 4000


def text(cell: str) -> str:
    """Words, without the space around them."""
    words = cell.strip()
    if len(words) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return words


def code(cell: str) -> str:
    """A code as it is written: leading zeros, case and inner spaces are part of it."""
    words = cell.strip()
    if any(not c.isprintable() for c in words):
        raise ValueError(f"{shown(words)} has a character that can't be seen")
    return words


def unit(cell: str) -> str:
    """EA, however padded."""
    return cell.strip().upper()


def number(cell: str) -> Decimal:
    """An exact decimal; `.0000`, `3.00` and `1,234.50` are numbers."""
    words = cell.strip().replace("\u2212", "-")
    if GROUPED.fullmatch(words):
        thousands = min(",.", key=words.index)
        words = words.replace(thousands, "")
    elif UNCERTAIN.fullmatch(words):
        plain = words.replace(",", "")
        raise ValueError(f"{shown(words)} may mean {plain}: write it without the comma")
    try:
        return read_decimal(words, field="", name=shown(cell.strip()))
    except Refusal as refusal:
        said = "is not a number" if "not a number" in refusal.text else refusal.text.rstrip(".")
        raise ValueError(said if "'" in said else f"{shown(cell.strip())} {said}") from None


def amount(cell: str) -> Decimal:
    """A price or an amount."""
    value = number(cell)
    if value < 0:
        raise ValueError(f"{shown(cell.strip())} is below zero")
    return value


def days(cell: str) -> int:
    """A number of days."""
    value = amount(cell)
    if value != int(value):
        raise ValueError(f"{shown(cell.strip())} is not a whole number of days")
    return int(value)


def yes(cell: str) -> bool:
    """Yes or no, in any of the ways that systems write it."""
    words = cell.strip().casefold()
    if words not in YES | NO:
        raise ValueError(f"{shown(cell.strip())} is neither yes nor no")
    return words in YES


def yes_or_day(cell: str) -> bool:
    """Yes, or the day since when."""
    words = cell.strip()
    return yes(words) if words.casefold() in YES | NO else bool(day(words))


def day(cell: str) -> date:
    """A day. 04/05/2026 is refused: nobody knows which of them is the month."""
    words = cell.strip()
    iso, dotted = ISO_DAY.fullmatch(words), DOTTED_DAY.fullmatch(words)
    if iso:
        parts = iso.groups()
    elif dotted:
        parts = dotted.groups()[::-1]
    else:
        raise ValueError(f"{shown(words)} is not a day like 2026-05-04")
    try:
        return date(*map(int, parts))
    except ValueError:
        raise ValueError(f"{shown(words)} is not a day of the calendar") from None


def codes(cell: str) -> tuple[str, ...]:
    """Serials of one row: by comma, semicolon or line."""
    return tuple(filter(None, (code(one) for one in re.split(r"[,;\n]", cell))))


def shown(cell: str) -> str:
    """A cell as a message quotes it."""
    return f"'{cell[:40]}{'…' if len(cell) > 40 else ''}'"


Code = Annotated[str, BeforeValidator(code)]
Words = Annotated[str, BeforeValidator(text)]
Unit = Annotated[str, BeforeValidator(unit)]
Quantity = Annotated[Decimal, BeforeValidator(number)]
Amount = Annotated[Decimal, BeforeValidator(amount)]
Days = Annotated[int, BeforeValidator(days)]
Yes = Annotated[bool, BeforeValidator(yes)]
YesOrDay = Annotated[bool, BeforeValidator(yes_or_day)]
Day = Annotated[date, BeforeValidator(day)]
Codes = Annotated[tuple[str, ...], BeforeValidator(codes)]
