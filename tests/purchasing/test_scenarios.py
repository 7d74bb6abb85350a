"""Scenario 5, through the pages: used at 10:12, received at 14:05."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders.models import Order
from partsweb.purchasing import queries
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Movement, Reason
from tests.purchasing.conftest import Firm, fields
from tests.support.company import an_order, given, in_stock, the

YESTERDAY = clock.now() - timedelta(days=1)
USED, RECEIVED = f"{YESTERDAY:%Y-%m-%d}T10:12:00+00:00", f"{YESTERDAY:%Y-%m-%d}T14:05:00+00:00"


class Books(NamedTuple):
    """What they come to: on hand, its worth, the cost of what was used."""

    on_hand: Decimal
    worth: Decimal
    used: Decimal


@pytest.fixture
def order(firm: Firm) -> Order:
    """Van 3 has no valve, the last one cost 41.00; Tess needs one on this order."""
    with given(firm.app):
        in_stock(firm.valve, firm.van, 1, cost="41")
        gone = locations.single(Kind.ADJUSTMENT)
        lost = ledger.Move(firm.valve, firm.van, gone, Decimal(1), Reason.ADJUSTMENT)
        ledger.post([lost], by=firm.penny, at=YESTERDAY - timedelta(days=1))
        return an_order(assigned_to=firm.tess)


def test_used_at_10_12_and_received_at_14_05(firm: Firm, order: Order):
    penny = firm.browser(firm.penny)

    warned = _used(firm, order)

    assert "Van 3 now shows −1 of VK4105: it was used before it was received." in warned
    owed = penny.get("/stock/negative").text
    assert "VK4105" in owed
    assert order.number in owed
    assert _books(firm) == Books(Decimal(-1), Decimal(-41), Decimal(41))

    _received(firm)

    assert "Nothing is negative" in penny.get("/stock/negative").text
    assert "3 on hand" in penny.get(f"/parts/{firm.valve.id}").text
    # The correction of 2.50 belongs to what was used on the order.
    assert _books(firm) == Books(Decimal(3), Decimal("130.50"), Decimal("43.50"))


def test_the_two_reaching_the_server_in_reverse_order_give_the_same_totals(
    firm: Firm, order: Order
):
    _received(firm)
    shown = _used(firm, order)

    assert "used before it was received" not in shown
    assert "Nothing is negative" in firm.browser(firm.penny).get("/stock/negative").text
    assert _books(firm) == Books(Decimal(3), Decimal("130.50"), Decimal("43.50"))


def _used(firm: Firm, order: Order) -> str:
    """Tess logs one from her van; what she is shown then."""
    sent = {"part": firm.valve.id, "quantity": "1", "source": firm.van.id, "occurred_at": USED}
    url = f"/orders/{order.number}/installations/new?part={firm.valve.id}"
    return firm.browser(firm.tess).post(url, data=sent, follow_redirects=True).text


def _received(firm: Firm) -> None:
    """Penny has bought four at 43.50 for the van, and takes them in there."""
    penny = firm.browser(firm.penny)
    to_the_van = {"vendor": firm.northgas.id, "ship_to": firm.van.id}
    at = penny.post("/purchasing/new", data=to_the_van).location
    four = {"quantity": "4", "price": "43.50"}
    penny.post(f"{at}/lines/new?part={firm.valve.id}", data=four)
    penny.post(f"{at}/placing")
    with firm.app.app_context():
        arrived = fields(the(queries.by_number(at.rsplit("/")[-1])), 4, occurred_at=RECEIVED)
    shown = penny.post(f"{at}/receipts/new", data=arrived, follow_redirects=True).text
    assert "4 received" in shown


def _books(firm: Firm) -> Books:
    with firm.app.app_context():
        held = db.session.get_one(Balance, (firm.valve.id, firm.van.id, OURS))
        used = db.session.scalars(select(Movement).where(Movement.reason == Reason.INSTALL)).one()
        return Books(held.quantity, held.value, stock.cost_of(used))
