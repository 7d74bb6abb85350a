"""Counts: what was seen where and when, and what followed from it; what was seen never changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "counts",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_counts_location_id")
        ),
        sa.ForeignKeyConstraint(
            ["posted_by_id"], ["people.id"], name=op.f("fk_counts_posted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["people.id"], name=op.f("fk_counts_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counts")),
        sa.UniqueConstraint("number", name=op.f("uq_counts_number")),
    )
    with op.batch_alter_table("counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counts_location_id"), ["location_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_counts_state_started_at"), ["state", "started_at"], unique=False
        )

    op.create_table(
        "count_lines",
        sa.Column("count_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("serials", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_by_id", sa.Uuid(), nullable=True),
        sa.Column("recounts", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("book", sa.BigInteger(), nullable=True),
        sa.Column("variance", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("posted_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["people.id"], name=op.f("fk_count_lines_approved_by_id")
        ),
        sa.ForeignKeyConstraint(["count_id"], ["counts.id"], name=op.f("fk_count_lines_count_id")),
        sa.ForeignKeyConstraint(
            ["counted_by_id"], ["people.id"], name=op.f("fk_count_lines_counted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["locations.id"], name=op.f("fk_count_lines_location_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name=op.f("fk_count_lines_owner_id")),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_count_lines_part_id")),
        sa.ForeignKeyConstraint(
            ["posted_by_id"], ["people.id"], name=op.f("fk_count_lines_posted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_lines")),
        sa.UniqueConstraint(
            "count_id",
            "part_id",
            "location_id",
            "owner_id",
            name=op.f("uq_count_lines_count_id_part_id_location_id_owner_id"),
        ),
    )
    with op.batch_alter_table("count_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_count_lines_location_id_part_id"),
            ["location_id", "part_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_count_lines_state_counted_at"), ["state", "counted_at"], unique=False
        )

    op.create_table(
        "count_corrections",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["count_lines.id"], name=op.f("fk_count_corrections_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movements.id"], name=op.f("fk_count_corrections_movement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_corrections")),
    )
    with op.batch_alter_table("count_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_count_corrections_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_count_corrections_movement_id"), ["movement_id"], unique=False
        )

    op.create_table(
        "tallies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("serials", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_tallies_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["count_lines.id"], name=op.f("fk_tallies_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
    )
    with op.batch_alter_table("tallies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tallies_line_id"), ["line_id"], unique=False)

    _protect()


def _protect() -> None:
    """What somebody saw is a record."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER tallies_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON tallies "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER tallies_no_{act.lower()} BEFORE {act} ON tallies "
            "BEGIN SELECT RAISE(ABORT, 'tallies are never changed'); END"
        )
