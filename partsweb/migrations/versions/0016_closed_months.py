"""How months were closed: by whom, what stood open, and their figures, which never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "closings",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stood_open", sa.Text(), nullable=False),
        sa.Column("stock_value", sa.BigInteger(), nullable=False),
        sa.Column("quantity_used", sa.BigInteger(), nullable=False),
        sa.Column("cost_used", sa.BigInteger(), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["people.id"], name=op.f("fk_closings_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closings")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER closings_no_{act.lower()} BEFORE {act} ON closings "
                "BEGIN SELECT RAISE(ABORT, 'closings are never changed'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER closings_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON closings FOR EACH STATEMENT EXECUTE FUNCTION never_changed()"
        )
