"""Customers, sites and work orders that another system knows: kept as facts, nobody is told."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.numbering import number_taken
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.orders import rules
from partsweb.orders.models import Customer, Order, OrderState, Site
from partsweb.people.models import Person
from partsweb.timeline import rules as timeline
from partsweb.timeline.models import Event

IMPORTED = "imported"
OUR_CUSTOMER = re.compile(r"C-(\d{1,15})")
OUR_ORDER = re.compile(r"SR-(\d{1,15})")
AT_ONCE = 500


def record_customer(
    name: str, *, number: str = "", kind: str = "", phone: str = "", email: str = ""
) -> Customer:
    """A customer with the number that it has there; ours go on after it."""
    if ours := OUR_CUSTOMER.fullmatch(number):
        number_taken("customer", int(ours[1]))
    return rules.add_customer(name, kind=kind, phone=phone, email=email, number=number)


def change_customer(customer: Customer, *, name: str, kind: str, phone: str, email: str) -> None:
    """What a customer is called and how one reaches it; the number stays."""
    if not name.strip():
        raise Refusal("A customer needs a name.", field="name")
    customer.name, customer.kind = " ".join(name.split()), kind.strip()
    customer.phone, customer.email = phone.strip(), email.strip()


def change_site(
    site: Site, *, name: str, street: str, town: str, postcode: str, access_note: str
) -> None:
    """Where a site is and how one comes in."""
    if not street.strip():
        raise Refusal("A site needs a street.", field="street")
    site.name, site.street = name.strip(), " ".join(street.split())
    site.town, site.postcode = town.strip(), postcode.strip()
    site.access_note = access_note.strip()


def record_order(
    number: str,
    site: Site,
    summary: str,
    *,
    state: OrderState,
    created_at: datetime | None,
    description: str = "",
    equipment: str = "",
    scheduled_for: datetime | None = None,
    assigned_to: Person | None = None,
    changed_at: datetime | None = None,
) -> Order:
    """Keep an order as it stands there; nothing is done for it and nobody is told."""
    if ours := OUR_ORDER.fullmatch(number):
        number_taken("order", int(ours[1]))
    began = created_at or clock.now()
    order = Order(
        id=uuid4(),
        number=number,
        site_id=site.id,
        summary="",
        state=state,
        state_changed_at=changed_at or began,
        created_at=began,
    )
    db.session.add(order)
    change_order(
        order,
        summary=summary,
        description=description,
        equipment=equipment,
        state=state,
        scheduled_for=scheduled_for,
        assigned_to_id=assigned_to.id if assigned_to else None,
    )
    said = f"Imported, {state.value}"
    timeline.record(order.subject, IMPORTED, said, by=None, at=order.state_changed_at)
    return order


def change_order(
    order: Order,
    *,
    summary: str,
    description: str,
    equipment: str,
    state: OrderState,
    scheduled_for: datetime | None,
    assigned_to_id: UUID | None,
) -> None:
    """What the other system says of it now, as long as nobody worked on it here."""
    summary = " ".join(summary.split())
    if not summary:
        raise Refusal("an order needs a summary", field="summary")
    order.summary, order.description, order.equipment = summary, description, equipment
    order.state, order.scheduled_for, order.assigned_to_id = state, scheduled_for, assigned_to_id
    if state == OrderState.IN_PROGRESS and order.started_at is None:
        order.started_at = order.state_changed_at


def worked_on_here(order_ids: Collection[UUID]) -> set[UUID]:
    """The orders that have a history besides their import, or were made here."""
    touched: set[UUID] = set()
    for some in batched(sorted(order_ids), AT_ONCE):
        events = select(Event.subject_id, Event.what)
        events = events.where(Event.subject_kind == "order", Event.subject_id.in_(some))
        seen = db.session.execute(events).all()
        imported = {of for of, what in seen if what == IMPORTED}
        touched |= {of for of, what in seen if what != IMPORTED} | (set(some) - imported)
    return touched
