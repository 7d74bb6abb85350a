"""What the ledger keeps."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part, Vendor
from partsweb.kit import clock
from partsweb.kit.subject import Subject
from partsweb.kit.table import RowNumber, Table, WithId
from partsweb.locations.models import Location
from partsweb.people.models import Person

# The owner of what is ours; every vendor who keeps consignment stock with us has a row too.
OURS = UUID("00000000-0000-4000-8000-000000000001")


class Reason(StrEnum):
    """Why stock moved."""

    OPENING = "opening stock"
    RECEIPT = "receipt"
    INSTALL = "install"
    REMOVAL = "removal"
    TRANSFER = "transfer"
    NOT_USED = "not used"
    COUNT = "count"
    ADJUSTMENT = "adjustment"
    VENDOR_RETURN = "vendor return"
    SCRAP = "scrap"
    REVERSAL = "reversal"


class SerialState(StrEnum):
    """Where in its life a unit is."""

    EXPECTED = "expected"
    IN_STOCK = "in stock"
    INSTALLED = "installed"
    REMOVED = "removed"
    RETURNED = "returned to vendor"
    SCRAPPED = "scrapped"


class Owner(WithId, Table):
    """Whose stock it is: ours, or a vendor's who keeps it with us on consignment."""

    __tablename__ = "owners"

    name: Mapped[str]
    vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Vendor.id), unique=True)


class Serial(WithId, Table):
    """One physical unit of a serialized part, at exactly one location."""

    __tablename__ = "serials"
    __table_args__ = (UniqueConstraint("part_id", "number"), Index(None, "number"))

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id))
    number: Mapped[str]
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id), default=OURS)
    state: Mapped[SerialState]

    part: Mapped[Part] = relationship(lazy="joined")
    location: Mapped[Location] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """For its history."""
        return Subject("serial", self.id)


class Movement(Table):
    """A quantity of a part went from one location to another; never changed, never deleted.

    `value` is what went with it in money; `posted_on` the day by which it counts in the books.
    """

    __tablename__ = "movements"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("source_id <> target_id", name="goes_somewhere"),
        Index(None, "part_id", "id"),
        Index(None, "cause_kind", "cause_id"),
        Index(None, "posted_on"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id))
    source_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    target_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    quantity: Mapped[Decimal]
    value: Mapped[Decimal]
    serial_id: Mapped[UUID | None] = mapped_column(ForeignKey(Serial.id), index=True)
    reason: Mapped[Reason]
    cause_kind: Mapped[str] = mapped_column(default="")
    cause_id: Mapped[UUID | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("movements.id"), unique=True)
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    posted_on: Mapped[date]

    part: Mapped[Part] = relationship(lazy="joined")
    source: Mapped[Location] = relationship(foreign_keys=[source_id], lazy="joined")
    target: Mapped[Location] = relationship(foreign_keys=[target_id], lazy="joined")
    serial: Mapped[Serial | None] = relationship(lazy="joined")
    by: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def cause(self) -> Subject | None:
        """What it was done for."""
        return Subject(self.cause_kind, self.cause_id) if self.cause_id else None

    @property
    def late(self) -> bool:
        """Whether it counts on another day than the one it happened on."""
        return self.posted_on != clock.day_of(self.occurred_at)


class CostCorrection(Table):
    """What was learnt later of a movement's cost: value without quantity, never changed.

    It goes the movement's own way: from its source's value to its target's.
    """

    __tablename__ = "cost_corrections"
    __table_args__ = (Index(None, "posted_on"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    movement_id: Mapped[int] = mapped_column(ForeignKey(Movement.id), index=True)
    # The movement that brought the knowledge: a receipt into a place that owed stock.
    cause_id: Mapped[int] = mapped_column(ForeignKey(Movement.id))
    value: Mapped[Decimal]
    # What says so, where it isn't the arrival itself: a vendor's invoice.
    paper_kind: Mapped[str] = mapped_column(default="", server_default="")
    paper_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    posted_on: Mapped[date]

    movement: Mapped[Movement] = relationship(foreign_keys=[movement_id])
    cause: Mapped[Movement] = relationship(foreign_keys=[cause_id])


class ProvisionalCost(Table):
    """How much of a movement took what wasn't there, and at what assumed value; falls to nothing.

    The books' memory for the next arrival, not a record: the movement and its corrections are.
    """

    __tablename__ = "provisional_costs"
    __table_args__ = (Index(None, "part_id", "location_id", "owner_id"),)

    movement_id: Mapped[int] = mapped_column(ForeignKey(Movement.id), primary_key=True)
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id))
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id))
    quantity: Mapped[Decimal]
    value: Mapped[Decimal]

    movement: Mapped[Movement] = relationship()


class Balance(Table):
    """How much of a part is at a location, by owner: always the sum of its movements.

    `unit_cost` is the last known cost of one, for what leaves before it arrived.
    """

    __tablename__ = "balances"
    __table_args__ = (
        Index(None, "location_id", "part_id", "quantity"),
        Index(
            "ix_balances_owed",
            "part_id",
            "location_id",
            sqlite_where=text("quantity < 0"),
            postgresql_where=text("quantity < 0"),
        ),
    )

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), primary_key=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id), primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(default=Decimal(0))
    value: Mapped[Decimal] = mapped_column(default=Decimal(0))
    unit_cost: Mapped[Decimal] = mapped_column(default=Decimal(0))

    part: Mapped[Part] = relationship(lazy="joined")
    location: Mapped[Location] = relationship(lazy="joined")


class Allocation(WithId, Table):
    """Stock at a location that is meant for something: a part entry. Closed when quantity is 0."""

    __tablename__ = "allocations"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "location_id"),
        Index(None, "part_id", "location_id"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    )

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id))
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id))
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    quantity: Mapped[Decimal]

    location: Mapped[Location] = relationship(lazy="joined")


class ReorderLevel(Table):
    """When to restock a part at a location, and up to how much."""

    __tablename__ = "reorder_levels"

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), primary_key=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), primary_key=True, index=True)
    point: Mapped[Decimal]
    maximum: Mapped[Decimal | None]
