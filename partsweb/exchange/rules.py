"""Bringing a file in: all of it or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from partsweb.exchange import columns as columns_of
from partsweb.exchange.columns import Columns
from partsweb.exchange.kind import Change, Kind, Row
from partsweb.exchange.tables import Line, Table
from partsweb.kit.refusal import Refusal

MOST_PROBLEMS = 50
AnyKind = type[Kind[Any]]


@dataclass(frozen=True)
class Numbered:
    """A row that could be read, and its number in the file."""

    number: int
    row: Row


class Problems:
    """What is wrong with a file, by row and column."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.found: list[tuple[int, str]] = []

    def add(self, number: int, text: str, *, field: str = "") -> None:
        """Note one."""
        column = f", {self.columns.name_of(field)}" if field else ""
        self.found.append((number, f"row {number}{column}: {text}"))

    def refuse(self, table: Table) -> None:
        """Say no if there are any, naming the first of them."""
        if not self.found:
            return
        said = [text for _, text in sorted(self.found, key=lambda problem: problem[0])]
        more = len(said) - MOST_PROBLEMS
        shown = said[:MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        count = "1 problem" if len(said) == 1 else f"{len(said)} problems"
        lines = "".join(f"\n  {text}" for text in shown)
        raise Refusal(f"Nothing of {table.name} was kept: {count}.{lines}")


def bring_in(
    table: Table,
    kind: AnyKind,
    *,
    mapped: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    on_row: Callable[[], None] = lambda: None,
) -> Mapping[Change, int]:
    """Keep the table's rows; says how many were added, changed and left as they were."""
    columns = columns_of.match(table, kind.row, mapped=mapped or {}, fixed=fixed or {})
    problems = Problems(columns)
    rows = _read(table, kind, columns, problems)
    keeping = kind([one.row for one in rows])
    changes: Counter[Change] = Counter(dict.fromkeys(Change, 0))
    for one in rows:
        try:
            changes[keeping.keep(one.row)] += 1
        except Refusal as refusal:
            known = {field for field in refusal.errors if field in kind.row.model_fields}
            problems.add(one.number, refusal.text, field=next(iter(known), ""))
        on_row()
    problems.refuse(table)
    keeping.finish()
    return changes


def _read(table: Table, kind: AnyKind, columns: Columns, problems: Problems) -> list[Numbered]:
    rows = [
        Numbered(line.number, row)
        for line in table.lines
        if (row := _row(line, kind.row, columns, problems)) is not None
    ]
    first_seen: dict[Hashable, int] = {}
    for one in rows:
        key = one.row.key
        if key is not None and first_seen.setdefault(key, one.number) != one.number:
            problems.add(one.number, f"the same stands in row {first_seen[key]} already")
    return rows


def _row(line: Line, row: type[Row], columns: Columns, problems: Problems) -> Row | None:
    if not _fits(line, columns.names):
        problems.add(line.number, f"has {len(line.cells)} cells, the head {len(columns.names)}")
        return None
    cells = columns_of.cells(columns, line.cells)
    told = {field: cell for field, cell in cells.items() if _says(field, cell, row)}
    try:
        return row.model_validate(told)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            problems.add(line.number, _worded(error), field=str(error["loc"][0]))
        return None


def _fits(line: Line, names: Sequence[str]) -> bool:
    """As many cells as the head has; empty ones beyond it do no harm."""
    beyond = line.cells[len(names) :]
    return len(line.cells) >= len(names) and not any(map(str.strip, beyond))


def _says(field: str, cell: str, row: type[Row]) -> bool:
    return bool(cell.strip()) or field in row.empty_is_no


def _worded(error: Any) -> str:
    return "is empty" if error["type"] == "missing" else str(error["ctx"]["error"])
