"""Old units that a vendor wants back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part, Vendor
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.timeline.models import Task


class CoreState(StrEnum):
    """Where a core is on its way back."""

    OWED = "owed"
    TAGGED = "tagged"
    SHIPPED = "shipped"
    CREDITED = "credited"
    CREDITED_SHORT = "credited short"
    REJECTED = "rejected"
    NOT_RETURNED = "not returned"
    CANCELLED = "cancelled"


TO_SHIP = (CoreState.OWED, CoreState.TAGGED)
OPEN = (*TO_SHIP, CoreState.SHIPPED)


class Payer(StrEnum):
    """Who bears a core charge that doesn't come back."""

    ORDER = "order"
    CUSTOMER = "customer"


class Core(WithId, Table):
    """An old unit for which a vendor gives the core charge back.

    `charge` is that of one; it is a deposit, and never a cost of the part. `uncredited` is how much
    of it didn't come back, and `payer` who bears that; nobody as long as nobody has said so.
    """

    __tablename__ = "cores"
    __table_args__ = (
        Index(None, "cause_kind", "cause_id"),
        Index(None, "about_kind", "about_id"),
        Index(None, "state", "due_on"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    quantity: Mapped[Decimal]
    charge: Mapped[Decimal]
    serial: Mapped[str] = mapped_column(default="")
    # The installation that left it over, and the order it was done on.
    cause_kind: Mapped[str]
    cause_id: Mapped[UUID]
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Vendor.id))
    # Where it lies; nowhere of ours where it was left on site.
    location_id: Mapped[UUID | None] = mapped_column(ForeignKey(Location.id))
    received_on: Mapped[date | None]
    due_on: Mapped[date]
    state: Mapped[CoreState] = mapped_column(default=CoreState.OWED)
    rma: Mapped[str] = mapped_column(default="")
    carrier: Mapped[str] = mapped_column(default="")
    tracking: Mapped[str] = mapped_column(default="")
    shipped_at: Mapped[datetime | None]
    credited: Mapped[Decimal | None]
    uncredited: Mapped[Decimal] = mapped_column(default=ZERO)
    payer: Mapped[Payer | None]
    why: Mapped[str] = mapped_column(default="")
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey(Task.id))
    made_at: Mapped[datetime]

    part: Mapped[Part] = relationship(lazy="joined")
    vendor: Mapped[Vendor | None] = relationship(lazy="joined")
    location: Mapped[Location | None] = relationship(lazy="joined")
    assignee: Mapped[Person | None] = relationship(lazy="joined")
    task: Mapped[Task | None] = relationship()

    @property
    def subject(self) -> Subject:
        """For its photos and history, and as the cause of its movements."""
        return Subject("core", self.id)

    @property
    def cause(self) -> Subject:
        """The installation that left it over."""
        return Subject(self.cause_kind, self.cause_id)

    @property
    def about(self) -> Subject:
        """The order."""
        return Subject(self.about_kind, self.about_id)

    @property
    def amount(self) -> Decimal:
        """What is to come back."""
        return self.charge * self.quantity

    @property
    def to_ship(self) -> bool:
        """Whether it still lies with us."""
        return self.state in TO_SHIP

    @property
    def undecided(self) -> bool:
        """Whether nobody has said yet who bears it."""
        return self.uncredited > ZERO and self.payer is None

    @property
    def overdue(self) -> bool:
        """Whether it should have been shipped by now."""
        return self.to_ship and self.due_on < clock.today()
