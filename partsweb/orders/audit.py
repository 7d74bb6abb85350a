"""Holds part entries against what was installed and allocated for them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.stock.models import Allocation, Movement, Reason


def differences() -> Iterator[str]:
    """Every entry whose quantities don't agree with the ledger, in words."""
    yield from _installed_is_what_moved()
    yield from _allocated_is_what_is_set_apart()


def _installed_is_what_moved() -> Iterator[str]:
    """Installed = the entry's installations that stand = their movements that stand."""
    fitted = (
        select(Installation.entry_id, func.sum(Installation.quantity).label("quantity"))
        .where(Installation.taken_back_at.is_(None))
        .group_by(Installation.entry_id)
        .subquery()
    )
    rows = (
        select(Order.number, PartEntry.installed, fitted.c.quantity)
        .join(Order, Order.id == PartEntry.order_id)
        .outerjoin(fitted, fitted.c.entry_id == PartEntry.id)
        .where(PartEntry.installed != func.coalesce(fitted.c.quantity, 0))
    )
    for number, said, found in db.session.execute(rows):
        yield f"An entry on {number} says {said} installed, its installations say {found or ZERO}"
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    moved = (
        select(Movement.cause_id, func.sum(Movement.quantity).label("quantity"))
        .where(
            Movement.cause_kind == "installation",
            Movement.reason == Reason.INSTALL,
            Movement.id.not_in(undone),
        )
        .group_by(Movement.cause_id)
        .subquery()
    )
    standing = (
        select(Order.number, Installation.quantity, moved.c.quantity)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
        .outerjoin(moved, moved.c.cause_id == Installation.id)
        .where(
            Installation.taken_back_at.is_(None),
            Installation.quantity != func.coalesce(moved.c.quantity, 0),
        )
    )
    for number, said, found in db.session.execute(standing):
        yield f"{said} were installed on {number}, the ledger moved {found or ZERO}"


def _allocated_is_what_is_set_apart() -> Iterator[str]:
    """What an entry says is allocated or ready is set apart in stock, not less and not more."""
    apart = (
        select(Allocation.subject_id, func.sum(Allocation.quantity).label("quantity"))
        .where(Allocation.subject_kind == "part-entry")
        .group_by(Allocation.subject_id)
        .subquery()
    )
    said = PartEntry.allocated + PartEntry.ready
    rows = (
        select(Order.number, PartEntry.allocated, PartEntry.ready, apart.c.quantity)
        .join(Order, Order.id == PartEntry.order_id)
        .outerjoin(apart, apart.c.subject_id == PartEntry.id)
        .where(said != func.coalesce(apart.c.quantity, 0))
    )
    for number, allocated, ready, found in db.session.execute(rows):
        yield (
            f"An entry on {number} has {allocated} allocated and {ready} ready, "
            f"but {found or ZERO} set apart in stock"
        )
