"""All that can be wrong with a delivery and what came of it, receipts taken back, counter purchases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("discrepancies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_part_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("came_as", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("settled_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("settled_note", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("credit", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("credit_number", sa.Text(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("replacement_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("given_up", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("passed_on", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.drop_index(batch_op.f("ix_discrepancies_state"))
        batch_op.create_index(
            batch_op.f("ix_discrepancies_state_made_at"), ["state", "made_at"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_discrepancies_came_part_id"), "parts", ["came_part_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_discrepancies_settled_by_id"), "people", ["settled_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_discrepancies_replacement_id"),
            "purchase_lines",
            ["replacement_id"],
            ["id"],
        )

    with op.batch_alter_table("purchase_orders", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("counter", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("receipt_lines", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("passed_on", sa.BigInteger(), nullable=False, server_default="0")
        )

    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("taken_back_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("taken_back_why", sa.Text(), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_receipts_taken_back_by_id"), "people", ["taken_back_by_id"], ["id"]
        )
