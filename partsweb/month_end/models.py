"""What stood when a month was closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.table import Table
from partsweb.people.models import Person


class Closing(Table):
    """A month as it was closed: by whom, what stayed open and why, and its figures.

    Never changed; the audit holds the figures against the ledger for ever after.
    """

    __tablename__ = "closings"

    month: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(default="")
    # What was still to look at, one a line: 3 Negative stock.
    stood_open: Mapped[str] = mapped_column(default="")
    stock_value: Mapped[Decimal]
    quantity_used: Mapped[Decimal]
    cost_used: Mapped[Decimal]
    closed_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    closed_at: Mapped[datetime]

    closed_by: Mapped[Person] = relationship(lazy="joined")
