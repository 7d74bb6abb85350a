"""How much pages ask of the database: no more for many rows than for few, and never a lot."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import queries as orders
from partsweb.orders.models import Fate, OrderState
from partsweb.people.models import Person
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.arrivals import Arrival
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)
from tests.support.counting import statements

# `BEGIN` and the sign-in included. A page that needs more wants another look.
MOST = 15
# The write, and the page that answers it.
MOST_OF_A_WRITE = 50
PAGES = ("/", "/orders", "/orders/{order}", "/orders/{order}/timeline", "/parts", "/parts?q=valve")


def a_day_of_work(van_name: str, *, orders: int, parts: int) -> tuple[Person, str]:
    """A technician with a van and so many orders, each with so many parts; and the first order."""
    van = a_van(van_name)
    tess = a_technician(van=van)
    made = [
        an_order(
            assigned_to=tess,
            state=OrderState.SCHEDULED if number else OrderState.IN_PROGRESS,
            scheduled_for=clock.now() + timedelta(hours=number),
        )
        for number in range(orders)
    ]
    for order in made:
        for number in range(parts):
            part = a_part(description=f"Gas valve {number}")
            in_stock(part, van, 2)
            an_entry(order, part, 2, waiting=1, ready=1)
    return tess, made[0].number


def asked(app: Flask, somebody: Person, address: str) -> int:
    """How many statements the page sends."""
    client = signed_in(app, somebody)
    with statements(app) as sent:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(sent)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_little_and_no_more_for_many_rows_than_for_few(app: Flask, address: str):
    with given(app):
        tess, one = a_day_of_work("Van 3", orders=2, parts=2)
    few = asked(app, tess, address.format(order=one))

    with given(app):
        busy, other = a_day_of_work("Van 7", orders=8, parts=5)
    many = asked(app, busy, address.format(order=other))

    assert many <= few <= MOST


def deliveries(place: Location, buyer: Person, *, many: int) -> None:
    """So many purchase orders, each received; and as many parts of which the place owes some."""
    vendor = a_vendor()
    for _ in range(many):
        part, owed = a_part(), a_part()
        bought = a_purchase_order(vendor, (part, 4, "10"), ship_to=place)
        arrival = Arrival(bought.lines[0], accepted=Decimal(4))
        purchasing.receive(bought, [arrival], by=buyer, at=clock.now())
        in_stock(owed, place, -2)


@pytest.mark.parametrize("address", ["/stock/movements", "/stock/negative"])
def test_where_stock_came_from_is_asked_at_once(app: Flask, address: str):
    with given(app):
        penny, depot = a_person("purchasing"), a_warehouse()
        deliveries(depot, penny, many=2)
    few = asked(app, penny, address)

    with given(app):
        deliveries(depot, penny, many=8)
    many = asked(app, penny, address)

    assert many <= few <= MOST


def test_installing_a_part_asks_no_more_the_longer_the_order_is(app: Flask):
    with given(app):
        tess, one = a_day_of_work("Van 3", orders=1, parts=1)
        busy, other = a_day_of_work("Van 7", orders=1, parts=8)

    few, many = installing(app, tess, one), installing(app, busy, other)

    assert many <= few <= MOST_OF_A_WRITE


def installing(app: Flask, somebody: Person, number: str) -> int:
    """How many statements it takes to install the order's first part and show the order."""
    with app.app_context():
        person = db.session.get_one(Person, somebody.id)
        entry = orders.order(number, seen_by=person).entries[0]
        van = locations.van_of(person)
        assert van is not None
        form = {"quantity": "1", "source": str(van.id), "fate": Fate.SCRAPPED.value}
        address = f"/entries/{entry.id}/installation"
    client = signed_in(app, somebody)
    with statements(app) as sent:
        answer = client.post(
            address, data=form, headers={"HX-Request": "true", "HX-Request-Type": "partial"}
        )
    assert answer.status_code == 200, answer.text
    return len(sent)
