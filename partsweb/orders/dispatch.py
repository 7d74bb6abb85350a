"""What dispatch looks at: orders whose parts aren't ready, that wait, or that nobody moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import SIZE, Page, paged
from partsweb.orders import queries
from partsweb.orders.models import CLOSED, Order, OrderState, PartEntry


@dataclass(frozen=True)
class Short:
    """An order, and what it lacks."""

    order: Order
    entries: Sequence[PartEntry]

    @property
    def due_on(self) -> date | None:
        """When the last of what is on order should be here."""
        return max((one.expected_on for one in self.entries if one.expected_on), default=None)

    @property
    def visit_on(self) -> date | None:
        """The day of the visit."""
        return clock.day_of(self.order.scheduled_for) if self.order.scheduled_for else None

    @property
    def too_late(self) -> bool:
        """Whether something won't be here in time for the visit, by what is known today."""
        visit = self.visit_on
        return visit is not None and any(_after(one, visit) for one in self.entries)

    @property
    def overdue(self) -> bool:
        """Whether something should have been here before today."""
        due = [self.order.awaiting_until, *(one.expected_on for one in self.entries)]
        return any(on < clock.today() for on in due if on)

    @property
    def papers(self) -> Sequence[str]:
        """The purchase orders that bring it."""
        return list(dict.fromkeys(one.paper for one in self.entries if one.paper))


def lacking(one: PartEntry) -> Decimal:
    """How much of it isn't Ready yet."""
    return one.waiting + one.allocated + one.on_order


def not_ready(*, page: int = 1, size: int = SIZE) -> Page[Short]:
    """Orders with a visit to come whose parts aren't all Ready, the next visit first."""
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.zone())
    rows = select(Order).where(
        Order.scheduled_for >= midnight, Order.state.not_in(CLOSED), Order.id.in_(_lacking_orders())
    )
    return _short(rows.order_by(Order.scheduled_for, Order.number), page, size)


def awaiting(*, page: int = 1, size: int = SIZE) -> Page[Short]:
    """Orders that await parts, those that are late, or soonest, first."""
    rows = select(Order).where(Order.state == OrderState.AWAITING_PARTS)
    soonest = (Order.awaiting_until.is_(None), Order.awaiting_until, Order.number)
    return _short(rows.order_by(*soonest), page, size)


def standing_still(*, page: int = 1, size: int = SIZE) -> Page[Short]:
    """Orders in work that nobody has changed for three days, the longest first."""
    rows = select(Order).where(queries.stands_still())
    return _short(rows.order_by(Order.state_changed_at, Order.number), page, size)


def flagged(*, page: int = 1, size: int = SIZE) -> Page[Short]:
    """Orders to look at: standing still, or awaiting parts that should be here."""
    rows = select(Order).where(queries.is_flagged())
    return _short(rows.order_by(Order.state_changed_at, Order.number), page, size)


def _after(one: PartEntry, visit: date) -> bool:
    """Whether it is on order for after the visit, or for an unknown day, or already late."""
    if not one.on_order:
        return False
    return one.expected_on is None or one.expected_on > visit or one.expected_on < clock.today()


def _is_lacking() -> ColumnElement[bool]:
    return PartEntry.waiting + PartEntry.allocated + PartEntry.on_order > ZERO


def _lacking_orders() -> Select[UUID]:
    return select(PartEntry.order_id).where(_is_lacking())


def _short(rows: Select[Order], page: int, size: int) -> Page[Short]:
    found = paged(rows, number=page, size=size)
    wanted = select(PartEntry).where(
        PartEntry.order_id.in_([order.id for order in found.items]), _is_lacking()
    )
    lacks: dict[UUID, list[PartEntry]] = {}
    for one in db.session.scalars(wanted.order_by(PartEntry.requested_at, PartEntry.id)):
        lacks.setdefault(one.order_id, []).append(one)
    items = [Short(order, lacks.get(order.id, [])) for order in found.items]
    return Page(items, found.number, found.total, found.size)
