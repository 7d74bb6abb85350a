"""`partsweb import KIND FILE`: what it takes and what it says."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from partsweb.exchange import columns, rules, tables
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Kind
from partsweb.exchange.result import Result
from partsweb.exchange.tables import Table
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import written

BAR_FROM = 500


class Pair(click.ParamType[tuple[str, str]]):
    """FIELD=something."""

    name = "pair"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """Take it apart."""
        field, equals, rest = str(value).partition("=")
        if not equals or not field.strip():
            self.fail(f"{value!r} is not FIELD=…", param, ctx)
        return field.strip(), rest.strip()


def command_of(kind: type[Kind[Any]]) -> click.Command:
    """The command that imports the kind."""

    @click.command(kind.name, help=_help(kind))
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--map",
        "mapped",
        type=Pair(),
        multiple=True,
        metavar="FIELD=COLUMN",
        help="Which column is the field; FIELD= leaves the field out.",
    )
    @click.option(
        "--set",
        "fixed",
        type=Pair(),
        multiple=True,
        metavar="FIELD=VALUE",
        help="What the field is in every row.",
    )
    @click.option("--dry-run", is_flag=True, help="Try all of it and keep nothing.")
    @click.pass_obj
    def command(
        installation: Any,
        file: Path,
        mapped: Sequence[tuple[str, str]],
        fixed: Sequence[tuple[str, str]],
        dry_run: bool,  # noqa: FBT001 - click calls by name
    ) -> None:
        hints = Hints(dict(mapped), dict(fixed))
        with installation():
            table = tables.read(file)
            _say_columns(table, kind, hints)
            _say_done(_brought_in(table, kind, hints, dry_run=dry_run))

    return command


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
        length=rows,
        label=f"Importing {rows} {kind.things}",
        width=30,
        file=sys.stderr,
        hidden=rows < BAR_FROM or not sys.stderr.isatty(),
    )

    def on_progress(done: int, of: int) -> None:
        bar.update(1)

    with bar:
        if dry_run:
            return rules.try_out(table, kind, hints, by=None, progress=on_progress)
        return written(lambda: rules.bring_in(table, kind, hints, by=None, progress=on_progress))


def _say_done(done: Result) -> None:
    if done.problems:
        raise Refusal(done.refused)
    for note in done.notes:
        click.echo(f"  note: {note}")
    click.echo(done.said)
