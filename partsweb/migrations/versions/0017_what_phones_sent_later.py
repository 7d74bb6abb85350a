"""What phones sent later and couldn't be applied; running numbers of which nothing came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "refused_numbers",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "number", name=op.f("pk_refused_numbers")),
    )
    op.create_table(
        "operation_exceptions",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_operation_exceptions_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["people.id"], name=op.f("fk_operation_exceptions_resolved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_exceptions")),
        sa.UniqueConstraint(
            "person_id", "operation_id", name=op.f("uq_operation_exceptions_person_id_operation_id")
        ),
    )
    with op.batch_alter_table("operation_exceptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_operation_exceptions_resolved_at_recorded_at"),
            ["resolved_at", "recorded_at"],
            unique=False,
        )

    op.create_table(
        "exception_files",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stored", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["operation_exceptions.id"],
            name=op.f("fk_exception_files_exception_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_files")),
    )
    with op.batch_alter_table("exception_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exception_files_exception_id"), ["exception_id"], unique=False
        )
