"""Asking for parts, and what becomes of a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.orders import answering, audit, open_requests, queries, requesting, rules
from partsweb.orders.models import OrderState, Urgency
from partsweb.people.permissions import COORDINATOR, DISPATCHER
from partsweb.stock import queries as stock
from partsweb.timeline.models import Event, Notification
from partsweb.timeline.queries import told
from tests.support.company import (
    a_part,
    a_person,
    a_site,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    in_stock,
)

ONE, TWO, FOUR = Decimal(1), Decimal(2), Decimal(4)


@pytest.fixture
def books(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        assert list(audit.differences()) == []


def events(order) -> list[str]:
    rows = select(Event.what).where(Event.subject_id == order.id).order_by(Event.id)
    return list(db.session.scalars(rows))


def now():
    return clock.now()


def test_a_request_waits_and_stands_on_the_timeline_and_on_dispatchs_list(books: None) -> None:
    tess = a_technician(van="Van 3")
    order, valve = an_order(assigned_to=tess), a_part(list_price="389.00")

    entry = requesting.request(order, valve, TWO, by=tess, at=now())

    assert (entry.quantity, entry.waiting, entry.cost) == (TWO, TWO, Decimal(389))
    assert events(order) == ["part-requested"]
    assert [one.id for one in open_requests.requests().items] == [entry.id]


def test_dispatchs_list_has_the_urgent_and_the_old_ones_first(books: None) -> None:
    tess = a_technician()
    order = an_order(assigned_to=tess)
    [old, new, urgent] = [a_part(), a_part(), a_part()]

    requesting.request(order, old, ONE, by=tess, at=now())
    requesting.request(order, new, ONE, by=tess, at=now())
    requesting.request(order, urgent, ONE, by=tess, at=now(), urgency=Urgency.TODAY)

    assert [one.part.id for one in open_requests.requests().items] == [urgent.id, old.id, new.id]


def test_nothing_is_asked_for_on_an_order_that_is_closed(books: None) -> None:
    tess = a_technician()
    order = an_order(assigned_to=tess, state=OrderState.COMPLETED)

    with pytest.raises(Refusal, match="completed"):
        requesting.request(order, a_part(), ONE, by=tess, at=now())


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_request_is_for_more_than_nothing(books: None, quantity: str) -> None:
    tess = a_technician()
    order = an_order(assigned_to=tess)

    with pytest.raises(Refusal, match="more than nothing"):
        requesting.request(order, a_part(), Decimal(quantity), by=tess, at=now())


def test_half_of_a_part_with_serials_does_not_exist(books: None) -> None:
    tess = a_technician()
    order = an_order(assigned_to=tess)

    with pytest.raises(Refusal, match="whole units"):
        requesting.request(order, a_part(serialized=True), Decimal("0.5"), by=tess, at=now())


def test_two_of_four_are_in_stock_and_two_are_ordered(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part()
    in_stock(part, depot, 2)
    entry = requesting.request(an_order(assigned_to=tess), part, FOUR, by=tess, at=now())

    answering.allocate(entry, TWO, location=depot, by=cora, at=now())
    due = date(2030, 6, 6)
    answering.ordered(entry, TWO, expected_on=due, paper="PO-1042", by=cora, at=now())

    assert entry.states == [(TWO, "Allocated"), (TWO, "On order")]
    assert (entry.paper, entry.expected_on) == ("PO-1042", due)
    assert stock.allocated(part, depot) == TWO


def test_what_is_not_available_cannot_be_promised(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part()
    in_stock(part, depot, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())

    with pytest.raises(Refusal, match="Only 1"):
        answering.allocate(entry, TWO, location=depot, by=cora, at=now())


def test_no_more_is_answered_than_was_asked(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part()
    in_stock(part, depot, 9)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())

    with pytest.raises(Refusal, match="Only 1"):
        answering.allocate(entry, TWO, location=depot, by=cora, at=now())


def test_what_is_set_aside_is_ready_and_the_technician_is_told(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part("VK4105")
    in_stock(part, depot, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.allocate(entry, ONE, location=depot, by=cora, at=now())

    answering.set_aside(entry, ONE, by=cora, at=now())

    db.session.flush()
    assert entry.states == [(ONE, "Ready")]
    assert "set aside at Depot" in told(tess).items[0].text
    assert stock.allocated(part, depot) == ONE


def test_what_was_allocated_is_carried_to_the_technicians_van(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 3, cost="10")
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())
    answering.allocate(entry, TWO, location=depot, by=cora, at=now())

    answering.move_to_van(entry, TWO, source=depot, by=cora, at=now())

    assert entry.states == [(TWO, "Ready")]
    assert (stock.on_hand(part, van), stock.allocated(part, van)) == (TWO, TWO)
    assert (stock.on_hand(part, depot), stock.allocated(part, depot)) == (ONE, 0)


def test_what_only_waited_is_carried_to_the_van_in_one_act(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())

    answering.move_to_van(entry, ONE, source=depot, by=cora, at=now())

    assert entry.states == [(ONE, "Ready"), (ONE, "Requested")]


def test_what_is_promised_to_another_order_is_not_carried_away(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 1)
    other = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.allocate(other, ONE, location=depot, by=cora, at=now())
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())

    with pytest.raises(Refusal, match="Only 0"):
        answering.move_to_van(entry, ONE, source=depot, by=cora, at=now())


def test_units_with_serials_are_carried_by_serial(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part(serialized=True)
    in_stock(part, depot, 1, serials=["00417"])
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())

    with pytest.raises(Refusal, match="by serial"):
        answering.move_to_van(entry, ONE, source=depot, by=cora, at=now())
    answering.move_to_van(
        entry, ONE, source=depot, by=cora, at=now(), serials=stock.serials_at(part, depot)
    )

    assert [unit.number for unit in stock.serials_at(part, van)] == ["00417"]


def test_what_arrives_at_the_depot_is_allocated_and_technician_and_dispatch_are_told(
    books: None,
) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    dora = a_person(DISPATCHER)
    part = a_part()
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())
    answering.ordered(entry, TWO, expected_on=None, paper="PO-1", by=cora, at=now())
    in_stock(part, depot, 6)

    answering.arrived(entry, ONE, location=depot, set_aside=False, paper="PO-1", by=cora, at=now())

    db.session.flush()
    assert entry.states == [(ONE, "Allocated"), (ONE, "On order")]
    assert stock.allocated(part, depot) == ONE
    assert "arrived at Depot" in told(tess).items[0].text
    assert "arrived at Depot" in told(dora).items[0].text


@pytest.mark.parametrize("into_van", [True, False])
def test_what_arrives_in_the_van_or_is_set_aside_is_ready(books: None, into_van: bool) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part, place = a_part(), van if into_van else depot
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.ordered(entry, ONE, expected_on=None, paper="PO-1", by=cora, at=now())
    in_stock(part, place, 1)

    answering.arrived(
        entry, ONE, location=place, set_aside=not into_van, paper="PO-1", by=cora, at=now()
    )

    assert entry.states == [(ONE, "Ready")]
    assert stock.allocated(part, place) == ONE


def test_more_arrives_than_the_entry_waits_for(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part()
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.ordered(entry, ONE, expected_on=None, paper="PO-1", by=cora, at=now())
    in_stock(part, depot, 5)

    taken = answering.arrived(
        entry, Decimal(5), location=depot, set_aside=True, paper="PO-1", by=cora, at=now()
    )

    assert taken == ONE
    assert entry.states == [(ONE, "Ready")]


def test_a_purchase_order_that_is_given_up_leaves_the_request_waiting_again(books: None) -> None:
    tess, cora = a_technician(), a_person(COORDINATOR)
    entry = requesting.request(an_order(assigned_to=tess), a_part(), TWO, by=tess, at=now())
    answering.ordered(entry, TWO, expected_on=date(2030, 1, 1), paper="PO-1", by=cora, at=now())

    answering.no_longer_ordered(entry, TWO, paper="PO-1", by=cora, at=now())

    assert entry.states == [(TWO, "Requested")]
    assert (entry.paper, entry.expected_on) == ("", None)


def test_a_declined_request_says_why_and_the_technician_is_told(books: None) -> None:
    tess, dora = a_technician(), a_person(DISPATCHER)
    entry = requesting.request(an_order(assigned_to=tess), a_part(), ONE, by=tess, at=now())

    with pytest.raises(Refusal, match="Say why"):
        answering.decline(entry, ONE, " ", by=dora, at=now())
    answering.decline(entry, ONE, "Not in the agreement", by=dora, at=now())

    db.session.flush()
    assert entry.states == [(ONE, "Declined")]
    assert "Not in the agreement" in told(tess).items[0].text


def test_cancelling_takes_what_waits_first_and_frees_what_was_allocated(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    part = a_part()
    in_stock(part, depot, 2)
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())
    answering.allocate(entry, ONE, location=depot, by=cora, at=now())

    requesting.cancel(entry, ONE, by=tess, at=now())
    assert entry.states == [(ONE, "Allocated"), (ONE, "Cancelled")]
    requesting.cancel(entry, ONE, by=tess, at=now())

    assert entry.states == [(TWO, "Cancelled")]
    assert stock.allocated(part, depot) == 0


def test_purchasing_is_told_when_what_is_on_order_is_not_needed(books: None) -> None:
    tess, buyer = a_technician(), a_person("purchasing")
    entry = requesting.request(an_order(assigned_to=tess), a_part("IGN-77"), ONE, by=tess, at=now())
    answering.ordered(entry, ONE, expected_on=None, paper="PO-7", by=buyer, at=now())

    requesting.cancel(entry, ONE, by=tess, at=now())

    db.session.flush()
    assert "IGN-77 on PO-7 isn’t needed" in told(buyer).items[0].text


def test_what_is_not_used_goes_back_from_the_van_to_the_depot(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.move_to_van(entry, ONE, source=depot, by=cora, at=now())

    requesting.not_used(entry, ONE, by=tess, at=now(), to=depot)

    assert entry.states == [(ONE, "Not used")]
    assert (stock.on_hand(part, van), stock.on_hand(part, depot)) == (0, ONE)
    assert stock.allocated(part, van) == 0


def test_what_is_not_used_may_stay_in_the_van(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 2)
    entry = requesting.request(an_order(assigned_to=tess), part, TWO, by=tess, at=now())
    answering.move_to_van(entry, TWO, source=depot, by=cora, at=now())

    requesting.not_used(entry, ONE, by=tess, at=now())

    assert entry.states == [(ONE, "Ready"), (ONE, "Not used")]
    assert (stock.on_hand(part, van), stock.allocated(part, van)) == (TWO, ONE)


def test_an_order_that_is_cancelled_waits_for_nothing_and_frees_its_stock(books: None) -> None:
    tess, cora, depot = a_technician(), a_person(COORDINATOR), a_warehouse()
    order, part = an_order(assigned_to=tess), a_part()
    in_stock(part, depot, 1)
    entry = requesting.request(order, part, TWO, by=tess, at=now())
    answering.allocate(entry, ONE, location=depot, by=cora, at=now())

    rules.change_state(order, OrderState.CANCELLED, by=cora, at=now())

    assert entry.states == [(TWO, "Cancelled")]
    assert stock.allocated(part, depot) == 0
    assert open_requests.requests().total == 0


def test_orders_are_numbered_one_after_the_other(books: None) -> None:
    dora, site = a_person(DISPATCHER), a_site()

    first = rules.create_order(site, "No hot water", by=dora, at=now())
    own = rules.create_order(site, "From elsewhere", by=dora, at=now(), number="SR-000145")
    last = rules.create_order(site, "Leak", by=dora, at=now())

    assert [first.number, own.number, last.number] == ["SR-000001", "SR-000145", "SR-000146"]


def test_an_order_with_a_day_and_a_technician_is_scheduled_and_the_technician_told(
    books: None,
) -> None:
    dora, tess = a_person(DISPATCHER), a_technician()

    order = rules.create_order(
        a_site(), "Leak", by=dora, at=now(), assigned_to=tess, scheduled_for=now()
    )

    db.session.flush()
    assert order.state == OrderState.SCHEDULED
    assert "is yours: Leak" in told(tess).items[0].text
    assert events(order) == ["order-created", "order-scheduled", "order-assigned"]


def test_awaiting_parts_says_from_whom_and_until_when_and_forgets_it_afterwards(
    books: None,
) -> None:
    tess, vendor, order = a_technician(), a_vendor("Northgas"), an_order()

    rules.change_state(
        order,
        OrderState.AWAITING_PARTS,
        by=tess,
        at=now(),
        note="On the truck",
        awaiting_vendor=vendor,
        awaiting_until=date(2020, 1, 2),
    )
    late = queries.flag(order)
    rules.change_state(order, OrderState.IN_PROGRESS, by=tess, at=now())

    db.session.flush()
    said = db.session.scalars(select(Event.text).where(Event.subject_id == order.id)).all()
    assert "Northgas, expected Thu 2 Jan 2020" in said[0]
    assert late == "parts were expected Thu 2 Jan 2020"
    assert (order.awaiting_vendor, order.awaiting_until) == (None, None)


def test_a_closed_order_stays_closed(books: None) -> None:
    tess = a_technician()
    order = an_order(state=OrderState.COMPLETED)

    with pytest.raises(Refusal, match="Make a new order"):
        rules.change_state(order, OrderState.NEW, by=tess, at=now())


def test_a_technician_sees_own_orders_only_and_the_office_sees_all(books: None) -> None:
    tess, theo, dora = a_technician("Tess"), a_technician("Theo"), a_person(DISPATCHER)
    order = an_order(assigned_to=tess)
    entry = an_entry(order, a_part(), waiting=1)

    assert queries.order(order.number, seen_by=tess) is order
    assert queries.order(order.number, seen_by=dora) is order
    with pytest.raises(NotFound):
        queries.order(order.number, seen_by=theo)
    with pytest.raises(NotFound):
        queries.part_entry(entry.id, seen_by=theo)
    assert queries.orders(queries.Filter(), seen_by=theo).total == 0


def test_orders_that_stand_still_are_flagged(books: None) -> None:
    dora = a_person(DISPATCHER)
    long_ago = now() - queries.STANDS_STILL_AFTER * 2
    stuck = an_order(state=OrderState.IN_PROGRESS, state_changed_at=long_ago)
    an_order(state=OrderState.IN_PROGRESS)
    an_order(state=OrderState.COMPLETED, state_changed_at=long_ago)

    found = queries.orders(queries.Filter(show="flagged"), seen_by=dora)

    assert [one.id for one in found.items] == [stuck.id]
    assert queries.flag(stuck) == "no change for 6 days"


def test_orders_are_found_by_number_customer_and_street(books: None) -> None:
    dora = a_person(DISPATCHER)
    order = an_order(site=a_site("Agnes Holloway", "10 Castle Hill"))
    an_order(site=a_site("Someone", "Elsewhere"))

    for words in (order.number, "holloway", "castle hill", "agnes castle"):
        found = queries.orders(queries.Filter(words=words), seen_by=dora)
        assert [one.id for one in found.items] == [order.id], words


def test_nobody_is_told_what_he_did_himself(books: None) -> None:
    tess = a_technician()
    order = an_order(assigned_to=None)

    rules.assign(order, tess, by=tess, at=now())

    db.session.flush()
    assert db.session.scalars(select(Notification)).all() == []
