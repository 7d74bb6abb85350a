"""Counting in tests: a place counted at a moment, with reasons for all that is off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from partsweb.catalogue.models import Part
from partsweb.counts import queries, rules
from partsweb.counts.models import Count, CountLine, LineState
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.people.models import Person
from partsweb.stock import rules as ledger
from partsweb.stock.models import Movement, Reason
from partsweb.stock.rules import Move
from tests.support.company import in_stock

PLENTY = Decimal(1_000_000)


def at(text: str) -> datetime:
    """That time yesterday."""
    day = (clock.now() - timedelta(days=1)).date()
    return datetime.fromisoformat(f"{day}T{text}").replace(tzinfo=UTC)


def here(firm: SimpleNamespace) -> SimpleNamespace:
    """The same people and things, in this session."""
    return SimpleNamespace(
        **{name: db.session.get_one(type(one), one.id) for name, one in vars(firm).items()}
    )


def lay(part: Part, place: Location, many: int, *, cost: str = "12", serials: Any = ()) -> None:
    """So many lay there long before anybody counted."""
    with clock.set_to(clock.now() - timedelta(days=9)):
        in_stock(part, place, many, cost=cost, serials=serials)


def line_of(count: Count, part: Part) -> CountLine:
    return queries.lines_of_part(count, part)[0]


def counted(
    place: Location,
    seen: Mapping[Part, int | list[str]],
    *,
    by: Person,
    when: datetime,
    posted_by: Person | None = None,
    limit: Decimal = PLENTY,
) -> Count:
    """Counted at that moment, and posted."""
    count = rules.start(place, by=by, at=when)
    for part, many in seen.items():
        lines = queries.lines_of_part(count, part)
        line = lines[0] if lines else rules.add(count, part, location=place)
        numbers = many if isinstance(many, list) else []
        quantity = Decimal(0) if numbers else Decimal(many)  # type: ignore[arg-type]
        rules.tally(line, quantity, by=by, at=when, numbers=numbers)
    rules.finish(count, by=by, at=when)
    explain(count, by=posted_by or by, limit=limit)
    return count


def explain(count: Count, *, by: Person, limit: Decimal = PLENTY) -> None:
    """Post it with a reason for everything."""
    lines = queries.all_lines(count, LineState.COUNTED, LineState.SENT_BACK)
    reasons = {line.id: "Not known" for line in lines}
    rules.post(count, reasons, limit=limit, by=by, at=clock.now())


def used(part: Part, place: Location, many: int, when: datetime, *, by: Person) -> Movement:
    """So many left the place for a customer at that moment, and it is known now."""
    outside = locations.single(Kind.INSTALLED)
    move = Move(part, place, outside, Decimal(many), Reason.INSTALL)
    return ledger.post([move], by=by, at=when)[0]


def came(part: Part, place: Location, many: int, when: datetime, *, by: Person) -> Movement:
    """So many came from a vendor at that moment, and it is known now."""
    vendor = locations.single(Kind.VENDOR)
    move = Move(part, vendor, place, Decimal(many), Reason.RECEIPT, unit_cost=Decimal(12))
    return ledger.post([move], by=by, at=when)[0]
