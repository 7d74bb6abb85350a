"""By which day a row counts in the books."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.periods.models import ClosedMonth

# What writers hold together, and the closing of a month alone, on PostgreSQL.
CLOSING = 20_260_630


def hold(*, shared: bool) -> None:
    """Nobody closes a month between a writer's look at the calendar and its commit.

    On SQLite one writer waits for the other anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        db.session.execute(select(lock(CLOSING)))


def posting_day(occurred_at: datetime) -> date:
    """The day it happened while its month is open, else the first day that is open after it."""
    hold(shared=True)
    day = clock.day_of(occurred_at)
    closed = set(db.session.scalars(select(ClosedMonth.month)))
    while day.replace(day=1) in closed:
        day = _next_month(day)
    return day


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def first_days_after_closed() -> list[date]:
    """The days to which late rows went, or may go: the first of each month after a closed one."""
    return [_next_month(month) for month in db.session.scalars(select(ClosedMonth.month))]
