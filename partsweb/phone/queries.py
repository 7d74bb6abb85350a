"""What couldn't be applied, and which numbers of a device are missing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.orm import selectinload

from partsweb.extensions import db
from partsweb.kit import subject
from partsweb.kit.operation import Operation, RefusedNumber
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.orders.models import CLOSED, Order, OrderState
from partsweb.people.models import Person
from partsweb.phone.models import ExceptionFile, OperationException

MOST_ORDERS = 12
SEE_ALL = "resolve exceptions"
# What every form carries and nobody wants to read.
OF_SENDING = {"operation_id", "occurred_at", "device_id", "device_number", "thing_id", "next"}


def exception(exception_id: UUID, *, seen_by: Person) -> OperationException:
    """One, for its owner and for those who resolve them."""
    found = db.session.get(OperationException, exception_id)
    if found is None or not (found.person_id == seen_by.id or seen_by.may(SEE_ALL)):
        raise NotFound("There is no such exception.")
    return found


def exceptions(*, resolved: bool, page: int = 1) -> Page[OperationException]:
    """What waits for somebody, the oldest first; or what was resolved, the latest first."""
    rows = select(OperationException).options(selectinload(OperationException.files))
    if resolved:
        rows = rows.where(OperationException.resolved_at.is_not(None))
        return paged(rows.order_by(OperationException.resolved_at.desc()), number=page)
    rows = rows.where(OperationException.resolved_at.is_(None))
    return paged(rows.order_by(OperationException.recorded_at), number=page)


def how_many_open() -> int:
    """How many wait for somebody."""
    waits = select(func.count()).where(OperationException.resolved_at.is_(None))
    return db.session.scalar(waits) or 0


def open_one(operation_id: UUID, *, of: UUID) -> OperationException | None:
    """The person's open exception of that operation, locked: it is resolved once."""
    rows = select(OperationException).where(
        OperationException.person_id == of, OperationException.operation_id == operation_id
    )
    return db.session.scalar(rows.with_for_update(of=OperationException))


def file(exception_id: UUID, file_id: UUID, *, seen_by: Person) -> ExceptionFile:
    """One of its files."""
    found = next(
        (one for one in exception(exception_id, seen_by=seen_by).files if one.id == file_id), None
    )
    if found is None:
        raise NotFound("There is no such file.")
    return found


def open_orders_of(person: Person) -> Sequence[Order]:
    """The person's own orders of the next days, with their parts: what a phone carries along."""
    rows = select(Order).where(
        Order.assigned_to_id == person.id, Order.state.not_in((*CLOSED, OrderState.DRAFT))
    )
    soonest = rows.order_by(Order.scheduled_for.is_(None), Order.scheduled_for, Order.number)
    with_entries = soonest.options(selectinload(Order.entries))
    return db.session.scalars(with_entries.limit(MOST_ORDERS)).all()


def said(found: OperationException) -> list[tuple[str, str]]:
    """What was entered, field by field, without what only machines read."""
    fields = json.loads(found.fields)
    return [(name, value) for name, value in fields if value and name not in OF_SENDING]


def gaps() -> Sequence[tuple[str, int]]:
    """Devices of which running numbers are missing, and how many.

    Every write of a device has the next number: one that never came is still on the phone, or lost.
    """
    applied = select(Operation.device_id, Operation.device_number.label("number")).where(
        Operation.device_id != "", Operation.device_number.is_not(None)
    )
    came = union(applied, select(RefusedNumber.device_id, RefusedNumber.number)).subquery()
    missing = func.max(came.c.number) - func.count(came.c.number)
    rows = select(came.c.device_id, missing).group_by(came.c.device_id).having(missing > 0)
    return [(row[0], row[1]) for row in db.session.execute(rows)]


subject.announce(
    subject.Kind(
        "operation-exception",
        load=lambda exception_id, person: exception(exception_id, seen_by=person),
        title=lambda found: found.title or "An entry that couldn’t be applied",
        url=lambda found: f"/exceptions/{found.id}",
    )
)
