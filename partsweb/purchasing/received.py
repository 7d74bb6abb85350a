"""What arrived, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.locations.models import Kind as LocationKind
from partsweb.people.models import Person
from partsweb.purchasing import queries, seeing
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    SerialConflict,
)
from partsweb.stock import queries as stock
from partsweb.stock.models import Movement, Reason


@dataclass(frozen=True)
class Wrong:
    """Which discrepancies are asked for: the open ones, of any kind, unless it says otherwise."""

    everything: bool = False
    kind: DiscrepancyKind | None = None
    text: str = ""


def receipts_of(lines: Sequence[PurchaseLine]) -> Sequence[Receipt]:
    """The receipts on which something of these lines is, newest first."""
    with_them = select(ReceiptLine.receipt_id).where(_among(ReceiptLine.line_id, lines))
    rows = select(Receipt).where(Receipt.id.in_(with_them)).options(selectinload(Receipt.lines))
    return db.session.scalars(rows.order_by(Receipt.number.desc())).all()


def receipt(receipt_id: UUID, *, seen_by: Person) -> Receipt:
    """One receipt; of another's delivery only where a line of one's own is on it."""
    found = queries.existing(db.session.get(Receipt, receipt_id), "receipt")
    order = queries.purchase_order_by_id(found.purchase_order_id, seen_by=seen_by)
    if seeing.sees_whole(order, seen_by):
        return found
    if found not in receipts_of(queries.lines_of(order, seen_by=seen_by)):
        raise NotFound("There is no such receipt.")
    return found


def receipt_lines_of(of: Receipt, *, seen_by: Person) -> Sequence[ReceiptLine]:
    """The receipt's lines, as far as the person may see them."""
    mine = queries.lines_of(of.purchase_order, seen_by=seen_by)
    rows = select(ReceiptLine).join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
    rows = rows.where(ReceiptLine.receipt_id == of.id, _among(ReceiptLine.line_id, mine))
    wrong = selectinload(ReceiptLine.discrepancies), selectinload(ReceiptLine.conflicts)
    return db.session.scalars(rows.order_by(PurchaseLine.position).options(*wrong)).all()


def receipt_line(receipt_line_id: UUID, *, seen_by: Person) -> ReceiptLine:
    """One line of a receipt."""
    found = queries.existing(db.session.get(ReceiptLine, receipt_line_id), "receipt line")
    queries.line(found.line_id, seen_by=seen_by)
    return found


def last_receipt(of: PurchaseOrder) -> Receipt | None:
    """The newest receipt of a purchase order."""
    rows = select(Receipt).where(Receipt.purchase_order_id == of.id)
    return db.session.scalar(rows.order_by(Receipt.number.desc()).limit(1))


def discrepancy(discrepancy_id: UUID, *, seen_by: Person) -> Discrepancy:
    """One thing that was wrong with a receipt."""
    found = queries.existing(db.session.get(Discrepancy, discrepancy_id), "discrepancy")
    receipt_line(found.receipt_line_id, seen_by=seen_by)
    return found


def discrepancies(wanted: Wrong, *, seen_by: Person, page: int = 1) -> Page[Discrepancy]:
    """What was wrong with receipts: what is open, the oldest first; all of it, the newest first."""
    rows = _of_orders(Discrepancy).where(seeing.seen(seen_by), seeing.seen_lines(seen_by))
    if wanted.kind is not None:
        rows = rows.where(Discrepancy.kind == wanted.kind)
    if wanted.text.strip():
        rows = rows.where(queries.mentions(wanted.text.strip()))
    if wanted.everything:
        return paged(rows.order_by(Discrepancy.made_at.desc(), Discrepancy.id), number=page)
    rows = rows.where(Discrepancy.state == DiscrepancyState.OPEN)
    return paged(rows.order_by(Discrepancy.made_at, Discrepancy.id), number=page)


def discrepancies_of(lines: Sequence[PurchaseLine]) -> Sequence[Discrepancy]:
    """What was wrong with what arrived of these lines, the newest first."""
    rows = _of_orders(Discrepancy).where(_among(ReceiptLine.line_id, lines))
    return db.session.scalars(rows.order_by(Discrepancy.made_at.desc(), Discrepancy.id)).all()


def standing_moves(cause: Subject) -> Sequence[Movement]:
    """The movements done for a thing that nobody took back, oldest first."""
    moved = stock.caused_by(cause)
    undone = stock.taken_back(moved)
    return [one for one in moved if one.reverses_id is None and one.id not in undone]


def goods_of(found: Discrepancy) -> Sequence[Movement]:
    """The arrivals in quarantine of what lies there because of it; none where it is gone."""
    own = standing_moves(found.subject)
    if any(one.reason in {Reason.VENDOR_RETURN, Reason.SCRAP} for one in own):
        return []
    moved = own
    if found.kind == DiscrepancyKind.DAMAGED and not stock.caused_by(found.subject):
        # Earlier, damage was booked for the receipt's line.
        moved = standing_moves(found.receipt_line.subject)
    return [
        one
        for one in moved
        if one.reason == Reason.RECEIPT and one.target.kind == LocationKind.QUARANTINE
    ]


def worth_of(order: PurchaseOrder) -> Decimal:
    """What was accepted of the purchase order, at the prices at which it was booked."""
    lines = select(ReceiptLine.id).join(PurchaseLine)
    lines = lines.where(PurchaseLine.purchase_order_id == order.id)
    found = select(Discrepancy.id).where(Discrepancy.receipt_line_id.in_(lines))
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    rows = select(func.sum(Movement.value)).where(
        Movement.reason == Reason.RECEIPT,
        or_(Movement.cause_id.in_(lines), Movement.cause_id.in_(found)),
        Movement.id.not_in(undone),
    )
    return db.session.scalar(rows) or ZERO


def conflict(conflict_id: UUID, *, seen_by: Person) -> SerialConflict:
    """A serial on a delivery that the books had elsewhere."""
    found = queries.existing(db.session.get(SerialConflict, conflict_id), "serial")
    receipt_line(found.receipt_line_id, seen_by=seen_by)
    return found


def open_conflicts_of(lines: Sequence[PurchaseLine]) -> Sequence[SerialConflict]:
    """Serials on deliveries of these lines that the books had elsewhere, not solved yet."""
    rows = _of_orders(SerialConflict).where(_among(ReceiptLine.line_id, lines))
    return db.session.scalars(rows.where(SerialConflict.solved_as == "")).all()


def _of_orders(model: type[Discrepancy] | type[SerialConflict]) -> Select[Any]:
    """Things that hang on receipt lines, joined with their purchase orders."""
    receipt_line_id: Any = model.receipt_line_id
    line = joinedload(model.receipt_line).joinedload(ReceiptLine.line)
    return (
        select(model)
        .options(line.joinedload(PurchaseLine.purchase_order))
        .join(ReceiptLine, ReceiptLine.id == receipt_line_id)
        .join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
    )


def _among(line_id: Any, lines: Sequence[PurchaseLine]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = line_id.in_([line.id for line in lines])
    return found
