"""Which months are closed, and which one is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotFound
from partsweb.month_end import months
from partsweb.month_end.models import Closing
from partsweb.periods.models import ClosedMonth
from partsweb.stock.models import Movement


def month(text: str) -> date:
    """The month of an address, 2026-06."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound("There is no such month. Write it like 2026-06.") from None


def closing(of: date) -> Closing | None:
    """How the month was closed."""
    return db.session.get(Closing, of)


def is_closed(of: date) -> bool:
    """Whether its figures never change again."""
    return db.session.get(ClosedMonth, of) is not None


def closings() -> Sequence[Closing]:
    """The months that were closed, the latest first."""
    return db.session.scalars(select(Closing).order_by(Closing.month.desc())).all()


def open_months() -> list[date]:
    """Months that are over and not closed, the earliest first; those before the books aren't."""
    closed = set(db.session.scalars(select(ClosedMonth.month)))
    first = db.session.scalar(select(func.min(Movement.posted_on)))
    this = clock.today().replace(day=1)
    found, at = [], (first or this).replace(day=1)
    while at < this:
        if at not in closed:
            found.append(at)
        at = months.next_after(at)
    return found
