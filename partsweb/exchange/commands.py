"""`partsweb import`, kept light: every command of ours loads this, few import anything."""

from __future__ import annotations

import click

NAMES = (
    "locations",
    "parts",
    "vendors",
    "vendor-parts",
    "stock",
    "customers",
    "orders",
    "counts",
    "purchase-orders",
    "purchase-order-lines",
)


class Imports(click.Group):
    """One command for each kind, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which files need each other."""
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that kind."""
        from partsweb.exchange.importing import command_of
        from partsweb.exchange.kinds import KINDS

        return next((command_of(kind) for kind in KINDS if kind.name == cmd_name), None)


@click.command("import", cls=Imports)
def import_() -> None:
    """Bring in what another system knows, as CSV or XLSX.

    All of a file is kept or nothing; the same file again changes nothing. Columns are found by
    their names, --map says it where they aren't. docs/import.md has an example.
    """
