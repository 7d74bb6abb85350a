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
    """A photo or PDF on a subject, re-encoded. Its bytes lie under their own hash."""

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

    @property
    def url(self) -> str:
        """Its page."""
        return f"/attachments/{self.id}"

    @property
    def file_url(self) -> str:
        """The photo or PDF itself."""
        return f"/attachments/{self.id}/file"

    @property
    def thumbnail_url(self) -> str:
        """Its small picture; empty for a PDF."""
        return f"/attachments/{self.id}/thumbnail" if self.thumbnail else ""

    @property
    def what(self) -> str:
        """What it is, in a word: a PDF among photos is a paper."""
        return "paper" if self.purpose == "photo" and not self.is_photo else self.purpose

    @property
    def is_photo(self) -> bool:
        """Whether it can be shown on a page."""
        return self.media_type.startswith("image/")
