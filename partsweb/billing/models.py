"""What was billed; everything else about a bill follows from the order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.exact import ZERO
from partsweb.kit.table import Table, WithId
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person


class BillState(StrEnum):
    """How a line stands."""

    NOT_YET = "not yet"
    HELD = "held"
    READY = "ready to bill"
    BILLED = "billed"
    NOT_BILLABLE = "not billable"


class Charge(StrEnum):
    """What a line is for."""

    LABOUR = "labour"
    PART = "part"
    FEE = "restocking fee"
    CORE = "core charge"


class BilledLine(WithId, Table):
    """A line as it went out on an invoice; never changed, see the triggers of the migrations.

    What changes on the order afterwards makes a line of its own: the difference.
    """

    __tablename__ = "billed_lines"
    __table_args__ = (Index(None, "billed_at"), Index(None, "invoice"))

    order_id: Mapped[UUID] = mapped_column(ForeignKey(Order.id), index=True)
    charge: Mapped[Charge]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(PartEntry.id), index=True)
    # What else it is about: a core.
    thing_id: Mapped[UUID | None]
    text: Mapped[str]
    code: Mapped[str] = mapped_column(default="")
    # Pieces of a part, minutes of labour.
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(default="")
    price: Mapped[Decimal]
    # What a warranty spares the customer.
    covered: Mapped[Decimal] = mapped_column(default=ZERO)
    amount: Mapped[Decimal]
    invoice: Mapped[str]
    # The line that this one takes off the invoice again.
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("billed_lines.id"), unique=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    billed_at: Mapped[datetime]

    order: Mapped[Order] = relationship(lazy="joined")
    by: Mapped[Person] = relationship(lazy="joined")
