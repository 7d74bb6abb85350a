"""What was ordered, what arrived, and what was wrong with it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part, Vendor
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.locations.models import Location
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.stock.models import Serial


class PurchaseState(StrEnum):
    """Where a purchase order stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ORDERED = "ordered"
    PARTLY_RECEIVED = "partly received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


# Something may still arrive.
EXPECTING = frozenset({PurchaseState.ORDERED, PurchaseState.PARTLY_RECEIVED})
# Still to be sent to the vendor.
NOT_ORDERED = frozenset({PurchaseState.DRAFT, PurchaseState.SUBMITTED, PurchaseState.APPROVED})


class WayOut(StrEnum):
    """How a serial that the books have elsewhere came to be on a delivery."""

    MOVED_HERE = "moved here"
    MISREAD = "misread"
    DUPLICATE_LABEL = "duplicate label"


class DiscrepancyKind(StrEnum):
    """What was wrong with what arrived."""

    SHORT = "short"
    OVER = "over"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong item"


class DiscrepancyState(StrEnum):
    """What came of it."""

    OPEN = "open"
    REPLACEMENT_EXPECTED = "replacement expected"
    CREDITED = "credited"
    RETURNED = "returned to vendor"
    ACCEPTED = "accepted as is"
    # Its receipt was entered wrongly and is taken back.
    TAKEN_BACK = "taken back"


class PurchaseOrder(WithId, Table):
    """An order to a vendor, shipped to a warehouse or a van; late once a line's day is over."""

    __tablename__ = "purchase_orders"
    __table_args__ = (Index(None, "state", "ordered_on"), Index(None, "vendor_id"))

    number: Mapped[str] = mapped_column(unique=True)
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey(Vendor.id))
    # Imported history may not say where it was shipped.
    ship_to_id: Mapped[UUID | None] = mapped_column(ForeignKey(Location.id))
    state: Mapped[PurchaseState] = mapped_column(default=PurchaseState.DRAFT)
    # What the system that it was imported from called its state: Pending, Rejected …
    imported_state: Mapped[str] = mapped_column(default="")
    ordered_on: Mapped[date | None]
    expected_on: Mapped[date | None]
    # Net of tax; both their own amounts, as on the vendor's paper.
    tax: Mapped[Decimal] = mapped_column(default=ZERO)
    freight: Mapped[Decimal] = mapped_column(default=ZERO)
    note: Mapped[str] = mapped_column(default="")
    # Bought and carried away at the vendor's counter, in one act.
    counter: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    vendor: Mapped[Vendor] = relationship(lazy="joined")
    ship_to: Mapped[Location | None] = relationship(lazy="joined")
    lines: Mapped[list[PurchaseLine]] = relationship(
        back_populates="purchase_order", order_by="PurchaseLine.position"
    )
    receipts: Mapped[list[Receipt]] = relationship(
        back_populates="purchase_order", order_by="Receipt.number"
    )

    @property
    def subject(self) -> Subject:
        """For its timeline."""
        return Subject("purchase-order", self.id)

    @property
    def papers(self) -> Subject:
        """What the vendor wrote about it, prices too: not for everybody who sees the order."""
        return Subject("purchase-order-papers", self.id)

    @property
    def expecting(self) -> bool:
        """Whether something may still arrive."""
        return self.state in EXPECTING

    @property
    def late(self) -> bool:
        """Whether something that is still to come should have been here before today."""
        due = self.due_on
        return self.expecting and due is not None and due < clock.today()

    @property
    def due_on(self) -> date | None:
        """When the first of what is still to come should arrive."""
        days = (line.due_on for line in self.lines if line.outstanding)
        return min(filter(None, days), default=self.expected_on)

    @property
    def subtotal(self) -> Decimal:
        """What the lines come to, without tax and freight."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """With tax and freight."""
        return self.subtotal + self.tax + self.freight


class PurchaseLine(WithId, Table):
    """A part on a purchase order. `received` = accepted + rejected, whatever became of it."""

    __tablename__ = "purchase_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    purchase_order_id: Mapped[UUID] = mapped_column(ForeignKey(PurchaseOrder.id), index=True)
    position: Mapped[int]
    # What another system called the line; lets an import be repeated.
    imported_id: Mapped[str] = mapped_column(default="")
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    vendor_number: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal]
    price: Mapped[Decimal]
    amount: Mapped[Decimal]
    expected_on: Mapped[date | None]
    # The part entry that it was ordered for.
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(PartEntry.id), index=True)
    received: Mapped[Decimal] = mapped_column(default=ZERO)
    rejected: Mapped[Decimal] = mapped_column(default=ZERO)
    # No more is expected of this line: it was taken over by a replacement, or given up.
    closed: Mapped[Decimal] = mapped_column(default=ZERO)
    # How much of what is to come is meant for the entry; the rest goes into stock.
    promised: Mapped[Decimal] = mapped_column(default=ZERO)

    purchase_order: Mapped[PurchaseOrder] = relationship(back_populates="lines")
    part: Mapped[Part] = relationship(lazy="joined")
    entry: Mapped[PartEntry | None] = relationship()

    @property
    def accepted(self) -> Decimal:
        """What arrived and was taken into stock."""
        return self.received - self.rejected

    @property
    def outstanding(self) -> Decimal:
        """What is still to come: what was rejected is still owed."""
        return max(ZERO, self.quantity - self.accepted - self.closed)

    @property
    def due_on(self) -> date | None:
        """When it should arrive: its own day, else that of the whole order."""
        return self.expected_on or self.purchase_order.expected_on

    @property
    def late(self) -> bool:
        """Whether it should have been here before today, and isn't all."""
        due, expecting = self.due_on, self.purchase_order.expecting and self.outstanding > ZERO
        return expecting and due is not None and due < clock.today()


class Receipt(WithId, Table):
    """One arrival against a purchase order, with its own packing slip."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("purchase_order_id", "number"),)

    purchase_order_id: Mapped[UUID] = mapped_column(ForeignKey(PurchaseOrder.id), index=True)
    number: Mapped[int]
    slip_number: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # It was entered wrongly: who took it back, when and why.
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    taken_back_why: Mapped[str] = mapped_column(default="")

    purchase_order: Mapped[PurchaseOrder] = relationship(back_populates="receipts")
    by: Mapped[Person | None] = relationship(foreign_keys=[by_id], lazy="joined")
    taken_back_by: Mapped[Person | None] = relationship(foreign_keys=[taken_back_by_id])
    lines: Mapped[list[ReceiptLine]] = relationship(back_populates="receipt", lazy="selectin")

    @property
    def subject(self) -> Subject:
        """For its packing slip and delivery confirmation."""
        return Subject("receipt", self.id)


class ReceiptLine(WithId, Table):
    """What arrived of one line."""

    __tablename__ = "receipt_lines"

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey(Receipt.id), index=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey(PurchaseLine.id), index=True)
    accepted: Mapped[Decimal]
    # Damaged, or beyond what was ordered: kept apart, not taken into stock.
    rejected: Mapped[Decimal] = mapped_column(default=ZERO)
    # How much of it the entry got that it was ordered for.
    passed_on: Mapped[Decimal] = mapped_column(default=ZERO)

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
    line: Mapped[PurchaseLine] = relationship()
    discrepancies: Mapped[list[Discrepancy]] = relationship(
        back_populates="receipt_line", order_by="Discrepancy.made_at"
    )
    conflicts: Mapped[list[SerialConflict]] = relationship(back_populates="receipt_line")

    @property
    def subject(self) -> Subject:
        """The cause of its movements."""
        return Subject("receipt-line", self.id)


class Discrepancy(WithId, Table):
    """What was wrong with a receipt line, and what came of it.

    `quantity` is how much was damaged, over, missing, or came as something else.
    """

    __tablename__ = "discrepancies"
    __table_args__ = (Index(None, "state", "made_at"),)

    receipt_line_id: Mapped[UUID] = mapped_column(ForeignKey(ReceiptLine.id), index=True)
    kind: Mapped[DiscrepancyKind]
    quantity: Mapped[Decimal]
    note: Mapped[str] = mapped_column(default="")
    # What came instead: a part of ours, or what it looks like.
    came_part_id: Mapped[UUID | None] = mapped_column(ForeignKey(Part.id))
    came_as: Mapped[str] = mapped_column(default="")
    state: Mapped[DiscrepancyState] = mapped_column(default=DiscrepancyState.OPEN)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    # What came of it: who said so, when, and what the vendor gives for it.
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    settled_at: Mapped[datetime | None]
    settled_note: Mapped[str] = mapped_column(default="")
    credit: Mapped[Decimal | None]
    credit_number: Mapped[str] = mapped_column(default="")
    replacement_id: Mapped[UUID | None] = mapped_column(ForeignKey(PurchaseLine.id))
    # What settling it changed, to be undone: no longer expected, passed on to the entry.
    given_up: Mapped[Decimal] = mapped_column(default=ZERO)
    passed_on: Mapped[Decimal] = mapped_column(default=ZERO)

    receipt_line: Mapped[ReceiptLine] = relationship(back_populates="discrepancies", lazy="joined")
    came_part: Mapped[Part | None] = relationship(lazy="joined")
    settled_by: Mapped[Person | None] = relationship(lazy="joined")
    replacement: Mapped[PurchaseLine | None] = relationship()

    @property
    def subject(self) -> Subject:
        """For its photos, and the cause of what it moved."""
        return Subject("discrepancy", self.id)

    @property
    def part(self) -> Part:
        """The part that lies apart because of it, or is missing."""
        return self.came_part or self.receipt_line.line.part

    @property
    def open(self) -> bool:
        """Whether it is still to be settled."""
        return self.state == DiscrepancyState.OPEN


class SerialConflict(WithId, Table):
    """A serial that was on a delivery although the books have it elsewhere; changes nothing."""

    __tablename__ = "serial_conflicts"

    receipt_line_id: Mapped[UUID] = mapped_column(ForeignKey(ReceiptLine.id), index=True)
    serial_id: Mapped[UUID] = mapped_column(ForeignKey(Serial.id))
    # Where the books had it when it was scanned.
    found_at_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id))
    # How it was solved; empty while open.
    solved_as: Mapped[str] = mapped_column(default="")
    # The number under which a duplicate label was received, or what else is worth knowing.
    note: Mapped[str] = mapped_column(default="")
    solved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    solved_at: Mapped[datetime | None]

    receipt_line: Mapped[ReceiptLine] = relationship(back_populates="conflicts")
    serial: Mapped[Serial] = relationship()
    found_at: Mapped[Location] = relationship()
