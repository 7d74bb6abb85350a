"""What was measured, as numbers and as a table."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.browser import Loaded
from bench.load import Measured
from bench.weight import Fetched, total

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
LIBRARIES = ("flask", "sqlalchemy", "granian", "flask-compress")


@dataclass
class Speed:
    """One page over all rounds; `of_bare` is its requests a second ÷ the bare page's, by round."""

    name: str
    beside: str
    latencies: list[float] = field(default_factory=list)
    a_second: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    cpu_seconds: float | None = 0.0
    queries: int | None = None
    size: int | None = None
    compressed: int | None = None

    def add(self, measured: Measured, cpu: float | None, *, beside: Measured) -> None:
        """One round's figures."""
        self.latencies += measured.latencies
        self.a_second.append(measured.a_second)
        self.bare.append(beside.a_second)
        if self.cpu_seconds is not None:
            self.cpu_seconds = None if cpu is None else self.cpu_seconds + cpu

    @property
    def cpu_ms(self) -> float | None:
        """What one request takes of a processor on the server, in milliseconds."""
        return self.cpu_seconds and round(self.cpu_seconds * 1000 / len(self.latencies), 2)

    @property
    def of_bare(self) -> list[float]:
        """Each round's ratio, lowest first."""
        return sorted(mine / bare for mine, bare in zip(self.a_second, self.bare, strict=True))

    def figures(self) -> dict[str, Any]:
        """For the file."""
        ratios = self.of_bare
        return {
            "name": self.name,
            "requests": len(self.latencies),
            "requests_a_second": round(statistics.median(self.a_second), 1),
            "p50_ms": round(percentile(self.latencies, 50), 2),
            "p99_ms": round(percentile(self.latencies, 99), 2),
            "beside": self.beside,
            "of_bare": round(statistics.median(ratios), 4),
            "of_bare_lowest": round(ratios[0], 4),
            "of_bare_highest": round(ratios[-1], 4),
            "cpu_ms": self.cpu_ms,
            "queries": self.queries,
            "bytes": self.size,
            "bytes_compressed": self.compressed,
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent don't exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


@dataclass
class Report:
    """One run."""

    about: dict[str, Any]
    speeds: list[Speed]
    first_load: dict[str, list[Fetched]]
    browser: tuple[Loaded, Loaded] | None = None

    def figures(self) -> dict[str, Any]:
        """For the file."""
        return {
            "about": self.about,
            "pages": [speed.figures() for speed in self.speeds],
            "first_load": {
                coding: {"bytes": total(files), "files": [asdict(file) for file in files]}
                for coding, files in self.first_load.items()
            },
            "browser": _browser(self.browser),
        }

    def show(self) -> None:
        """For the person who waits."""
        console = Console(width=120)
        console.print(self._speeds(), self._first_load(), sep="\n")
        if self.browser:
            console.print(self._browser())

    def keep(self, page: Path) -> None:
        """Put the figures between the two marks of a Markdown page."""
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n{self._markdown()}{END}{after}", encoding="utf-8")

    def _markdown(self) -> str:
        told, tables = self.about, [self._speeds(), self._first_load()]
        tables += [self._browser()] if self.browser else []
        said = (
            f"{told['measured_at'][:10]}, commit {told['commit']}, {told['cores']} cores, "
            f"{told['system']}, Python {told['python']}, {told['database']} {told['sqlite']}; "
            f"{told['rounds']} rounds of {told['seconds']:g} s, {told['connections']} connections; "
            f"load average before it {told['load_before']:.1f}.\n"
        )
        return "\n".join([said, *map(as_markdown, tables)])

    def _speeds(self) -> Table:
        heads = (
            "",
            "req/s",
            "p50 ms",
            "p99 ms",
            "of bare",
            "(rounds)",
            "CPU ms",
            "queries",
            "bytes",
            "br",
        )
        table = table_of("Pages", *heads)
        for figures in (speed.figures() for speed in self.speeds):
            lowest, highest = figures["of_bare_lowest"], figures["of_bare_highest"]
            table.add_row(
                figures["name"],
                f"{figures['requests_a_second']:.0f}",
                f"{figures['p50_ms']:.1f}",
                f"{figures['p99_ms']:.1f}",
                f"{figures['of_bare']:.3f}",
                f"{lowest:.3f}–{highest:.3f}",
                _shown(figures["cpu_ms"]),
                _shown(figures["queries"]),
                _shown(figures["bytes"]),
                _shown(figures["bytes_compressed"]),
            )
        return table

    def _first_load(self) -> Table:
        table = table_of(
            "First load of the start page: HTML, CSS, JavaScript", "", *self.first_load
        )
        for kind in ("html", "css", "js"):
            sums = [
                sum(file.compressed for file in files if file.kind == kind)
                for files in self.first_load.values()
            ]
            table.add_row(kind, *map(_shown, sums))
        table.add_row("together", *(_shown(total(files)) for files in self.first_load.values()))
        table.add_row("files", *(_shown(len(files)) for files in self.first_load.values()))
        return table

    def _browser(self) -> Table:
        assert self.browser is not None
        heads = ("", "requests", "from cache", "html+css+js", "all, with headers", "shown after ms")
        table = table_of("The same in Chromium", *heads)
        for name, loaded in zip(("first load", "next load"), self.browser, strict=True):
            numbers = (loaded.requests, loaded.cached, loaded.text, loaded.bytes_in)
            table.add_row(name, *map(_shown, numbers), _shown(loaded.shown_after_ms))
        return table


def table_of(title: str, *heads: str) -> Table:
    """An empty table with these heads; numbers stand at the right."""
    table = Table(title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number == 0 else "right")
    return table


def as_markdown(table: Table) -> str:
    """The table as a page has it."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    rows = [f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True)]
    rule = "|".join(["", "---", *["---:"] * (len(columns) - 1), ""])
    return "\n".join([f"**{table.title}**", "", rows[0], rule, *rows[1:], ""])


def _shown(number: float | None) -> str:
    return "–" if number is None else f"{number:,}"


def _browser(loads: tuple[Loaded, Loaded] | None) -> dict[str, Any] | None:
    if loads is None:
        return None
    first, following = (asdict(loaded) | {"text": loaded.text} for loaded in loads)
    return {"first": first, "next": following}


def put(begin: str, end: str, told: dict[str, Any], tables: Sequence[Table]) -> None:
    """Put the tables, and on what they were measured, between two marks of docs/performance.md."""
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    said = (
        f"{told['measured_at'][:10]}, commit {told['commit']}, {told['cores']} cores, "
        f"{told['system']}; median of {told['rounds']} rounds; load average before it "
        f"{told['load_before']}, after it {os.getloadavg()[0]:.1f}.\n"
    )
    shown = "\n".join([said, *map(as_markdown, tables)])
    DOCS.write_text(f"{before}{begin}\n{shown}{end}{after}", encoding="utf-8")


def about(**settings: Any) -> dict[str, Any]:
    """When, on what, and how: what a figure is worth depends on it. Names no machine."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
        **settings,
    }


def _commit() -> str:
    root = Path(__file__).resolve().parent.parent
    asked = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
