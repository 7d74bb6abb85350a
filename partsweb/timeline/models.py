"""Events, follow-up tasks, notifications."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit import clock
from partsweb.kit.subject import Subject
from partsweb.kit.table import RowNumber, Table, WithId
from partsweb.people.models import Person


class Event(Table):
    """One thing that happened to a subject; never changed, see the triggers of the migrations."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    # A past fact, e.g. `part-requested`; pages choose icon and tone by it.
    what: Mapped[str]
    text: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    private: Mapped[bool] = mapped_column(default=False)

    by: Mapped[Person | None] = relationship(lazy="joined")


class Task(WithId, Table):
    """A follow-up: to be done by somebody until a day."""

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "subject_kind", "subject_id"), Index(None, "done_at", "due_on"))

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    title: Mapped[str]
    due_on: Mapped[date | None]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id], lazy="joined")

    @property
    def overdue(self) -> bool:
        """Whether its day is past and it isn't done."""
        return self.done_at is None and self.due_on is not None and self.due_on < clock.today()

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.subject_kind, self.subject_id)


class Notification(WithId, Table):
    """Something that a person, or everybody of a role, should know; shown on their start page."""

    __tablename__ = "notifications"
    __table_args__ = (Index(None, "person_id", "seen_at"), Index(None, "role", "seen_at"))

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    role: Mapped[str] = mapped_column(default="")
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    text: Mapped[str]
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.subject_kind, self.subject_id)


class Told(Table):
    """What time brought and was told, so that no other run of the clock tells it again."""

    __tablename__ = "told"

    what: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[date]
