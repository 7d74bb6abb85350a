"""Operations that the server couldn't apply when a phone sent them later."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class Upload(Table):
    """A file that came before the write that names it; its sender's alone, swept after a while."""

    __tablename__ = "uploads"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    # Of what was received; the bytes lie under it.
    hash: Mapped[str] = mapped_column(primary_key=True)
    stored: Mapped[str]
    size: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(index=True)


class OperationException(WithId, Table):
    """An operation kept whole, with all its fields and files, until somebody resolved it."""

    __tablename__ = "operation_exceptions"
    __table_args__ = (
        UniqueConstraint("person_id", "operation_id"),
        Index(None, "resolved_at", "recorded_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    operation_id: Mapped[UUID]
    # Where it was sent, and where its form stood.
    url: Mapped[str]
    page: Mapped[str] = mapped_column(default="")
    # As the form called it: Install gas valve VK4105.
    title: Mapped[str] = mapped_column(default="")
    # Name and value of each field in order, as JSON.
    fields: Mapped[str]
    refusal: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    # What came of it: corrected by its owner, or in words of who dealt with it.
    resolution: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id], lazy="joined")
    files: Mapped[list[ExceptionFile]] = relationship(order_by="ExceptionFile.position")

    @property
    def subject(self) -> Subject:
        """For notices."""
        return Subject("operation-exception", self.id)


class ExceptionFile(WithId, Table):
    """A file that came with it: its bytes as received, under their own hash."""

    __tablename__ = "exception_files"

    exception_id: Mapped[UUID] = mapped_column(ForeignKey(OperationException.id), index=True)
    position: Mapped[int]
    field: Mapped[str]
    name: Mapped[str]
    stored: Mapped[str]
    size: Mapped[int]
