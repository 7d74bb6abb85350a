"""Stock changes only by movements, and always adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.periods import rules as periods
from partsweb.stock import audit, queries, rules
from partsweb.stock.models import OURS, Balance, Movement, Reason, SerialState
from tests.support.company import (
    a_part,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    given,
    in_stock,
)

AT = datetime(2026, 6, 4, 10, 12, tzinfo=UTC)


def test_what_leaves_one_place_arrives_at_the_other(app):
    with given(app):
        tess, valve = a_technician(), a_part()
        depot, van = a_warehouse(), a_van()
        in_stock(valve, depot, 8, cost="11.80")

        rules.transfer(valve, Decimal(3), source=depot, target=van, by=tess, at=AT)

        assert queries.on_hand(valve, depot) == 5
        assert queries.on_hand(valve, van) == 3
        assert queries.average_cost(valve, van) == Decimal("11.8")
        assert list(audit.differences()) == []


def test_a_van_may_owe_what_was_used_before_it_was_received(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()

        _use(valve, van, 1, by=tess)

        assert queries.on_hand(valve, van) == -1
        [owed] = queries.negative_balances().items
        [[cause]] = queries.causes_of_negative([owed])
        assert owed.location == van
        assert cause.by == tess


def test_what_a_place_owes_goes_back_to_the_last_uses_that_still_stand(app):
    with given(app):
        tess, valve, fan, van = a_technician(), a_part("A-1"), a_part("A-2"), a_van()
        in_stock(valve, van, 2)

        enough, short, wrong, last = (_use(valve, van, 2, by=tess)[0] for _ in range(4))
        rules.take_back(wrong, by=tess, at=AT)
        used = _use(fan, van, 4, by=tess)[0]

        owed = queries.negative_balances().items
        assert [balance.part.sku for balance in owed] == ["A-1", "A-2"]
        assert queries.causes_of_negative(owed) == [[last, short], [used]]
        assert enough not in queries.causes_of_negative(owed)[0]


def test_the_missing_receipt_clears_the_negative(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()
        _use(valve, van, 1, by=tess)

        in_stock(valve, van, 4)

        assert queries.on_hand(valve, van) == 3
        assert queries.negative_balances().items == []


def test_a_mistake_is_taken_back_by_its_mirror_image_also_at_nothing_on_hand(app):
    with given(app):
        tess, valve, depot, van = a_technician(), a_part(), a_warehouse(), a_van()
        in_stock(valve, depot, 2, cost="40")
        moved = rules.transfer(valve, Decimal(2), source=depot, target=van, by=tess, at=AT)
        _use(valve, van, 2, by=tess)

        back = rules.reverse(moved[0], by=tess, at=AT)

        assert (back.source, back.target, back.value) == (van, depot, Decimal(80))
        assert queries.on_hand(valve, van) == -2
        assert list(audit.differences()) == []


def test_nothing_is_taken_back_twice(app):
    with given(app):
        tess, valve, depot, van = a_technician(), a_part(), a_warehouse(), a_van()
        moved = rules.transfer(valve, Decimal(2), source=depot, target=van, by=tess, at=AT)
        rules.reverse(moved[0], by=tess, at=AT)

        with pytest.raises(Refusal, match="taken back already"):
            rules.reverse(moved[0], by=tess, at=AT)


def test_the_last_unit_takes_all_the_value_that_is_left(app):
    with given(app):
        tess, washer, van = a_technician(), a_part(), a_van()
        in_stock(washer, van, 3, cost="0.333333")
        in_stock(washer, van, 4, cost="0.1")

        values = [_use(washer, van, 1, by=tess)[0].value for _ in range(7)]

        assert sum(values) == Decimal("1.399999")
        assert db.session.get_one(Balance, (washer.id, van.id, OURS)).value == 0


def test_money_and_quantities_stay_exact_over_thousands_of_tenths(app):
    with given(app):
        pipe, van = a_part(unit="M"), a_van()

        for _ in range(300):
            in_stock(pipe, van, "0.1", cost="0.1")

        assert queries.on_hand(pipe, van) == Decimal(30)
        assert list(audit.differences()) == []


def test_a_serial_is_at_exactly_one_place(app):
    with given(app):
        tess, fan = a_technician(), a_part("C7731", serialized=True)
        depot, van, other = a_warehouse(), a_van(), a_van("Van 7")
        in_stock(fan, depot, 1, serials=["0042"])
        one = queries.serial(fan, "0042")
        rules.transfer(fan, Decimal(1), source=depot, target=van, by=tess, at=AT, serials=[one])

        with pytest.raises(Refusal, match="Serial 0042 of C7731 is in Van 3, not in Depot"):
            rules.transfer(
                fan, Decimal(1), source=depot, target=other, by=tess, at=AT, serials=[one]
            )

        assert one.location == van


def test_a_serial_that_has_moved_on_is_taken_back_from_its_last_move(app):
    with given(app):
        tess, fan = a_technician(), a_part("C7731", serialized=True)
        depot, van, other = a_warehouse(), a_van(), a_van("Van 7")
        in_stock(fan, depot, 1, serials=["0042"])
        one = queries.serial(fan, "0042")

        def carry(source, target):
            there = {"source": source, "target": target}
            return rules.transfer(fan, Decimal(1), by=tess, at=AT, serials=[one], **there)[0]

        first, second = carry(depot, van), carry(van, other)

        with pytest.raises(Refusal, match="moved on: transfer to Van 7"):
            rules.reverse(first, by=tess, at=AT)

        rules.reverse(second, by=tess, at=AT)
        rules.reverse(first, by=tess, at=AT)
        assert (one.location, one.state) == (depot, SerialState.IN_STOCK)
        assert list(audit.differences()) == []


def test_a_unit_moves_as_a_unit_with_its_serial_only(app):
    with given(app):
        tess, fan, depot, van = a_technician(), a_part(serialized=True), a_warehouse(), a_van()

        with pytest.raises(Refusal, match="needs its serial"):
            rules.transfer(fan, Decimal(2), source=depot, target=van, by=tess, at=AT)


def test_two_parts_may_share_a_serial_number(app):
    with given(app):
        fan, pump = a_part(serialized=True), a_part(serialized=True)
        depot = a_warehouse()

        in_stock(fan, depot, 1, serials=["1"])
        in_stock(pump, depot, 1, serials=["1"])

        assert len(queries.serials_numbered("1")) == 2


def test_what_is_promised_to_one_order_is_not_promised_to_another(app):
    with given(app):
        valve, depot = a_part("VK4105"), a_warehouse()
        in_stock(valve, depot, 3)
        first, second = (Subject("part-entry", a_part().id) for _ in range(2))
        rules.allocate(valve, Decimal(2), location=depot, subject=first)

        with pytest.raises(Refusal, match="Only 1 of VK4105 are available in Depot"):
            rules.allocate(valve, Decimal(2), location=depot, subject=second)

        assert rules.release(first, Decimal(5), location=depot) == 2
        rules.allocate(valve, Decimal(3), location=depot, subject=second)


def test_a_late_row_counts_on_the_first_open_day_and_says_when_it_happened(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()
        happened = datetime(2026, 5, 28, 9, 0, tzinfo=UTC)
        with clock.set_to(datetime(2026, 6, 3, 8, 0, tzinfo=UTC)):
            periods.close(date(2026, 5, 1), by=tess.id)

        moved = _use(valve, van, 1, by=tess, at=happened)[0]

        assert moved.posted_on == date(2026, 6, 1)
        assert moved.occurred_at == happened


def test_consignment_stock_has_no_value_in_our_books(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()

        owner = rules.owner_of(a_vendor())
        rules.open_stock(
            valve, van, Decimal(4), by=tess, at=AT, unit_cost=Decimal(95), owner_id=owner.id
        )

        assert queries.on_hand(valve, van) == 4
        assert db.session.get_one(Balance, (valve.id, van.id, owner.id)).value == 0


@pytest.mark.parametrize("act", ["UPDATE movements SET quantity = 1", "DELETE FROM movements"])
def test_the_database_itself_refuses_to_change_a_movement(app, act):
    with given(app):
        in_stock(a_part(), a_warehouse(), 2)
        db.session.commit()

        with pytest.raises(DBAPIError, match="movements are never changed"):
            db.session.execute(text(act))

        db.session.rollback()
        assert db.session.query(Movement).count() == 1


@pytest.mark.only("sqlite")
def test_the_database_also_refuses_a_replaced_movement(app):
    with given(app):
        in_stock(a_part(), a_warehouse(), 2)
        db.session.commit()

        with pytest.raises(DBAPIError, match="movements are never changed"):
            db.session.execute(text("INSERT OR REPLACE INTO movements SELECT * FROM movements"))

        db.session.rollback()


def test_a_float_is_never_a_quantity(app):
    with given(app):
        rows = select(Balance).where(Balance.quantity == 0.5)

        with pytest.raises(StatementError, match="never a float"):
            db.session.execute(rows)


def test_a_phone_with_a_wrong_clock_is_not_believed_about_the_future(app):
    with app.app_context():
        ahead = clock.now() + timedelta(days=2)

        believed = clock.believed(ahead.isoformat())

        assert believed < ahead


def _use(part, van, quantity, *, by, at=AT):
    fitted = locations.single(Kind.INSTALLED)
    return rules.post(
        [rules.Move(part, van, fitted, Decimal(quantity), Reason.INSTALL)], by=by, at=at
    )


def test_what_was_used_before_it_was_received_gets_its_true_cost_afterwards(app):
    """Scenario 5: last cost 41.00, 1 installed, then 4 received at 43.50."""
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()
        in_stock(valve, van, 1, cost="41")
        _use(valve, van, 1, by=tess)

        used = _use(valve, van, 1, by=tess)[0]
        assert (used.value, queries.on_hand(valve, van)) == (Decimal(41), Decimal(-1))
        in_stock(valve, van, 4, cost="43.50")

        assert queries.cost_of(used) == Decimal("43.5")
        held = db.session.get_one(Balance, (valve.id, van.id, OURS))
        assert (held.quantity, held.value) == (Decimal(3), Decimal("130.5"))
        assert list(audit.differences()) == []


def test_the_order_in_which_use_and_receipt_are_recorded_makes_no_difference(app):
    with given(app):
        tess, van = a_technician(), a_van()
        first, second = a_part(), a_part()
        for part in (first, second):
            in_stock(part, van, 1, cost="41")
            _use(part, van, 1, by=tess)

        used_first = _use(first, van, 3, by=tess)[0]
        in_stock(first, van, 4, cost="43.50")
        in_stock(second, van, 4, cost="43.50")
        used_second = _use(second, van, 3, by=tess)[0]

        assert queries.cost_of(used_first) == queries.cost_of(used_second)
        values = [
            db.session.get_one(Balance, (part.id, van.id, OURS)).value for part in (first, second)
        ]
        assert values[0] == values[1] == Decimal("43.5")


def test_a_use_that_is_taken_back_after_its_cost_was_learnt_leaves_nothing_behind(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()
        in_stock(valve, van, 1, cost="41")
        _use(valve, van, 1, by=tess)
        used = _use(valve, van, 2, by=tess)[0]
        in_stock(valve, van, 1, cost="50")
        in_stock(valve, van, 1, cost="60")

        rules.reverse(used, by=tess, at=AT)

        held = db.session.get_one(Balance, (valve.id, van.id, OURS))
        assert (held.quantity, held.value) == (Decimal(2), Decimal(110))
        assert list(audit.differences()) == []


def test_a_use_that_is_taken_back_before_anything_arrived_corrects_nothing(app):
    with given(app):
        tess, valve, van = a_technician(), a_part(), a_van()
        in_stock(valve, van, 1, cost="41")
        _use(valve, van, 1, by=tess)
        used = _use(valve, van, 1, by=tess)[0]

        rules.reverse(used, by=tess, at=AT)
        in_stock(valve, van, 1, cost="50")

        assert queries.cost_of(used) == Decimal(41)
        held = db.session.get_one(Balance, (valve.id, van.id, OURS))
        assert (held.quantity, held.value) == (Decimal(1), Decimal(50))
