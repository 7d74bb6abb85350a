"""What vendors bill, and where it differs from what was ordered and received."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part, Vendor
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person
from partsweb.purchasing.models import PurchaseLine


class InvoiceState(StrEnum):
    """Where an invoice stands: held until each variance is accepted or disputed."""

    HELD = "held"
    MATCHED = "matched"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


class VarianceKind(StrEnum):
    """In what an invoice differs."""

    PRICE = "price variance"
    QUANTITY = "quantity variance"
    NOT_ORDERED = "billed, not ordered"
    FREIGHT = "freight not on the purchase order"
    OTHER = "other charges"


class VarianceState(StrEnum):
    """What came of it."""

    OPEN = "open"
    WITHIN = "within tolerance"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    SETTLED = "settled"


class Invoice(WithId, Table):
    """A vendor's invoice; its number stands once a vendor. All amounts are the firm's currency."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("vendor_id", "folded"),
        Index(None, "state", "dated_on"),
        Index(None, "dated_on"),
    )

    vendor_id: Mapped[UUID] = mapped_column(ForeignKey(Vendor.id))
    number: Mapped[str]
    # The number as it is compared: no blanks, one case.
    folded: Mapped[str]
    dated_on: Mapped[date]
    freight: Mapped[Decimal] = mapped_column(default=ZERO)
    other: Mapped[Decimal] = mapped_column(default=ZERO)
    tax: Mapped[Decimal] = mapped_column(default=ZERO)
    total: Mapped[Decimal]
    state: Mapped[InvoiceState]
    note: Mapped[str] = mapped_column(default="")
    entered_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    entered_at: Mapped[datetime]

    vendor: Mapped[Vendor] = relationship(lazy="joined")
    entered_by: Mapped[Person] = relationship(lazy="joined")
    lines: Mapped[list[InvoiceLine]] = relationship(
        back_populates="invoice", order_by="InvoiceLine.position"
    )
    variances: Mapped[list[Variance]] = relationship(
        back_populates="invoice", order_by="Variance.position"
    )

    @property
    def subject(self) -> Subject:
        """For its paper and history."""
        return Subject("vendor-invoice", self.id)


class InvoiceLine(WithId, Table):
    """What is billed, against a line of a purchase order where there is one."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey(Invoice.id), index=True)
    position: Mapped[int]
    purchase_line_id: Mapped[UUID | None] = mapped_column(ForeignKey(PurchaseLine.id), index=True)
    part_id: Mapped[UUID | None] = mapped_column(ForeignKey(Part.id), index=True)
    # As the invoice calls it, where it is none of our parts.
    text: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal]
    price: Mapped[Decimal]
    amount: Mapped[Decimal]

    invoice: Mapped[Invoice] = relationship(back_populates="lines")
    part: Mapped[Part | None] = relationship(lazy="joined")
    purchase_line: Mapped[PurchaseLine | None] = relationship()


class Variance(WithId, Table):
    """One difference, until somebody accepts or disputes it; who, when and why.

    `to_stock` and `to_used` say where an accepted difference in cost went.
    """

    __tablename__ = "variances"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey(Invoice.id), index=True)
    position: Mapped[int]
    line_id: Mapped[UUID | None] = mapped_column(ForeignKey(InvoiceLine.id))
    kind: Mapped[VarianceKind]
    amount: Mapped[Decimal]
    # Of how many pieces; and by how many percent the price differs.
    quantity: Mapped[Decimal] = mapped_column(default=ZERO)
    percent: Mapped[Decimal] = mapped_column(default=ZERO)
    state: Mapped[VarianceState] = mapped_column(default=VarianceState.OPEN)
    why: Mapped[str] = mapped_column(default="")
    to_stock: Mapped[Decimal | None]
    to_used: Mapped[Decimal | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]

    invoice: Mapped[Invoice] = relationship(back_populates="variances", lazy="joined")
    line: Mapped[InvoiceLine | None] = relationship(lazy="joined")
    decided_by: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def open(self) -> bool:
        """Whether somebody still has to say."""
        return self.state == VarianceState.OPEN

    @property
    def divisible(self) -> Decimal:
        """Of how much a part may be accepted: pieces that didn't come, else an amount."""
        return self.quantity if self.kind == VarianceKind.QUANTITY else self.amount
