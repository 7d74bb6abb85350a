"""What orders that wait for a delivery are told of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.words import day, moment
from partsweb.orders import telling, work_logs
from partsweb.orders.models import Order, OrderState, PartEntry
from partsweb.people.models import Person
from partsweb.people.permissions import DISPATCHER
from partsweb.timeline import rules as timeline


def delivery_moved(
    entries: Iterable[PartEntry],
    on: date,
    *,
    paper: str,
    vendor: Vendor,
    by: Person | None,
    at: datetime,
) -> None:
    """It is expected on another day: technician and dispatch are told, and until when it awaits."""
    for order, waiting in _by_order(entries).items():
        parts = ", ".join(entry.part.sku for entry in waiting)
        said = f"{parts} on {paper} is now expected {day(on)}{_in_time(order, on)}"
        until = _awaits_until(order, vendor)
        body = f"It awaits parts until {day(until)}" if until else ""
        timeline.record(order.subject, "delivery-moved", said, by=by, at=at, body=body)
        _tell(order, said, by)
    db.session.flush()


def delivery_late(entries: Iterable[PartEntry], said: str, *, at: datetime) -> None:
    """It should have been here: technician and dispatch are told."""
    for order in _by_order(entries):
        timeline.record(order.subject, "delivery-late", said, by=None, at=at)
        _tell(order, f"waits: {said}", None)


def _by_order(entries: Iterable[PartEntry]) -> dict[Order, list[PartEntry]]:
    """Orders that are still open, with what they wait for."""
    found: dict[Order, list[PartEntry]] = {}
    for entry in entries:
        if entry.order.open:
            found.setdefault(entry.order, []).append(entry)
    return found


def _in_time(order: Order, on: date) -> str:
    visit = order.scheduled_for
    if visit is None or clock.day_of(visit) < clock.today() or on <= clock.day_of(visit):
        return ""
    return f", not in time for the visit {moment(visit)}"


def _awaits_until(order: Order, vendor: Vendor) -> date | None:
    """An order that awaits this vendor's parts awaits them until the last of them is due."""
    if order.state != OrderState.AWAITING_PARTS:
        return None
    if order.awaiting_vendor_id not in {None, vendor.id}:
        return None
    due = [entry.expected_on for entry in work_logs.log(order).entries if entry.on_order]
    until = max(filter(None, due), default=None)
    if until is None or until == order.awaiting_until:
        return None
    order.awaiting_until = until
    return until


def _tell(order: Order, said: str, by: Person | None) -> None:
    if order.assigned_to is not None:
        telling.tell(order.assigned_to, order, f"{order.number}: {said}", by)
    timeline.tell_role(DISPATCHER, order.subject, f"{order.number}: {said}")
