"""What was asked about a flagged entry, and what a vendor is to pay for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.approvals.models import Approval, Decision
from partsweb.catalogue.models import Vendor
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person

ANSWERED = frozenset({Decision.APPROVED, Decision.APPROVED_IN_PART, Decision.REJECTED})


class ClaimState(StrEnum):
    """Where a claim stands with its vendor."""

    DRAFT = "draft"
    SENT = "sent"
    CREDITED = "credited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Hold(WithId, Table):
    """So many of an entry, at that price, that a supervisor was asked about."""

    __tablename__ = "warranty_holds"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(PartEntry.id), index=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey(Approval.id), unique=True)
    quantity: Mapped[Decimal]
    price: Mapped[Decimal]

    entry: Mapped[PartEntry] = relationship()
    approval: Mapped[Approval] = relationship(lazy="joined")

    @property
    def amount(self) -> Decimal:
        """What it was about."""
        return self.approval.amount or ZERO

    @property
    def answered(self) -> bool:
        """Whether a supervisor has said yes, no, or a part."""
        return self.approval.decision in ANSWERED

    @property
    def granted(self) -> Decimal:
        """How much of it the customer doesn't pay."""
        if self.approval.decision == Decision.APPROVED:
            return self.amount
        return self.approval.granted or ZERO


class Claim(WithId, Table):
    """What a vendor is asked to pay for a part that failed under warranty."""

    __tablename__ = "warranty_claims"
    __table_args__ = (Index(None, "state", "made_at"),)

    number: Mapped[str] = mapped_column(unique=True)
    hold_id: Mapped[UUID] = mapped_column(ForeignKey(Hold.id), unique=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(PartEntry.id), index=True)
    # Nobody, where the part isn't bought from anybody yet.
    vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Vendor.id), index=True)
    quantity: Mapped[Decimal]
    amount: Mapped[Decimal]
    serial: Mapped[str] = mapped_column(default="")
    state: Mapped[ClaimState] = mapped_column(default=ClaimState.DRAFT)
    # The vendor's own number for it.
    reference: Mapped[str] = mapped_column(default="")
    credited: Mapped[Decimal | None]
    why: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    entry: Mapped[PartEntry] = relationship(lazy="joined")
    vendor: Mapped[Vendor | None] = relationship(lazy="joined")
    changed_by: Mapped[Person | None] = relationship()

    @property
    def subject(self) -> Subject:
        """For its papers and history."""
        return Subject("warranty-claim", self.id)

    @property
    def open(self) -> bool:
        """Whether something can still come of it."""
        return self.state in {ClaimState.DRAFT, ClaimState.SENT}
