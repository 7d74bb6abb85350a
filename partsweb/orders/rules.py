"""What may happen on an order: it is made, planned, worked on and ended.

Parts are asked for in requesting.py, answered in answering.py and fitted in fitting.py.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.kit.numbering import next_number, number_taken
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, moment
from partsweb.kit.words import minutes as spent
from partsweb.orders import requesting, telling
from partsweb.orders.models import CLOSED, Customer, Order, OrderState, Site, WorkNote
from partsweb.orders.refusing import refuse_known
from partsweb.people.models import Person
from partsweb.timeline import rules as timeline


def add_customer(
    name: str, *, kind: str = "", phone: str = "", email: str = "", number: str = ""
) -> Customer:
    """Somebody new whom we work for."""
    name = " ".join(name.split())
    if not name:
        raise Refusal("A customer needs a name.", field="customer")
    customer = Customer(
        number=number or f"C-{next_number('customer', start=1001)}",
        name=name,
        kind=kind,
        phone=phone.strip(),
        email=email.strip(),
    )
    db.session.add(customer)
    db.session.flush()
    return customer


def add_site(
    customer: Customer, street: str, *, name: str = "", town: str = "", postcode: str = ""
) -> Site:
    """A place where a customer's equipment stands."""
    street = " ".join(street.split())
    if not street:
        raise Refusal("A site needs a street.", field="street")
    site = Site(
        customer=customer,
        name=name.strip(),
        street=street,
        town=town.strip(),
        postcode=postcode.strip(),
    )
    db.session.add(site)
    db.session.flush()
    return site


def create_order(
    site: Site,
    summary: str,
    *,
    by: Person | None,
    at: datetime,
    description: str = "",
    equipment: str = "",
    assigned_to: Person | None = None,
    scheduled_for: datetime | None = None,
    number: str = "",
) -> Order:
    """A new work order at a site; numbered by us unless it brings its number."""
    summary = " ".join(summary.split())
    if not summary:
        raise Refusal("Say in a few words what is to be done.", field="summary")
    order = Order(
        id=uuid4(),
        number=_number(number),
        site=site,
        summary=summary,
        description=description.strip(),
        equipment=" ".join(equipment.split()),
        state=OrderState.NEW,
        state_changed_at=at,
        created_at=at,
    )
    db.session.add(order)
    db.session.flush()
    timeline.record(order.subject, "order-created", f"Order made: {summary}", by=by, at=at)
    if scheduled_for is not None:
        schedule(order, scheduled_for, by=by, at=at)
    if assigned_to is not None:
        assign(order, assigned_to, by=by, at=at)
    return order


def assign(order: Order, to: Person | None, *, by: Person | None, at: datetime) -> None:
    """Give the order to a technician, or to nobody."""
    if order.assigned_to_id == (to.id if to else None):
        return
    before, order.assigned_to = order.assigned_to, to
    said = f"Assigned to {to.name}" if to else "Assigned to nobody"
    if before is not None:
        said += f", before {before.name}"
        telling.tell(
            before, order, f"{order.number} was given to {to.name if to else 'nobody'}", by
        )
    if to is not None:
        when = f", {moment(order.scheduled_for)}" if order.scheduled_for else ""
        telling.tell(to, order, f"{order.number} is yours: {order.summary}{when}", by)
    timeline.record(order.subject, "order-assigned", said, by=by, at=at)
    db.session.flush()


def schedule(order: Order, when: datetime | None, *, by: Person | None, at: datetime) -> None:
    """Say when somebody goes there; what was new is scheduled then."""
    if order.scheduled_for == when:
        return
    order.scheduled_for = when
    said = f"Scheduled for {moment(when)}" if when else "No longer scheduled"
    timeline.record(order.subject, "order-scheduled", said, by=by, at=at)
    if when and order.state in {OrderState.NEW, OrderState.DRAFT}:
        order.state, order.state_changed_at = OrderState.SCHEDULED, at
    if order.assigned_to:
        telling.tell(order.assigned_to, order, f"{order.number}: {said.lower()}", by)
    db.session.flush()


def change_state(
    order: Order,
    state: OrderState,
    *,
    by: Person,
    at: datetime,
    note: str = "",
    private: bool = False,
    awaiting_vendor: Vendor | None = None,
    awaiting_until: date | None = None,
) -> None:
    """From any open state to any other, with a note if one likes; public ones the customer sees."""
    same_wait = (order.awaiting_vendor, order.awaiting_until) == (awaiting_vendor, awaiting_until)
    if state == order.state and same_wait and not note.strip():
        return
    if not order.open:
        raise Refusal(f"{order.number} is {order.state.value.lower()}. Make a new order instead.")
    awaits = state == OrderState.AWAITING_PARTS
    if state != order.state:
        order.state, order.state_changed_at = state, at
    order.awaiting_vendor = awaiting_vendor if awaits else None
    order.awaiting_until = awaiting_until if awaits else None
    if state == OrderState.IN_PROGRESS:
        order.started_at = at
    about = [awaiting_vendor.name] if awaits and awaiting_vendor else []
    about += [f"expected {day(awaiting_until)}"] if awaits and awaiting_until else []
    said = ": ".join([f"State set to {state.value}", *([", ".join(about)] if about else [])])
    timeline.record(
        order.subject, "state-changed", said, by=by, at=at, body=note.strip(), private=private
    )
    if state in CLOSED:
        requesting.let_go(order, by=by, at=at)
    db.session.flush()


def note(
    order: Order,
    text: str,
    *,
    minutes: int | None = None,
    by: Person,
    at: datetime,
    private: bool = False,
    note_id: UUID | None = None,
) -> WorkNote:
    """Log what was done, with the time spent in minutes."""
    if not text.strip():
        raise Refusal("Say what was done.", field="text")
    if minutes is not None and minutes < 0:
        raise Refusal("Time spent can’t be below zero.", field="minutes")
    refuse_known(WorkNote, note_id)
    written = WorkNote(
        id=note_id or uuid4(),
        order=order,
        text=text.strip(),
        minutes=minutes,
        private=private,
        by=by,
        occurred_at=at,
    )
    db.session.add(written)
    said = "Note" if minutes is None else f"Note, {spent(minutes)} h"
    timeline.record(
        order.subject, "note-written", said, by=by, at=at, body=written.text, private=private
    )
    db.session.flush()
    return written


def _number(given: str) -> str:
    if not given:
        return f"SR-{next_number('order'):06d}"
    digits = given.removeprefix("SR-")
    if digits.isascii() and digits.isdigit():
        number_taken("order", int(digits))
    return given
