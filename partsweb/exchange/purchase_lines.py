"""Lines of imported purchase orders, by order and the line's id there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import lazyload, selectinload

from partsweb.catalogue.models import Part
from partsweb.exchange.kind import (
    ADDED,
    KEYS_AT_ONCE,
    UNCHANGED,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    as_it_is,
    compared,
    known_by,
)
from partsweb.exchange.values import Amount, Code, Currency, Day, Money
from partsweb.extensions import db
from partsweb.kit.exact import rounded
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.kit.words import qty
from partsweb.purchasing import history
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, Receipt

FACTS = ("quantity", "price", "amount", "received", "rejected", "expected_on")


class PurchaseLineRow(Row):
    """One line of a purchase order."""

    synonyms: ClassVar[Names] = {
        "order": (
            "po number",
            "purchase order",
            "po",
            "order number",
            "order reference",
            "po reference",
        ),
        "line": ("line id", "line number", "line no", "id"),
        "sku": (
            "part number",
            "part no",
            "item number",
            "item",
            "part",
            "product code",
            "part name",
        ),
        "quantity": ("ordered qty", "qty", "ordered", "order qty", "quantity ordered"),
        "price": ("unit price", "unit cost", "cost", "purchase price"),
        "amount": ("line total", "total", "extended price", "value"),
        "received": ("received qty", "qty received", "quantity received"),
        "rejected": ("rejected qty", "qty rejected", "quantity rejected"),
        "accepted": ("stocked qty", "accepted qty", "quantity accepted"),
        "expected_on": ("due date", "expected date", "target date", "delivery date"),
    }

    order: Code = Field(description="the purchase order's number")
    line: Code = Field("", description="the line's id there; else its place among the order's rows")
    sku: Code = Field(description="our number of the part")
    quantity: Amount = Field(description="how many were ordered")
    currency: Currency = Field("", description="of price and amount, where it isn't ours")
    price: Money = Field(description="of one")
    amount: Money | None = Field(None, description="of the line; else quantity × price")
    received: Amount = Field(Decimal(0), description="how many arrived, the rejected ones too")
    rejected: Amount = Field(Decimal(0), description="how many of those were rejected")
    accepted: Amount | None = Field(None, description="checked: received less rejected")
    expected_on: Day | None = Field(None, description="when it should arrive")

    @property
    def key(self) -> Hashable | None:
        """Order and line; without an id the same may be ordered twice."""
        return (self.order, self.line) if self.line else None

    @property
    def title(self) -> str:
        """Its order and part."""
        return f"{self.order} · {self.sku}"


class PurchaseLines(Kind[PurchaseLineRow]):
    """What was ordered and what arrived of it, as facts."""

    name: ClassVar = "purchase-order-lines"
    things: ClassVar = "purchase order lines"
    row: ClassVar = PurchaseLineRow

    def __init__(self, rows: Sequence[PurchaseLineRow]) -> None:
        """Look up orders with their lines, and parts."""
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        self.orders = _with_lines({row.order for row in rows})
        self.lines: dict[tuple[UUID, str], PurchaseLine] = {
            (order.id, line.imported_id): line
            for order in self.orders.values()
            for line in order.lines
        }
        self.rows_of: Counter[str] = Counter()
        self.touched: dict[UUID, PurchaseOrder] = {}
        arrived = select(Receipt.purchase_order_id).distinct()
        self.received_here = set(db.session.scalars(arrived))

    def keep(self, row: PurchaseLineRow) -> Kept:
        """Keep the line and its facts."""
        order, part = self._order(row), self._part(row)
        _check(row)
        self.rows_of[row.order] += 1
        line_id = row.line or str(self.rows_of[row.order])
        known = self.lines.get((order.id, line_id))
        if known is None:
            line = history.record_line(order, part, row.quantity, row.price, imported_id=line_id)
            self.lines[order.id, line_id] = line
            self._record(order, line, self._facts(order, line, row))
            return ADDED
        if known.part_id != part.id:
            raise Refusal(f"line {line_id} of {order.number} is of another part", field="sku")
        return self._change(order, known, row)

    def finish(self, on_rows: OnRows) -> None:
        """Let the orders' states follow."""
        history.settle([*self.touched.values()])

    def _change(self, order: PurchaseOrder, line: PurchaseLine, row: PurchaseLineRow) -> Kept:
        before, facts = as_it_is(line, FACTS), self._facts(order, line, row)
        if facts == before:
            return UNCHANGED
        self._record(order, line, facts)
        return compared(before, facts)

    def _facts(
        self, order: PurchaseOrder, line: PurchaseLine, row: PurchaseLineRow
    ) -> dict[str, Any]:
        """What the file says of the line, and what stands there where it says nothing."""
        computed = {"amount": rounded(row.quantity * row.price)}
        given = {field: row.given[field] for field in FACTS if field in row.given}
        facts = as_it_is(line, FACTS) | computed | given
        if order.id in self.received_here:
            # What arrived here since is on its receipts; the file doesn't know of it.
            facts |= as_it_is(line, ("received", "rejected"))
        return facts

    def _record(self, order: PurchaseOrder, line: PurchaseLine, facts: dict[str, Any]) -> None:
        history.record_facts(line, **facts)
        self.touched[order.id] = order

    def _order(self, row: PurchaseLineRow) -> PurchaseOrder:
        order = self.orders.get(row.order)
        if order is None:
            raise Refusal(f"there is no purchase order {row.order}", field="order")
        if not order.imported_state:
            raise Refusal(f"{order.number} was made here, not imported", field="order")
        return order

    def _part(self, row: PurchaseLineRow) -> Part:
        if row.sku not in self.parts:
            raise Refusal(f"there is no part {row.sku}", field="sku")
        return self.parts[row.sku]


def _check(row: PurchaseLineRow) -> None:
    """What the file says twice, it must say alike."""
    accepted = row.received - row.rejected
    if row.accepted is not None and row.accepted != accepted:
        raise Refusal(
            f"{qty(row.received)} received less {qty(row.rejected)} rejected are "
            f"{qty(accepted)}, not {qty(row.accepted)}",
            field="accepted",
        )


def _with_lines(numbers: Iterable[str]) -> dict[str, PurchaseOrder]:
    """The orders and their lines alone: parts, entries and vendors aren't asked for."""
    found: dict[str, PurchaseOrder] = {}
    alone = selectinload(PurchaseOrder.lines).options(lazyload("*"))
    for some in batched(sorted(numbers), KEYS_AT_ONCE):
        rows = select(PurchaseOrder).where(PurchaseOrder.number.in_(some))
        for order in db.session.scalars(rows.options(lazyload("*"), alone)):
            found[order.number] = order
    return found
