"""Cores: old units that vendors want back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "cores",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("rma", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("credited", sa.BigInteger(), nullable=True),
        sa.Column("uncredited", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(40), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cores_quantity_positive")),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_cores_assignee_id")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_cores_location_id")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_cores_part_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_cores_task_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendors.id"], name=op.f("fk_cores_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cores")),
        sa.UniqueConstraint("number", name=op.f("uq_cores_number")),
    )
    with op.batch_alter_table("cores", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cores_about_kind_about_id"), ["about_kind", "about_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cores_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cores_cause_kind_cause_id"), ["cause_kind", "cause_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cores_part_id"), ["part_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cores_state_due_on"), ["state", "due_on"], unique=False
        )
