"""Holds purchase lines against their receipts, and receipts against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, case, func, select, union_all

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
)
from partsweb.stock.models import Movement, Reason


def differences() -> Iterator[str]:
    """Every line and receipt that doesn't agree with what arrived, in words."""
    yield from _received_is_what_receipts_say()
    yield from _receipts_are_in_the_ledger()
    yield from _wrong_items_are_in_the_ledger()


def _received_is_what_receipts_say() -> Iterator[str]:
    """Lines imported as history have no receipts of ours; theirs are facts from elsewhere."""
    arrived = (
        select(
            ReceiptLine.line_id,
            func.sum(ReceiptLine.accepted + ReceiptLine.rejected).label("received"),
            func.sum(ReceiptLine.rejected).label("rejected"),
        )
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Receipt.taken_back_at.is_(None))
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
    """What arrived of a line was moved for it, or for what was wrong with it."""
    for_lines = _received("receipt-line").with_only_columns(Movement.cause_id, Movement.quantity)
    for_wrong = (
        _received("discrepancy")
        .with_only_columns(Discrepancy.receipt_line_id, Movement.quantity)
        .join(Discrepancy, Discrepancy.id == Movement.cause_id)
        .where(Discrepancy.kind != DiscrepancyKind.WRONG_ITEM)
    )
    each = union_all(for_lines, for_wrong).subquery()
    line_id, quantity = each.c
    moved = select(line_id.label("line_id"), func.sum(quantity).label("quantity"))
    moved_ = moved.group_by(line_id).subquery()
    whole = ReceiptLine.accepted + ReceiptLine.rejected
    said = case((Receipt.taken_back_at.is_(None), whole), else_=ZERO)
    rows = (
        select(PurchaseOrder.number, said, moved_.c.quantity)
        .select_from(ReceiptLine)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .outerjoin(moved_, moved_.c.line_id == ReceiptLine.id)
        .where(said != func.coalesce(moved_.c.quantity, 0))
    )
    for number, arrived, found in db.session.execute(rows):
        yield f"{arrived} arrived on {number}, the ledger moved {found or ZERO}"


def _wrong_items_are_in_the_ledger() -> Iterator[str]:
    """A part that came instead of another is in the books once, wherever it went since."""
    moved = (
        _received("discrepancy")
        .with_only_columns(Movement.cause_id, func.sum(Movement.quantity).label("quantity"))
        .group_by(Movement.cause_id)
        .subquery()
    )
    gone = Discrepancy.state == DiscrepancyState.TAKEN_BACK
    said = case((gone, ZERO), else_=Discrepancy.quantity)
    rows = (
        select(Part.sku, said, moved.c.quantity)
        .select_from(Discrepancy)
        .join(Part, Part.id == Discrepancy.came_part_id)
        .outerjoin(moved, moved.c.cause_id == Discrepancy.id)
        .where(said != func.coalesce(moved.c.quantity, 0))
    )
    for sku, came, found in db.session.execute(rows):
        yield f"{came} {sku} came instead of another part, the ledger moved {found or ZERO}"


def _received(kind: str) -> Select[Movement]:
    """Arrivals for things of a kind that nobody took back."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    return select(Movement).where(
        Movement.cause_kind == kind,
        Movement.reason == Reason.RECEIPT,
        Movement.id.not_in(undone),
    )
