"""Barcodes: each means one thing."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId


class Barcode(WithId, Table):
    """A code that identifies a part (with a quantity, for packs), location, order or tote."""

    __tablename__ = "barcodes"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    code: Mapped[str] = mapped_column(unique=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    quantity: Mapped[Decimal] = mapped_column(default=Decimal(1))

    @property
    def subject(self) -> Subject:
        """What it identifies."""
        return Subject(self.subject_kind, self.subject_id)
