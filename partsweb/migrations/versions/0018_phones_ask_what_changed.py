"""Phones hold the catalogue, and ask which parts changed since they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from partsweb.kit.clock import Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply this step."""
    embedded = op.get_bind().dialect.name == "sqlite"
    long_ago = "2026-01-01 00:00:00.000000" if embedded else "2026-01-01 00:00:00+00:00"
    op.add_column(
        "parts", sa.Column("changed_at", Instant(), nullable=False, server_default=long_ago)
    )
    op.create_index("ix_parts_changed_at", "parts", ["changed_at"])
