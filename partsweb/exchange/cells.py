"""Cells as files have them: text, and text that a spreadsheet keeps as something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

Row = Sequence[str]
# What a binary number is sure of; the sixteenth digit is noise.
SURE_DIGITS = 15
LONGEST_VALUE = 40
ONLY_ZEROS = re.compile(r"0{2,}")
NUMBER = re.compile(r"[^\w]{0,3}[+-]?[\d.,\s]*\d[\d.,]*[^\w]{0,3}")
DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*")


class Number(str):
    """A cell that the spreadsheet keeps as a number; whatever was typed, its zeros are gone."""

    __slots__ = ()


class Day(str):
    """A cell that the spreadsheet keeps as a day."""

    __slots__ = ()


def as_text(value: Any, shape: str = "") -> str:
    """A spreadsheet's value as text; `shape` is how the sheet shows a number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, shape)
    if isinstance(value, datetime):
        return Day(value.date().isoformat() if value.time() == time() else value.isoformat(" "))
    return Day(value.isoformat()) if isinstance(value, date) else str(value)


def has_content(row: Row) -> bool:
    """Whether anything stands in it."""
    return any(cell and not cell.isspace() for cell in row)


def like_a_value(cell: str) -> bool:
    """Whether it is a number or a day: no column is called so."""
    words = cell.strip()
    return 0 < len(words) <= LONGEST_VALUE and (
        isinstance(cell, Number | Day)
        or bool(NUMBER.fullmatch(words))
        or bool(DAY.fullmatch(words))
    )


def _number(value: float, shape: str) -> str:
    if isinstance(value, int) or value.is_integer():
        digits = str(int(value))
        # Shown as 00042: that is the code, whatever the spreadsheet computes with.
        return digits.zfill(len(shape)) if ONLY_ZEROS.fullmatch(shape) else Number(digits)
    return Number(format(Decimal(f"{value:.{SURE_DIGITS}g}"), "f"))
