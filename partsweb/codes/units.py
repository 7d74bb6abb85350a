"""The number of a unit, typed or scanned: a label that names part and unit gives the unit's."""

from __future__ import annotations

from partsweb.codes.reading import read


def unit_number(text: str) -> str:
    """The serial that a scanned label carries, else what was typed."""
    return read(text).serial or text.strip()


def unit_numbers(text: str) -> list[str]:
    """Serials as typed, pasted or scanned into a field, one a line."""
    return [number for line in text.splitlines() if (number := unit_number(line))]
