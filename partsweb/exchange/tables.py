"""Reads a file as a table: its head, its rows, and what of it is neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from partsweb.exchange import texts, workbooks
from partsweb.exchange.cells import Row as Cells
from partsweb.exchange.cells import has_content, like_a_value
from partsweb.kit.refusal import Refusal

# A head stands within the first rows, and fills most of the table's width.
HEAD_WITHIN = 30
WIDTH_FROM = 200
MOST_ROWS = 500_000


@dataclass(frozen=True)
class Line:
    """One row of a table and its number, as a spreadsheet counts."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A file's columns and rows, those without any content left out; `notes` say how it was read.

    Cells are text. What a spreadsheet keeps as a number or a day says so: cells.Number, cells.Day.
    """

    name: str
    columns: Sequence[str]
    lines: Sequence[Line]
    notes: Sequence[str] = field(default=())
    # The sheets of a workbook, to choose from.
    sheets: Sequence[str] = field(default=())


def read(path: Path, *, sheet: str = "", head: int = 0, encoding: str = "") -> Table:
    """Read a file of the disk whole."""
    return read_bytes(path.read_bytes(), path.name, sheet=sheet, head=head, encoding=encoding)


def read_bytes(
    content: bytes, name: str, *, sheet: str = "", head: int = 0, encoding: str = ""
) -> Table:
    """Read a file's content whole: CSV or XLSX, whatever its name ends with.

    `sheet` names one of a workbook's sheets, `head` the row of the column names where they aren't
    found, `encoding` what the text is in where that is guessed wrong.
    """
    if not content.strip():
        raise Refusal(f"{name} is empty.")
    if workbooks.is_one(content, name):
        grid = workbooks.read(content, name, sheet=sheet)
    else:
        grid = texts.read(content, name, encoding=encoding)
    if len(grid.rows) > MOST_ROWS:
        raise Refusal(f"{name} has more than {MOST_ROWS} rows. Take it in parts.")
    return _table(grid, name, head=head)


def _table(grid: texts.Grid, name: str, *, head: int) -> Table:
    filled = [(number, row) for number, row in enumerate(grid.rows, start=1) if has_content(row)]
    if not filled:
        raise Refusal(f"{name} is empty.")
    at = _head_at(filled, name, head=head)
    columns = [" ".join(cell.split()) for cell in filled[at][1]]
    while columns and not columns[-1]:
        columns.pop()
    above = [number for number, _ in filled[:at]]
    notes = [*grid.notes, *([f"above the head, left out: {_rows(above)}"] if above else [])]
    lines = [Line(number, row) for number, row in filled[at + 1 :]]
    return Table(name, columns, lines, notes, grid.sheets)


def _head_at(filled: Sequence[tuple[int, Cells]], name: str, *, head: int) -> int:
    """Which of the rows names the columns: the first that is wide enough and says only words."""
    if head:
        found = [at for at, (number, _) in enumerate(filled) if number == head]
        if not found:
            raise Refusal(f"{name} has nothing in row {head}, where its head should be.")
        return found[0]
    widths = [sum(1 for cell in row if cell.strip()) for _, row in filled[:WIDTH_FROM]]
    first = filled[:HEAD_WITHIN]
    for share in (0.75, 0.5):
        enough = max(widths) * share
        for at, (_, row) in enumerate(first):
            if widths[at] >= enough and not any(map(like_a_value, row)):
                return at
    return next(at for at, width in enumerate(widths) if width >= max(widths) * 0.5)


def _rows(numbers: Sequence[int]) -> str:
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {numbers[0]}–{numbers[-1]}"
