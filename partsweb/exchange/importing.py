"""`partsweb import KIND FILE`: what it takes and what it says."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from partsweb.exchange import columns, rules, tables
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Kind
from partsweb.exchange.result import Result
from partsweb.exchange.tables import Table
from partsweb.kit.exact import read_decimal
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import written

BAR_FROM = 500
NOTES_AT_MOST = 30


class Pair(click.ParamType[tuple[str, str]]):
    """FIELD=something."""

    name = "pair"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """Take it apart."""
        field, equals, rest = str(value).partition("=")
        if not equals or not field.strip():
            self.fail(f"{value!r} is not FIELD=…", param, ctx)
        return field.strip(), rest.strip()


OPTIONS = (
    click.option(
        "--map",
        "mapped",
        type=Pair(),
        multiple=True,
        metavar="FIELD=COLUMN",
        help="Which column is the field; FIELD= leaves the field out. Said twice, the second is "
        "taken where the first is empty. '{Maker} {Size}' puts columns together.",
    ),
    click.option(
        "--set",
        "fixed",
        type=Pair(),
        multiple=True,
        metavar="FIELD=VALUE",
        help="What the field is in every row.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="Only the rows where it is so; COLUMN!=VALUE: where it isn't.",
    ),
    click.option("--once", is_flag=True, help="What several rows say alike is taken once."),
    click.option(
        "--rate",
        "rates",
        type=Pair(),
        multiple=True,
        metavar="CURRENCY=RATE",
        help="What one of another currency is worth in ours.",
    ),
    click.option(
        "--month-first/--day-first",
        "month_first",
        default=None,
        help="Whether 04/05/2026 is in April or in May, where the column doesn't tell.",
    ),
    click.option(
        "--as-written",
        is_flag=True,
        help="Take codes like 1E+05, which a spreadsheet made of others, as they stand.",
    ),
    click.option("--sheet", default="", metavar="NAME", help="The sheet; else the fullest one."),
    click.option("--head", default=0, metavar="ROW", help="The row of the column names."),
    click.option("--encoding", default="", metavar="NAME", help="What the text is in, as cp1250."),
    click.option("--dry-run", is_flag=True, help="Try all of it and keep nothing."),
)


def command_of(kind: type[Kind[Any]]) -> click.Command:
    """The command that imports the kind."""

    @click.command(kind.name, help=_help(kind))
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.pass_obj
    def command(installation: Any, /, file: Path, **told: Any) -> None:
        hints = _hints(told)
        with installation():
            table = tables.read(
                file, sheet=told["sheet"], head=told["head"], encoding=told["encoding"]
            )
            _say_columns(table, kind, hints)
            _say_done(_brought_in(table, kind, hints, dry_run=told["dry_run"]))

    for option in reversed(OPTIONS):
        command = option(command)
    return command


def _hints(told: dict[str, Any]) -> Hints:
    mapped: dict[str, list[str]] = defaultdict(list)
    for field, column in told["mapped"]:
        mapped[field] += [column] if column else []
    rates = {
        code.upper(): read_decimal(rate, field="rates", name=f"The rate of {code}")
        for code, rate in told["rates"]
    }
    if not all(rate > Decimal(0) for rate in rates.values()):
        raise Refusal("A rate is more than nothing.")
    return Hints(
        mapped=mapped,
        fixed=dict(told["fixed"]),
        where=told["where"],
        once=told["once"],
        month_first=told["month_first"],
        rates=rates,
        as_written=told["as_written"],
    )


def _help(kind: type[Kind[Any]]) -> str:
    """Its fields, one a line; those with a star are needed."""
    fields = [
        f"  {name + ('*' if field.is_required() else ''):18}{field.description}"
        for name, field in kind.row.model_fields.items()
    ]
    first = (kind.__doc__ or "").splitlines()[0]
    return "\n".join([first, "", "\b", "Fields (* needed):", *fields])


def _say_columns(table: Table, kind: type[Kind[Any]], hints: Hints) -> None:
    found = columns.match(table, kind.row, hints)
    pairs = [
        field if columns.folded(field) == columns.folded(name) else f"{field} from {name}"
        for field in found.sources
        if (name := found.name_of(field))
    ]
    click.echo(f"{table.name}: {len(table.lines)} rows")
    click.echo(f"  read: {', '.join(pairs)}")
    if found.unread:
        click.echo(f"  not read: {', '.join(found.unread)}")


def _brought_in(table: Table, kind: type[Kind[Any]], hints: Hints, *, dry_run: bool) -> Result:
    rows = len(table.lines)
    bar = click.progressbar(
        length=2 * rows,
        label=f"Importing {rows} {kind.things}",
        width=30,
        file=sys.stderr,
        hidden=rows < BAR_FROM or not sys.stderr.isatty(),
    )

    def on_progress(done: int, of: int) -> None:
        bar.update(done * 2 * rows // max(of, 1) - bar.pos)

    with bar:
        if dry_run:
            return rules.try_out(table, kind, hints, by=None, progress=on_progress)
        return written(lambda: rules.bring_in(table, kind, hints, by=None, progress=on_progress))


def _say_done(done: Result) -> None:
    _say_notes(done.notes)
    if done.problems:
        raise Refusal(done.refused)
    click.echo(done.said)


def _say_notes(notes: Sequence[str]) -> None:
    for note in notes[:NOTES_AT_MOST]:
        click.echo(f"  note: {note}")
    if len(notes) > NOTES_AT_MOST:
        click.echo(f"  and {len(notes) - NOTES_AT_MOST} more notes")
