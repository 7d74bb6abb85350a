"""A small company for tests: builders whose names read like the given part of a sentence.

    with given(app):
        tess = a_technician("Tess", van="Van 3")
        valve = a_part("VK4105", "Gas valve", list_price="389")
        order = an_order(assigned_to=tess)
    page = signed_in(app, tess).get(f"/orders/{order.number}")

What is made inside `given` is kept at its end and can be read afterwards. Look at the result with
`with app.app_context():`, never around a request: an open context would be that request's too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.writing import written
from partsweb.locations import rules as locations
from partsweb.locations.models import Kind, Location
from partsweb.orders.models import Customer, Order, OrderState, PartEntry, Site
from partsweb.people import rules as people
from partsweb.people.models import Person
from partsweb.people.permissions import TECHNICIAN
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.stock import rules as ledger

T = TypeVar("T")
_numbers = itertools.count(1)


@contextmanager
def given(app: Flask) -> Iterator[None]:
    """Everything made inside is kept together at the end, and readable afterwards."""
    with app.app_context():
        db.session().expire_on_commit = False
        yield
        db.session.commit()


def the(found: T | None) -> T:
    """What must be there."""
    assert found is not None
    return found


# --- People ----------------------------------------------------------------------------------


def a_person(*roles: str, name: str = "", login: str = "", password: str = "") -> Person:
    """Somebody with these roles; signs in by `login`, else by the first role and a number."""
    number = next(_numbers)
    login = login or f"{roles[0] if roles else 'somebody'}{number}"
    return people.add_person(
        login, name or login.capitalize(), roles or (TECHNICIAN,), password=password
    )


def a_technician(name: str = "Tess", *, van: Location | str = "", **more: Any) -> Person:
    """A technician, who holds the van: one there is, or a new one of that name."""
    person = a_person(TECHNICIAN, name=name, **more)
    if van:
        held = van if isinstance(van, Location) else a_van(van)
        locations.hand_over(held, to=person)
    return person


def signed_in(app: Flask, person: Person) -> FlaskClient:
    """The person's browser, signed in without typing the password."""
    with app.app_context():
        token = written(lambda: people.start_sign_in(person, user_agent="a browser in a test"))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


# --- Places and parts ------------------------------------------------------------------------


def a_warehouse(name: str = "Depot") -> Location:
    """A warehouse, with its quarantine."""
    return locations.open_location(name, Kind.WAREHOUSE)


def a_bin(name: str, *, of: Location) -> Location:
    """A bin in a warehouse."""
    return locations.open_location(name, Kind.BIN, parent=of)


def a_van(name: str = "Van 3", *, held_by: Person | None = None) -> Location:
    """A van, with its quarantine."""
    return locations.open_location(name, Kind.VAN, held_by=held_by)


def a_part(sku: str = "", description: str = "Gas valve", **more: Any) -> Part:
    """A part of the catalogue; amounts may be given as text."""
    for amount in ("list_price", "core_charge"):
        if amount in more:
            more[amount] = Decimal(more[amount])
    return catalogue.add_part(sku or f"P-{next(_numbers)}", description, **more)


def a_vendor(name: str = "Northgas", **more: Any) -> Vendor:
    """A vendor."""
    return catalogue.add_vendor(f"V{next(_numbers)}", name, **more)


def a_price(part: Part, vendor: Vendor, price: str, *, number: str = "") -> None:
    """The vendor sells the part at that price."""
    catalogue.list_part(part, vendor, number=number, price=Decimal(price))


def in_stock(
    part: Part, location: Location, quantity: str | int, *, cost: str = "0", serials: Any = ()
) -> None:
    """So much of the part lies at the location, at that cost each; negative: it is owed."""
    ledger.open_stock(
        part,
        location,
        Decimal(quantity),
        by=None,
        at=clock.now(),
        unit_cost=Decimal(cost),
        serials=serials,
    )


# --- Orders ----------------------------------------------------------------------------------


def a_site(customer: str = "Mrs Okafor", street: str = "14 Mill Lane") -> Site:
    """A customer's site; the customer is made with it."""
    owner = Customer(number=f"C{next(_numbers)}", name=customer)
    site = Site(customer=owner, street=street, town="Leeds", postcode="LS1 4AP")
    db.session.add(site)
    db.session.flush()
    return site


def an_order(
    summary: str = "Boiler, no hot water",
    *,
    assigned_to: Person | None = None,
    state: OrderState = OrderState.SCHEDULED,
    site: Site | None = None,
    scheduled_for: datetime | None = None,
    **more: Any,
) -> Order:
    """An order as it stands in the books, not a way to make one: its timeline is empty."""
    order = Order(
        number=f"SR-9{next(_numbers):05d}",
        site=site or a_site(),
        summary=summary,
        state=state,
        assigned_to=assigned_to,
        scheduled_for=scheduled_for,
        **more,
    )
    db.session.add(order)
    db.session.flush()
    return order


def an_entry(
    order: Order, part: Part, quantity: str | int = 1, *, by: Person | None = None, **states: Any
) -> PartEntry:
    """A part on an order, all of it waiting unless states (ready=1, …) say otherwise."""
    asker = by or order.assigned_to or a_technician()
    amounts = {state: Decimal(amount) for state, amount in states.items()}
    asked = Decimal(quantity)
    entry = PartEntry(
        order=order,
        part=part,
        quantity=asked,
        requested_by=asker,
        requested_at=clock.now(),
        **({"waiting": asked - sum(amounts.values(), ZERO)} | amounts),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


# --- Purchase orders -------------------------------------------------------------------------


def a_purchase_order(
    vendor: Vendor,
    *lines: tuple[Part, str | int, str],
    ship_to: Location,
    state: PurchaseState = PurchaseState.ORDERED,
    **more: Any,
) -> PurchaseOrder:
    """A purchase order as it stands; lines are (part, quantity, price)."""
    order = PurchaseOrder(
        number=f"PO-9{next(_numbers):04d}", vendor=vendor, ship_to=ship_to, state=state, **more
    )
    for position, (part, quantity, price) in enumerate(lines, start=1):
        order.lines.append(
            PurchaseLine(
                position=position,
                part=part,
                quantity=Decimal(quantity),
                price=Decimal(price),
                amount=Decimal(quantity) * Decimal(price),
            )
        )
    db.session.add(order)
    db.session.flush()
    return order
