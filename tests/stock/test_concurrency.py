"""Eight writers at once: nothing is lost, nothing is applied twice, everything adds up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

import pytest
from flask import Flask

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock, operation
from partsweb.kit.operation import Sent
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.people.models import Person
from partsweb.stock import audit, queries, rules
from partsweb.stock.models import Balance, Movement, Reason
from tests.support.company import a_part, a_technician, a_van, a_warehouse, given, in_stock

WRITERS = 8
WRITES = 12


@pytest.fixture
def firm(app):
    """Two parts, a depot and two vans."""
    with given(app):
        return {
            "by": a_technician().id,
            "parts": [a_part().id, a_part().id],
            "places": [a_warehouse().id, a_van().id, a_van("Van 7").id],
        }


def test_what_eight_writers_do_at_once_adds_up(app, firm):
    operations = [(uuid4(), number) for number in range(WRITERS * WRITES)]
    # A third is sent twice, from another thread, as phones do.
    sent = operations + operations[::3]
    Random(8).shuffle(sent)

    with ThreadPoolExecutor(WRITERS) as writers:
        first_times = list(writers.map(lambda one: _write(app, firm, *one), sent))

    with app.app_context():
        assert sum(first_times) == len(operations)
        assert list(audit.differences()) == []
        expected = _expected(firm, operations)
        for (part_id, place_id), quantity in expected.items():
            rows = db.session.query(Balance).filter_by(part_id=part_id, location_id=place_id)
            assert sum((row.quantity for row in rows), Decimal(0)) == quantity


def test_one_movement_is_taken_back_once_however_many_try(app, firm):
    with given(app):
        part = db.session.get_one(Part, firm["parts"][0])
        place = locations.location(firm["places"][0])
        in_stock(part, place, 5)
        moved_id = queries.movements_of(part).items[0].id

    with ThreadPoolExecutor(WRITERS) as writers:
        done = list(writers.map(lambda _: _take_back(app, firm, moved_id), range(WRITERS)))

    with app.app_context():
        assert sum(done) == 1
        assert list(audit.differences()) == []


def test_one_unit_goes_one_way_however_many_want_it(app, firm):
    with given(app):
        fan = a_part(serialized=True)
        in_stock(fan, locations.location(firm["places"][0]), 1, serials=["0042"])
        fan_id = fan.id

    def carry(number: int) -> bool:
        def work() -> None:
            part = db.session.get_one(Part, fan_id)
            source, target = (locations.location(firm["places"][i]) for i in (0, 1 + number % 2))
            unit = queries.serial(part, "0042")
            rules.transfer(
                part,
                Decimal(1),
                source=source,
                target=target,
                by=_person(firm),
                at=clock.now(),
                serials=[unit],
            )

        return _try(app, work)

    with ThreadPoolExecutor(WRITERS) as writers:
        done = list(writers.map(carry, range(WRITERS)))

    with app.app_context():
        assert sum(done) == 1
        assert list(audit.differences()) == []


def test_the_last_piece_is_promised_once_however_many_ask(app, firm):
    with given(app):
        part_id, place_id = firm["parts"][0], firm["places"][0]
        in_stock(db.session.get_one(Part, part_id), locations.location(place_id), 3)

    def promise(_: int) -> bool:
        def work() -> None:
            part = db.session.get_one(Part, part_id)
            subject = Subject("part-entry", uuid4())
            rules.allocate(part, Decimal(1), location=locations.location(place_id), subject=subject)

        return _try(app, work)

    with ThreadPoolExecutor(WRITERS) as writers:
        done = list(writers.map(promise, range(WRITERS)))

    assert sum(done) == 3


# --- The writers -----------------------------------------------------------------------------


def _write(app: Flask, firm: dict, operation_id: UUID, number: int) -> bool:
    """One operation as a phone sends it; says whether it was the first time."""

    def work() -> bool:
        sent = Sent(operation_id, "carry", str(number), clock.now(), "", None)
        if not operation.begin(sent, by=firm["by"]):
            return False
        part_id, source_id, target_id, quantity = _plan(firm, number)
        part = db.session.get_one(Part, part_id)
        source = (
            locations.single(Kind.VENDOR) if source_id is None else locations.location(source_id)
        )
        target = locations.location(target_id)
        move = rules.Move(
            part, source, target, quantity, Reason.TRANSFER, unit_cost=Decimal("1.25")
        )
        moved = rules.post([move], by=_person(firm), at=clock.now())[0]
        if number % 5 == 0:
            rules.reverse(moved, by=_person(firm), at=clock.now())
        return True

    with app.app_context():
        return written(work)


def _plan(firm: dict, number: int) -> tuple[UUID, UUID | None, UUID, Decimal]:
    dice = Random(number)
    ways = [(None, place) for place in firm["places"]]
    ways += [(a, b) for a in firm["places"] for b in firm["places"] if a != b]
    source, target = dice.choice(ways)
    return dice.choice(firm["parts"]), source, target, Decimal(dice.randint(1, 999)) / 8


def _expected(firm: dict, operations: list) -> dict[tuple[UUID, UUID], Decimal]:
    held = {(part, place): Decimal(0) for part in firm["parts"] for place in firm["places"]}
    for _, number in operations:
        if number % 5 == 0:
            continue  # taken back at once
        part, source, target, quantity = _plan(firm, number)
        held[part, target] += quantity
        if source is not None:
            held[part, source] -= quantity
    return held


def _take_back(app: Flask, firm: dict, movement_id: int) -> bool:
    def work() -> None:
        rules.reverse(queries.movement(movement_id), by=_person(firm), at=clock.now())

    return _try(app, work)


def _try(app: Flask, work) -> bool:
    with app.app_context():
        try:
            written(work)
        except Refusal:
            return False
        return True


def _person(firm: dict):
    return db.session.get_one(Person, firm["by"])


def test_operations_are_counted_once(app, firm):
    operation_id = uuid4()

    first, second = (_write(app, firm, operation_id, 1) for _ in range(2))

    with app.app_context():
        assert (first, second) == (True, False)
        assert db.session.query(Movement).count() == 1
