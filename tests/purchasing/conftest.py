"""A firm that buys: a depot, a vendor, a buyer, and a technician who waits for a part."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations.models import Location
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import rules
from partsweb.purchasing.models import PurchaseOrder
from partsweb.upkeep import audit
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_technician,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    signed_in,
)


class Firm:
    """Who and what there is. Within an app context each thing is as it now stands in it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._things: dict[str, Any] = {}

    def add(self, **things: Any) -> None:
        """Know these things by their names."""
        self._things |= things

    def again(self, thing: Any) -> Any:
        """The thing as it now stands in the database."""
        return db.session.get_one(type(thing), thing.id, populate_existing=True)

    def _now(self, name: str) -> Any:
        thing = self._things[name]
        return db.session.get_one(type(thing), thing.id) if has_app_context() else thing

    @property
    def depot(self) -> Location:
        """The warehouse."""
        found: Location = self._now("depot")
        return found

    @property
    def van(self) -> Location:
        """Tess's van."""
        found: Location = self._now("van")
        return found

    @property
    def northgas(self) -> Vendor:
        """The vendor; delivers in 3 days."""
        found: Vendor = self._now("northgas")
        return found

    @property
    def penny(self) -> Person:
        """The buyer."""
        found: Person = self._now("penny")
        return found

    @property
    def tess(self) -> Person:
        """The technician."""
        found: Person = self._now("tess")
        return found

    @property
    def valve(self) -> Part:
        """A plain part, 12.40 at Northgas."""
        found: Part = self._now("valve")
        return found

    @property
    def fan(self) -> Part:
        """A serialized part, 95.17 at Northgas."""
        found: Part = self._now("fan")
        return found

    def browser(self, person: Person) -> FlaskClient:
        """The person's browser."""
        return signed_in(self.app, person)

    def entry(self, part: Part, quantity: int, **more: Any) -> PartEntry:
        """Tess waits for a part on an order of hers."""
        return an_entry(an_order(assigned_to=self.tess), part, quantity, **more)

    def drafted(
        self,
        *wanted: tuple[Part, int],
        entry: PartEntry | None = None,
        ship_to: Location | None = None,
    ) -> PurchaseOrder:
        """A draft for Northgas; the entry waits for the line of its part."""
        to = ship_to or self.depot
        order = rules.draft(self.northgas, ship_to=to, by=self.penny, at=clock.now())
        for part, quantity in wanted:
            for_it = entry if entry and entry.part_id == part.id else None
            rules.add_line(order, part, Decimal(quantity), by=self.penny, entry=for_it)
        return order

    def ordered(self, *wanted: tuple[Part, int], **more: Any) -> PurchaseOrder:
        """The same, ordered."""
        order = self.drafted(*wanted, **more)
        rules.place(order, by=self.penny, at=clock.now())
        return order


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    """A firm with little in it; whatever a test does in it, the audit finds nothing after it."""
    firm = Firm(app)
    with given(app):
        northgas = a_vendor("Northgas", lead_days=3)
        valve = a_part("VK4105", "Gas valve")
        fan = a_part("C7731", "Fan", serialized=True)
        a_price(valve, northgas, "12.40", number="NG-41")
        a_price(fan, northgas, "95.17", number="NG-77")
        tess = a_technician("Tess", van="Van 3")
        penny = a_person("purchasing", name="Penny")
        firm.add(northgas=northgas, valve=valve, fan=fan, tess=tess, penny=penny)
        firm.add(depot=a_warehouse(), van=_van_of(tess))
    yield firm
    with app.app_context():
        assert list(audit.differences()) == []


def _van_of(person: Person) -> Location | None:
    from partsweb.locations.queries import van_of

    return van_of(person)


def fields(order: PurchaseOrder, *arrived: Any, **more: Any) -> dict[str, Any]:
    """What the receipt's form sends: for each line how much, or its serials."""
    sent: dict[str, Any] = dict(more)
    for line, what in zip(order.lines, arrived, strict=False):
        if isinstance(what, list):
            sent[f"serials-{line.id}"] = "\n".join(what)
        else:
            sent[f"arrived-{line.id}"] = str(what)
    return sent


def states(entry: PartEntry) -> dict[str, Decimal]:
    """How much of an entry is in which state; what is nothing is left out."""
    return {word: quantity for quantity, word in entry.states}
