"""What bringing a file in did, or would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from partsweb.exchange.kind import Change, Kept

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class RowChange:
    """One row that is new or changes something: which, what it is called, what is different."""

    number: int
    title: str
    kept: Kept

    @property
    def change(self) -> Change:
        """Added or changed."""
        return self.kept.change

    @property
    def fields(self) -> Mapping[str, tuple[Any, Any]]:
        """Of a changed one: field → before, after."""
        return self.kept.fields


@dataclass(frozen=True)
class Problem:
    """What is wrong in one row. `column` is what the file calls it, empty where it is the row."""

    number: int
    text: str
    column: str = ""
    field: str = ""
    cell: str = ""

    @property
    def said(self) -> str:
        """It as a line: row 17, unit_price: 'abc' is not a number."""
        return f"row {self.number}{f', {self.column}' if self.column else ''}: {self.text}"


@dataclass
class Result:
    """What a file changes: `rows` are those that do, `problems` keep all of it out.

    `notes` say what the person should look at, though it keeps nothing out. `kept` is false of a
    trial.
    """

    name: str
    things: str
    read: int = 0
    kept: bool = True
    counts: Counter[Change] = field(default_factory=lambda: Counter(dict.fromkeys(Change, 0)))
    rows: list[RowChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, number: int, title: str, kept: Kept) -> None:
        """Note what became of a row."""
        self.counts[kept.change] += 1
        if kept.change != Change.UNCHANGED:
            self.rows.append(RowChange(number, title, kept))

    @property
    def changes(self) -> int:
        """How many rows are new or change something."""
        return self.counts[Change.ADDED] + self.counts[Change.CHANGED]

    @property
    def said(self) -> str:
        """It in a line: 179 parts added, 0 changed, 0 unchanged."""
        counts = ", ".join(f"{self.counts[change]} {change.value}" for change in Change)
        counts = counts.replace(" ", f" {self.things} ", 1)
        return f"{counts}." if self.kept else f"Nothing was kept; it would be: {counts}."

    @property
    def refused(self) -> str:
        """Why nothing of it was kept: the first problems, and how many more there are."""
        said: Sequence[str] = [problem.said for problem in self.problems]
        more = len(said) - MOST_PROBLEMS
        shown = [*said[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        count = "1 problem" if len(said) == 1 else f"{len(said)} problems"
        lines = "".join(f"\n  {text}" for text in shown)
        return f"Nothing of {self.name} was kept: {count}.{lines}"
