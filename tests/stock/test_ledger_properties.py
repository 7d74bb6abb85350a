"""Whatever people do in whichever order, the books agree with a plain dictionary.

A state machine plays receipts, uses, transfers, reversals, allocations and repeated operations on
the real database, and holds the ledger after each step against the simplest possible model of it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.stock import audit, queries, rules
from partsweb.stock.models import OURS, Balance, Movement, Reason
from tests.support.company import a_part, a_technician, a_van, a_warehouse

AT = datetime(2026, 6, 4, 10, 12, tzinfo=UTC)
quantities = st.decimals(Decimal("0.001"), Decimal(1000), places=3)
costs = st.decimals(Decimal(0), Decimal(500), places=2)
places = st.sampled_from(["Depot", "Van 3", "Van 7"])
units = st.sampled_from(["A1", "A2", "A3"])


class Ledger(RuleBasedStateMachine):
    """The ledger beside a dictionary of quantities by place."""

    def __init__(self) -> None:
        super().__init__()
        self.by = a_technician()
        self.pipe, self.fan = a_part(unit="M"), a_part(serialized=True)
        self.places = {"Depot": a_warehouse(), "Van 3": a_van(), "Van 7": a_van("Van 7")}
        self.fitted = locations.single(Kind.INSTALLED)
        self.vendor = locations.single(Kind.VENDOR)
        self.held: dict[str, Decimal] = defaultdict(Decimal)
        self.units: dict[str, str] = {}
        self.promised: dict[str, Decimal] = defaultdict(Decimal)
        self.order = Subject("part-entry", a_part().id)
        self.taken_back = False
        self.standing: list[tuple[Movement, Any]] = []

    def teardown(self) -> None:
        """Nothing is kept between two examples."""
        db.session.rollback()

    @rule(place=places, quantity=quantities, cost=costs)
    def receive(self, place: str, quantity: Decimal, cost: Decimal) -> None:
        """Something arrives from a vendor."""
        move = rules.Move(
            self.pipe, self.vendor, self.places[place], quantity, Reason.RECEIPT, unit_cost=cost
        )
        self._post(move, {place: quantity})

    @rule(place=places, quantity=quantities)
    def use(self, place: str, quantity: Decimal) -> None:
        """Something is fitted, whether the books have it there or not."""
        move = rules.Move(self.pipe, self.places[place], self.fitted, quantity, Reason.INSTALL)
        self._post(move, {place: -quantity})

    @rule(source=places, to=places, quantity=quantities)
    def carry(self, source: str, to: str, quantity: Decimal) -> None:
        """Something is carried from place to place."""
        if source == to:
            return
        move = rules.Move(
            self.pipe, self.places[source], self.places[to], quantity, Reason.TRANSFER
        )
        self._post(move, {source: -quantity, to: quantity})

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Any movement that stands can be taken back, at any time."""
        moved, change = data.draw(st.sampled_from(self.standing))
        rules.reverse(moved, by=self.by, at=AT)
        self.taken_back = True
        self.standing.remove((moved, change))
        for place, quantity in change.items():
            self.held[place] -= quantity

    @rule(place=places, number=units)
    def receive_unit(self, place: str, number: str) -> None:
        """A unit arrives; one that is somewhere already stays where it is."""
        unit = rules.unit(self.fan, number, self.vendor)
        move = rules.Move(
            self.fan, self.vendor, self.places[place], Decimal(1), Reason.RECEIPT, serial=unit
        )
        if number in self.units:
            self._refused(move)
        else:
            rules.post([move], by=self.by, at=AT)
            self.units[number] = place

    @precondition(lambda self: self.units)
    @rule(data=st.data(), to=places)
    def carry_unit(self, data: st.DataObject, to: str) -> None:
        """A unit is carried on from where it is, and from nowhere else."""
        number, source = data.draw(st.sampled_from(sorted(self.units.items())))
        said = data.draw(places)
        unit = queries.serial(self.fan, number)
        if said == to:
            return
        move = rules.Move(
            self.fan,
            self.places[said],
            self.places[to],
            Decimal(1),
            Reason.TRANSFER,
            serial=unit,
        )
        if said == source:
            rules.post([move], by=self.by, at=AT)
            self.units[number] = to
        else:
            self._refused(move)

    @rule(place=places, quantity=quantities)
    def promise(self, place: str, quantity: Decimal) -> None:
        """What is available can be promised, and not more."""
        free = self.held[place] - self.promised[place]
        location = self.places[place]
        if quantity > free:
            try:
                rules.allocate(self.pipe, quantity, location=location, subject=self.order)
            except Refusal:
                return
            raise AssertionError("promised more than there is")
        rules.allocate(self.pipe, quantity, location=location, subject=self.order)
        self.promised[place] += quantity

    @rule(place=places, quantity=quantities)
    def free(self, place: str, quantity: Decimal) -> None:
        """What was promised can be given up."""
        freed = rules.release(self.order, quantity, location=self.places[place])
        assert freed == min(quantity, self.promised[place])
        self.promised[place] -= freed

    @invariant()
    def places_hold_what_the_dictionary_says(self) -> None:
        """Quantities, units, promises."""
        for name, place in self.places.items():
            assert queries.on_hand(self.pipe, place) == self.held[name]
            assert queries.allocated(self.pipe, place) == self.promised[name]
            held = [unit.number for unit in queries.serials_at(self.fan, place)]
            assert held == sorted(number for number, at in self.units.items() if at == name)

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        """Every rule that always holds, recomputed."""
        assert list(audit.differences()) == []

    @invariant()
    def an_empty_place_has_no_value(self) -> None:
        """Whatever was used before it came, or taken back: nothing is worth nothing."""
        if self.taken_back:
            return  # what was taken back returns at its own cost, not at the average
        for place in self.places.values():
            held = db.session.get(Balance, (self.pipe.id, place.id, OURS))
            if held is not None and held.quantity == 0:
                assert held.value == 0

    def _post(self, move: rules.Move, change: dict[str, Decimal]) -> None:
        moved = rules.post([move], by=self.by, at=AT)[0]
        self.standing.append((moved, change))
        for place, quantity in change.items():
            self.held[place] += quantity

    def _refused(self, move: rules.Move) -> None:
        before = db.session.query(Movement).count()
        nested = db.session.begin_nested()
        try:
            rules.post([move], by=self.by, at=AT)
        except Refusal:
            nested.rollback()
            assert db.session.query(Movement).count() == before
            return
        raise AssertionError(f"{move} should have been refused")


def test_the_ledger_agrees_with_a_dictionary_whatever_happens(app):
    with app.app_context():
        run(Ledger)
