"""`partsweb import KIND FILE`: what it takes and what it says."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from partsweb.exchange import columns, rules, tables
from partsweb.exchange.kind import Change, Kind
from partsweb.exchange.tables import Table
from partsweb.kit.writing import written

BAR_FROM = 500


class Tried(Exception):  # noqa: N818 - it isn't an error, it undoes a dry run
    """The end of a dry run: takes everything back and brings what would have changed."""

    def __init__(self, changes: Mapping[Change, int]) -> None:
        super().__init__()
        self.changes = changes


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
        with installation():
            table = tables.read(file)
            _say_columns(table, kind, dict(mapped), dict(fixed))
            changes = _bring_in(table, kind, dict(mapped), dict(fixed), dry_run=dry_run)
        click.echo(_said(kind, changes, dry_run=dry_run))

    return command


def _help(kind: type[Kind[Any]]) -> str:
    """Its fields, one a line; those with a star are needed."""
    fields = [
        f"  {name + ('*' if field.is_required() else ''):18}{field.description}"
        for name, field in kind.row.model_fields.items()
    ]
    first = (kind.__doc__ or "").splitlines()[0]
    return "\n".join([first, "", "\b", "Fields (* needed):", *fields])


def _say_columns(
    table: Table, kind: type[Kind[Any]], mapped: Mapping[str, str], fixed: Mapping[str, str]
) -> None:
    found = columns.match(table, kind.row, mapped=mapped, fixed=fixed)
    pairs = [
        field if columns.folded(field) == columns.folded(name) else f"{field} from {name}"
        for field in found.places
        if (name := found.name_of(field))
    ]
    click.echo(f"{table.name}: {len(table.lines)} rows")
    click.echo(f"  read: {', '.join(pairs)}")
    if found.unread:
        click.echo(f"  not read: {', '.join(found.unread)}")


def _bring_in(
    table: Table,
    kind: type[Kind[Any]],
    mapped: Mapping[str, str],
    fixed: Mapping[str, str],
    *,
    dry_run: bool,
) -> Mapping[Change, int]:
    rows = len(table.lines)
    bar = click.progressbar(
        length=rows,
        label=f"Importing {rows} {kind.things}",
        width=30,
        file=sys.stderr,
        hidden=rows < BAR_FROM or not sys.stderr.isatty(),
    )

    def work() -> Mapping[Change, int]:
        changes = rules.bring_in(
            table, kind, mapped=mapped, fixed=fixed, on_row=lambda: bar.update(1)
        )
        if dry_run:
            raise Tried(changes)
        return changes

    with bar:
        try:
            return written(work)
        except Tried as tried:
            return tried.changes


def _said(kind: type[Kind[Any]], changes: Mapping[Change, int], *, dry_run: bool) -> str:
    counts = ", ".join(f"{changes[change]} {change.value}" for change in Change)
    counts = counts.replace(" ", f" {kind.things} ", 1)
    return f"Nothing was kept; it would be: {counts}." if dry_run else f"{counts}."
