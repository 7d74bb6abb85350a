"""Bringing a file in: all of it or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partsweb.exchange import columns as columns_of
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import NONE, Hints
from partsweb.exchange.kind import Kind
from partsweb.exchange.reading import Numbered, rows_of
from partsweb.exchange.result import Problem, Result
from partsweb.exchange.tables import Table
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import undone
from partsweb.people.models import Person

AnyKind = type[Kind[Any]]
# Told how many steps are done, of how many.
Progress = Callable[[int, int], None]


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
    rows = rows_of(table, kind.row, columns, hints, done)
    keeping = kind([one.row for one in rows])
    keeping.by = by
    steps = _Steps(progress, of=2 * len(rows))
    for one in rows:
        _keep(keeping, one, columns, done)
        steps.more(1)
    done.problems.sort(key=lambda problem: problem.number)
    done.notes += keeping.notes()
    if not done.problems:
        keeping.finish(steps.more)
    steps.all_done()
    return done


class _Steps:
    """Looking at each row is half of the work, writing them the other."""

    def __init__(self, progress: Progress, *, of: int) -> None:
        self.progress, self.done, self.of = progress, 0, of

    def more(self, rows: int) -> None:
        """So many more."""
        self.done = min(self.done + rows, self.of)
        self.progress(self.done, self.of)

    def all_done(self) -> None:
        """Nothing is left, whatever needed no writing."""
        self.progress(self.of, self.of)


def _keep(keeping: Kind[Any], one: Numbered, columns: Columns, done: Result) -> None:
    try:
        done.count(one.number, one.row.title, keeping.keep(one.row))
    except Refusal as refusal:
        known = [field for field in refusal.errors if field in keeping.row.model_fields]
        field = next(iter(known), "")
        name = columns.name_of(field) if field else ""
        done.problems.append(Problem(one.number, refusal.text, name, field))
