"""Now, and which day it is at the firm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

# A phone's clock may run ahead; what it says lies in the future by more than this is not believed.
TRUSTED_LEAD = timedelta(minutes=5)
# Nor what lies so far back: a clock that lost its battery begins with 1970, or year 1.
TRUSTED_AGE = timedelta(days=366)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; always with its time zone in Python, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone; SQLite keeps it in UTC and forgets the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


def now() -> datetime:
    """This moment, in UTC."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let it be another moment meanwhile: for playing a month of the demo, and for tests."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)


def zone() -> ZoneInfo:
    """The firm's time zone."""
    return ZoneInfo(current_app.config["SETTINGS"].timezone)


def day_of(moment: datetime) -> date:
    """The calendar day at the firm on which the moment falls."""
    return moment.astimezone(zone()).date()


def today() -> date:
    """The calendar day at the firm."""
    return day_of(now())


def start_of(day: date) -> datetime:
    """The moment at which the day begins at the firm."""
    return datetime.combine(day, time(), tzinfo=zone())


def believed(text: str) -> datetime:
    """A device's ISO 8601 time, or now where it is missing, unreadable, ahead or ancient."""
    moment = now()
    try:
        told = datetime.fromisoformat(text)
        told = (told if told.tzinfo else told.replace(tzinfo=zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment
    return told if moment - TRUSTED_AGE < told <= moment + TRUSTED_LEAD else moment
