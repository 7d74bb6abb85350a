"""A placeholder turned out to be a part of the catalogue: nothing is lost, nothing is worth more.

A state machine buys, carries, fits, takes back and owes a placeholder and the part that it is, in
any order; then they are merged, and both together hold what they held before.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select

from partsweb.catalogue import asking
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import answering, fitting, requesting
from partsweb.orders import audit as orders_audit
from partsweb.orders.asking import ask_for
from partsweb.orders.models import Fate
from partsweb.stock import audit
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import (
    Allocation,
    Balance,
    CostCorrection,
    Movement,
    ProvisionalCost,
    Reason,
)
from tests.support.company import a_part, a_person, a_technician, a_van, a_warehouse, an_order

ONE = Decimal(1)
quantities = st.sampled_from([Decimal(n) for n in ("1", "2", "3", "0.5")])
costs = st.decimals(Decimal(0), Decimal(90), places=2)
places = st.sampled_from(["Depot", "Van 3"])
mine = st.booleans()


class Merge(RuleBasedStateMachine):
    """What happens to a placeholder, and to the part that it is, before anybody knows."""

    serialized = False

    def __init__(self) -> None:
        super().__init__()
        self.cora = a_person("coordinator")
        van = a_van()
        self.tess = a_technician(van=van)
        self.places = {"Depot": a_warehouse(), "Van 3": van}
        self.order = an_order(assigned_to=self.tess)
        self.real = a_part("VK4105", serialized=self.serialized)
        entry, self.request = ask_for(
            self.order,
            "Gas valve",
            Decimal(4),
            by=self.tess,
            at=clock.now(),
            serialized=self.serialized,
        )
        self.entries = {
            False: entry,
            True: requesting.request(
                self.order, self.real, Decimal(4), by=self.tess, at=clock.now()
            ),
        }
        self.fitted: list[Any] = []
        self.units = iter(range(1, 1000))

    def teardown(self) -> None:
        """Merge, and hold what is there against what was there; then keep nothing."""
        try:
            self.merge()
        finally:
            db.session.rollback()

    @rule(real=mine, place=places, quantity=quantities, cost=costs)
    def receive(self, real: bool, place: str, quantity: Decimal, cost: Decimal) -> None:
        """Something of either arrives from a vendor."""
        part = self.entries[real].part
        vendor = locations.single(Kind.VENDOR)
        target = self.places[place]
        unit = ledger.unit(part, f"U{next(self.units)}", vendor) if self.serialized else None
        quantity = ONE if unit else quantity
        move = ledger.Move(
            part, vendor, target, quantity, Reason.RECEIPT, serial=unit, unit_cost=cost
        )
        ledger.post([move], by=self.cora, at=clock.now())

    @rule(real=mine, back=mine, quantity=quantities)
    def carry(self, real: bool, back: bool, quantity: Decimal) -> None:
        """Some of it goes from the depot to the van, or back."""
        part = self.entries[real].part
        source, target = self.places["Depot"], self.places["Van 3"]
        if back:
            source, target = target, source
        units = stock.serials_at(part, source)[:1] if self.serialized else ()
        if self.serialized and not units:
            return
        quantity = ONE if units else quantity
        ledger.transfer(
            part,
            quantity,
            source=source,
            target=target,
            by=self.cora,
            at=clock.now(),
            serials=units,
        )

    @rule(real=mine, place=places, quantity=quantities, known=mine)
    def fit(self, real: bool, place: str, quantity: Decimal, known: bool) -> None:
        """Some is fitted: what is there, or what the books don't have there."""
        part, source = self.entries[real].part, self.places[place]
        there = stock.serials_at(part, source) if self.serialized and known else ()
        number = there[0].number if there else f"U{next(self.units)}"
        self.fitted += fitting.install(
            self.entries[real],
            ONE if self.serialized else quantity,
            source=source,
            by=self.tess,
            at=clock.now(),
            serials=[number] if self.serialized else (),
            fate=Fate.SCRAPPED if known else Fate.NONE,
            original_serial=f"O{next(self.units)}" if known and self.serialized else "",
        )

    @precondition(lambda self: self.fitted)
    @rule(index=st.integers(0, 99))
    def take_back(self, index: int) -> None:
        """It was not fitted after all, unless the unit has moved on meanwhile."""
        one = self.fitted.pop(index % len(self.fitted))
        fitting.take_back(one, by=self.tess, at=clock.now())

    @rule(real=mine, quantity=quantities)
    def allocate(self, real: bool, quantity: Decimal) -> None:
        """Some of it is promised to the order."""
        entry = self.entries[real]
        quantity = ONE if self.serialized else quantity
        try:
            answering.allocate(
                entry, quantity, location=self.places["Depot"], by=self.cora, at=clock.now()
            )
        except Refusal:
            return
        answering.set_aside(entry, quantity, by=self.cora, at=clock.now())

    def merge(self) -> None:
        """Both together hold at each place what they held; the placeholder holds nothing."""
        parts = {entry.part.id for entry in self.entries.values()}
        part, entry = self.request.part, self.entries[False]
        before, apart = held(parts), set_apart(parts)
        costs = {one.id: cost_of(one) for one in self.fitted}
        states = list(entry.states)

        asking.merge(self.request, self.real, by=self.cora, at=clock.now())

        assert [*audit.differences(), *orders_audit.differences()] == []
        assert quantities_of(held(parts)) == quantities_of(before)
        assert worth_without_corrections(parts) == 0
        assert [row for row in balances({part.id}) if row.quantity or row.value] == []
        assert set_apart(parts) == apart
        assert set_apart({part.id}) == ZERO
        assert entry.part is self.real
        assert entry.states == states
        assert owed_of(parts) == owed_at(parts)
        if not learnt_from_merging(parts):
            assert {one.id: cost_of(one) for one in self.fitted} == costs
            assert held(parts) == before


def balances(parts: set[UUID]) -> list[Balance]:
    return list(db.session.scalars(select(Balance).where(Balance.part_id.in_(parts))))


def held(parts: set[UUID]) -> dict[UUID, tuple[Decimal, Decimal]]:
    """Quantity and value at each place, both parts together."""
    summed: dict[UUID, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for row in balances(parts):
        quantity, value = summed[row.location_id]
        summed[row.location_id] = quantity + row.quantity, value + row.value
    return {key: both for key, both in summed.items() if any(both)}


def quantities_of(places: dict[UUID, tuple[Decimal, Decimal]]) -> dict[UUID, Decimal]:
    return {key: quantity for key, (quantity, _) in places.items() if quantity}


def worth_without_corrections(parts: set[UUID]) -> Decimal:
    return sum((value for _, value in held(parts).values()), ZERO)


def owed_of(parts: set[UUID]) -> Decimal:
    """What was taken before it was there, as far as its cost is still to be learnt."""
    rows = select(ProvisionalCost).where(ProvisionalCost.part_id.in_(parts))
    return sum((row.quantity for row in db.session.scalars(rows)), ZERO)


def owed_at(parts: set[UUID]) -> Decimal:
    """What is owed at the places."""
    return sum((-row.quantity for row in balances(parts) if owes(row)), ZERO)


def owes(row: Balance) -> bool:
    return row.quantity < ZERO and row.location.is_place


def learnt_from_merging(parts: set[UUID]) -> bool:
    """Whether what was owed of one was there of the other: then its cost is known now."""
    rows = (
        select(CostCorrection)
        .join(Movement, Movement.id == CostCorrection.cause_id)
        .where(Movement.part_id.in_(parts), Movement.note.contains(" is VK4105"))
    )
    return db.session.scalars(rows).first() is not None


def cost_of(one: Any) -> Decimal:
    moved = [move for move in stock.caused_by(one.subject) if move.reason == Reason.INSTALL]
    undone = {move.reverses_id for move in stock.caused_by(one.subject)}
    return sum((stock.cost_of(move) for move in moved if move.id not in undone), ZERO)


def set_apart(parts: set[UUID]) -> Decimal:
    rows = select(Allocation).where(Allocation.part_id.in_(parts))
    return sum((row.quantity for row in db.session.scalars(rows)), ZERO)


class MergeUnits(Merge):
    """The same with serials."""

    serialized = True


@pytest.mark.parametrize("machine", [Merge, MergeUnits])
def test_merging_keeps_every_sum(app: Flask, machine: type[Merge]) -> None:
    with app.app_context():
        run(
            machine,
            settings=settings(max_examples=5, stateful_step_count=10, phases=[Phase.generate]),
        )
