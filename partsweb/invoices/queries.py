"""What vendors billed, what is held, and what was received and not billed yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, type_coerce
from sqlalchemy.orm import joinedload, selectinload

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.invoices.models import Invoice, InvoiceLine, InvoiceState, Variance, VarianceKind
from partsweb.invoices.models import VarianceState as State
from partsweb.kit.exact import ZERO, Exact
from partsweb.kit.paging import SIZE, Page, paged, paged_rows
from partsweb.kit.refusal import NotFound
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState

NOTHING = literal(ZERO, Exact())
VIEWS = {"held": InvoiceState.HELD, "disputed": InvoiceState.DISPUTED}


@dataclass(frozen=True)
class Unbilled:
    """A line of which something was received and isn't billed."""

    line: PurchaseLine
    order: PurchaseOrder
    quantity: Decimal

    @property
    def amount(self) -> Decimal:
        """What it comes to at the price ordered at."""
        return self.quantity * self.line.price


def invoice(invoice_id: UUID) -> Invoice:
    """The invoice of that id."""
    found = db.session.get(Invoice, invoice_id)
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def variance(variance_id: UUID) -> Variance:
    """The variance of that id."""
    found = db.session.get(Variance, variance_id)
    if found is None:
        raise NotFound("There is no such variance.")
    return found


def folded(number: str) -> str:
    """An invoice's number as it is compared: INV 0012-a is inv0012-A."""
    return "".join(number.split()).casefold()


def same_number(vendor: Vendor, number: str) -> Invoice | None:
    """The vendor's invoice that has the number already."""
    rows = select(Invoice).where(Invoice.vendor_id == vendor.id, Invoice.folded == folded(number))
    return db.session.scalar(rows)


def invoices(
    view: str = "", text: str = "", *, vendor: Vendor | None = None, page: int = 1, size: int = SIZE
) -> Page[Invoice]:
    """Invoices, the newest first: held, disputed or all; by number, vendor or purchase order."""
    rows = select(Invoice).join(Vendor, Vendor.id == Invoice.vendor_id)
    if view in VIEWS:
        rows = rows.where(Invoice.state == VIEWS[view])
    if vendor is not None:
        rows = rows.where(Invoice.vendor_id == vendor.id)
    if text.strip():
        rows = rows.where(_mentions(text.strip().casefold()))
    newest = rows.order_by(Invoice.dated_on.desc(), Invoice.entered_at.desc())
    return paged(newest.options(selectinload(Invoice.variances)), number=page, size=size)


def counts() -> dict[str, int]:
    """How many invoices are in which state."""
    rows = select(Invoice.state, func.count()).group_by(Invoice.state)
    found: dict[Any, int] = dict(db.session.execute(rows).all())
    return {state.value: found.get(state, 0) for state in InvoiceState}


def of_purchase_order(order: PurchaseOrder) -> Sequence[Invoice]:
    """The invoices on which something of the purchase order is, the newest first."""
    billed = select(InvoiceLine.invoice_id).join(
        PurchaseLine, PurchaseLine.id == InvoiceLine.purchase_line_id
    )
    rows = select(Invoice).where(
        Invoice.id.in_(billed.where(PurchaseLine.purchase_order_id == order.id))
    )
    return db.session.scalars(rows.order_by(Invoice.dated_on.desc())).all()


def lines_of(found: Invoice) -> Sequence[InvoiceLine]:
    """The invoice's lines with their purchase orders."""
    rows = select(InvoiceLine).where(InvoiceLine.invoice_id == found.id)
    beside = joinedload(InvoiceLine.purchase_line).joinedload(PurchaseLine.purchase_order)
    return db.session.scalars(rows.order_by(InvoiceLine.position).options(beside)).all()


# --- What was received and not billed ---------------------------------------------------------


def billed(line_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """How much of these lines was billed; what is disputed as never received doesn't count."""
    return _billed(InvoiceLine.purchase_line_id.in_(list(line_ids)))


def billed_before(found: Invoice) -> dict[UUID, Decimal]:
    """How much of its lines had been billed when the invoice was entered."""
    ids = [line.purchase_line_id for line in found.lines if line.purchase_line_id]
    earlier = or_(
        Invoice.entered_at < found.entered_at,
        and_(Invoice.entered_at == found.entered_at, Invoice.id < found.id),
    )
    return _billed(and_(InvoiceLine.purchase_line_id.in_(ids), earlier))


def _billed(of: ColumnElement[bool]) -> dict[UUID, Decimal]:
    line_id = InvoiceLine.purchase_line_id
    given = (
        select(line_id, func.sum(InvoiceLine.quantity))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(of)
        .group_by(line_id)
    )
    disputed = (
        select(line_id, func.sum(Variance.quantity))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(Variance, Variance.line_id == InvoiceLine.id)
        .where(of, Variance.kind == VarianceKind.QUANTITY, Variance.state.in_(NEVER_RECEIVED))
        .group_by(line_id)
    )
    off = {found: quantity for found, quantity in db.session.execute(disputed)}  # noqa: C416
    return {
        found: quantity - off.get(found, ZERO)
        for found, quantity in db.session.execute(given)
        if found is not None
    }


# What a vendor billed and nobody pays for.
NEVER_RECEIVED = (State.OPEN, State.DISPUTED, State.SETTLED)


def unbilled(
    *,
    vendor: Vendor | None = None,
    order: PurchaseOrder | None = None,
    page: int = 1,
    size: int | None = SIZE,
) -> Page[Unbilled]:
    """What was received and not billed, the longest ago first."""
    return paged_rows(_unbilled(vendor, order), lambda row: Unbilled(*row), number=page, size=size)


def unbilled_amount() -> Decimal:
    """What all that comes to at the prices ordered at."""
    rows = _unbilled(None, None)
    left = list(rows.selected_columns)[-1]
    amounts = db.session.execute(rows.with_only_columns(left, PurchaseLine.price).order_by(None))
    return sum((quantity * price for quantity, price in amounts), ZERO)


def _unbilled(vendor: Vendor | None, order: PurchaseOrder | None) -> Select[Any]:
    given = (
        select(InvoiceLine.purchase_line_id, func.sum(InvoiceLine.quantity).label("quantity"))
        .where(InvoiceLine.purchase_line_id.is_not(None))
        .group_by(InvoiceLine.purchase_line_id)
        .subquery("given")
    )
    off = (
        select(InvoiceLine.purchase_line_id, func.sum(Variance.quantity).label("quantity"))
        .join(Variance, Variance.line_id == InvoiceLine.id)
        .where(Variance.kind == VarianceKind.QUANTITY, Variance.state.in_(NEVER_RECEIVED))
        .group_by(InvoiceLine.purchase_line_id)
        .subquery("off")
    )
    paid = func.coalesce(given.c.quantity, NOTHING) - func.coalesce(off.c.quantity, NOTHING)
    unpaid = PurchaseLine.received - PurchaseLine.rejected - paid
    left = type_coerce(unpaid, Exact()).label("left")
    columns: tuple[Any, ...] = (PurchaseLine, PurchaseOrder, left)
    rows: Select[Any] = (
        select(*columns)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .outerjoin(given, given.c.purchase_line_id == PurchaseLine.id)
        .outerjoin(off, off.c.purchase_line_id == PurchaseLine.id)
        .where(left > ZERO, PurchaseOrder.state.not_in((PurchaseState.CANCELLED,)))
        .where(PurchaseOrder.imported_state == "")
        .order_by(PurchaseOrder.ordered_on, PurchaseOrder.number, PurchaseLine.position)
    )
    if vendor is not None:
        rows = rows.where(PurchaseOrder.vendor_id == vendor.id)
    if order is not None:
        rows = rows.where(PurchaseOrder.id == order.id)
    return rows


def freight_expected(found: Invoice) -> Decimal:
    """The freight of its purchase orders that earlier invoices didn't bill."""
    lines = [line.purchase_line_id for line in found.lines if line.purchase_line_id]
    of = select(PurchaseLine.purchase_order_id).where(PurchaseLine.id.in_(lines))
    ordered = select(func.sum(PurchaseOrder.freight)).where(PurchaseOrder.id.in_(of))
    earlier = (
        select(InvoiceLine.invoice_id)
        .join(PurchaseLine, PurchaseLine.id == InvoiceLine.purchase_line_id)
        .where(PurchaseLine.purchase_order_id.in_(of), InvoiceLine.invoice_id != found.id)
    )
    before = select(func.sum(Invoice.freight)).where(
        Invoice.id.in_(earlier), Invoice.entered_at <= found.entered_at
    )
    left = (db.session.scalar(ordered) or ZERO) - (db.session.scalar(before) or ZERO)
    return max(ZERO, left)


# --- Figures ----------------------------------------------------------------------------------


def invoiced(since: date, until: date) -> Sequence[tuple[UUID, UUID | None, Decimal, Decimal]]:
    """What was invoiced on these days: vendor, part, quantity, amount; charges are of no part."""
    lines = (
        select(
            Invoice.vendor_id,
            InvoiceLine.part_id,
            func.sum(InvoiceLine.quantity),
            func.sum(InvoiceLine.amount),
        )
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.dated_on.between(since, until))
        .group_by(Invoice.vendor_id, InvoiceLine.part_id)
    )
    return [tuple(row) for row in db.session.execute(lines)]  # type: ignore[misc]


def _mentions(text: str) -> ColumnElement[bool]:
    on_orders = (
        select(InvoiceLine.invoice_id)
        .outerjoin(PurchaseLine, PurchaseLine.id == InvoiceLine.purchase_line_id)
        .outerjoin(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .outerjoin(Part, Part.id == InvoiceLine.part_id)
        .where(
            or_(
                func.lower(PurchaseOrder.number).contains(text, autoescape=True),
                func.lower(Part.sku).contains(text, autoescape=True),
            )
        )
    )
    return or_(
        Invoice.folded.contains(folded(text), autoescape=True),
        func.lower(Vendor.name).contains(text, autoescape=True),
        Invoice.id.in_(on_orders),
    )
