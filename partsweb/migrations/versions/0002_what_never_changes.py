"""What never changes: triggers on movements, cost corrections and events, and the rows that every book begins with.

Movements, their corrections and events are the record. They are protected in the database itself, so that no slip of
ours and no hand on the database can edit them.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NEVER_CHANGED = ("movements", "cost_corrections", "events")
OURS = UUID("00000000-0000-4000-8000-000000000001")
SINGLE = ("adjustment", "in transit", "installed", "scrap", "vendor")


def upgrade() -> None:
    """Apply this step."""
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgresql()
    _begin_books()


def _protect_on_sqlite() -> None:
    for table in NEVER_CHANGED:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
            )


def _protect_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are never changed', TG_TABLE_NAME; END $$"
    )
    for table in NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )


def _begin_books() -> None:
    owners = sa.table("owners", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()))
    op.bulk_insert(owners, [{"id": OURS, "name": "Us"}])
    locations = sa.table(
        "locations",
        sa.column("id", sa.Uuid()),
        sa.column("name", sa.Text()),
        sa.column("kind", sa.Text()),
        sa.column("address", sa.Text()),
        sa.column("active", sa.Boolean()),
    )
    rows = [
        {"id": uuid4(), "name": kind.capitalize(), "kind": kind, "address": "", "active": True}
        for kind in SINGLE
    ]
    op.bulk_insert(locations, rows)
