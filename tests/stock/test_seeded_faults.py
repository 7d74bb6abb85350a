"""Faults that we put in ourselves are found by what should find them.

A check that can't fail checks nothing: here each guard is taken away once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text, update

from partsweb.extensions import db
from partsweb.kit import operation
from partsweb.stock import audit, rules
from partsweb.stock.booking import Book
from partsweb.stock.models import OURS, Balance, Movement, Serial
from partsweb.upkeep import audit as whole
from tests.stock.test_concurrency import _write, firm  # noqa: F401 - a fixture
from tests.support.company import (
    a_part,
    a_technician,
    a_van,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
)


def test_a_lost_update_is_found(app, firm, monkeypatch):  # noqa: F811
    """Balances written as they were read, instead of as deltas: what others added is gone."""

    class Careless(Book):
        def close(self):
            for balance in self.running.values():
                balance.more = balance.quantity  # the result, as if there had been nothing
            super().close()

    monkeypatch.setattr(rules, "Book", Careless)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda number: _write(app, firm, uuid4(), number), range(8)))

    with app.app_context():
        assert any("its movements say" in found for found in audit.differences())


def test_a_missing_operation_row_is_found(app, firm, monkeypatch):  # noqa: F811
    """Without its row an operation is applied again: what counts movements sees it."""
    monkeypatch.setattr(operation, "begin", lambda sent, *, by: True)
    operation_id = uuid4()

    for _ in range(2):
        _write(app, firm, operation_id, 1)

    with app.app_context():
        assert db.session.query(Movement).count() == 2, "once, with the row: see test_concurrency"


@pytest.mark.only("sqlite")
def test_an_edited_movement_is_found(app):
    with given(app):
        in_stock(a_part(), a_warehouse(), 2)
    with app.app_context():
        db.session.execute(text("DROP TRIGGER movements_no_update"))
        db.session.execute(text("UPDATE movements SET quantity = quantity + 1000000"))

        found = list(audit.differences())

        assert len(found) == 2
        assert all("its movements say" in difference for difference in found)


@pytest.mark.only("sqlite")
def test_a_deleted_movement_is_found(app):
    with given(app):
        in_stock(a_part(), a_warehouse(), 2)
    with app.app_context():
        db.session.execute(text("DROP TRIGGER movements_no_delete"))
        db.session.execute(text("DELETE FROM movements"))

        assert len(list(audit.differences())) == 2


def test_a_serial_in_two_minds_is_found(app):
    with given(app):
        fan, depot, van = a_part(serialized=True), a_warehouse(), a_van()
        in_stock(fan, depot, 1, serials=["0042"])

        db.session.execute(update(Serial).values(location_id=van.id))

        assert any("its last movement went elsewhere" in found for found in audit.differences())


def test_a_balance_out_of_nothing_is_found(app):
    with given(app):
        part, van = a_part("VK4105"), a_van()
        db.session.add(
            Balance(part_id=part.id, location_id=van.id, owner_id=OURS, quantity=Decimal(1))
        )
        db.session.flush()

        found = list(audit.differences())

        assert "Balance of VK4105 in Van 3 says 1 worth 0, its movements say 0 worth 0" in found
        assert any("sums to 1" in difference for difference in found)


def test_an_allocation_that_nobody_asked_for_is_found(app):
    with given(app):
        tess, part, depot = a_technician(), a_part(), a_warehouse()
        in_stock(part, depot, 2)
        an_entry(an_order(assigned_to=tess), part, 1, allocated=1)

        assert any("set apart in stock" in found for found in whole.differences())
