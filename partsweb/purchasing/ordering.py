"""What a purchase order's rules have in common: taking turns, promises to entries, its state."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from partsweb.catalogue import queries as catalogue
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.numbering import next_number, number_taken
from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Location
from partsweb.orders import answering
from partsweb.people.models import Person
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState

FIRST_NUMBER = 1001


def new_number(given: str) -> str:
    """The number that a purchase order brings, else the next one."""
    if not given:
        return f"PO-{next_number('purchase order', start=FIRST_NUMBER)}"
    digits = given.removeprefix("PO-")
    if digits.isascii() and digits.isdigit():
        number_taken("purchase order", int(digits))
    return given


def lock(order: PurchaseOrder) -> None:
    """Two people at one purchase order take turns, and each sees what the other did."""
    db.session.flush()
    row = select(PurchaseOrder).where(PurchaseOrder.id == order.id)
    row = row.options(selectinload(PurchaseOrder.lines)).with_for_update(of=PurchaseOrder)
    db.session.scalars(row.execution_options(populate_existing=True)).one()


def refuse_unless_draft(order: PurchaseOrder) -> None:
    """What was sent to somebody stays as it was sent."""
    if order.state == PurchaseState.SUBMITTED:
        raise Refusal(f"{order.number} waits for an approval. Take it back first, then change it.")
    if order.state != PurchaseState.DRAFT:
        raise Refusal(
            f"{order.number} is {order.state.value}: its lines stay as they were ordered. "
            "Make a new purchase order."
        )


def set_amount(line: PurchaseLine, quantity: Decimal, price: Decimal) -> None:
    """How much is bought, at what price."""
    if quantity <= 0:
        raise Refusal("Buy more than nothing.", field="quantity")
    if line.part.serialized and quantity != quantity.to_integral_value():
        raise Refusal(f"{line.part.sku} comes in whole units.", field="quantity")
    if price < 0:
        raise Refusal("A price can't be below zero.", field="price")
    line.quantity, line.price, line.amount = quantity, price, rounded(quantity * price)


def promise(
    line: PurchaseLine, quantity: Decimal, *, by: Person | None, at: datetime | None
) -> None:
    """Make so much of the line meant for its entry, and let the order know."""
    entry, change = line.entry, quantity - line.promised
    if entry is None or change == 0:
        return
    assert by is not None  # only history comes from nobody, and it is for no entry
    paper, when = line.purchase_order.number, at or clock.now()
    if change > 0:
        due = line.expected_on or lead(line, clock.day_of(when))
        answering.ordered(entry, change, expected_on=due, paper=paper, by=by, at=when)
    else:
        # The order may have given some of it up itself.
        back = min(-change, entry.on_order)
        if back > 0:
            answering.no_longer_ordered(entry, back, paper=paper, by=by, at=when)
    line.promised = quantity


def give_up(line: PurchaseLine, quantity: Decimal, *, by: Person, at: datetime) -> Decimal:
    """Expect up to that much less of the line; its entry waits again. Says how much it was."""
    given_up = min(quantity, line.outstanding)
    promise(line, min(line.promised, line.outstanding - given_up), by=by, at=at)
    line.closed += given_up
    return given_up


def expect_again(line: PurchaseLine, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """What was given up is expected after all; its entry gets as much of it as it waits for."""
    line.closed -= quantity
    settle_state(line.purchase_order)
    if line.entry is not None and line.purchase_order.expecting:
        promise(line, line.promised + min(quantity, line.entry.waiting), by=by, at=at)


def pass_on_day(line: PurchaseLine) -> None:
    """The entry that waits for it knows the day too."""
    if line.entry is not None and line.promised:
        line.entry.expected_on = line.expected_on


def lead(line: PurchaseLine, since: date) -> date | None:
    """When the vendor usually delivers the part."""
    vendor = line.purchase_order.vendor
    reference = catalogue.reference(line.part.id, vendor.id)
    days = reference.lead_days if reference else None
    days = vendor.lead_days if days is None else days
    return None if days is None else since + timedelta(days=days)


def settle_state(order: PurchaseOrder) -> None:
    """The order's state by what arrived; what was closed or cancelled stays so."""
    if order.expecting or order.state == PurchaseState.RECEIVED:
        order.state = _state_by_facts(order)


def destination(order: PurchaseOrder) -> Location:
    """Where it is shipped."""
    if order.ship_to is None:
        raise Refusal(f"{order.number} doesn't say where it is shipped to.")
    return order.ship_to


def _state_by_facts(order: PurchaseOrder) -> PurchaseState:
    if not any(line.outstanding for line in order.lines):
        return PurchaseState.RECEIVED
    if any(line.received > ZERO for line in order.lines):
        return PurchaseState.PARTLY_RECEIVED
    return PurchaseState.ORDERED
