"""Months by their first day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from partsweb.kit import clock


def next_after(month: date) -> date:
    """The month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_day_of(month: date) -> date:
    """30 June."""
    return next_after(month) - timedelta(days=1)


def begin_of(month: date) -> datetime:
    """Its first moment at the firm."""
    return datetime.combine(month, time(), tzinfo=clock.zone())


def begin_of_next(month: date) -> datetime:
    """The first moment after it."""
    return begin_of(next_after(month))
