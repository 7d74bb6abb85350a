"""Scenario 4: a serial on a delivery that the books have elsewhere."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.purchasing import received, rules
from partsweb.purchasing.models import PurchaseOrder, PurchaseState, SerialConflict
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Movement, Reason, SerialState
from tests.purchasing.conftest import Firm, fields
from tests.support.company import a_part, given, in_stock


@pytest.fixture
def order(firm: Firm) -> PurchaseOrder:
    """Three fans are ordered; the books have F-3 in Tess's van."""
    with given(firm.app):
        in_stock(firm.fan, firm.van, 1, cost="90", serials=["F-3"])
        return firm.ordered((firm.fan, 3))


def test_two_are_accepted_and_the_third_says_where_it_is(firm: Firm, order: PurchaseOrder):
    penny = firm.browser(firm.penny)

    shown = _received(penny, order, ["F-1", "F-2", "F-3"])

    assert "2 received; 1 not received: the books have it elsewhere" in shown
    assert "the books have it in Van 3" in shown
    with firm.app.app_context():
        numbers = [unit.number for unit in stock.serials_at(firm.fan, firm.depot)]
        assert numbers == ["F-1", "F-2"]
        [unit] = stock.serials_at(firm.fan, firm.van)
        assert unit.number == "F-3"
        assert len(stock.later_moves(unit, than=_first_move(unit.id))) == 0
        now = firm.again(order)
        assert now.state == PurchaseState.PARTLY_RECEIVED
        assert now.lines[0].outstanding == 1
    page = penny.get(_way_out(firm)).text
    for way in ("Moved here", "Misread", "Duplicate label"):
        assert way in page


def test_it_was_moved_here_transfers_it_and_the_vendor_still_owes_one(
    firm: Firm, order: PurchaseOrder
):
    penny = firm.browser(firm.penny)
    _received(penny, order, ["F-1", "F-3"])

    shown = penny.post(_way_out(firm), data={"how": "moved here"}, follow_redirects=True).text

    assert "transferred from Van 3 to Depot" in shown
    with firm.app.app_context():
        assert stock.on_hand(firm.fan, firm.van) == 0
        assert stock.on_hand(firm.fan, firm.depot) == 2
        assert firm.again(order).lines[0].outstanding == 2
        assert received.open_conflicts_of(firm.again(order).lines) == []


def test_a_misread_serial_changes_nothing_and_the_right_one_comes_later(
    firm: Firm, order: PurchaseOrder
):
    penny = firm.browser(firm.penny)
    _received(penny, order, ["F-1", "F-2", "F-3"])

    penny.post(_way_out(firm), data={"how": "misread"})
    _received(penny, order, ["F-8"])

    with firm.app.app_context():
        assert stock.on_hand(firm.fan, firm.van) == 1
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_a_duplicate_label_is_received_under_a_number_of_its_own(firm: Firm):
    with given(firm.app):
        in_stock(firm.fan, firm.van, 1, cost="90", serials=["F-3"])
        entry = firm.entry(firm.fan, 2)
        order = firm.ordered((firm.fan, 2), entry=entry)
    penny = firm.browser(firm.penny)
    _received(penny, order, ["F-1", "F-3"], set_aside="1")
    offered = penny.get(_way_out(firm)).text

    penny.post(_way_out(firm), data={"how": "duplicate label", "new_number": "F-3-2"})

    assert 'value="F-3-2"' in offered
    with firm.app.app_context():
        numbers = [unit.number for unit in stock.serials_at(firm.fan, firm.depot)]
        assert numbers == ["F-1", "F-3-2"]
        assert stock.average_cost(firm.fan, firm.depot) == Decimal("95.17")
        assert firm.again(order).state == PurchaseState.RECEIVED
        assert firm.again(entry).ready == 2


def test_a_new_number_that_is_taken_too_is_refused(firm: Firm, order: PurchaseOrder):
    penny = firm.browser(firm.penny)
    _received(penny, order, ["F-1", "F-3"])

    taken = {"how": "duplicate label", "new_number": "F-1"}
    refused = penny.post(_way_out(firm), data=taken)

    assert refused.status_code == 422
    assert "F-1 is taken too: the books have it in Depot" in refused.text


def test_a_conflict_is_solved_once(firm: Firm, order: PurchaseOrder):
    penny = firm.browser(firm.penny)
    _received(penny, order, ["F-3"])
    penny.post(_way_out(firm), data={"how": "misread"})

    again = penny.post(_way_out(firm), data={"how": "moved here"})

    assert again.status_code == 422
    assert "solved already: misread" in again.text


def test_only_serials_that_are_elsewhere_leave_the_order_as_it_was(
    firm: Firm, order: PurchaseOrder
):
    _received(firm.browser(firm.penny), order, ["F-3"])

    with firm.app.app_context():
        assert firm.again(order).state == PurchaseState.ORDERED
        assert firm.again(order).lines[0].received == 0


def test_a_unit_that_is_installed_is_taken_back_on_its_order_first(firm: Firm):
    with given(firm.app):
        in_stock(firm.fan, firm.van, 1, cost="90", serials=["F-3"])
        _moved(firm, "F-3", locations.single(Kind.INSTALLED), Reason.INSTALL)
        order = firm.ordered((firm.fan, 1))
        rules.receive(
            order,
            [rules.Arrival(order.lines[0], serials=["F-3"])],
            by=firm.penny,
            at=clock.now(),
        )
        [conflict] = db.session.scalars(select(SerialConflict))

        with pytest.raises(Refusal, match="is installed") as refused:
            rules.solve_conflict(conflict, "moved here", by=firm.penny, at=clock.now())

    assert "Take that back on its order first" in refused.value.text


def test_a_serial_returned_to_its_vendor_can_be_received_again(firm: Firm, order: PurchaseOrder):
    with given(firm.app):
        _moved(firm, "F-3", locations.single(Kind.VENDOR), Reason.VENDOR_RETURN)
    penny = firm.browser(firm.penny)

    _received(penny, order, ["F-1", "F-2", "F-3"])

    with firm.app.app_context():
        numbers = [unit.number for unit in stock.serials_at(firm.fan, firm.depot)]
        assert numbers == ["F-1", "F-2", "F-3"]
        unit = stock.serial(firm.fan, "F-3")
        assert unit is not None
        assert unit.state == SerialState.IN_STOCK
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_two_parts_may_share_a_serial_number(firm: Firm, order: PurchaseOrder):
    with given(firm.app):
        in_stock(a_part("X-1", "Pump", serialized=True), firm.van, 1, serials=["F-1"])

    _received(firm.browser(firm.penny), order, ["F-1"])

    with firm.app.app_context():
        assert stock.on_hand(firm.fan, firm.depot) == 1


def _received(browser: FlaskClient, order: PurchaseOrder, serials: list[str], **more: str) -> str:
    at = f"/purchasing/{order.number}/receipts/new"
    return browser.post(at, data=fields(order, serials, **more), follow_redirects=True).text


def _way_out(firm: Firm) -> str:
    with firm.app.app_context():
        [conflict] = db.session.scalars(select(SerialConflict))
        return f"/serial-conflicts/{conflict.id}"


def _moved(firm: Firm, number: str, target: Location, reason: Reason) -> None:
    unit = stock.serial(firm.fan, number)
    assert unit is not None
    move = ledger.Move(firm.fan, unit.location, target, Decimal(1), reason, serial=unit)
    ledger.post([move], by=firm.penny, at=clock.now())


def _first_move(serial_id: UUID) -> Movement:
    rows = select(Movement).where(Movement.serial_id == serial_id).order_by(Movement.id)
    return db.session.scalars(rows).one()
