"""The database's shape, step by step (Alembic).

Alembic takes as long to import as all else together, so only what changes the shape imports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = Path(__file__).parent / "versions"


def configuration() -> Config:
    """Where Alembic finds our steps."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to the newest shape, or to a named one."""
    from alembic import command

    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest shape."""
    with engine.connect() as connection:
        return shape_of(connection) == newest()


def shape_of(connection: Connection) -> str | None:
    """The last step that the database took; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    shape: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return shape


def newest() -> str:
    """The last step there is: the files' names begin with their numbers."""
    return max(step.name for step in STEPS.glob("[0-9]*.py")).partition("_")[0]
