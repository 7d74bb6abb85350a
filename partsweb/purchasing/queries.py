"""Purchase orders and their lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor
from partsweb.codes import queries as codes
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.locations.models import Location
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import coming, seeing
from partsweb.purchasing.models import (
    EXPECTING,
    NOT_ORDERED,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """Which purchase orders are asked for; what is empty doesn't matter."""

    view: str = "open"
    text: str = ""
    vendor_id: UUID | None = None
    state: str = ""


def purchase_order(number: str, *, seen_by: Person) -> PurchaseOrder:
    """The purchase order of that number."""
    rows = select(PurchaseOrder).where(PurchaseOrder.number == number, seeing.seen(seen_by))
    return existing(db.session.scalar(rows), "purchase order")


def purchase_order_by_id(order_id: UUID, *, seen_by: Person) -> PurchaseOrder:
    """The purchase order of that id."""
    if seen_by.may("see purchase orders"):
        return existing(db.session.get(PurchaseOrder, order_id), "purchase order")
    rows = select(PurchaseOrder).where(PurchaseOrder.id == order_id, seeing.seen(seen_by))
    return existing(db.session.scalar(rows), "purchase order")


def with_its_papers(order_id: UUID, *, seen_by: Person) -> PurchaseOrder:
    """The purchase order for those who may read what the vendor wrote about it."""
    if not seen_by.may("see purchase orders"):
        raise NotFound("There is no such paper.")
    return purchase_order_by_id(order_id, seen_by=seen_by)


def by_number(number: str) -> PurchaseOrder | None:
    """The purchase order of exactly that number."""
    return db.session.scalar(select(PurchaseOrder).where(PurchaseOrder.number == number))


def purchase_orders(wanted: Wanted, *, seen_by: Person, page: int = 1) -> Page[PurchaseOrder]:
    """Purchase orders, what is late or due first, then the newest."""
    rows = select(PurchaseOrder).where(seeing.seen(seen_by), *_narrowed(wanted))
    expecting = PurchaseOrder.state.in_(EXPECTING)
    rows = rows.options(selectinload(PurchaseOrder.lines))
    due = func.coalesce(_due(), coming.NEVER)
    soonest = (due, PurchaseOrder.made_at.desc())
    newest = (
        expecting.desc(),
        PurchaseOrder.ordered_on.desc().nulls_first(),
        PurchaseOrder.made_at.desc(),
    )
    order = soonest if wanted.view in {"open", "late"} else newest
    return paged(rows.order_by(*order, PurchaseOrder.number), number=page)


def late() -> Sequence[PurchaseOrder]:
    """Purchase orders of which something should have been here before today."""
    rows = select(PurchaseOrder).where(*_narrowed(Wanted("late")))
    return db.session.scalars(rows.order_by(PurchaseOrder.number)).all()


def line_counts(orders_: Sequence[PurchaseOrder]) -> dict[UUID, int]:
    """How many lines each of the purchase orders has."""
    order_id = PurchaseLine.purchase_order_id
    rows = select(order_id, func.count()).where(order_id.in_([one.id for one in orders_]))
    return {found: count for found, count in db.session.execute(rows.group_by(order_id))}  # noqa: C416 - rows aren't pairs to mypy


def counts(*, seen_by: Person) -> dict[str, int]:
    """How many purchase orders are open, late and in draft."""
    counted = {}
    for view in ("open", "late", "draft"):
        mine = select(PurchaseOrder.id).where(seeing.seen(seen_by), *_narrowed(Wanted(view)))
        counted[view] = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    return counted


def lines_of(order: PurchaseOrder, *, seen_by: Person) -> Sequence[PurchaseLine]:
    """The purchase order's lines, as far as the person may see them."""
    rows = select(PurchaseLine).where(PurchaseLine.purchase_order_id == order.id)
    if not seeing.sees_whole(order, seen_by):
        own = select(PartEntry.id).join(Order).where(orders.visible(seen_by))
        rows = rows.where(PurchaseLine.entry_id.in_(own))
    return db.session.scalars(rows.order_by(PurchaseLine.position)).all()


def codes_on(lines: Sequence[PurchaseLine]) -> dict[UUID, dict[str, str]]:
    """By line the codes that its part can bear, and how many each of them counts."""
    known = {line.id: {line.part.sku: "1"} for line in lines}
    coded = codes.barcodes_among("part", {line.part_id for line in lines})
    for line in lines:
        if line.vendor_number:
            known[line.id][line.vendor_number] = "1"
        for one in coded:
            if one.subject_id == line.part_id:
                known[line.id][one.code] = f"{one.quantity.normalize():f}"
    return known


def order_numbers(lines: Iterable[PurchaseLine]) -> dict[UUID, str]:
    """For which order each line is, by its entry."""
    entries = {line.entry_id for line in lines if line.entry_id}
    rows = select(PartEntry.id, Order.number).join(Order, Order.id == PartEntry.order_id)
    found = db.session.execute(rows.where(PartEntry.id.in_(entries))) if entries else ()
    return {entry_id: number for entry_id, number in found}  # noqa: C416 - rows aren't pairs to mypy


def line(line_id: UUID, *, seen_by: Person) -> PurchaseLine:
    """One line of a purchase order."""
    found = existing(db.session.get(PurchaseLine, line_id), "line")
    order = purchase_order_by_id(found.purchase_order_id, seen_by=seen_by)
    if not seeing.sees_whole(order, seen_by) and found not in lines_of(order, seen_by=seen_by):
        raise NotFound("There is no such line.")
    return found


def open_draft(vendor: Vendor, ship_to: Location) -> PurchaseOrder | None:
    """The draft to which more for this vendor and place is added: the newest one."""
    rows = select(PurchaseOrder).where(
        PurchaseOrder.vendor_id == vendor.id,
        PurchaseOrder.ship_to_id == ship_to.id,
        PurchaseOrder.state == PurchaseState.DRAFT,
        PurchaseOrder.imported_state == "",
    )
    return db.session.scalar(rows.order_by(PurchaseOrder.made_at.desc()).limit(1))


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the filters of the list come to."""
    state = PurchaseOrder.state
    views: dict[str, list[ColumnElement[bool]]] = {
        "open": [state.in_(EXPECTING)],
        "late": [state.in_(EXPECTING), _due() < clock.today()],
        "draft": [state.in_(NOT_ORDERED)],
    }
    narrowed = list(views.get(wanted.view, []))
    if wanted.vendor_id is not None:
        narrowed.append(PurchaseOrder.vendor_id == wanted.vendor_id)
    if wanted.state in set(PurchaseState):
        narrowed.append(state == PurchaseState(wanted.state))
    if wanted.text.strip():
        narrowed.append(mentions(wanted.text.strip()))
    return narrowed


def mentions(text: str) -> ColumnElement[bool]:
    """The text is in the number, the vendor's name, or finds a part on one of the lines."""
    folded = text.casefold()
    vendors = select(Vendor.id).where(func.lower(Vendor.name).contains(folded, autoescape=True))
    parts = select(Part.id).where(catalogue.matching(text).parts)
    lines = select(PurchaseLine.purchase_order_id).where(
        or_(
            PurchaseLine.part_id.in_(parts),
            func.lower(PurchaseLine.vendor_number).startswith(folded, autoescape=True),
        )
    )
    return or_(
        func.lower(PurchaseOrder.number).contains(folded, autoescape=True),
        PurchaseOrder.vendor_id.in_(vendors),
        PurchaseOrder.id.in_(lines),
    )


def _due() -> ColumnElement[date]:
    """When the first of what is still to come on a purchase order should arrive."""
    first = (
        select(func.min(func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on)))
        .where(PurchaseLine.purchase_order_id == PurchaseOrder.id, coming.still_to_come())
        .correlate(PurchaseOrder)
        .scalar_subquery()
    )
    return func.coalesce(first, PurchaseOrder.expected_on)


def existing(thing: T | None, called: str) -> T:
    """The thing, or 404."""
    if thing is None:
        raise NotFound(f"There is no such {called}.")
    return thing
