"""Purchase orders that another system made: facts without movements, receipts or notices.

What they received lies in stock that was brought in by itself; it isn't added again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import uuid4

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.numbering import number_taken
from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Location
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.timeline import rules as timeline

# What an order is called of which the other system doesn't say how it stands.
UNSAID = "imported"
# What other systems call an order of which they expect nothing more.
OVER = frozenset({"complete", "completed", "closed", "received", "rejected"})
BEFORE = {
    "draft": PurchaseState.DRAFT,
    "cancelled": PurchaseState.CANCELLED,
    "canceled": PurchaseState.CANCELLED,
}
OUR_NUMBER = re.compile(r"PO-(\d{1,15})")


def record_order(
    number: str,
    vendor: Vendor,
    *,
    imported_state: str = "",
    ordered_on: date | None = None,
    expected_on: date | None = None,
    ship_to: Location | None = None,
    tax: Decimal = ZERO,
    freight: Decimal = ZERO,
    note: str = "",
) -> PurchaseOrder:
    """Keep an order as the other system knows it; its lines follow by `record_line`."""
    if not number:
        raise Refusal("A purchase order needs a number.", field="number")
    if ours := OUR_NUMBER.fullmatch(number):
        number_taken("purchase order", int(ours[1]))
    order = PurchaseOrder(
        id=uuid4(),
        lines=[],
        number=number,
        vendor=vendor,
        imported_state=imported_state or UNSAID,
        ordered_on=ordered_on,
        expected_on=expected_on,
        ship_to=ship_to,
        tax=tax,
        freight=freight,
        note=note,
        made_at=_noon(ordered_on) if ordered_on else clock.now(),
    )
    order.state = _state(order)
    db.session.add(order)
    said = f"Imported, {imported_state}" if imported_state else "Imported"
    timeline.record(order.subject, "imported", said, by=None)
    return order


def record_line(
    order: PurchaseOrder, part: Part, quantity: Decimal, price: Decimal, *, imported_id: str
) -> PurchaseLine:
    """Keep a line of an imported order; call `settle` when its facts are recorded."""
    position = max((line.position for line in order.lines), default=0) + 1
    line = PurchaseLine(
        purchase_order=order,
        position=position,
        imported_id=imported_id,
        part=part,
        quantity=quantity,
        price=price,
        amount=rounded(quantity * price),
        received=ZERO,
        rejected=ZERO,
        closed=ZERO,
    )
    db.session.add(line)
    return line


def record_facts(
    line: PurchaseLine,
    *,
    quantity: Decimal,
    price: Decimal,
    amount: Decimal,
    received: Decimal,
    rejected: Decimal,
    expected_on: date | None,
) -> None:
    """Keep what was ordered, for how much, and what arrived; `amount` as it is on the paper."""
    if quantity <= 0:
        raise Refusal("nobody orders nothing or less", field="quantity")
    if not ZERO <= rejected <= received:
        raise Refusal("more was rejected than received", field="rejected")
    line.quantity, line.price, line.amount = quantity, price, amount
    line.received, line.rejected, line.expected_on = received, rejected, expected_on


def settle(orders: Sequence[PurchaseOrder]) -> None:
    """Let the orders' states follow from what arrived and from what they were called."""
    for order in orders:
        order.state = _state(order)
    db.session.flush()


def _state(order: PurchaseOrder) -> PurchaseState:
    """What arrived comes first: a rejected or pending order may have receipts all the same."""
    called = order.imported_state.casefold()
    if order.lines and not any(line.outstanding for line in order.lines):
        return PurchaseState.RECEIVED
    if called in OVER:
        return PurchaseState.CLOSED
    if any(line.received for line in order.lines):
        return PurchaseState.PARTLY_RECEIVED
    return BEFORE.get(called, PurchaseState.ORDERED)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.zone())
