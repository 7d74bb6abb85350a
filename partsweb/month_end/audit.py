"""Holds the figures of closed months against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from partsweb.month_end import months, queries
from partsweb.stock import usage, valuation


def differences() -> Iterator[str]:
    """Every closed month whose figures aren't those it was closed with, in words."""
    for one in queries.closings():
        last = months.last_day_of(one.month)
        now = (*usage.totals(one.month, last), valuation.total(last))
        then = (one.quantity_used, one.cost_used, one.stock_value)
        if now != then:
            yield (
                f"{one.month:%B %Y} was closed with {then[0]} used for {then[1]} and stock of "
                f"{then[2]}, the ledger says {now[0]} for {now[1]} and {now[2]}"
            )
