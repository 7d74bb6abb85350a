"""Lines of a table that are no rows: totals, the head again, what stands below the last row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from partsweb.exchange import columns as columns_of
from partsweb.exchange.cells import like_a_value
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.result import Result
from partsweb.exchange.tables import Line, Table
from partsweb.kit.refusal import Refusal

TOTAL = re.compile(
    r"(?:grand|sub|running|page|report|sum|group|overall)?[ -]*totals?\b.*|.*\b(?:sub)?totals?:?"
    r"|(?:zwischen|gesamt)?summe\b.*|gesamt\b.*|sum(?: of\b.*)?:?|carried forward.*",
    re.IGNORECASE,
)
CONDITION = re.compile(r"(.+?)(!=|=)(.*)", re.DOTALL)
NAMED_AT_MOST = 5
LINES_BELOW = 12


def rows_alone(
    table: Table, row: type[Row], columns: Columns, hints: Hints, done: Result
) -> list[Line]:
    """The lines that are rows, and are wanted; what is left out is named in the notes."""
    needed = [field for field, of in row.model_fields.items() if of.is_required()]
    sources = [columns.sources[field] for field in needed if field in columns.sources]
    wanted = _wanted(table, hints, done)
    below = _below(wanted, sources[0] if sources else None)
    kept: list[Line] = []
    dropped: list[Line] = []
    for at, line in enumerate(wanted):
        no_row = at >= below or _is_head(line, table) or _is_total(line, sources)
        (dropped if no_row else kept).append(line)
    if dropped:
        done.notes.append(f"no rows of {done.things}, left out: {_named(dropped)}")
    return kept


def _is_head(line: Line, table: Table) -> bool:
    """The head again, as pages of a printed list have it."""
    again = [" ".join(cell.split()) for cell in line.cells]
    return again[: len(table.columns)] == list(table.columns)


def _is_total(line: Line, sources: Sequence[columns_of.Source]) -> bool:
    """A total says so, and says nothing where a row names its thing."""
    words = [cell.strip() for cell in line.cells if cell.strip() and not like_a_value(cell)]
    if not words or not any(TOTAL.fullmatch(word) for word in words) or len(words) > 2:
        return False
    told = [source.cell(_widened(line, source)).strip() for source in sources]
    return not told or not all(told) or bool(TOTAL.fullmatch(told[0]))


def _below(lines: Sequence[Line], source: columns_of.Source | None) -> int:
    """Where what stands below the last row begins: few lines, that name nothing and say little."""
    end = len(lines)
    if source is None or not lines:
        return end
    usual = median(_filled(line) for line in lines)
    begin = end
    while begin and _is_below(lines[begin - 1], source, usual):
        begin -= 1
    return begin if end - begin <= LINES_BELOW else end


def _is_below(line: Line, source: columns_of.Source, usual: float) -> bool:
    named = bool(source.cell(_widened(line, source)).strip())
    filled = _filled(line)
    return filled * 2 < usual if not named else filled == 1 and usual > 2


def _filled(line: Line) -> int:
    return sum(1 for cell in line.cells if cell.strip())


def _widened(line: Line, source: columns_of.Source) -> Sequence[str]:
    """Totals are often shorter than rows."""
    return [*line.cells, *[""] * (max(source.places, default=0) + 1 - len(line.cells))]


def _wanted(table: Table, hints: Hints, done: Result) -> list[Line]:
    conditions = [_condition(table, said) for said in hints.where]
    wanted = [line for line in table.lines if all(fits(line) for fits in conditions)]
    out = len(table.lines) - len(wanted)
    if out:
        done.notes.append(f"{out} rows left out: only those where {' and '.join(hints.where)}")
    return wanted


def _condition(table: Table, said: str) -> Callable[[Line], bool]:
    found = CONDITION.fullmatch(said)
    if not found:
        raise Refusal(f"{said} is no condition. Write it like COLUMN=VALUE or COLUMN!=VALUE.")
    place = columns_of.place_of(table, found[1])
    value, wanted = found[3].strip().casefold(), found[2] == "="

    def fits(line: Line) -> bool:
        cell = line.cells[place] if place < len(line.cells) else ""
        return (cell.strip().casefold() == value) == wanted

    return fits


def _named(lines: Sequence[Line]) -> str:
    said = [f"row {line.number} ({_first(line.cells)})" for line in lines[:NAMED_AT_MOST]]
    more = len(lines) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def _first(cells: Iterable[str]) -> str:
    words = next((" ".join(cell.split()) for cell in cells if cell.strip()), "")
    return words if len(words) <= 40 else f"{words[:39]}…"
