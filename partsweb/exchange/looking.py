"""Reading an uploaded file: all of it, or as much as a person looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from partsweb.exchange import columns as columns_of
from partsweb.exchange import reading, tables
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.models import Import
from partsweb.exchange.offers import Offer
from partsweb.exchange.result import Problem, Result
from partsweb.exchange.tables import Line, Table
from partsweb.exchange.values import shown
from partsweb.kit import files
from partsweb.kit.refusal import NotFound

ROOM = "imports"
LOOKED_AT = 60
SHOWN = 10


@dataclass(frozen=True)
class Look:
    """The beginning of a file, and how many rows it has."""

    table: Table
    rows: int

    def sample(self, place: int) -> str:
        """What stands in a column, where the first rows say something."""
        cells = (line.cells[place] for line in self.table.lines if place < len(line.cells))
        return next((shown(cell.strip()) for cell in cells if cell.strip()), "")


@dataclass(frozen=True)
class Understood:
    """One row as it will be understood: field → what it says; `problems` where it can't be."""

    number: int
    title: str
    cells: Sequence[tuple[str, str]]
    problems: Sequence[str]


def look(of: Import) -> Look:
    """The beginning of the file, read as the person said; remembered, so it is quick."""
    return _look(_path(of), of.name, str(of.how.get("sheet", "")), int(of.how.get("head", 0)))


def look_at(stored: str, name: str) -> Look:
    """The same of a file that was only just kept."""
    return _look(files.folder(ROOM) / stored, name, "", 0)


def whole(of: Import) -> Table:
    """All of it; a large workbook takes a while."""
    return _read(_path(of), of.name, str(of.how.get("sheet", "")), int(of.how.get("head", 0)))


def understood(seen: Look, offer: Offer, found: Columns, hints: Hints) -> list[Understood]:
    """The first rows as they will be understood."""
    tried = Result("", "")
    read = reading.rows_of(seen.table, offer.kind.row, found, hints, tried)
    rows = {one.number: one.row for one in read}
    wrong = {problem.number for problem in tried.problems}
    lines = [line for line in seen.table.lines if line.number in {*rows, *wrong}]
    return [
        _understood(line, rows.get(line.number), found, tried.problems) for line in lines[:SHOWN]
    ]


def _understood(
    line: Line, row: Row | None, found: Columns, problems: Sequence[Problem]
) -> Understood:
    named = [
        f"{problem.column}: {problem.text}" if problem.column else problem.text
        for problem in problems
        if problem.number == line.number
    ]
    return Understood(line.number, row.title if row else "", _cells(row, line, found), named)


def _cells(row: Row | None, line: Line, found: Columns) -> list[tuple[str, str]]:
    """What the row says, as understood; what can't be understood, as it stands there."""
    if row is not None:
        return [(field, _said(value)) for field, value in row.given.items()]
    if len(line.cells) < len(found.names):
        return []
    return [(field, cell) for field, cell in columns_of.cells(found, line.cells).items() if cell]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


@lru_cache(maxsize=32)
def _look(path: Path, name: str, sheet: str, head: int) -> Look:
    table = _read(path, name, sheet, head)
    return Look(replace(table, lines=table.lines[:LOOKED_AT]), len(table.lines))


def _read(path: Path, name: str, sheet: str, head: int) -> Table:
    return tables.read_bytes(path.read_bytes(), name, sheet=sheet, head=head)


def _path(of: Import) -> Path:
    path = files.folder(ROOM) / of.stored
    if not path.exists():
        raise NotFound(f"{of.name} isn't kept on this server any more. Send it again.")
    return path
