"""Closing a month."""

from __future__ import annotations

from datetime import date, datetime

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.month_end import checks, months, queries
from partsweb.month_end.models import Closing
from partsweb.people.models import Person
from partsweb.periods import rules as periods
from partsweb.stock import usage, valuation


def close(month: date, reason: str, *, by: Person, at: datetime) -> Closing:
    """Close a month that is over: later rows of it post to the first open day, for good.

    What is still to look at is kept with the reason for closing all the same.
    """
    _refuse_out_of_turn(month)
    periods.close(month, by=by.id)
    stood_open = [one for one in checks.looked_at(month, by=by, everything=True) if one.open]
    in_words = [f"{one.found} {one.check.title}" for one in stood_open]
    if stood_open and not reason.strip():
        said = "; ".join(in_words)
        raise Refusal(f"Still open: {said}. Say why the month is closed now.", field="reason")
    last = months.last_day_of(month)
    quantity, cost = usage.totals(month, last)
    closing = Closing(
        month=month,
        reason=reason.strip(),
        stood_open="\n".join(in_words),
        stock_value=valuation.total(last),
        quantity_used=quantity,
        cost_used=cost,
        closed_by=by,
        closed_at=clock.now(),
    )
    db.session.add(closing)
    db.session.flush()
    return closing


def _refuse_out_of_turn(month: date) -> None:
    """Months are closed one after the other: an open one before would still take rows."""
    earlier = [one for one in queries.open_months() if one < month]
    if earlier and not queries.is_closed(month):
        raise Refusal(f"Close {earlier[0]:%B %Y} first.")
