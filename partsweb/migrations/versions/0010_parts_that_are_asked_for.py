"""Parts that are asked for, and entries that take another one's place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "catalogue_requests",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("vendor_name", sa.Text(), nullable=False),
        sa.Column("vendor_number", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("maker_number", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_catalogue_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_catalogue_requests_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["parts.id"], name=op.f("fk_catalogue_requests_merged_into_id")
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["parts.id"], name=op.f("fk_catalogue_requests_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_catalogue_requests_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_requests")),
        sa.UniqueConstraint("part_id", name=op.f("uq_catalogue_requests_part_id")),
    )
    with op.batch_alter_table("catalogue_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_requests_asked_by_id"), ["asked_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_catalogue_requests_state_asked_at"), ["state", "asked_at"], unique=False
        )

    # Added in place: a table that others point to can't be copied on SQLite.
    op.add_column(
        "parts", sa.Column("placeholder", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "part_entries",
        sa.Column("substituted", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.add_column(
        "part_entries",
        sa.Column(
            "substitutes_id",
            sa.Uuid(),
            sa.ForeignKey("part_entries.id", name=op.f("fk_part_entries_substitutes_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index(op.f("ix_part_entries_substitutes_id"), "part_entries", ["substitutes_id"])
