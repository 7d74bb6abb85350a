"""What was asked, and what was decided."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class Matter(StrEnum):
    """What can be asked for; the room that asks knows what follows from the answer."""

    WARRANTY = "warranty"
    OVER_RECEIPT = "over-receipt"
    COUNT = "count"
    PURCHASE = "purchase"


class Decision(StrEnum):
    """How it stands. What was sent back may be asked again; withdrawn needs no answer any more."""

    OPEN = "open"
    APPROVED = "approved"
    APPROVED_IN_PART = "approved in part"
    REJECTED = "rejected"
    SENT_BACK = "sent back"
    WITHDRAWN = "withdrawn"


class Approval(WithId, Table):
    """A question to somebody else: who asked, about what, who decided and why.

    `amount` is what it is about in money, `granted` how much of it was approved in part.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "decision", "asked_at"),
    )

    matter: Mapped[Matter]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    # The question in one line, for the list.
    text: Mapped[str]
    # What the asker says for it.
    reason: Mapped[str] = mapped_column(default="")
    amount: Mapped[Decimal | None]
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(default=Decision.OPEN)
    granted: Mapped[Decimal | None]
    why: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    # How it was shown that it was them: passkey, with what it signed; or password.
    confirmed_by: Mapped[str] = mapped_column(default="")
    proof: Mapped[str] = mapped_column(default="")

    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")

    @property
    def about(self) -> Subject:
        """The thing that is to be decided."""
        return Subject(self.subject_kind, self.subject_id)

    @property
    def subject(self) -> Subject:
        """The question itself, for notices and photos."""
        return Subject("approval", self.id)

    @property
    def open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.decision == Decision.OPEN
