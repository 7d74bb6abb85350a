"""What stands on the start page: thin questions to the rooms below, a fixed number a section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import CLOSED, Order, OrderState, PartEntry, Urgency
from partsweb.orders.queries import stands_still
from partsweb.people.models import Person
from partsweb.purchasing import restocking
from partsweb.purchasing.models import Receipt, SerialConflict
from partsweb.stock.models import Allocation, Balance

# A section shows so many rows, and the way to all of them.
SHOWN = 5
MOST_ORDERS = 30
# What a technician turns to next, in this order; the rest waits for somebody else.
NEXT = (OrderState.SCHEDULED, OrderState.NEW, OrderState.READY_FOR_RETURN)


@dataclass(frozen=True)
class Mine:
    """An order of one's own, with how its parts stand."""

    order: Order
    parts: int
    missing: int
    ready: int

    @property
    def parts_stand(self) -> str:
        """How its parts stand, in words; empty where it needs none."""
        if self.missing and self.ready:
            return f"{self.ready} of {self.parts} parts ready"
        if self.missing:
            return "Parts not ready"
        return "Parts ready" if self.ready else ""


@dataclass(frozen=True)
class Own:
    """A technician's orders: the active one, and what comes after it."""

    active: Mine | None
    next: Sequence[Mine]


@dataclass(frozen=True)
class Waiting:
    """Requests that wait for an answer: how many, since when, how many needed today."""

    count: int
    oldest: datetime | None
    today: int
    # Answered from stock, and still to be set aside or carried to the van.
    to_make_ready: int


@dataclass(frozen=True)
class Van:
    """How a technician's van stands."""

    location: Location
    to_restock: int
    negative: int


# --- A technician's day ----------------------------------------------------------------------


def own_orders(person: Person) -> Own:
    """The order that the person has started, else the next one; and those after it."""
    rows = select(Order).where(
        Order.assigned_to_id == person.id,
        Order.state.not_in((*CLOSED, OrderState.DRAFT)),
    )
    soonest = rows.order_by(Order.scheduled_for.is_(None), Order.scheduled_for, Order.number)
    found = list(db.session.scalars(soonest.limit(MOST_ORDERS)))
    stand = _parts_of([order.id for order in found])
    mine = [Mine(order, *stand.get(order.id, (0, 0, 0))) for order in found]
    mine.sort(key=lambda one: one.order.state not in NEXT)
    started = [one for one in mine if one.order.state == OrderState.IN_PROGRESS]
    newest = max(started, key=_started_at, default=None)
    active = newest or next((one for one in mine if one.order.state in NEXT), None)
    return Own(active, [one for one in mine if one is not active])


def to_collect(person: Person) -> Sequence[tuple[str, Decimal]]:
    """How much lies ready for the person's orders, by the warehouse where it was set aside."""
    rows = _set_aside(person).with_only_columns(_home_name(), func.sum(Allocation.quantity))
    return db.session.execute(rows.group_by(_home_name()).order_by(_home_name())).all()


def set_aside_for(person: Person) -> Sequence[tuple[str, PartEntry, Allocation]]:
    """What lies ready for the person's orders: the warehouse, the entry, and where exactly."""
    rows = _set_aside(person).with_only_columns(_home_name(), PartEntry, Allocation)
    return db.session.execute(rows.order_by(_home_name(), Order.number)).all()


def van_stands(van: Location | None) -> Van | None:
    """What is used up in a technician's van, and what it owes."""
    if van is None:
        return None
    owed = select(func.count()).where(Balance.location_id == van.id, Balance.quantity < ZERO)
    low = select(func.count()).select_from(restocking.below(locations.within(van)).subquery())
    return Van(van, db.session.scalar(low) or 0, db.session.scalar(owed) or 0)


# --- Dispatch --------------------------------------------------------------------------------


def requests() -> Waiting:
    """Requests for parts that nobody has answered, or that are answered and not ready."""
    waits, allocated = PartEntry.waiting > ZERO, PartEntry.allocated > ZERO
    rows = (
        select(
            func.count().filter(waits),
            func.min(PartEntry.requested_at).filter(waits),
            func.count().filter(waits, PartEntry.urgency == Urgency.TODAY),
            func.count().filter(allocated),
        )
        .join(Order, Order.id == PartEntry.order_id)
        .where(waits | allocated, Order.state.not_in(CLOSED))
    )
    return Waiting(*db.session.execute(rows).one())


def without_technician() -> Page[Order]:
    """New orders, and those that nobody is to go to."""
    nobody = and_(Order.assigned_to_id.is_(None), Order.state.not_in((*CLOSED, OrderState.DRAFT)))
    rows = select(Order).where(nobody | (Order.state == OrderState.NEW))
    return paged(rows.order_by(Order.created_at, Order.number), size=SHOWN)


def awaiting_parts() -> Page[Order]:
    """Orders that await parts, what is late first."""
    rows = select(Order).where(Order.state == OrderState.AWAITING_PARTS)
    soonest = rows.order_by(Order.awaiting_until.is_(None), Order.awaiting_until, Order.number)
    return paged(soonest, size=SHOWN)


def standing_still() -> Page[Order]:
    """Orders in work that nobody has changed for three days, the longest first."""
    rows = select(Order).where(stands_still())
    return paged(rows.order_by(Order.state_changed_at, Order.number), size=SHOWN)


# --- Stock and purchasing --------------------------------------------------------------------


def received_today() -> Page[Receipt]:
    """What arrived since midnight, the newest first."""
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.zone())
    rows = select(Receipt).options(joinedload(Receipt.purchase_order))
    rows = rows.where(Receipt.recorded_at >= midnight, Receipt.taken_back_at.is_(None))
    return paged(rows.order_by(Receipt.recorded_at.desc(), Receipt.id), size=SHOWN)


def serials_elsewhere() -> Page[SerialConflict]:
    """Serials on deliveries that the books have elsewhere."""
    rows = select(SerialConflict).where(SerialConflict.solved_as == "")
    return paged(rows.order_by(SerialConflict.id), size=SHOWN)


# --- The firm --------------------------------------------------------------------------------


def people_and_places() -> tuple[int, int, int]:
    """How many people may sign in, how many places there are, how many vans nobody holds."""
    people = select(func.count()).where(Person.active).scalar_subquery()
    place = and_(Location.active, Location.kind.in_(PLACES))
    places = select(func.count()).where(place).scalar_subquery()
    free = and_(Location.active, Location.kind == Kind.VAN, Location.held_by_id.is_(None))
    vans = select(func.count()).where(free).scalar_subquery()
    counted = db.session.execute(select(people, places, vans)).one()
    return counted[0], counted[1], counted[2]


# A spot and the place it belongs to: aliases of the table, which need nothing of the mapper.
_home = Location.__table__.alias("home")
_spot = Location.__table__.alias("spot")


def _home_name() -> ColumnElement[str]:
    return func.coalesce(_home.c.name, _spot.c.name)


def _set_aside(person: Person) -> Select[Allocation]:
    """Allocations of ready parts of the person's open orders that lie in a warehouse."""
    return (
        select(Allocation)
        .join(PartEntry, and_(Allocation.subject_id == PartEntry.id, PartEntry.ready > ZERO))
        .join(Order, Order.id == PartEntry.order_id)
        .join(_spot, _spot.c.id == Allocation.location_id)
        .outerjoin(_home, _home.c.id == _spot.c.parent_id)
        .where(
            Allocation.subject_kind == "part-entry",
            Allocation.quantity > ZERO,
            _spot.c.kind.in_((Kind.WAREHOUSE, Kind.BIN)),
            Order.assigned_to_id == person.id,
            Order.state.not_in(CLOSED),
        )
    )


def _parts_of(order_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """By order: how many part entries, how many lack something, how many are wholly ready."""
    coming = PartEntry.waiting + PartEntry.allocated + PartEntry.on_order
    rows = (
        select(
            PartEntry.order_id,
            func.count().filter(coming + PartEntry.ready + PartEntry.installed > ZERO),
            func.count().filter(coming > ZERO),
            func.count().filter(PartEntry.ready > ZERO, coming <= ZERO),
        )
        .where(PartEntry.order_id.in_(order_ids))
        .group_by(PartEntry.order_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(rows)}


def _started_at(one: Mine) -> datetime:
    return one.order.started_at or one.order.state_changed_at
