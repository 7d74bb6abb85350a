"""The console command `partsweb`.

Exit codes: 0 done; 1 a check found something (audit), or a no in words; 2 the call's words are off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from partsweb import config, create_app, migrations
from partsweb.catalogue import rules as catalogue
from partsweb.exchange import commands
from partsweb.extensions import db
from partsweb.kit import firm
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import written
from partsweb.people import queries as people
from partsweb.people import rules
from partsweb.people.permissions import ROLES

FILE = click.Path(dir_okay=False, path_type=Path)


class InWords(click.Group):
    """Says a refusal in words instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(refusal.text) from None


@click.group(cls=InWords, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="partsweb")
@click.pass_context
def main(context: click.Context) -> None:
    """Parts and inventory for field service.

    Settings come from the environment or the instance folder (PARTSWEB_INSTANCE); the database is
    an embedded SQLite unless DATABASE_URL names a PostgreSQL.
    """
    # For the commands of rooms below, which can't ask us.
    context.obj = context.obj or _installation


main.add_command(commands.import_)


@main.command()
def init() -> None:
    """Make the database, or bring it to the newest shape."""
    with _installation(current=False):
        migrations.upgrade(db.engine)
        click.echo("The database is up to date.")


@main.command()
def demo() -> None:
    """Fill an empty database with the demo company."""
    from partsweb.demo import company

    with _installation():
        if people.everybody():
            raise Refusal("This installation has people already; the demo needs an empty one.")
        config.remember(config.instance_folder(), "DEMO", "1")
        if not firm.labour_rate():
            config.remember(config.instance_folder(), "LABOUR_RATE", company.LABOUR_RATE)
        with click.progressbar(
            length=company.STEPS, label="Filling the demo company", width=30
        ) as bar:
            written(lambda: company.fill(on_step=lambda: bar.update(1)))
    click.echo("Sign in as technician, dispatcher, coordinator, purchasing, supervisor, finance or")
    click.echo("admin; the password is partsweb-demo-only.")


@main.command()
@click.option("--host", help="Address to listen on (127.0.0.1; with --https: all).")
@click.option("--port", type=int, default=8000, envvar="PORT", show_default=True, show_envvar=True)
@click.option("--processes", default=1, show_default=True, help="PostgreSQL only.")
@click.option(
    "--https",
    is_flag=True,
    envvar="PARTSWEB_HTTPS",
    help="For phones in the same network: a local certificate.",
)
@click.option("--name", help="What phones call this machine (with --https; its name.local).")
def serve(
    host: str | None,
    port: int,
    processes: int,
    https: bool,  # noqa: FBT001 - as click passes it
    name: str | None,
) -> None:
    """Serve the pages until stopped."""
    from partsweb.upkeep import serving

    host = host or ("0.0.0.0" if https else "127.0.0.1")  # noqa: S104 - phones come from outside
    with _installation() as settings:
        if not people.everybody():
            click.echo("Nobody can sign in yet: partsweb users add LOGIN --role admin")
        embedded = settings.database_url.startswith("sqlite")
        if embedded:
            serving.hold(settings.instance).close()
    if https:
        tls = serving.be_https(settings.instance, name, host=host, port=port)
        click.echo(tls.words)
    else:
        tls = None
        click.echo(f"partsweb is at http://{'localhost' if host == '127.0.0.1' else host}:{port}")
    serving.serve(host=host, port=port, processes=processes, embedded=embedded, tls=tls)


@main.command()
def audit() -> None:
    """Recompute the books from their movements; exit 1 on any difference."""
    from partsweb.upkeep import audit as checks

    with _installation():
        found = list(checks.differences())
    for difference in found:
        click.echo(difference)
    if found:
        raise click.ClickException(f"{len(found)} differences.")
    click.echo("The books agree with their movements.")


@main.command()
def reindex() -> None:
    """Make the search index anew, where the audit says that it is wrong."""
    with _installation():
        written(catalogue.reindex)
    click.echo("Search finds every part by the words that it has.")


@main.command()
def tick() -> None:
    """Tell people what time brought: overdue, late. Safe to run anywhere, any time."""
    from partsweb.upkeep import tick as time

    with _installation():
        told = written(time.tick)
    click.echo(f"{told} new.")


@main.command("check-import", hidden=True)
@click.argument("import_id", type=UUID)
def check_import(import_id: UUID) -> None:
    """Check a large file beside the server, which starts this itself."""
    from partsweb.exchange import working

    with _installation():
        working.check_here(import_id, make_app=create_app)


@main.group(cls=InWords)
def users() -> None:
    """The people who sign in."""


@users.command("add")
@click.argument("login")
@click.option("--name", help="As others read it; the sign-in name if not given.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="PARTSWEB_NEW_PASSWORD",
    help="Asked for if not given (or PARTSWEB_NEW_PASSWORD).",
)
def add_user(login: str, name: str | None, roles: tuple[str, ...], password: str) -> None:
    """Add somebody who signs in as LOGIN."""
    with _installation():
        added = written(lambda: rules.add_person(login, name or login, roles, password=password))
        click.echo(f"{added.name} can sign in as {added.login}.")


@main.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write everything into one new FILE; the server may go on meanwhile."""
    from partsweb.upkeep import backup as copies

    with _installation() as settings:
        rows = copies.backup(file, settings.instance / "attachments", progress=_say)
    click.echo(f"{rows} rows in {file}.")


@main.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Bring a backup FILE back into a new, empty installation."""
    from partsweb.upkeep import backup as copies

    if not file.exists():
        raise Refusal(f"There is no file {file}.")
    with _installation(current=False) as settings:
        rows = copies.restore(file, settings.instance / "attachments", progress=_say)
    click.echo(f"{rows} rows restored.")


def _say(what: str) -> None:
    click.echo(f"  {what}", err=True)


@contextmanager
def _installation(*, current: bool = True) -> Iterator[config.Settings]:
    """The application of this installation; most commands need its database in today's shape."""
    app = create_app()
    with app.app_context():
        if current and not migrations.is_current(db.engine):
            raise Refusal("The database isn't there yet, or has an older shape: partsweb init")
        yield app.config["SETTINGS"]
