"""Orders, as seen by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, or_, select

from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.words import day
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders.models import (
    CLOSED,
    Customer,
    Installation,
    Order,
    OrderState,
    PartEntry,
    Site,
    WorkNote,
)
from partsweb.people.models import Person

# Without a change for so long, an order that should be moving is looked at.
STANDS_STILL_AFTER = timedelta(days=3)
WORKING = (
    OrderState.NEW,
    OrderState.IN_PROGRESS,
    OrderState.WITH_MANUFACTURER,
    OrderState.READY_FOR_RETURN,
)
MOST_SITES = 20


# --- Orders as seen by a person ---------------------------------------------------------------


def visible(person: Person) -> ColumnElement[bool]:
    """Which orders the person may see: a technician those that he or she is assigned to."""
    if person.may("see all orders"):
        return Order.id.is_not(None)
    return Order.assigned_to_id == person.id


def order(number: str, *, seen_by: Person) -> Order:
    """The order of that number."""
    found = db.session.scalar(select(Order).where(Order.number == number.upper()))
    return _seen(found, seen_by)


def order_of_id(order_id: UUID, *, seen_by: Person) -> Order:
    """The order of that id."""
    return _seen(db.session.get(Order, order_id), seen_by)


def part_entry(entry_id: UUID, *, seen_by: Person) -> PartEntry:
    """A part on an order that the person may see."""
    found = db.session.get(PartEntry, entry_id)
    _seen(found.order if found else None, seen_by)
    assert found is not None
    return found


def installation(installation_id: UUID, *, seen_by: Person) -> Installation:
    """What was fitted on an order that the person may see."""
    found = db.session.get(Installation, installation_id)
    _seen(found.entry.order if found else None, seen_by)
    assert found is not None
    return found


def work_note(note_id: UUID, *, seen_by: Person) -> WorkNote:
    """A note on an order that the person may see."""
    found = db.session.get(WorkNote, note_id)
    _seen(found.order if found else None, seen_by)
    assert found is not None
    return found


def _seen(found: Order | None, person: Person) -> Order:
    if found is None or not (person.may("see all orders") or found.assigned_to_id == person.id):
        raise NotFound("There is no such order, or it isn't yours.")
    return found


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The order whose number was scanned or typed."""
    rows = select(Order).where(Order.number == reading.text.strip().upper())
    return [Meaning(found.subject, "number") for found in db.session.scalars(rows)]


# --- Lists of orders --------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """What a list of orders is narrowed to."""

    words: str = ""
    # open, mine, flagged, closed or all
    show: str = "open"
    state: OrderState | None = None
    technician_id: UUID | None = None
    on: date | None = None


def orders(wanted: Filter, *, seen_by: Person, page: int = 1) -> Page[Order]:
    """Orders: those that are open by when they are due, closed ones the latest first."""
    rows = select(Order).join(Order.site).join(Site.customer).where(visible(seen_by))
    rows = rows.where(*_narrowed(wanted, seen_by))
    ends = case((Order.state.in_(CLOSED), 1), else_=0)
    due = case((Order.state.in_(CLOSED), None), else_=Order.scheduled_for)
    sooner = (ends, due.is_(None), due, Order.scheduled_for.desc(), Order.number.desc())
    return paged(rows.order_by(*sooner), number=page)


def _narrowed(wanted: Filter, person: Person) -> list[ColumnElement[bool]]:
    shown = {
        "open": Order.state.not_in(CLOSED),
        "mine": and_(Order.assigned_to_id == person.id, Order.state.not_in(CLOSED)),
        "flagged": is_flagged(),
        "closed": Order.state.in_(CLOSED),
    }
    # Who looks for words or a state means it among all, not only among the open ones.
    everything = wanted.show == "open" and (wanted.words or wanted.state)
    narrow = [] if everything or wanted.show not in shown else [shown[wanted.show]]
    if wanted.state:
        narrow.append(Order.state == wanted.state)
    if wanted.technician_id:
        narrow.append(Order.assigned_to_id == wanted.technician_id)
    if wanted.on:
        start = datetime.combine(wanted.on, time(), tzinfo=clock.zone())
        narrow.append(Order.scheduled_for >= start)
        narrow.append(Order.scheduled_for < start + timedelta(days=1))
    return narrow + [mentions(word) for word in wanted.words.split()]


def mentions(word: str) -> ColumnElement[bool]:
    """Orders that have the word in their number, what is to be done, or where."""
    looked_at = (
        Order.number,
        Order.summary,
        Order.equipment,
        Site.street,
        Site.name,
        Site.town,
        Site.postcode,
        Customer.name,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in looked_at))


def active_order(person: Person) -> Order | None:
    """The order that the person has started last and not left since."""
    rows = select(Order).where(
        Order.assigned_to_id == person.id, Order.state == OrderState.IN_PROGRESS
    )
    return db.session.scalars(rows.order_by(Order.started_at.desc())).first()


def stands_still() -> ColumnElement[bool]:
    """Orders in work that nobody has changed for days."""
    since = clock.now() - STANDS_STILL_AFTER
    return and_(Order.state.in_(WORKING), Order.state_changed_at < since)


def is_flagged() -> ColumnElement[bool]:
    """Orders that stand still, or await parts that should be here."""
    late = Order.awaiting_until < clock.today()
    return or_(stands_still(), and_(Order.state == OrderState.AWAITING_PARTS, late))


def flag(order: Order) -> str:
    """Why dispatch should look at the order, in words; empty where nothing is wrong."""
    if order.state == OrderState.AWAITING_PARTS:
        late = order.awaiting_until is not None and order.awaiting_until < clock.today()
        return f"parts were expected {day(order.awaiting_until)}" if late else ""
    stood = clock.now() - order.state_changed_at
    still = order.state in WORKING and stood > STANDS_STILL_AFTER
    return f"no change for {stood.days} days" if still else ""


def sites(words: str) -> Sequence[Site]:
    """Customers' sites that have all the words in them."""
    if not words.strip():
        return []
    looked_at = (Customer.name, Customer.number, Site.name, Site.street, Site.town, Site.postcode)
    rows = select(Site).join(Site.customer)
    for word in words.split():
        rows = rows.where(or_(*(one.icontains(word, autoescape=True) for one in looked_at)))
    return db.session.scalars(rows.order_by(Customer.name, Site.street).limit(MOST_SITES)).all()


def site(site_id: UUID) -> Site:
    """The site of that id."""
    found = db.session.get(Site, site_id)
    if found is None:
        raise NotFound("There is no such site.")
    return found


def visits(order: Order) -> Sequence[Order]:
    """What else was done at the site, the latest first."""
    rows = select(Order).where(Order.site_id == order.site_id, Order.id != order.id)
    return db.session.scalars(rows.order_by(Order.created_at.desc()).limit(5)).all()


def van_for(order: Order) -> Location | None:
    """The van of the order's technician."""
    return locations.van_of(order.assigned_to) if order.assigned_to else None
