"""Bought at a vendor's counter: one act, the slip with it, the office told."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.approvals.models import Approval
from partsweb.attachments import queries as attachments
from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.orders.models import Order, OrderState, PartEntry
from partsweb.purchasing.models import PurchaseOrder, PurchaseState, Receipt
from partsweb.stock import queries as stock
from partsweb.timeline import queries as timeline
from tests.purchasing.conftest import Firm, states
from tests.support.company import a_person, a_technician, an_entry, an_order, given, in_stock, the
from tests.support.files import a_photo


def test_into_the_van_in_one_act_with_the_slip_and_the_office_is_told(firm: Firm):
    with given(firm.app):
        finance = a_person("finance")

    answer = _buy(firm, quantity=2, price="14.20", slip=_slip(), slip_number="C-88")

    with firm.app.app_context():
        [paper] = db.session.scalars(select(PurchaseOrder))
        [receipt] = db.session.scalars(select(Receipt))
        assert answer.location == f"/purchasing/{paper.number}"
        assert (paper.counter, paper.state) == (True, PurchaseState.RECEIVED)
        assert receipt.slip_number == "C-88"
        assert [one.purpose for one in attachments.of(receipt.subject)] == ["packing slip"]
        assert stock.on_hand(firm.valve, firm.van) == 2
        assert stock.average_cost(firm.valve, firm.van) == Decimal("14.2")
        said = "Tess bought 2 VK4105 at the counter of Northgas for 28.40"
        for person in (firm.penny, firm.again(finance)):
            assert [one.text for one in timeline.told(person).items] == [said]
    assert "bought at the counter" in firm.browser(firm.penny).get("/purchasing?view=all").text


def test_who_bought_it_sees_the_price_paid_and_no_other_technician_does(firm: Firm):
    with given(firm.app):
        other = a_technician("Tom", van="Van 4")

    at = _buy(firm, price="14.27").location

    mine = firm.browser(firm.tess).get(at).text
    assert "14.27" in mine
    assert "12.4" not in mine
    assert firm.browser(other).get(at).status_code == 404


def test_onto_an_order_it_is_ready_there(firm: Firm):
    order = _started(firm)

    answer = _buy(firm, order, goes="order")

    assert answer.location == f"/orders/{order.number}"
    with firm.app.app_context():
        [entry] = firm.again(order).entries
        assert states(entry) == {"Ready": 1}
        assert stock.allocated(firm.valve, firm.van) == 1


def test_what_the_order_waits_for_is_answered_by_it(firm: Firm):
    order = _started(firm)
    with given(firm.app):
        entry = an_entry(firm.again(order), firm.valve, 3)

    _buy(firm, order, goes="order", quantity=2)

    with firm.app.app_context():
        assert states(firm.again(entry)) == {"Ready": 2, "Requested": 1}
        assert len(firm.again(order).entries) == 1


def test_fitted_at_once_with_its_serial(firm: Firm):
    order = _started(firm)

    _buy(firm, order, part=firm.fan, goes="fitted", serials="F-9", price="99")

    with firm.app.app_context():
        [entry] = db.session.scalars(select(PartEntry))
        assert states(entry) == {"Installed": 1}
        unit = the(stock.serial(firm.fan, "F-9"))
        assert unit.state.value == "installed"


def test_a_new_vendor_by_name_and_the_coordinator_is_told(firm: Firm):
    with given(firm.app):
        carla = a_person("coordinator")

    _buy(firm, vendor="", vendor_name="  City  Plumbing ")
    _buy(firm, vendor="", vendor_name="city plumbing")

    with firm.app.app_context():
        names = db.session.scalars(select(Vendor.name).order_by(Vendor.name)).all()
        assert names == ["City Plumbing", "Northgas"]
        told = [one.text for one in timeline.told(firm.again(carla)).items]
        assert told == ["New vendor City Plumbing, added by Tess at the counter: complete it"]


def test_several_parts_on_one_slip(firm: Firm):
    parts = f"part={firm.valve.id}&part={firm.fan.id}"
    sent = {
        f"quantity-{firm.valve.id}": "3",
        f"price-{firm.valve.id}": "12",
        f"quantity-{firm.fan.id}": "1",
        f"price-{firm.fan.id}": "90",
        f"serials-{firm.fan.id}": "F-1",
        "vendor": firm.northgas.id,
        "goes": "van",
    }

    firm.browser(firm.tess).post(f"/counter-purchases/new?{parts}", data=sent)

    with firm.app.app_context():
        [paper] = db.session.scalars(select(PurchaseOrder))
        assert paper.subtotal == 126
        assert stock.on_hand(firm.valve, firm.van) == 3
        assert stock.on_hand(firm.fan, firm.van) == 1


def test_a_serial_that_is_elsewhere_is_refused_and_nothing_is_bought(firm: Firm):
    with given(firm.app):
        in_stock(firm.fan, firm.depot, 1, serials=["F-1"])

    refused = _buy(firm, part=firm.fan, serials="F-1", price="90")

    assert refused.status_code == 422
    assert "The books have serial F-1 of C7731 in Depot" in refused.text
    with firm.app.app_context():
        assert db.session.scalars(select(PurchaseOrder)).all() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"price": ""}, "The price of VK4105 is not a number"),
        ({"quantity": "0"}, "Say how much of VK4105 was bought"),
        ({"price": "-1"}, "price can"),
        ({"vendor": ""}, "Say where it was bought"),
        ({"goes": "moon"}, "Say where it goes"),
    ],
)
def test_what_is_missing_is_said_in_the_form_and_nothing_is_lost(
    firm: Firm, wrong: dict[str, Any], said: str
):
    refused = _buy(firm, note="Trade counter, paid by card", **wrong)

    assert refused.status_code == 422
    assert said in refused.text
    assert "paid by card" in refused.text


def test_somebody_without_a_van_says_where_it_goes(firm: Firm):
    with given(firm.app):
        tom = a_technician("Tom")

    none = _buy(firm, by=tom)
    at = _buy(firm, by=tom, into=firm.depot.id).location

    assert none.status_code == 422
    assert firm.browser(tom).get(at).status_code == 200
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 1


def test_taken_back_the_purchase_is_undone_too(firm: Firm):
    order = _started(firm)
    _buy(firm, order, goes="order")
    with firm.app.app_context():
        [receipt] = db.session.scalars(select(Receipt))

    answer = firm.browser(firm.tess).post(
        f"/receipts/{receipt.id}/reversal", data={"why": "Wrong part, given back at the counter"}
    )

    assert answer.status_code == 303
    with firm.app.app_context():
        [paper] = db.session.scalars(select(PurchaseOrder))
        assert paper.state == PurchaseState.CANCELLED
        assert stock.on_hand(firm.valve, firm.van) == 0
        [entry] = firm.again(order).entries
        assert states(entry) == {"Requested": 1}


def test_it_is_reached_from_today_from_the_order_and_from_the_part(firm: Firm):
    order = _started(firm)
    tess = firm.browser(firm.tess)
    new = "/counter-purchases/new"

    assert f'href="{new}"' in tess.get("/").text
    assert f"{new}?order={order.number}" in tess.get(f"/orders/{order.number}/parts/new").text
    assert f"{new}?part={firm.valve.id}" in tess.get(f"/parts/{firm.valve.id}").text
    found = tess.get(f"{new}?q=gas+valve&order={order.number}").text
    assert f"{new}?part={firm.valve.id}&amp;order={order.number}" in found
    form = tess.get(f"{new}?part={firm.valve.id}&order={order.number}").text
    assert f"Fitted on {order.number}" in form
    assert "12.4" not in form


class TestALimit:
    """Purchases above the limit need somebody else; at the counter nobody waits."""

    @pytest.fixture
    def firm(self, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Firm:
        limited = replace(firm.app.config["SETTINGS"], purchase_approval=Decimal(100))
        monkeypatch.setitem(firm.app.config, "SETTINGS", limited)
        return firm

    def test_above_it_somebody_else_approves_before_it_is_ordered(self, firm: Firm):
        with given(firm.app):
            boss = a_person("supervisor")
            order = firm.drafted((firm.valve, 10))
        penny, at = firm.browser(firm.penny), f"/purchasing/{order.number}"

        assert "Ask to buy" in penny.get(at).text
        asked = penny.post(f"{at}/placing", follow_redirects=True).text
        assert "waits for an approval" in asked
        assert penny.post(f"{at}/placing").status_code == 422
        assert penny.post(f"{at}/receipts/new").status_code == 422
        _decide(firm.app, firm.browser(boss), "approved")
        penny.post(f"{at}/placing")

        with firm.app.app_context():
            assert firm.again(order).state == PurchaseState.ORDERED

    def test_rejected_it_is_a_draft_again_with_the_reason(self, firm: Firm):
        with given(firm.app):
            boss = a_person("supervisor")
            order = firm.drafted((firm.valve, 10))
        penny, at = firm.browser(firm.penny), f"/purchasing/{order.number}"
        penny.post(f"{at}/placing")

        _decide(firm.app, firm.browser(boss), "rejected", "Ask Southgas first")

        assert "Ask Southgas first" in penny.get(at).text
        with firm.app.app_context():
            assert firm.again(order).state == PurchaseState.DRAFT

    def test_who_asked_cant_approve(self, firm: Firm):
        with given(firm.app):
            both = a_person("supervisor", "purchasing")
            order = firm.drafted((firm.valve, 10))
        browser = firm.browser(both)
        browser.post(f"/purchasing/{order.number}/placing")

        assert _decide(firm.app, browser, "approved").status_code == 422

    def test_taken_back_the_question_is_withdrawn(self, firm: Firm):
        with given(firm.app):
            order = firm.drafted((firm.valve, 10))
        penny, at = firm.browser(firm.penny), f"/purchasing/{order.number}"
        penny.post(f"{at}/placing")

        penny.post(f"{at}/withdrawal")

        with firm.app.app_context():
            assert firm.again(order).state == PurchaseState.DRAFT
            assert _asked().decision.value == "withdrawn"

    def test_up_to_it_nobody_is_asked(self, firm: Firm):
        with given(firm.app):
            order = firm.drafted((firm.valve, 8))  # 99.20

        firm.browser(firm.penny).post(f"/purchasing/{order.number}/placing")

        with firm.app.app_context():
            assert firm.again(order).state == PurchaseState.ORDERED

    def test_at_the_counter_it_is_told_afterwards(self, firm: Firm):
        with given(firm.app):
            boss = a_person("supervisor")

        _buy(firm, quantity=10, price="14")

        with firm.app.app_context():
            [told] = timeline.told(firm.again(boss)).items
            assert "more than the limit of 100.00" in told.text
            assert stock.on_hand(firm.valve, firm.van) == 10


def _started(firm: Firm) -> Order:
    with given(firm.app):
        return an_order(assigned_to=firm.tess, state=OrderState.IN_PROGRESS)


def _buy(
    firm: Firm, order: Order | None = None, *, part: Any = None, by: Any = None, **more: Any
) -> Any:
    """Tess, or somebody else, buys one valve at Northgas for 14.20, unless it is said otherwise."""
    part = part or firm.valve
    sent = {"quantity": 1, "price": "14.20", "vendor": firm.northgas.id, "goes": "van"} | more
    for name in ("quantity", "price", "serials"):
        if name in sent:
            sent[f"{name}-{part.id}"] = str(sent.pop(name))
    to = f"/counter-purchases/new?part={part.id}" + (f"&order={order.number}" if order else "")
    return firm.browser(by or firm.tess).post(to, data=sent, content_type="multipart/form-data")


def _slip() -> Any:
    return io.BytesIO(a_photo()), "slip.jpg"


def _asked() -> Any:
    return db.session.scalars(select(Approval)).one()


def _decide(app: Flask, browser: Any, decision: str, why: str = "") -> Any:
    with app.app_context():
        asked = _asked()
    return browser.post(f"/approvals/{asked.id}", data={"decision": decision, "why": why})
