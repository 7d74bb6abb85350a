"""A receipt that was entered wrongly is taken back: stock, purchase order and entries follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from partsweb.approvals import queries as asked_of
from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Matter
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import NotAllowed, Refusal
from partsweb.people.models import Person
from partsweb.people.permissions import PURCHASING
from partsweb.purchasing import received, receiving
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyState,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
)
from partsweb.purchasing.ordering import lock, settle_state
from partsweb.stock import rules as ledger
from partsweb.stock.models import Movement
from partsweb.timeline import rules as timeline

# What was agreed with the vendor about it stands until it is opened again.
AGREED = frozenset({DiscrepancyState.REPLACEMENT_EXPECTED, DiscrepancyState.CREDITED})
TAKEN_BACK = "receipt taken back"


def may_take_back(receipt: Receipt, *, by: Person) -> bool:
    """Whoever entered it, or the office."""
    own = receipt.by_id == by.id
    return receipt.taken_back_at is None and (own or by.may("see purchase orders"))


def take_back(receipt: Receipt, why: str, *, by: Person, at: datetime) -> None:
    """As if it had not arrived: everything it moved is reversed, the newest first."""
    order = receipt.purchase_order
    lock(order)
    db.session.refresh(receipt, ["taken_back_at"])
    wrong = [found for line in receipt.lines for found in line.discrepancies]
    _refuse(receipt, wrong, why, by)
    for moved in _moves(receipt, wrong):
        ledger.reverse(moved, by=by, at=at, note=why.strip())
    passed_on = [(line, _uncount(line)) for line in receipt.lines]
    for found in wrong:
        _forget(found, by=by, at=at)
    receipt.taken_back_at, receipt.taken_back_by, receipt.taken_back_why = at, by, why.strip()
    _settle(order)
    for line, share in passed_on:
        receiving.ask_back(line, share, by=by, at=at)
    said = f"Receipt {receipt.number} taken back"
    timeline.record(order.subject, "receipt-taken-back", said, by=by, at=at, body=why.strip())
    timeline.tell_role(PURCHASING, order.subject, f"{order.number}: {said.lower()}. {why.strip()}")
    db.session.flush()


def _refuse(receipt: Receipt, wrong: Sequence[Discrepancy], why: str, by: Person) -> None:
    if receipt.taken_back_at is not None:
        raise Refusal("That receipt was taken back already.")
    if not may_take_back(receipt, by=by):
        raise NotAllowed("Only who entered the receipt, or the office, can take it back.")
    if not why.strip():
        raise Refusal("Say why: somebody will ask.", field="why")
    for found in wrong:
        if found.state in AGREED:
            raise Refusal(
                f"{receiving.in_words(found)}, and that is settled: {found.state.value}. Open it "
                "again first, then take the receipt back."
            )


def _moves(receipt: Receipt, wrong: Sequence[Discrepancy]) -> list[Movement]:
    causes = [line.subject for line in receipt.lines] + [found.subject for found in wrong]
    moved = [one for cause in causes for one in received.standing_moves(cause)]
    return sorted(moved, key=lambda one: one.id, reverse=True)


def _uncount(line: ReceiptLine) -> Decimal:
    """The purchase line doesn't have it any more; says how much of it an entry got."""
    bought = line.line
    bought.received -= line.accepted + line.rejected
    bought.rejected -= line.rejected
    bought.closed -= sum((found.given_up for found in line.discrepancies), ZERO)
    return line.passed_on + sum((found.passed_on for found in line.discrepancies), ZERO)


def _forget(found: Discrepancy, *, by: Person, at: datetime) -> None:
    asked = asked_of.latest(found.subject, Matter.OVER_RECEIPT)
    if asked is not None:
        approvals.withdraw(asked, by=by, at=at)
    found.state = DiscrepancyState.TAKEN_BACK
    found.settled_by, found.settled_at, found.given_up = by, at, ZERO


def _settle(order: PurchaseOrder) -> None:
    """What was bought at a counter was never on its way: nothing of it is expected."""
    settle_state(order)
    if order.counter and not any(line.received for line in order.lines):
        order.state = PurchaseState.CANCELLED
