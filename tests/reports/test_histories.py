"""Whatever happens in whichever order, Parts Usage is what the raw rows come to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import fitting
from partsweb.orders.models import Installation
from partsweb.periods import rules as periods
from partsweb.reports import queries
from partsweb.reports.asked import By, Days, Usage
from partsweb.stock import audit
from partsweb.stock import rules as ledger
from partsweb.stock.models import Reason
from tests.reports import independent
from tests.support.company import (
    a_bin,
    a_part,
    a_site,
    a_technician,
    a_van,
    a_warehouse,
    an_entry,
    an_order,
)

BEGIN = datetime(2026, 5, 20, 9, tzinfo=UTC)
MONTHS = [Days(date(2026, 5, 1), date(2026, 5, 31)), Days(date(2026, 6, 1), date(2026, 6, 30))]
EVER = Days(date(2026, 1, 1), date(2026, 12, 31))
quantities = st.decimals(Decimal("0.5"), Decimal(20), places=1)
costs = st.decimals(Decimal(0), Decimal(90), places=2)


class Firm(RuleBasedStateMachine):
    """Two technicians, three places, two orders, two parts; time goes on, months are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        depot = a_warehouse()
        self.places = [depot, a_bin("Depot A-01", of=depot), a_van()]
        self.parts = [a_part(), a_part(unit="M")]
        self.people = [a_technician(), a_technician("Tom")]
        orders_ = [an_order(assigned_to=tess, site=a_site()) for tess in self.people]
        self.entries = [an_entry(order, part) for order in orders_ for part in self.parts]
        self.standing: list[Installation] = []
        self.closed: dict[date, dict[Any, Any]] = {}

    def teardown(self) -> None:
        """Held against the raw rows at the end; nothing is kept between two examples."""
        try:
            self._check()
        finally:
            db.session.rollback()

    @rule(part=st.integers(0, 1), place=st.integers(0, 2), quantity=quantities, cost=costs)
    def receive(self, part: int, place: int, quantity: Decimal, cost: Decimal) -> None:
        """Something arrives, and may say what was used before it cost."""
        move = ledger.Move(
            self.parts[part],
            locations.single(Kind.VENDOR),
            self.places[place],
            quantity,
            Reason.RECEIPT,
            unit_cost=cost,
        )
        self._do(lambda: ledger.post([move], by=self.people[0], at=self.now))

    @rule(
        entry=st.integers(0, 3),
        place=st.integers(0, 2),
        who=st.integers(0, 1),
        quantity=quantities,
        days_ago=st.sampled_from([0, 0, 1, 30]),
    )
    def install(self, entry: int, place: int, who: int, quantity: Decimal, days_ago: int) -> None:
        """Something is fitted, and may reach the server after its month was closed."""
        self.standing += self._do(
            lambda: fitting.install(
                self.entries[entry],
                quantity,
                source=self.places[place],
                by=self.people[who],
                at=self.now - timedelta(days=days_ago),
            )
        )

    @precondition(lambda self: self.standing)
    @rule(data=st.data(), who=st.integers(0, 1))
    def take_back(self, data: st.DataObject, who: int) -> None:
        """It was not fitted after all; somebody else may say so."""
        one = data.draw(st.sampled_from(self.standing))
        self._do(lambda: fitting.take_back(one, by=self.people[who], at=self.now))
        self.standing.remove(one)

    @precondition(lambda self: self.standing)
    @rule(data=st.data(), who=st.integers(0, 1), quantity=quantities)
    def correct(self, data: st.DataObject, who: int, quantity: Decimal) -> None:
        """More or less of it was fitted, as somebody says later."""
        one = data.draw(st.sampled_from(self.standing))
        self._do(lambda: fitting.correct(one, by=self.people[who], at=self.now, quantity=quantity))

    @rule(days=st.sampled_from([3, 11, 17]))
    def time_goes_on(self, days: int) -> None:
        """Some days later."""
        if self.now < datetime(2026, 8, 1, tzinfo=UTC):
            self.now += timedelta(days=days)

    @rule(month=st.sampled_from([5, 6]))
    def close_month(self, month: int) -> None:
        """Finance closes a month that is over."""
        first = date(2026, month, 1)
        if first in self.closed or self.now.date().replace(day=1) <= first:
            return
        self._do(lambda: periods.close(first, by=self.people[0].id))
        self.closed[first] = _reported(MONTHS[month - 5], By.CUSTOMER)

    def _check(self) -> None:
        """For a month and for all days, grouped one way and another; and closed months."""
        for days, by in ((MONTHS[0], By.TECHNICIAN), (MONTHS[1], By.LOCATION), (EVER, By.ORDER)):
            expected = independent.usage(days.since, days.until, by=by.value)
            assert _reported(days, by) == expected
            total = queries.totals(Usage(days, by=by))
            assert total.quantity == sum(used.quantity for used in expected.values())
            assert total.cost == sum(used.cost for used in expected.values())
        for month, figures in self.closed.items():
            assert _reported(MONTHS[month.month - 5], By.CUSTOMER) == figures
        assert list(audit.differences()) == []

    def _do(self, what: Any) -> Any:
        with clock.set_to(self.now):
            done = what()
            db.session.flush()
            return done


def _reported(days: Days, by: By) -> dict[tuple[str, str], independent.Used]:
    """For each group and part, as the report's two levels say."""
    found = {}
    groups = queries.groups(Usage(days, by=by), size=None).items
    for group in groups:
        asked = Usage(days, by=by, group=group.key)
        parts = queries.parts(asked, size=None).items
        assert sum(one.figures.quantity for one in parts) == group.figures.quantity
        assert sum(one.figures.cost for one in parts) == group.figures.cost
        for one in parts:
            key = (group.key.replace("-", ""), one.part.id.hex)
            found[key] = independent.Used(one.figures.quantity, one.figures.cost)
    # A part whose uses cancel out within a group still stands there, with nothing.
    return {key: used for key, used in found.items() if any(used)}


def test_whatever_happens_the_report_is_what_the_raw_rows_come_to(app):
    few = settings(max_examples=15, stateful_step_count=20)
    with app.app_context():
        run(Firm, settings=few if settings().max_examples < 1000 else settings())
