"""What an import said and changed: its first lines with the import, all of it in a file beside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from partsweb.exchange.looking import ROOM
from partsweb.exchange.models import Import
from partsweb.exchange.result import Problem, Result, RowChange
from partsweb.kit import files
from partsweb.kit.refusal import NotFound
from partsweb.kit.sheets import Sheet

FIRST_PROBLEMS, FIRST_CHANGES, MOST_NOTES = 50, 200, 100
PROBLEM_COLUMNS = ("Row", "Column", "Cell", "What to do")
CHANGE_COLUMNS = ("Row", "What", "Became", "Before and after")


def write(of: Import, done: Result) -> None:
    """Keep what came of it."""
    problems, changes = [*map(_problem, done.problems)], [*map(_change, done.rows)]
    first = {
        "problems": problems[:FIRST_PROBLEMS],
        "changes": changes[:FIRST_CHANGES],
        "notes": done.notes[:MOST_NOTES],
    }
    of.report = json.dumps(first)
    every = json.dumps({"problems": problems, "changes": changes}).encode()
    of.whole_report = files.keep(ROOM, every, ending=".json")


def problems(of: Import) -> Sheet:
    """Every problem, as a table."""
    return Sheet("import-problems", PROBLEM_COLUMNS, _every(of, "problems"))


def changes(of: Import) -> Sheet:
    """Every row that is new or changed something, as a table."""
    return Sheet("import-changes", CHANGE_COLUMNS, _every(of, "changes"))


def _every(of: Import, what: str) -> Sequence[Sequence[Any]]:
    path = files.folder(ROOM) / (of.whole_report or "none")
    if not path.is_file():
        raise NotFound("That list isn't kept any more. Its first lines stand on the page.")
    rows: Sequence[Sequence[Any]] = json.loads(path.read_bytes())[what]
    return rows


def _problem(one: Problem) -> Sequence[Any]:
    return (one.number, one.column, one.cell, one.text)


def _change(one: RowChange) -> Sequence[Any]:
    before_and_after = (
        f"{field}: {_said(before)} → {_said(after)}"
        for field, (before, after) in one.fields.items()
    )
    return (one.number, one.title, one.change.value, "; ".join(before_and_after))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None or value == "" else str(value)
