"""What was ordered, what is still to come, and what was wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    extract,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import joinedload, selectinload

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor
from partsweb.codes import queries as codes
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, plain
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind as LocationKind
from partsweb.locations.models import Location
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing.models import (
    EXPECTING,
    NOT_ORDERED,
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
    SerialConflict,
)
from partsweb.stock import queries as stock
from partsweb.stock.models import Movement, Reason

# How many deliveries a place's list shows; the nearest come first.
SOONEST = 20
NEVER = date(9999, 12, 31)
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """Which purchase orders are asked for; what is empty doesn't matter."""

    view: str = "open"
    text: str = ""
    vendor_id: UUID | None = None
    state: str = ""


@dataclass(frozen=True)
class Wrong:
    """Which discrepancies are asked for: the open ones, of any kind, unless it says otherwise."""

    everything: bool = False
    kind: DiscrepancyKind | None = None
    text: str = ""


@dataclass(frozen=True)
class Figures:
    """What one vendor's lines of one month come to: exact sums."""

    vendor: str
    month: str
    purchase_orders: int
    lines: int
    ordered: Decimal
    received: Decimal
    rejected: Decimal
    value: Decimal

    @property
    def stocked(self) -> Decimal:
        """What was received and not rejected."""
        return self.received - self.rejected


# --- Purchase orders as seen by somebody -----------------------------------------------------


def purchase_order(number: str, *, seen_by: Person) -> PurchaseOrder:
    """The purchase order of that number."""
    rows = select(PurchaseOrder).where(PurchaseOrder.number == number, seen(seen_by))
    return _found(db.session.scalar(rows), "purchase order")


def purchase_order_by_id(order_id: UUID, *, seen_by: Person) -> PurchaseOrder:
    """The purchase order of that id."""
    if seen_by.may("see purchase orders"):
        return _found(db.session.get(PurchaseOrder, order_id), "purchase order")
    rows = select(PurchaseOrder).where(PurchaseOrder.id == order_id, seen(seen_by))
    return _found(db.session.scalar(rows), "purchase order")


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
    rows = select(PurchaseOrder).where(seen(seen_by), *_narrowed(wanted))
    expecting = PurchaseOrder.state.in_(EXPECTING)
    rows = rows.options(selectinload(PurchaseOrder.lines))
    due = func.coalesce(_due(), NEVER)
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
        mine = select(PurchaseOrder.id).where(seen(seen_by), *_narrowed(Wanted(view)))
        counted[view] = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    return counted


def lines_of(order: PurchaseOrder, *, seen_by: Person) -> Sequence[PurchaseLine]:
    """The purchase order's lines, as far as the person may see them."""
    rows = select(PurchaseLine).where(PurchaseLine.purchase_order_id == order.id)
    if not _sees_whole(order, seen_by):
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


def receipts_of(lines: Sequence[PurchaseLine]) -> Sequence[Receipt]:
    """The receipts on which something of these lines is, newest first."""
    with_them = select(ReceiptLine.receipt_id).where(_among(ReceiptLine.line_id, lines))
    rows = select(Receipt).where(Receipt.id.in_(with_them)).options(selectinload(Receipt.lines))
    return db.session.scalars(rows.order_by(Receipt.number.desc())).all()


def seen(by: Person) -> ColumnElement[bool]:
    """Which purchase orders a person sees.

    Buyers see all; a technician sees what is shipped to his van and what was ordered for him.
    """
    if by.may("see purchase orders"):
        return true()
    if not by.may("see deliveries"):
        return false()
    van = locations.van_of(by)
    to_own_van = PurchaseOrder.ship_to_id == van.id if van else false()
    return or_(to_own_van, _bought_by(by), PurchaseOrder.id.in_(_with_lines_for(by)))


def line(line_id: UUID, *, seen_by: Person) -> PurchaseLine:
    """One line of a purchase order."""
    found = _found(db.session.get(PurchaseLine, line_id), "line")
    order = purchase_order_by_id(found.purchase_order_id, seen_by=seen_by)
    if not _sees_whole(order, seen_by) and found not in lines_of(order, seen_by=seen_by):
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


# --- What is still to come -------------------------------------------------------------------


def open_lines_of(part: Part) -> Sequence[PurchaseLine]:
    """Lines on which some of the part is still to come, the soonest first."""
    return db.session.scalars(_open_lines().where(PurchaseLine.part_id == part.id)).all()


def coming_of_owed(*, seen_by: Person) -> dict[UUID, list[PurchaseLine]]:
    """By part that some place owes: the lines that bring some and that the person sees."""
    found = defaultdict[UUID, list[PurchaseLine]](list)
    rows = _open_lines().where(PurchaseLine.part_id.in_(stock.owed_parts()))
    for one in db.session.scalars(rows.where(seen(seen_by), _seen_lines(seen_by))):
        found[one.part_id].append(one)
    return found


def lines_to_come(*, seen_by: Person, limit: int) -> Sequence[PurchaseLine]:
    """Lines of any part that the person sees and of which some is still to come, soonest first."""
    rows = _open_lines().where(seen(seen_by), _seen_lines(seen_by))
    rows = rows.options(joinedload(PurchaseLine.part))
    return db.session.scalars(rows.limit(limit)).all()


def with_lines_of(part: Part) -> Sequence[PurchaseOrder]:
    """Every purchase order that has the part on it, whatever became of it."""
    lines = select(PurchaseLine.purchase_order_id).where(PurchaseLine.part_id == part.id)
    rows = select(PurchaseOrder).where(PurchaseOrder.id.in_(lines)).order_by(PurchaseOrder.id)
    return db.session.scalars(rows).all()


def on_order(part: Part, *, ship_to: Location | None = None) -> Decimal:
    """How much of the part is ordered and still to come, to one place or to all."""
    rows = _open_lines().where(PurchaseLine.part_id == part.id)
    if ship_to is not None:
        rows = rows.where(PurchaseOrder.ship_to_id == ship_to.id)
    return sum((one.outstanding for one in db.session.scalars(rows)), ZERO)


def expected_at(place: Location) -> Sequence[PurchaseLine]:
    """What is on its way to a place, the soonest first."""
    rows = _open_lines().where(PurchaseOrder.ship_to_id == place.id)
    return db.session.scalars(rows.limit(SOONEST)).all()


def promised_to(entry: PartEntry) -> Sequence[PurchaseLine]:
    """The lines of which something is still to come for the entry, the last ordered first."""
    rows = select(PurchaseLine).join(PurchaseOrder).where(PurchaseLine.entry_id == entry.id)
    rows = rows.where(PurchaseLine.promised > ZERO)
    return db.session.scalars(rows.order_by(PurchaseOrder.made_at.desc())).all()


def lines_for(entry: PartEntry) -> Sequence[PurchaseLine]:
    """The lines that were put on purchase orders for an entry, the newest first."""
    rows = select(PurchaseLine).join(PurchaseOrder).where(PurchaseLine.entry_id == entry.id)
    return db.session.scalars(rows.order_by(PurchaseOrder.made_at.desc())).all()


# --- Receipts and what was wrong -------------------------------------------------------------


def receipt(receipt_id: UUID, *, seen_by: Person) -> Receipt:
    """One receipt; of another's delivery only where a line of one's own is on it."""
    found = _found(db.session.get(Receipt, receipt_id), "receipt")
    order = purchase_order_by_id(found.purchase_order_id, seen_by=seen_by)
    if _sees_whole(order, seen_by):
        return found
    if found not in receipts_of(lines_of(order, seen_by=seen_by)):
        raise NotFound("There is no such receipt.")
    return found


def receipt_lines_of(of: Receipt, *, seen_by: Person) -> Sequence[ReceiptLine]:
    """The receipt's lines, as far as the person may see them."""
    mine = lines_of(of.purchase_order, seen_by=seen_by)
    rows = select(ReceiptLine).join(PurchaseLine, PurchaseLine.id == ReceiptLine.line_id)
    rows = rows.where(ReceiptLine.receipt_id == of.id, _among(ReceiptLine.line_id, mine))
    wrong = selectinload(ReceiptLine.discrepancies), selectinload(ReceiptLine.conflicts)
    return db.session.scalars(rows.order_by(PurchaseLine.position).options(*wrong)).all()


def receipt_line(receipt_line_id: UUID, *, seen_by: Person) -> ReceiptLine:
    """One line of a receipt."""
    found = _found(db.session.get(ReceiptLine, receipt_line_id), "receipt line")
    line(found.line_id, seen_by=seen_by)
    return found


def last_receipt(of: PurchaseOrder) -> Receipt | None:
    """The newest receipt of a purchase order."""
    rows = select(Receipt).where(Receipt.purchase_order_id == of.id)
    return db.session.scalar(rows.order_by(Receipt.number.desc()).limit(1))


def discrepancy(discrepancy_id: UUID, *, seen_by: Person) -> Discrepancy:
    """One thing that was wrong with a receipt."""
    found = _found(db.session.get(Discrepancy, discrepancy_id), "discrepancy")
    receipt_line(found.receipt_line_id, seen_by=seen_by)
    return found


def discrepancies(wanted: Wrong, *, seen_by: Person, page: int = 1) -> Page[Discrepancy]:
    """What was wrong with receipts: what is open, the oldest first; all of it, the newest first."""
    rows = _of_orders(Discrepancy).where(seen(seen_by), _seen_lines(seen_by))
    if wanted.kind is not None:
        rows = rows.where(Discrepancy.kind == wanted.kind)
    if wanted.text.strip():
        rows = rows.where(_mentions(wanted.text.strip()))
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
    found = _found(db.session.get(SerialConflict, conflict_id), "serial")
    receipt_line(found.receipt_line_id, seen_by=seen_by)
    return found


def open_conflicts_of(lines: Sequence[PurchaseLine]) -> Sequence[SerialConflict]:
    """Serials on deliveries of these lines that the books had elsewhere, not solved yet."""
    rows = _of_orders(SerialConflict).where(_among(ReceiptLine.line_id, lines))
    return db.session.scalars(rows.where(SerialConflict.solved_as == "")).all()


# --- Figures ---------------------------------------------------------------------------------


def figures(*, since: date | None = None, until: date | None = None) -> Sequence[Figures]:
    """Ordered, received, rejected and value a vendor and month of ordering; both days included."""
    year, month = (extract(field, PurchaseOrder.ordered_on) for field in ("year", "month"))
    rows = (
        select(
            Vendor.code,
            year,
            month,
            func.count(PurchaseOrder.id.distinct()),
            func.count(PurchaseLine.id),
            func.sum(PurchaseLine.quantity),
            func.sum(PurchaseLine.received),
            func.sum(PurchaseLine.rejected),
            func.sum(PurchaseLine.amount),
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .join(Vendor, Vendor.id == PurchaseOrder.vendor_id)
        .where(PurchaseOrder.ordered_on.is_not(None), *_ordered_between(since, until))
        .group_by(Vendor.code, year, month)
        .order_by(year, month, Vendor.code)
    )
    return [
        Figures(code, f"{int(y):04d}-{int(m):02d}", orders, lines, *map(plain, sums))
        for code, y, m, orders, lines, *sums in db.session.execute(rows)
    ]


def _ordered_between(since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    bounds = []
    if since is not None:
        bounds.append(PurchaseOrder.ordered_on >= since)
    if until is not None:
        bounds.append(PurchaseOrder.ordered_on <= until)
    return bounds


# --- How they are found ----------------------------------------------------------------------


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
        narrowed.append(_mentions(wanted.text.strip()))
    return narrowed


def _mentions(text: str) -> ColumnElement[bool]:
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


def _still_to_come() -> ColumnElement[bool]:
    accepted = PurchaseLine.received - PurchaseLine.rejected
    return PurchaseLine.quantity - accepted - PurchaseLine.closed > ZERO


def _due() -> ColumnElement[date]:
    """When the first of what is still to come on a purchase order should arrive."""
    first = (
        select(func.min(func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on)))
        .where(PurchaseLine.purchase_order_id == PurchaseOrder.id, _still_to_come())
        .correlate(PurchaseOrder)
        .scalar_subquery()
    )
    return func.coalesce(first, PurchaseOrder.expected_on)


def _open_lines() -> Select[PurchaseLine]:
    due = func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on, NEVER)
    return (
        select(PurchaseLine)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_(EXPECTING), _still_to_come())
        .options(joinedload(PurchaseLine.purchase_order))
        .order_by(due, PurchaseOrder.number, PurchaseLine.position)
    )


def _with_lines_for(person: Person) -> Select[UUID]:
    """The purchase orders with something for an order that the person sees."""
    return (
        select(PurchaseLine.purchase_order_id)
        .join(PartEntry, PartEntry.id == PurchaseLine.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(orders.visible(person))
    )


def _seen_lines(by: Person) -> ColumnElement[bool]:
    """Which lines of what a person sees: all that goes to his van, else those for his orders."""
    if by.may("see purchase orders"):
        return true()
    van = locations.van_of(by)
    to_own_van = PurchaseOrder.ship_to_id == van.id if van else false()
    own = select(PartEntry.id).join(Order).where(orders.visible(by))
    return or_(to_own_van, _bought_by(by), PurchaseLine.entry_id.in_(own))


def _sees_whole(order: PurchaseOrder, person: Person) -> bool:
    if person.may("see purchase orders"):
        return True
    if order.counter and order.made_by_id == person.id:
        return True
    van = locations.van_of(person)
    return van is not None and order.ship_to_id == van.id


def _bought_by(person: Person) -> ColumnElement[bool]:
    """What the person bought at a counter is his or hers to see, wherever it went."""
    return and_(PurchaseOrder.counter, PurchaseOrder.made_by_id == person.id)


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


def _found(thing: T | None, called: str) -> T:
    if thing is None:
        raise NotFound(f"There is no such {called}.")
    return thing
