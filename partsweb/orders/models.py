"""Customers and sites, work orders, and the parts on them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Agreement, Part, Vendor
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.stock.models import Serial


class OrderState(StrEnum):
    """Where an order stands; from any open one to any other."""

    DRAFT = "Draft"
    SCHEDULED = "Scheduled"
    NEW = "New"
    IN_PROGRESS = "In Progress"
    AWAITING_PARTS = "Awaiting Parts"
    WITH_MANUFACTURER = "With Manufacturer"
    READY_FOR_RETURN = "Ready for Return"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


CLOSED = frozenset({OrderState.COMPLETED, OrderState.CANCELLED})


class Urgency(StrEnum):
    """How soon a part is needed."""

    TODAY = "today"
    NEXT_VISIT = "next visit"
    WHENEVER = "when it comes"


class RequestReason(StrEnum):
    """Why a part is needed."""

    DEFECTIVE = "defective"
    WORN = "worn"
    MISSING = "missing"
    MAINTENANCE = "maintenance"
    UPGRADE = "upgrade"


class Fate(StrEnum):
    """Where the original went."""

    RETURNED_TO_STOCK = "returned to stock"
    CORE = "core"
    WARRANTY_RETURN = "warranty return"
    SCRAPPED = "scrapped"
    LEFT_ON_SITE = "left on site"
    NONE = "there was none"


class Customer(WithId, Table):
    """Whom we work for."""

    __tablename__ = "customers"

    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")

    sites: Mapped[list[Site]] = relationship(back_populates="customer")


class Site(WithId, Table):
    """Where the equipment stands."""

    __tablename__ = "sites"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id), index=True)
    name: Mapped[str] = mapped_column(default="")
    street: Mapped[str]
    town: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    access_note: Mapped[str] = mapped_column(default="")

    customer: Mapped[Customer] = relationship(back_populates="sites", lazy="joined")


class Order(WithId, Table):
    """A work order at a customer's site."""

    __tablename__ = "orders"
    __table_args__ = (Index(None, "state", "scheduled_for"),)

    number: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    equipment: Mapped[str] = mapped_column(default="")
    state: Mapped[OrderState] = mapped_column(default=OrderState.NEW)
    state_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    assigned_to_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    scheduled_for: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    # While it awaits parts: from whom, and until when.
    awaiting_vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Vendor.id))
    awaiting_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    site: Mapped[Site] = relationship(lazy="joined")
    assigned_to: Mapped[Person | None] = relationship(lazy="joined")
    awaiting_vendor: Mapped[Vendor | None] = relationship(lazy="joined")
    entries: Mapped[list[PartEntry]] = relationship(
        back_populates="order", order_by="PartEntry.requested_at"
    )
    notes: Mapped[list[WorkNote]] = relationship(
        back_populates="order", order_by="WorkNote.occurred_at"
    )

    @property
    def subject(self) -> Subject:
        """For its timeline."""
        return Subject("order", self.id)

    @property
    def customer(self) -> Customer:
        """Whom it is for."""
        return self.site.customer

    @property
    def open(self) -> bool:
        """Whether work can still be done on it."""
        return self.state not in CLOSED


class PartEntry(WithId, Table):
    """One part on one order. How much of it is in which state; `quantity` is what was asked for."""

    __tablename__ = "part_entries"
    __table_args__ = (
        CheckConstraint(
            "waiting >= 0 AND allocated >= 0 AND on_order >= 0 AND ready >= 0 AND installed >= 0",
            name="no_state_below_zero",
        ),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey(Order.id), index=True)
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    quantity: Mapped[Decimal]
    # Requested and not answered yet.
    waiting: Mapped[Decimal] = mapped_column(default=ZERO)
    allocated: Mapped[Decimal] = mapped_column(default=ZERO)
    on_order: Mapped[Decimal] = mapped_column(default=ZERO)
    ready: Mapped[Decimal] = mapped_column(default=ZERO)
    installed: Mapped[Decimal] = mapped_column(default=ZERO)
    not_used: Mapped[Decimal] = mapped_column(default=ZERO)
    declined: Mapped[Decimal] = mapped_column(default=ZERO)
    cancelled: Mapped[Decimal] = mapped_column(default=ZERO)
    # Answered with another part, which has an entry of its own.
    substituted: Mapped[Decimal] = mapped_column(default=ZERO)
    substitutes_id: Mapped[UUID | None] = mapped_column(ForeignKey("part_entries.id"), index=True)
    # Per unit, as the technician sees and enters it; prefilled with the list price.
    cost: Mapped[Decimal] = mapped_column(default=ZERO)
    restocking_fee: Mapped[Decimal] = mapped_column(default=ZERO)
    reason: Mapped[RequestReason] = mapped_column(default=RequestReason.DEFECTIVE)
    urgency: Mapped[Urgency] = mapped_column(default=Urgency.NEXT_VISIT)
    notes: Mapped[str] = mapped_column(default="")
    warranty: Mapped[bool] = mapped_column(default=False)
    # Whoever flagged it can't decide it.
    warranty_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    warranty_reason: Mapped[str] = mapped_column(default="")
    # Marked as consignment, under this agreement.
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey(Agreement.id))
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    requested_at: Mapped[datetime]
    expected_on: Mapped[date | None]
    # The purchase order that brings what is on order, as people call it.
    paper: Mapped[str] = mapped_column(default="")

    order: Mapped[Order] = relationship(back_populates="entries", lazy="joined")
    substitutes: Mapped[PartEntry | None] = relationship(
        remote_side="PartEntry.id", back_populates="substituted_by"
    )
    substituted_by: Mapped[list[PartEntry]] = relationship(back_populates="substitutes")
    part: Mapped[Part] = relationship(lazy="joined")
    agreement: Mapped[Agreement | None] = relationship(lazy="joined")
    requested_by: Mapped[Person] = relationship(foreign_keys=[requested_by_id], lazy="joined")
    warranty_by: Mapped[Person | None] = relationship(foreign_keys=[warranty_by_id])
    installations: Mapped[list[Installation]] = relationship(
        back_populates="entry", order_by="Installation.occurred_at", lazy="selectin"
    )

    @property
    def subject(self) -> Subject:
        """For its photos and what is allocated to it."""
        return Subject("part-entry", self.id)

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come or to be installed."""
        return self.waiting + self.allocated + self.on_order + self.ready

    @property
    def states(self) -> list[tuple[Decimal, str]]:
        """How much of it is in which state, what can be done something about first."""
        kept = (
            (self.ready, "Ready"),
            (self.allocated, "Allocated"),
            (self.on_order, "On order"),
            (self.waiting, "Requested"),
            (self.installed, "Installed"),
            (self.not_used, "Not used"),
            (self.declined, "Declined"),
            (self.substituted, "Substituted"),
            (self.cancelled, "Cancelled"),
        )
        return [(quantity, word) for quantity, word in kept if quantity]


class Installation(WithId, Table):
    """What was fitted of an entry, from where, and where the original went."""

    __tablename__ = "installations"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(PartEntry.id), index=True)
    quantity: Mapped[Decimal]
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id))
    serial_id: Mapped[UUID | None] = mapped_column(ForeignKey(Serial.id))
    where_fitted: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    fate: Mapped[Fate] = mapped_column(default=Fate.NONE)
    original_serial: Mapped[str] = mapped_column(default="")
    # The states that the quantity came from, to go back there when it is taken back.
    from_ready: Mapped[Decimal] = mapped_column(default=ZERO)
    from_allocated: Mapped[Decimal] = mapped_column(default=ZERO)
    from_waiting: Mapped[Decimal] = mapped_column(default=ZERO)
    from_on_order: Mapped[Decimal] = mapped_column(default=ZERO)
    possible_duplicate: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    entry: Mapped[PartEntry] = relationship(back_populates="installations", lazy="joined")
    source: Mapped[Location] = relationship(lazy="joined")
    serial: Mapped[Serial | None] = relationship(lazy="joined")
    by: Mapped[Person] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """The cause of its movements."""
        return Subject("installation", self.id)


class WorkNote(WithId, Table):
    """A note on an order with the time spent, in minutes."""

    __tablename__ = "work_notes"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(Order.id), index=True)
    text: Mapped[str]
    minutes: Mapped[int | None]
    private: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]

    order: Mapped[Order] = relationship(back_populates="notes")
    by: Mapped[Person] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """For its photos."""
        return Subject("work-note", self.id)
