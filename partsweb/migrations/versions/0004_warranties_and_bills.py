"""What a supervisor decides of a warranty, claims to vendors, and what was billed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "billed_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("charge", sa.String(40), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("thing_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("covered", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("billed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_billed_lines_by_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["part_entries.id"], name=op.f("fk_billed_lines_entry_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_billed_lines_order_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["billed_lines.id"], name=op.f("fk_billed_lines_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billed_lines")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_billed_lines_reverses_id")),
    )
    with op.batch_alter_table("billed_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billed_lines_billed_at"), ["billed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_billed_lines_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_billed_lines_invoice"), ["invoice"], unique=False)
        batch_op.create_index(batch_op.f("ix_billed_lines_order_id"), ["order_id"], unique=False)

    op.create_table(
        "warranty_holds",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name=op.f("fk_warranty_holds_approval_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["part_entries.id"], name=op.f("fk_warranty_holds_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warranty_holds")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_warranty_holds_approval_id")),
    )
    with op.batch_alter_table("warranty_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warranty_holds_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "warranty_claims",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("credited", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["people.id"], name=op.f("fk_warranty_claims_changed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["part_entries.id"], name=op.f("fk_warranty_claims_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["warranty_holds.id"], name=op.f("fk_warranty_claims_hold_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendors.id"], name=op.f("fk_warranty_claims_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warranty_claims")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_warranty_claims_hold_id")),
        sa.UniqueConstraint("number", name=op.f("uq_warranty_claims_number")),
    )
    with op.batch_alter_table("warranty_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warranty_claims_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_warranty_claims_state_made_at"), ["state", "made_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_warranty_claims_vendor_id"), ["vendor_id"], unique=False
        )

    # Not by a batch: SQLite would build the table anew, and its rows are pointed at.
    sqlite = op.get_bind().dialect.name == "sqlite"
    person = "CHAR(32)" if sqlite else "UUID"
    op.execute(
        f"ALTER TABLE part_entries ADD COLUMN warranty_by_id {person} "
        "CONSTRAINT fk_part_entries_warranty_by_id REFERENCES people (id)"
    )
    op.add_column(
        "part_entries",
        sa.Column("warranty_reason", sa.Text(), nullable=False, server_default=""),
    )
    op.add_column("parts", sa.Column("warranty_months", sa.Integer(), nullable=True))
    # Who asked for a part flagged it.
    op.execute("UPDATE part_entries SET warranty_by_id = requested_by_id WHERE warranty")
    _never_changes("billed_lines", sqlite=sqlite)


def _never_changes(table: str, *, sqlite: bool) -> None:
    if not sqlite:
        op.execute(
            f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} are never changed'); END"
        )
