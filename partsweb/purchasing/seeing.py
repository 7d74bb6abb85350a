"""Who sees which purchase orders, and which of their lines."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from partsweb.locations import queries as locations
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder


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


def seen_lines(by: Person) -> ColumnElement[bool]:
    """Which lines of what a person sees: all that goes to his van, else those for his orders."""
    if by.may("see purchase orders"):
        return true()
    van = locations.van_of(by)
    to_own_van = PurchaseOrder.ship_to_id == van.id if van else false()
    own = select(PartEntry.id).join(Order).where(orders.visible(by))
    return or_(to_own_van, _bought_by(by), PurchaseLine.entry_id.in_(own))


def sees_whole(order: PurchaseOrder, person: Person) -> bool:
    """Whether the person sees every line of it."""
    if person.may("see purchase orders"):
        return True
    if order.counter and order.made_by_id == person.id:
        return True
    van = locations.van_of(person)
    return van is not None and order.ship_to_id == van.id


def _with_lines_for(person: Person) -> Select[UUID]:
    """The purchase orders with something for an order that the person sees."""
    return (
        select(PurchaseLine.purchase_order_id)
        .join(PartEntry, PartEntry.id == PurchaseLine.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(orders.visible(person))
    )


def _bought_by(person: Person) -> ColumnElement[bool]:
    """What the person bought at a counter is his or hers to see, wherever it went."""
    return and_(PurchaseOrder.counter, PurchaseOrder.made_by_id == person.id)
