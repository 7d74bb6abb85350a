"""Prices agreed for consigned parts, each from a day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "agreement_prices",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("agreed", sa.BigInteger(), nullable=False),
        sa.Column("sell", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_prices_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["parts.id"], name=op.f("fk_agreement_prices_part_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_prices")),
        sa.UniqueConstraint(
            "agreement_id",
            "part_id",
            "since",
            name=op.f("uq_agreement_prices_agreement_id_part_id_since"),
        ),
    )
    with op.batch_alter_table("agreement_prices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_prices_part_id"), ["part_id"], unique=False)
