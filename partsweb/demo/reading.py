"""Reads the demo company's files."""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib import resources

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """The rows of one file of demo/data."""
    text = (resources.files("partsweb.demo") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def amount(text: str) -> Decimal:
    """A decimal, nothing for nothing."""
    return Decimal(text or 0)


def yes(text: str) -> bool:
    """Whether it says yes."""
    return text == "yes"
