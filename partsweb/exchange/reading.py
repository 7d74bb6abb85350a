"""From a table's lines to the rows of a kind: what is a row at all, and what its cells say."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from partsweb.exchange import columns as columns_of
from partsweb.exchange import currencies, leaving_out, spoilt, values
from partsweb.exchange import days as days_of
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.result import Problem, Result
from partsweb.exchange.tables import Line, Table


@dataclass(frozen=True)
class Numbered:
    """A row that could be read, and its number in the file."""

    number: int
    row: Row


def rows_of(
    table: Table, row: type[Row], columns: Columns, hints: Hints, done: Result
) -> list[Numbered]:
    """The table's rows; what is wrong with one, and what is left out, is noted in `done`."""
    lines = leaving_out.rows_alone(table, row, columns, hints, done)
    fitting = [line for line in lines if _fits(line, columns, done)]
    cells = [columns_of.cells(columns, line.cells) for line in fitting]
    _decide_days(row, cells, hints)
    done.notes += spoilt.codes_mended(fitting, cells, row, columns, hints, done.problems)
    done.notes += currencies.converted(fitting, cells, row, columns, hints, done.problems)
    read = [
        Numbered(line.number, one)
        for line, told in zip(fitting, cells, strict=True)
        if (one := _row(line, told, row, columns, done)) is not None
    ]
    done.read = len(read)
    return list(_once(read, hints, done))


def _row(
    line: Line, cells: dict[str, str], row: type[Row], columns: Columns, done: Result
) -> Row | None:
    told = {field: cell for field, cell in cells.items() if _says(field, cell, row)}
    try:
        return row.model_validate(told)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            field = str(error["loc"][0])
            where = (columns.name_of(field), field, cells.get(field, ""))
            done.problems.append(Problem(line.number, _worded(error), *where))
        return None


def _fits(line: Line, columns: Columns, done: Result) -> bool:
    """As many cells as the head has; empty ones beyond it do no harm."""
    beyond = line.cells[len(columns.names) :]
    if len(line.cells) >= len(columns.names) and not any(map(str.strip, beyond)):
        return True
    counts = f"has {len(line.cells)} cells, the head {len(columns.names)}"
    done.problems.append(Problem(line.number, counts))
    return False


def _says(field: str, cell: str, row: type[Row]) -> bool:
    return bool(cell.strip()) or field in row.empty_is_no


def _worded(error: Any) -> str:
    return "is empty" if error["type"] == "missing" else str(error["ctx"]["error"])


def _decide_days(row: type[Row], cells: Sequence[dict[str, str]], hints: Hints) -> None:
    """Which of 04/05 is the month, the rest of the column tells, or the person."""
    for field in [*row.read_as(values.day), *row.read_as(values.moment)]:
        first = hints.month_first
        if first is None:
            first = days_of.month_first(told.get(field, "") for told in cells)
        for told in cells if first is not None else ():
            if days_of.either(told.get(field, "")):
                told[field] = days_of.decided(told[field], month_first=bool(first))


def _once(rows: Sequence[Numbered], hints: Hints, done: Result) -> Iterator[Numbered]:
    """Each thing once: said again it is a problem, or passed over where that is wished."""
    first_seen: dict[Hashable, Numbered] = {}
    again = 0
    for one in rows:
        key = one.row.key
        before = first_seen.setdefault(key, one) if key is not None else one
        if before is one:
            yield one
        elif not hints.once:
            twice = f"the same stands in row {before.number} already"
            done.problems.append(Problem(one.number, twice))
        elif one.row.given != before.row.given:
            done.problems.append(Problem(one.number, f"row {before.number} says otherwise"))
        else:
            again += 1
    if again:
        done.notes.append(f"{again} rows say what others say already")
