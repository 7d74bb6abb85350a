"""What goes out on an invoice, and what is taken off it again.

There is nothing else to do about a bill: it follows from what was done on the order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from partsweb.billing import queries
from partsweb.billing.drafting import Line
from partsweb.billing.models import BilledLine
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.orders.models import Order
from partsweb.people.models import Person
from partsweb.timeline import rules as timeline

LONGEST_NUMBER = 60


def bill(
    order: Order,
    invoice: str,
    *,
    by: Person,
    at: datetime,
    keys: Collection[str] | None = None,
    seen: Decimal | None = None,
) -> Sequence[BilledLine]:
    """Put what is ready, or the chosen lines of it, on an invoice; they are frozen then.

    `seen` is what whoever bills has seen them come to: what changed meanwhile isn't billed unseen.
    """
    invoice = _number(order, invoice)
    _hold(order)
    ready = queries.bill(order).ready
    chosen = [line for line in ready if keys is None or line.key in keys]
    _refuse_other_lines(order, ready, chosen, keys, seen)
    lines = [_frozen(order, line, invoice, by=by, at=at) for line in chosen]
    db.session.add_all(lines)
    _record(order, "order-billed", f"Billed on {invoice}", by=by, at=at)
    return lines


def take_off(order: Order, invoice: str, *, by: Person, at: datetime) -> None:
    """The invoice was a mistake: its lines are taken off it and can be billed again."""
    _hold(order)
    lines = queries.standing_lines(order, invoice)
    if not lines:
        raise Refusal(f"Nothing of {order.number} stands on {invoice} any more.")
    db.session.add_all(_mirrored(line, by=by, at=at) for line in lines)
    _record(order, "order-unbilled", f"Taken off {invoice} again", by=by, at=at)


def _number(order: Order, invoice: str) -> str:
    invoice = " ".join(invoice.split())
    if not invoice or len(invoice) > LONGEST_NUMBER:
        said = f"An invoice has a number of 1 to {LONGEST_NUMBER} characters."
        raise Refusal(said, field="invoice")
    other = queries.billed_to_others(invoice, order.customer)
    if other is not None:
        who = f"{other.order.customer.name}, {other.order.number}"
        raise Refusal(f"{invoice} went to {who} already.", field="invoice")
    return invoice


def _hold(order: Order) -> None:
    """Of two who bill at once, the second sees what the first has billed."""
    db.session.refresh(order, with_for_update={"of": Order})


def _refuse_other_lines(
    order: Order,
    ready: Sequence[Line],
    chosen: Sequence[Line],
    keys: Collection[str] | None,
    seen: Decimal | None,
) -> None:
    if not ready:
        raise Refusal(f"Nothing of {order.number} is ready to bill: it went out already, or waits.")
    if not chosen:
        raise Refusal("Choose at least one line.", field="line")
    gone = keys is not None and len(chosen) != len(set(keys))
    total = sum((line.amount for line in chosen), ZERO)
    if gone or (seen is not None and seen != total):
        raise Refusal("The bill has changed since you saw it: look at it again before it goes out.")


def _frozen(order: Order, line: Line, invoice: str, *, by: Person, at: datetime) -> BilledLine:
    return BilledLine(
        order_id=order.id,
        charge=line.charge,
        entry_id=line.entry.id if line.entry else None,
        thing_id=line.thing_id,
        text=line.text,
        code=line.code,
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        covered=line.covered,
        amount=line.amount,
        invoice=invoice,
        by_id=by.id,
        billed_at=at,
    )


def _mirrored(line: BilledLine, *, by: Person, at: datetime) -> BilledLine:
    return BilledLine(
        order_id=line.order_id,
        charge=line.charge,
        entry_id=line.entry_id,
        thing_id=line.thing_id,
        text=line.text,
        code=line.code,
        quantity=-line.quantity,
        unit=line.unit,
        price=line.price,
        covered=-line.covered,
        amount=-line.amount,
        invoice=line.invoice,
        reverses_id=line.id,
        by_id=by.id,
        billed_at=at,
    )


def _record(order: Order, what: str, said: str, *, by: Person, at: datetime) -> None:
    # Without the amount: what an order comes to is the office's affair.
    timeline.record(order.subject, what, said, by=by, at=at, private=True)
    db.session.flush()
