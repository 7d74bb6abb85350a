"""Orders with something to bill, and what went out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import lazyload

from partsweb.approvals.models import Approval, Decision
from partsweb.billing.drafting import Bill, CoreCharge, Facts, Line, drafted
from partsweb.billing.models import BilledLine, BillState, Charge
from partsweb.extensions import db
from partsweb.kit import clock, firm
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import SIZE, Page, paged
from partsweb.kit.table import batched
from partsweb.orders import queries as orders
from partsweb.orders import work_logs
from partsweb.orders.models import Customer, Order, PartEntry, Site, WorkNote
from partsweb.people.models import Person
from partsweb.returns import queries as cores
from partsweb.returns.models import Core, Payer
from partsweb.warranty import queries as warranties
from partsweb.warranty.models import Hold

# Facts are fetched for so many orders at once: databases take only so many ids in a question.
AT_ONCE = 500
# So many are drafted while a start page is waited for.
AT_A_GLANCE = 300
SHOWN = {
    "ready": BillState.READY,
    "held": BillState.HELD,
}


@dataclass(frozen=True)
class Wanted:
    """What the billing list is narrowed to; days are those of the last work on an order."""

    words: str = ""
    # ready, held or billed
    show: str = "ready"
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ToBill:
    """The orders on a page of the billing list, and what all of them come to."""

    page: Page[Bill]
    ready: Decimal
    held: Decimal


@dataclass(frozen=True)
class Standing:
    """How many orders have lines ready or held, and what those come to.

    `undrafted`: of too many orders for a glance only how many have something to bill or held.
    """

    ready_orders: int = 0
    ready: Decimal = ZERO
    held_orders: int = 0
    held: Decimal = ZERO
    undrafted: int = 0


# --- One order --------------------------------------------------------------------------------


def bill(order: Order) -> Bill:
    """The order's bill as it stands now."""
    return bills([order])[0]


def bill_of(number: str, *, seen_by: Person) -> Bill:
    """The bill of the order of that number."""
    return bill(orders.order(number, seen_by=seen_by))


def bill_of_parts(order: Order, log: work_logs.Log) -> Bill:
    """The part of it that is about the order's parts, from what its Work Logs have in hand."""
    held = warranties.holds([entry.id for entry in log.entries if entry.warranty])
    facts = Facts(
        order,
        log.entries,
        0,
        {entry.id: warranties.standing(entry, held[entry.id]) for entry in log.entries},
        frozenset(entry.id for entry in log.entries if log.lacks_evidence(entry)),
        (),
        [line for line in _billed([order.id])[order.id] if line.charge != Charge.LABOUR],
    )
    return drafted(facts, rate=ZERO)


def bills(found: Sequence[Order]) -> list[Bill]:
    """Bills of many orders; a fixed number of questions for each five hundred."""
    rate = firm.labour_rate()
    return [drafted(facts, rate=rate) for some in batched(found, AT_ONCE) for facts in _facts(some)]


def _facts(found: Sequence[Order]) -> Iterator[Facts]:
    ids = [order.id for order in found]
    entries = _entries(ids)
    held = warranties.holds([entry.id for entry in entries if entry.warranty])
    lacking = work_logs.without_evidence(entries)
    minutes, billed, borne = _minutes(ids), _billed(ids), _borne(ids)
    of_order: dict[UUID, list[PartEntry]] = defaultdict(list)
    for entry in entries:
        of_order[entry.order_id].append(entry)
    for order in found:
        mine = of_order[order.id]
        standings = {entry.id: warranties.standing(entry, held[entry.id]) for entry in mine}
        yield Facts(
            order,
            mine,
            minutes.get(order.id, 0),
            standings,
            lacking,
            borne[order.id],
            billed[order.id],
        )


def _entries(order_ids: Sequence[UUID]) -> Sequence[PartEntry]:
    rows = select(PartEntry).where(PartEntry.order_id.in_(order_ids))
    # The orders are there, and nobody asks who requested what or where it was fitted.
    lean = rows.options(
        lazyload(PartEntry.order),
        lazyload(PartEntry.requested_by),
        lazyload(PartEntry.installations),
    )
    return db.session.scalars(lean.order_by(PartEntry.requested_at, PartEntry.id)).all()


def _minutes(order_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = (
        select(WorkNote.order_id, func.sum(WorkNote.minutes))
        .where(WorkNote.order_id.in_(order_ids), WorkNote.minutes.is_not(None))
        .group_by(WorkNote.order_id)
    )
    return {order_id: int(spent or 0) for order_id, spent in db.session.execute(rows)}


def _billed(order_ids: Sequence[UUID]) -> dict[UUID, list[BilledLine]]:
    rows = select(BilledLine).where(BilledLine.order_id.in_(order_ids))
    found: dict[UUID, list[BilledLine]] = defaultdict(list)
    for line in db.session.scalars(rows.order_by(BilledLine.billed_at, BilledLine.text)):
        found[line.order_id].append(line)
    return found


def _borne(order_ids: Sequence[UUID]) -> dict[UUID, list[CoreCharge]]:
    found: dict[UUID, list[CoreCharge]] = defaultdict(list)
    for order_id, left in cores.of_orders(order_ids).items():
        for core in left:
            amount = cores.borne_by_customer(core)
            if amount:
                charge = CoreCharge(core.id, "Core charge", core.part.sku, amount, core.why)
                found[order_id].append(charge)
    return found


# --- The list ---------------------------------------------------------------------------------


def to_bill(wanted: Wanted, *, page: int = 1) -> ToBill:
    """Orders with lines in that state, the longest waiting first, and what they come to."""
    found = all_to_bill(wanted)
    pages = max(1, -(-len(found) // SIZE))
    number = min(max(page, 1), pages)
    shown = found[(number - 1) * SIZE : number * SIZE]
    return ToBill(
        Page(shown, number, len(found)),
        sum((one.total_ready for one in found), ZERO),
        sum((one.total_held for one in found), ZERO),
    )


def standing(*, at_most: int = AT_A_GLANCE) -> Standing:
    """What is to be billed in all, at a glance: a bill is drafted for each order."""
    ids = db.session.scalars(select(Order.id).where(_unbilled())).all()
    if len(ids) > at_most:
        return Standing(undrafted=len(ids))
    found = bills(db.session.scalars(select(Order).where(Order.id.in_(ids))).all())
    ready = [one.total_ready for one in found if one.of(BillState.READY)]
    held = [one.total_held for one in found if one.of(BillState.HELD)]
    return Standing(len(ready), sum(ready, ZERO), len(held), sum(held, ZERO))


def all_to_bill(wanted: Wanted) -> list[Bill]:
    """All of them: what isn't billed is what is being worked on, not years of it."""
    state = SHOWN.get(wanted.show, BillState.READY)
    rows = select(Order).join(Order.site).join(Site.customer).where(_unbilled(), *_like(wanted))
    found = db.session.scalars(rows.order_by(Order.state_changed_at, Order.number)).all()
    within = _worked_within(found, wanted)
    return [one for one in bills([order for order in found if order.id in within]) if one.of(state)]


def billed_lines(wanted: Wanted, *, page: int = 1) -> Page[BilledLine]:
    """What went out, the latest invoice first."""
    rows = select(BilledLine).where(*_billed_within(wanted))
    newest = rows.order_by(BilledLine.billed_at.desc(), BilledLine.invoice, BilledLine.id)
    return paged(newest, number=page)


def all_billed_lines(wanted: Wanted) -> Sequence[BilledLine]:
    """All that went out, for a file."""
    rows = select(BilledLine).where(*_billed_within(wanted))
    return db.session.scalars(rows.order_by(BilledLine.billed_at, BilledLine.invoice)).all()


def total_billed(wanted: Wanted) -> Decimal:
    """What all that went out comes to."""
    rows = select(func.sum(BilledLine.amount)).where(*_billed_within(wanted))
    return db.session.scalar(rows) or ZERO


def standing_lines(order: Order, invoice: str) -> Sequence[BilledLine]:
    """The lines of an invoice that were not taken off it again."""
    rows = select(BilledLine).where(
        BilledLine.order_id == order.id,
        BilledLine.invoice == invoice,
        BilledLine.reverses_id.is_(None),
    )
    undone = select(BilledLine.reverses_id).where(BilledLine.reverses_id.is_not(None))
    return db.session.scalars(rows.where(BilledLine.id.not_in(undone))).all()


def billed_to_others(invoice: str, customer: Customer) -> BilledLine | None:
    """Where another customer's order went out under that number."""
    rows = (
        select(BilledLine)
        .join(BilledLine.order)
        .join(Order.site)
        .where(BilledLine.invoice == invoice, Site.customer_id != customer.id)
    )
    return db.session.scalars(rows.limit(1)).first()


def lines_of(found: Iterable[Bill], state: BillState) -> Iterator[tuple[Order, Line]]:
    """Every line of the bills in that state, with its order."""
    for one in found:
        for line in one.of(state):
            yield one.order, line


# --- Which orders those are -------------------------------------------------------------------


def _unbilled() -> ColumnElement[bool]:
    """Orders that could have something on their bill which isn't billed yet."""
    return or_(
        Order.id.in_(_with_parts()), Order.id.in_(_with_labour()), Order.id.in_(_with_cores())
    )


def _with_parts() -> Select[UUID]:
    billed = (
        select(func.coalesce(func.sum(BilledLine.quantity), 0))
        .where(BilledLine.entry_id == PartEntry.id, BilledLine.charge == Charge.PART)
        .correlate(PartEntry)
        .scalar_subquery()
    )
    fee_billed = exists().where(
        BilledLine.entry_id == PartEntry.id, BilledLine.charge == Charge.FEE
    )
    open_quantity = PartEntry.waiting + PartEntry.allocated + PartEntry.on_order + PartEntry.ready
    return select(PartEntry.order_id).where(
        or_(
            PartEntry.installed != billed,
            and_(PartEntry.warranty, _decided_since_billed()),
            and_(PartEntry.agreement_id.is_not(None), open_quantity > 0),
            and_(PartEntry.restocking_fee > 0, PartEntry.not_used > 0, ~fee_billed),
        )
    )


def _decided_since_billed() -> ColumnElement[bool]:
    """A supervisor has granted something after it went out."""
    later = exists().where(
        BilledLine.entry_id == PartEntry.id, BilledLine.billed_at > Approval.decided_at
    )
    granted = (Decision.APPROVED, Decision.APPROVED_IN_PART)
    return (
        exists()
        .where(Hold.entry_id == PartEntry.id, Hold.approval_id == Approval.id)
        .where(Approval.decision.in_(granted), ~later)
    )


def _with_labour() -> Select[UUID]:
    billed = (
        select(func.coalesce(func.sum(BilledLine.quantity), 0))
        .where(BilledLine.order_id == WorkNote.order_id, BilledLine.charge == Charge.LABOUR)
        .correlate(WorkNote)
        .scalar_subquery()
    )
    spent = func.sum(WorkNote.minutes)
    # Quantities are kept as millionths.
    return select(WorkNote.order_id).group_by(WorkNote.order_id).having(spent * 1_000_000 != billed)


def _with_cores() -> Select[UUID]:
    """What a customer bears of a core, and what he was billed of it, aren't the same."""
    billed = (
        select(func.coalesce(func.sum(BilledLine.amount), 0))
        .where(BilledLine.thing_id == Core.id)
        .correlate(Core)
        .scalar_subquery()
    )
    borne = case((Core.payer == Payer.CUSTOMER, Core.uncredited), else_=ZERO)
    return select(Core.about_id).where(Core.about_kind == "order", borne != billed)


def _like(wanted: Wanted) -> list[ColumnElement[bool]]:
    looked_at = (Order.number, Customer.name, Customer.number)
    return [
        or_(*(column.icontains(word, autoescape=True) for column in looked_at))
        for word in wanted.words.split()
    ]


def _worked_within(found: Sequence[Order], wanted: Wanted) -> set[UUID]:
    """The orders whose last work lies within the days; all of them where no day is asked."""
    if not (wanted.since or wanted.until):
        return {order.id for order in found}
    last = work_logs.last_work([order.id for order in found])
    days = {order.id: clock.day_of(last.get(order.id, order.state_changed_at)) for order in found}
    return {
        order_id
        for order_id, on in days.items()
        if (wanted.since is None or on >= wanted.since)
        and (wanted.until is None or on <= wanted.until)
    }


def _billed_within(wanted: Wanted) -> list[ColumnElement[bool]]:
    narrow = []
    if wanted.since:
        narrow.append(BilledLine.billed_at >= clock.start_of(wanted.since))
    if wanted.until:
        narrow.append(BilledLine.billed_at < clock.start_of(wanted.until + timedelta(days=1)))
    if wanted.words:
        meant = select(Order.id).join(Order.site).join(Site.customer).where(*_like(wanted))
        by_number = BilledLine.invoice.icontains(wanted.words.strip(), autoescape=True)
        narrow.append(or_(BilledLine.order_id.in_(meant), by_number))
    return narrow
