"""Transfers: what somebody asked to have carried from place to place, and how far it is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.stock.models import OURS, Owner


class TransferState(StrEnum):
    """How far a transfer is; what is missing of it is said by its lines."""

    REQUESTED = "requested"
    PICKED = "picked"
    RECEIVED = "received"
    RECEIVED_SHORT = "received short"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What happened to a line: out of the source, into the target, or what became of the rest."""

    PICKED = "picked"
    RECEIVED = "received"
    FOUND = "found here"
    RETURNED = "still at the source"
    LOST = "lost"


class Transfer(WithId, Table):
    """Stock asked for from one place to another: requested, picked, received."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("source_id <> target_id", name="goes_somewhere"),
        Index(None, "state", "asked_at"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    target_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    state: Mapped[TransferState] = mapped_column(default=TransferState.REQUESTED)
    note: Mapped[str] = mapped_column(default="")
    receipt_note: Mapped[str] = mapped_column(default="")
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    asked_at: Mapped[datetime]
    # When the last line was picked, or somebody said that there is no more.
    picked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    picked_at: Mapped[datetime | None]
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    received_at: Mapped[datetime | None]

    source: Mapped[Location] = relationship(foreign_keys=[source_id], lazy="joined")
    target: Mapped[Location] = relationship(foreign_keys=[target_id], lazy="joined")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    picked_by: Mapped[Person | None] = relationship(foreign_keys=[picked_by_id], lazy="joined")
    received_by: Mapped[Person | None] = relationship(foreign_keys=[received_by_id], lazy="joined")
    lines: Mapped[list[TransferLine]] = relationship(
        back_populates="transfer", order_by="TransferLine.position", lazy="selectin"
    )

    @property
    def subject(self) -> Subject:
        """For its history, photos and notices."""
        return Subject("transfer", self.id)

    @property
    def to_receive(self) -> bool:
        """Whether it is on the way and nobody has received it."""
        return self.state == TransferState.PICKED

    @property
    def missing(self) -> bool:
        """Whether something of it didn't arrive and nobody has decided about it."""
        return self.received_at is not None and any(line.under_way for line in self.lines)


class TransferLine(WithId, Table):
    """One part of a transfer: asked for, picked, and what became of it."""

    __tablename__ = "transfer_lines"
    __table_args__ = (
        UniqueConstraint("transfer_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("picked >= received + found + returned + lost", name="no_more_than_picked"),
    )

    transfer_id: Mapped[UUID] = mapped_column(ForeignKey(Transfer.id))
    position: Mapped[int]
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    # Whose stock is carried where it has no serials: known once it is picked.
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id), default=OURS)
    quantity: Mapped[Decimal]
    picked: Mapped[Decimal] = mapped_column(default=ZERO)
    received: Mapped[Decimal] = mapped_column(default=ZERO)
    found: Mapped[Decimal] = mapped_column(default=ZERO)
    returned: Mapped[Decimal] = mapped_column(default=ZERO)
    lost: Mapped[Decimal] = mapped_column(default=ZERO)

    transfer: Mapped[Transfer] = relationship(back_populates="lines")
    part: Mapped[Part] = relationship(lazy="joined")

    @property
    def under_way(self) -> Decimal:
        """What left the source and is nowhere yet: in transit, or missing."""
        return self.picked - self.received - self.found - self.returned - self.lost

    @property
    def arrived(self) -> Decimal:
        """What reached the target, at once or found later."""
        return self.received + self.found


class TransferStep(WithId, Table):
    """Something that happened to a line, with the movements that name it as their cause."""

    __tablename__ = "transfer_steps"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    line_id: Mapped[UUID] = mapped_column(ForeignKey(TransferLine.id), index=True)
    step: Mapped[Step]
    quantity: Mapped[Decimal]
    why: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    line: Mapped[TransferLine] = relationship(lazy="joined")
    by: Mapped[Person] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """What its movements were done for."""
        return Subject("transfer-step", self.id)
