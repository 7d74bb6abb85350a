"""Closing a month."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import insert_if_absent
from partsweb.periods.models import ClosedMonth
from partsweb.periods.queries import hold


def close(month: date, *, by: UUID) -> None:
    """Close a month that is over: later rows of it post to the first open day."""
    hold(shared=False)
    first = month.replace(day=1)
    if first >= clock.today().replace(day=1):
        raise Refusal("A month can be closed when it is over.")
    if not insert_if_absent(ClosedMonth, month=first, closed_at=clock.now(), closed_by_id=by):
        raise Refusal("That month is closed already.")
    db.session.flush()
