"""What is looked at before a month is closed, in this order. Other rooms add theirs in rooms.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import func, select

from partsweb.billing import queries as billing
from partsweb.catalogue.models import Part
from partsweb.counts.models import UNDONE, Count
from partsweb.extensions import db
from partsweb.invoices import queries as invoices
from partsweb.kit.exact import ZERO
from partsweb.month_end import months
from partsweb.orders import audit as of_orders
from partsweb.orders import work_logs
from partsweb.orders.models import Installation, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import audit as of_purchasing
from partsweb.purchasing.models import Discrepancy, DiscrepancyState, SerialConflict
from partsweb.returns.models import TO_SHIP, Core
from partsweb.stock import audit as of_stock
from partsweb.stock import queries as stock
from partsweb.stock import transfer_queries as transfers
from partsweb.stock import usage


@dataclass(frozen=True)
class Check:
    """One thing to look at: how many there are in a month, and the page that shows them.

    `asked`: it takes long, and is counted only when somebody asks. `told`: it is good to know, and
    doesn't stand in the way of closing.
    """

    name: str
    title: str
    count: Callable[[date, Person], int]
    endpoint: str = ""
    values: Callable[[date], dict[str, Any]] = field(default=lambda month: {})
    asked: bool = False
    told: bool = False


@dataclass(frozen=True)
class Looked:
    """A check with what it found; nothing where nobody asked yet."""

    check: Check
    found: int | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return bool(self.found) and not self.check.told


CHECKS: list[Check] = []


def look_at(check: Check, *, before: str = "") -> None:
    """Add a check, at the end or before another one; once."""
    names = [one.name for one in CHECKS]
    if check.name not in names:
        CHECKS.insert(names.index(before) if before in names else len(CHECKS), check)


def looked_at(month: date, *, by: Person, everything: bool) -> list[Looked]:
    """Each check with how many it found."""
    return [
        Looked(check, check.count(month, by) if everything or not check.asked else None)
        for check in CHECKS
    ]


def differences() -> Iterator[str]:
    """What the audits of the books find."""
    rooms = (of_stock, of_orders, of_purchasing)
    return chain.from_iterable(room.differences() for room in rooms)


def without_evidence(month: date) -> Sequence[PartEntry]:
    """Compliance parts that were installed by the end of the month and lack their evidence."""
    fitted = select(Installation.entry_id).where(
        Installation.taken_back_at.is_(None),
        Installation.occurred_at < months.begin_of_next(month),
        Installation.occurred_at >= months.begin_of(month),
    )
    rows = (
        select(PartEntry)
        .join(Part, Part.id == PartEntry.part_id)
        .where(Part.compliance, PartEntry.installed > ZERO, PartEntry.id.in_(fitted))
        .order_by(PartEntry.requested_at)
    )
    entries = db.session.scalars(rows).all()
    lacking = work_logs.without_evidence(entries)
    return [entry for entry in entries if entry.id in lacking]


def _count(*where: Any) -> int:
    return db.session.scalar(select(func.count()).where(*where)) or 0


def _late(month: date) -> int:
    since, until = month, months.last_day_of(month)
    row = usage.rows(since, until)
    return _count(usage.is_late(row, since, until))


def _overdue(month: date) -> int:
    return _count(Core.state.in_(TO_SHIP), Core.due_on <= months.last_day_of(month))


def _days(month: date) -> dict[str, Any]:
    last = months.last_day_of(month)
    return {"from": month.isoformat(), "to": last.isoformat(), "level": "late"}


for _check in (
    Check(
        "negative",
        "Negative stock",
        lambda month, by: stock.negative_balances(size=1).total,
        "stock.negative",
    ),
    Check(
        "serials",
        "Serials on deliveries that the books have elsewhere",
        lambda month, by: _count(SerialConflict.solved_as == ""),
        "purchasing.index",
    ),
    Check(
        "not-billed",
        "Received, not billed",
        lambda month, by: invoices.unbilled(size=1).total,
        "invoices.not_billed",
    ),
    Check(
        "held-invoices",
        "Vendor invoices held",
        lambda month, by: invoices.counts()["held"],
        "invoices.index",
        lambda month: {"view": "held"},
    ),
    Check(
        "disputed-invoices",
        "Vendor invoices disputed",
        lambda month, by: invoices.counts()["disputed"],
        "invoices.index",
        lambda month: {"view": "disputed"},
    ),
    Check(
        "discrepancies",
        "Discrepancies open",
        lambda month, by: _count(Discrepancy.state == DiscrepancyState.OPEN),
        "purchasing.discrepancies",
    ),
    Check(
        "on-the-way",
        "Transfers in transit",
        lambda month, by: transfers.how_many(seen_by=by)["on-the-way"],
        "transfers.transfers_",
        lambda month: {"view": "on-the-way"},
    ),
    Check(
        "missing",
        "Missing from transfers",
        lambda month, by: transfers.how_many(seen_by=by)["missing"],
        "transfers.transfers_",
        lambda month: {"view": "missing"},
    ),
    Check(
        "counts",
        "Counts begun and not posted",
        lambda month, by: _count(Count.state.in_(UNDONE)),
        "counts.counts",
    ),
    Check("cores", "Cores overdue", lambda month, by: _overdue(month), "returns.cores"),
    Check(
        "held-lines",
        "Orders with held billing lines",
        lambda month, by: len(billing.all_to_bill(billing.Wanted(show="held"))),
        "billing.index",
        lambda month: {"show": "held"},
    ),
    Check(
        "evidence",
        "Installs without their evidence",
        lambda month, by: len(without_evidence(month)),
        "month_end.evidence",
        lambda month: {"month": f"{month:%Y-%m}"},
    ),
    Check(
        "late",
        "Rows posted late into this month",
        lambda month, by: _late(month),
        "reports.usage",
        _days,
        told=True,
    ),
    Check(
        "audit",
        "Differences that the audit finds",
        lambda month, by: sum(1 for _ in differences()),
        asked=True,
    ),
):
    look_at(_check)
