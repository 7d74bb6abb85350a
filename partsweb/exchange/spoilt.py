"""Codes that a spreadsheet took for numbers: what can be mended is, the rest is named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from partsweb.exchange import values
from partsweb.exchange.cells import SURE_DIGITS, Number
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.result import Problem
from partsweb.exchange.tables import Line

# How Excel writes a long number, or a code like 1E5: at least two digits after the sign.
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}")
FLOATED = re.compile(r"(\d+)\.0+")
WHOLE = re.compile(r"\d+(?:\.0+)?")
# A barcode's length: nobody writes such a code with a point and a nought.
LONG = 8
LOST = (
    "is a code that a spreadsheet made a number, its digits are lost. Format the column as text "
    "and enter it again, or say that codes are taken as they are written (--as-written)"
)


def codes_mended(
    lines: Sequence[Line],
    cells: Sequence[dict[str, str]],
    row: type[Row],
    columns: Columns,
    hints: Hints,
    problems: list[Problem],
) -> list[str]:
    """Mend the codes in place; says what was found, and adds what can't be mended."""
    notes: list[str] = []
    for field in row.read_as(values.code):
        if field in columns.sources:
            name = columns.name_of(field)
            notes += _without_noughts(lines, cells, field, name)
            notes += _numbers(lines, cells, field, name)
            if not hints.as_written:
                problems += _lost(lines, cells, field, name)
    return notes


def _without_noughts(
    lines: Sequence[Line], cells: Sequence[dict[str, str]], field: str, name: str
) -> list[str]:
    """4006381333931.0 is what is left of a code in a column that was computed with."""
    said = [told.get(field, "").strip() for told in cells]
    floated = [at for at, cell in enumerate(said) if FLOATED.fullmatch(cell)]
    if not floated:
        return []
    all_numbers = all(WHOLE.fullmatch(cell) for cell in said if cell)
    mended = [at for at in floated if all_numbers or len(said[at].split(".")[0]) >= LONG]
    for at in mended:
        cells[at][field] = said[at].split(".")[0]
    return _said(lines, cells, field, name, mended, "had become a number that ends in .0")


def _numbers(
    lines: Sequence[Line], cells: Sequence[dict[str, str]], field: str, name: str
) -> list[str]:
    """Right as they stand, as far as can be seen: noughts before them would be gone."""
    found = [at for at, told in enumerate(cells) if isinstance(told.get(field), Number)]
    verb = "is a number" if len(found) == 1 else "are numbers"
    what = f"{verb} in the spreadsheet; a 0 at its beginning would be lost"
    return _said(lines, cells, field, name, found, what)


def _lost(
    lines: Sequence[Line], cells: Sequence[dict[str, str]], field: str, name: str
) -> list[Problem]:
    return [
        Problem(line.number, f"{values.shown(told[field])} {LOST}", name, field, told[field])
        for line, told in zip(lines, cells, strict=True)
        if _is_lost(told.get(field, ""))
    ]


def _is_lost(cell: str) -> bool:
    too_long = isinstance(cell, Number) and len(cell.lstrip("-")) > SURE_DIGITS
    return too_long or bool(SCIENTIFIC.fullmatch(cell.strip()))


def _said(
    lines: Sequence[Line],
    cells: Sequence[dict[str, str]],
    field: str,
    name: str,
    found: Sequence[int],
    what: str,
) -> list[str]:
    if not found:
        return []
    example = f"{cells[found[0]][field]} in row {lines[found[0]].number}"
    codes = "1 code" if len(found) == 1 else f"{len(found)} codes"
    return [f"{name}: {codes} {what}, such as {example}"]
