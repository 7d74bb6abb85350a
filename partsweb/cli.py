"""The console command `partsweb`."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask

from partsweb import create_app, migrations
from partsweb.extensions import db


def _app() -> Flask:
    return create_app()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="partsweb")
@click.pass_context
def main(context: click.Context) -> None:
    """Parts and inventory for field service.

    Settings come from the environment or the instance folder (PARTSWEB_INSTANCE); the database is
    an embedded SQLite unless DATABASE_URL names a PostgreSQL.
    """
    context.obj = _app


@main.command()
@click.pass_obj
def init(make_app: Any) -> None:
    """Make or upgrade the database."""
    with make_app().app_context():
        migrations.upgrade(db.engine)
        click.echo("The database is up to date.")
