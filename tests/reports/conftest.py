"""A firm in June 2026: two technicians with vans, an order each, valves at 12.50."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.writing import written
from partsweb.orders import fitting
from partsweb.orders.models import Installation, PartEntry
from partsweb.people.models import Person
from partsweb.upkeep import audit
from tests.support.company import (
    a_part,
    a_person,
    a_site,
    a_technician,
    a_van,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)


def june(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def july(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 7, day, hour, tzinfo=UTC)


class Firm:
    """Who and what there is; `now` is moved on by the tests."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with clock.set_to(june(1)), given(app):
            self.van3, self.van7 = a_van("Van 3"), a_van("Van 7")
            self.tess = a_technician("Tess", van=self.van3)
            self.tom = a_technician("Tom", van=self.van7)
            self.fay = a_person("finance", name="Fay")
            self.valve = a_part("VK4105", "Gas valve", category="Valves", list_price="29")
            self.pipe = a_part("CP15", "Copper pipe", category="Pipe", unit="M", list_price="4")
            for van in (self.van3, self.van7):
                in_stock(self.valve, van, 10, cost="12.50")
                in_stock(self.pipe, van, 40, cost="1.20")
            okafor, abbey = a_site("Mrs Okafor"), a_site("Abbey School", "2 Abbey Road")
            self.okafor = an_order(assigned_to=self.tess, site=okafor)
            self.abbey = an_order("No heating", assigned_to=self.tom, site=abbey)

    def fitted(
        self,
        order: Any,
        part: Any,
        quantity: str | int,
        *,
        at: datetime,
        now: Any = None,
        **marks: Any,
    ) -> Installation:
        """The order's technician fits so much of it from the own van."""
        person = order.assigned_to
        van = self.van3 if person is self.tess else self.van7
        with clock.set_to(now or at):
            return self.kept(lambda: self._fit(order, part, quantity, person, van, at, marks))

    def _fit(self, order, part, quantity, person, van, at, marks) -> Installation:
        entry: PartEntry = an_entry(self.again(order), self.again(part), quantity)
        entry.cost = self.again(part).list_price
        for name, value in marks.items():
            setattr(entry, name, value)
        return fitting.install(
            entry, Decimal(quantity), source=self.again(van), by=self.again(person), at=at
        )[0]

    def taken_back(self, one: Installation, *, at: datetime, by: Person | None = None) -> None:
        with clock.set_to(at):
            who = by or one.by
            self.kept(lambda: fitting.take_back(self.again(one), by=self.again(who), at=at))

    def kept(self, what: Any) -> Any:
        """Do it in a write of its own."""
        with self.app.app_context():
            db.session().expire_on_commit = False
            return written(what)

    def again(self, thing: Any) -> Any:
        return db.session.get_one(type(thing), thing.id)

    def browser(self, person: Person) -> FlaskClient:
        return signed_in(self.app, person)


@pytest.fixture
def firm(app: Flask) -> Iterator[Firm]:
    """The firm; whatever a test does in it, the audit finds nothing after it."""
    yield Firm(app)
    with app.app_context():
        assert list(audit.differences()) == []


JUNE, JULY = "from=2026-06-01&to=2026-06-30", "from=2026-07-01&to=2026-07-31"
