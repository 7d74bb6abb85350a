"""Holds purchase lines against their receipts, and receipts against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, ReceiptLine
from partsweb.stock.models import Movement, Reason


def differences() -> Iterator[str]:
    """Every line and receipt that doesn't agree with what arrived, in words."""
    yield from _received_is_what_receipts_say()
    yield from _receipts_are_in_the_ledger()


def _received_is_what_receipts_say() -> Iterator[str]:
    """Lines imported as history have no receipts of ours; theirs are facts from elsewhere."""
    arrived = (
        select(
            ReceiptLine.line_id,
            func.sum(ReceiptLine.accepted + ReceiptLine.rejected).label("received"),
            func.sum(ReceiptLine.rejected).label("rejected"),
        )
        .group_by(ReceiptLine.line_id)
        .subquery()
    )
    rows = (
        select(PurchaseOrder.number, PurchaseLine.received, arrived.c.received)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .outerjoin(arrived, arrived.c.line_id == PurchaseLine.id)
        .where(
            PurchaseOrder.imported_state == "",
            (PurchaseLine.received != func.coalesce(arrived.c.received, 0))
            | (PurchaseLine.rejected != func.coalesce(arrived.c.rejected, 0)),
        )
    )
    for number, said, found in db.session.execute(rows):
        yield f"A line of {number} says {said} received, its receipts say {found or ZERO}"


def _receipts_are_in_the_ledger() -> Iterator[str]:
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    moved = (
        select(Movement.cause_id, func.sum(Movement.quantity).label("quantity"))
        .where(
            Movement.cause_kind == "receipt-line",
            Movement.reason == Reason.RECEIPT,
            Movement.id.not_in(undone),
        )
        .group_by(Movement.cause_id)
        .subquery()
    )
    said = ReceiptLine.accepted + ReceiptLine.rejected
    rows = (
        select(PurchaseOrder.number, said, moved.c.quantity)
        .select_from(ReceiptLine)
        .join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .outerjoin(moved, moved.c.cause_id == ReceiptLine.id)
        .where(said != func.coalesce(moved.c.quantity, 0))
    )
    for number, arrived, found in db.session.execute(rows):
        yield f"{arrived} arrived on {number}, the ledger moved {found or ZERO}"
