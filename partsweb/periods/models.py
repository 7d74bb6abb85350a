"""Months that are closed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from partsweb.kit.table import Table


class ClosedMonth(Table):
    """A month whose figures never change again; named by its first day."""

    __tablename__ = "closed_months"

    month: Mapped[date] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[UUID]
