"""What is kept of an uploaded file; the bytes lie in the instance's folder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class Attachment(WithId, Table):
    """A photo or PDF on a subject, re-encoded; addressed by the hash of what was received."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    # What it is for: photo, certificate, packing slip, delivery confirmation.
    purpose: Mapped[str] = mapped_column(default="photo")
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    received_hash: Mapped[str] = mapped_column(index=True)
    # File names below instance/attachments; `thumbnail` is empty for PDFs.
    stored: Mapped[str]
    thumbnail: Mapped[str] = mapped_column(default="")
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    added_by: Mapped[Person] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """What it hangs on."""
        return Subject(self.subject_kind, self.subject_id)
