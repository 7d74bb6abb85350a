"""Which rows of the ledger are usage: installed, taken back, and what was learnt of their cost.

A month's figures are the sums of its rows by posting date. What is taken back counts against the
month in which it is taken back, and for whoever had installed it: each row leads to its `base`,
the installing movement.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, Exact
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.periods import queries as periods
from partsweb.stock.models import CostCorrection, Movement, Reason

INSTALLED, TAKEN_BACK, COST = "installed", "taken back", "cost corrected"


def rows(since: date, until: date) -> Subquery:
    """The usage rows posted on these days, both included; quantity and value are signed."""
    return union_all(_moved(since, until), _corrected(since, until)).subquery("usage")


def originals(since: date, until: date) -> Subquery:
    """What came back out of installed stock on these days: originals, which aren't usage."""
    moved, base = aliased(Movement), aliased(Movement)
    outside = locations.single(Kind.INSTALLED).id
    leaves = moved.source_id == outside
    return (
        select(
            moved.id.label("movement_id"),
            base.id.label("base_id"),
            case((leaves, moved.quantity), else_=-moved.quantity).label("quantity"),
            case((leaves, moved.value), else_=-moved.value).label("value"),
            *_common(moved, base),
            base.target_id.label("target_id"),
        )
        .join(base, base.id == func.coalesce(moved.reverses_id, moved.id))
        .where(
            moved.posted_on.between(since, until),
            base.reason != Reason.INSTALL,
            or_(leaves, moved.target_id == outside),
        )
        .subquery("originals")
    )


def is_late(row: Subquery, since: date, until: date) -> ColumnElement[bool]:
    """Whether a row counts on a later day than it happened on, its own month being closed then."""
    firsts = [day for day in periods.first_days_after_closed() if since <= day <= until]
    late = [and_(row.c.posted_on == day, row.c.occurred_at < _morning(day)) for day in firsts]
    return or_(*late) if late else false()


def _moved(since: date, until: date) -> Select[Any]:
    moved, base = aliased(Movement), aliased(Movement)
    stands = moved.reverses_id.is_(None)
    return (
        select(
            moved.id.label("movement_id"),
            base.id.label("base_id"),
            case((stands, literal(INSTALLED)), else_=literal(TAKEN_BACK)).label("what"),
            case((stands, moved.quantity), else_=-moved.quantity).label("quantity"),
            case((stands, moved.value), else_=-moved.value).label("value"),
            *_common(moved, base),
        )
        .join(base, base.id == func.coalesce(moved.reverses_id, moved.id))
        .where(moved.posted_on.between(since, until), base.reason == Reason.INSTALL)
    )


def _corrected(since: date, until: date) -> Select[Any]:
    """What was learnt of a movement's cost goes the movement's own way."""
    moved, base, cause = aliased(Movement), aliased(Movement), aliased(Movement)
    learnt = CostCorrection.value
    return (
        select(
            moved.id.label("movement_id"),
            base.id.label("base_id"),
            literal(COST).label("what"),
            literal(ZERO, Exact()).label("quantity"),
            case((moved.reverses_id.is_(None), learnt), else_=-learnt).label("value"),
            CostCorrection.posted_on,
            cause.occurred_at,
            CostCorrection.recorded_at,
            *_of_base(base),
        )
        .select_from(CostCorrection)
        .join(moved, moved.id == CostCorrection.movement_id)
        .join(base, base.id == func.coalesce(moved.reverses_id, moved.id))
        .join(cause, cause.id == CostCorrection.cause_id)
        .where(CostCorrection.posted_on.between(since, until), base.reason == Reason.INSTALL)
    )


def _common(moved: type[Movement], base: type[Movement]) -> tuple[Any, ...]:
    return (moved.posted_on, moved.occurred_at, moved.recorded_at, *_of_base(base))


def _of_base(base: type[Movement]) -> tuple[Any, ...]:
    return (
        base.part_id,
        base.owner_id,
        base.source_id,
        base.serial_id,
        base.by_id,
        base.cause_kind,
        base.cause_id,
        base.occurred_at.label("installed_at"),
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.zone())


def totals(since: date, until: date) -> tuple[Decimal, Decimal]:
    """Quantity and cost of all that was used on these days."""
    used = rows(since, until)
    found = db.session.execute(select(func.sum(used.c.quantity), func.sum(used.c.value))).one()
    return found[0] or ZERO, found[1] or ZERO
