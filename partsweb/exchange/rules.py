"""Bringing a file in: all of it or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from partsweb.exchange import columns as columns_of
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import NONE, Hints
from partsweb.exchange.kind import Kind, Row
from partsweb.exchange.result import Problem, Result
from partsweb.exchange.tables import Line, Table
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import undone
from partsweb.people.models import Person

AnyKind = type[Kind[Any]]
# Told how many rows are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Numbered:
    """A row that could be read, and its number in the file."""

    number: int
    row: Row


def bring_in(
    table: Table,
    kind: AnyKind,
    hints: Hints = NONE,
    *,
    by: Person | None,
    progress: Progress = lambda done, of: None,
) -> Result:
    """Keep the table's rows, all or none: a Refusal names what is wrong with it."""
    done = _work_through(table, kind, hints, by=by, progress=progress)
    if done.problems:
        raise Refusal(done.refused)
    return done


def try_out(
    table: Table,
    kind: AnyKind,
    hints: Hints = NONE,
    *,
    by: Person | None,
    progress: Progress = lambda done, of: None,
) -> Result:
    """Do all of it and keep nothing: what would change, or every problem that there is.

    Refuses only what no row has to do with: a field that nobody knows, a column that isn't there.
    """
    columns_of.match(table, kind.row, hints)
    done = undone(lambda: _work_through(table, kind, hints, by=by, progress=progress))
    done.kept = False
    return done


def _work_through(
    table: Table, kind: AnyKind, hints: Hints, *, by: Person | None, progress: Progress
) -> Result:
    # Two files at once would each see what is there before the other: the number makes them wait.
    next_number("import")
    columns = columns_of.match(table, kind.row, hints)
    done = Result(table.name, kind.things, read=len(table.lines), notes=[*table.notes])
    rows = _read(table, kind, columns, done)
    keeping = kind([one.row for one in rows])
    keeping.by = by
    for at, one in enumerate(rows, start=1):
        _keep(keeping, one, columns, done)
        progress(at, len(rows))
    done.problems.sort(key=lambda problem: problem.number)
    done.notes += keeping.notes()
    if not done.problems:
        keeping.finish()
    return done


def _keep(keeping: Kind[Any], one: Numbered, columns: Columns, done: Result) -> None:
    try:
        done.count(one.number, one.row.title, keeping.keep(one.row))
    except Refusal as refusal:
        known = [field for field in refusal.errors if field in keeping.row.model_fields]
        done.problems.append(_problem(one.number, refusal.text, columns, next(iter(known), "")))


def _problem(number: int, text: str, columns: Columns, field: str = "", cell: str = "") -> Problem:
    return Problem(number, text, columns.name_of(field) if field else "", field, cell)


def _read(table: Table, kind: AnyKind, columns: Columns, done: Result) -> list[Numbered]:
    rows = [
        Numbered(line.number, row)
        for line in table.lines
        if (row := _row(line, kind.row, columns, done)) is not None
    ]
    first_seen: dict[Hashable, int] = {}
    for one in rows:
        key = one.row.key
        if key is not None and first_seen.setdefault(key, one.number) != one.number:
            twice = f"the same stands in row {first_seen[key]} already"
            done.problems.append(Problem(one.number, twice))
    return rows


def _row(line: Line, row: type[Row], columns: Columns, done: Result) -> Row | None:
    if not _fits(line, columns):
        counts = f"has {len(line.cells)} cells, the head {len(columns.names)}"
        done.problems.append(Problem(line.number, counts))
        return None
    cells = columns_of.cells(columns, line.cells)
    told = {field: cell for field, cell in cells.items() if _says(field, cell, row)}
    try:
        return row.model_validate(told)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            field = str(error["loc"][0])
            cell = cells.get(field, "")
            done.problems.append(_problem(line.number, _worded(error), columns, field, cell))
        return None


def _fits(line: Line, columns: Columns) -> bool:
    """As many cells as the head has; empty ones beyond it do no harm."""
    beyond = line.cells[len(columns.names) :]
    return len(line.cells) >= len(columns.names) and not any(map(str.strip, beyond))


def _says(field: str, cell: str, row: type[Row]) -> bool:
    return bool(cell.strip()) or field in row.empty_is_no


def _worded(error: Any) -> str:
    return "is empty" if error["type"] == "missing" else str(error["ctx"]["error"])
