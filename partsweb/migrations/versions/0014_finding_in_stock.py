"""Balances are asked by place without being read, and those that owe stock are found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply this step."""
    op.drop_index("ix_balances_location_id_part_id", table_name="balances")
    op.create_index(
        "ix_balances_location_id_part_id_quantity",
        "balances",
        ["location_id", "part_id", "quantity"],
    )
    owed = sa.text("quantity < 0")
    op.create_index(
        "ix_balances_owed",
        "balances",
        ["part_id", "location_id"],
        sqlite_where=owed,
        postgresql_where=owed,
    )
