"""Purchase orders are the buyers'; a technician sees his own deliveries, and never a price."""

from __future__ import annotations

from decimal import Decimal

from partsweb.kit import clock
from partsweb.purchasing import received, rules
from partsweb.purchasing.models import PurchaseState
from partsweb.stock import queries as stock
from tests.purchasing.conftest import Firm, fields
from tests.support.company import a_person, a_technician, given


def test_a_technician_receives_into_his_own_van_and_sees_no_price(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 4), ship_to=firm.van)
    tess = firm.browser(firm.tess)
    at = f"/purchasing/{order.number}"

    pages = [tess.get(path).text for path in ("/purchasing", at, f"{at}/receipts/new")]
    answer = tess.post(f"{at}/receipts/new", data=fields(order, 4), follow_redirects=True)

    assert answer.status_code == 200
    for page in (*pages, answer.text):
        assert order.number in page
        assert "12.4" not in page
        assert "49.6" not in page
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.van) == 4
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_a_technician_sees_only_the_lines_that_were_ordered_for_him(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), (firm.fan, 3), entry=entry)
    tess = firm.browser(firm.tess)

    page = tess.get(f"/purchasing/{order.number}").text
    form = tess.get(f"/purchasing/{order.number}/receipts/new").text

    assert "VK4105" in page
    assert "C7731" not in page
    assert "95.17" not in page
    assert "C7731" not in form


def test_a_technician_cant_receive_a_line_that_isnt_his(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.fan, 1), (firm.valve, 2), entry=entry)

    refused = firm.browser(firm.tess).post(
        f"/purchasing/{order.number}/receipts/new", data=fields(order, ["F-1"])
    )

    assert refused.status_code == 422
    with firm.app.app_context():
        assert stock.serial(firm.fan, "F-1") is None


def test_others_orders_arent_there_for_a_technician(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 4))
        arrival = rules.Arrival(order.lines[0], Decimal(1), Decimal(1))
        receipt = rules.receive(order, [arrival], by=firm.penny, at=clock.now())
        [found] = received.discrepancies_of(order.lines)
        tom = a_technician("Tom", van="Van 4")
    browser = firm.browser(tom)

    for path in (
        f"/purchasing/{order.number}",
        f"/purchasing/{order.number}/receipts/new",
        f"/receipts/{receipt.id}",
        f"/discrepancies/{found.id}",
    ):
        assert browser.get(path).status_code == 404, path
    assert order.number not in browser.get("/purchasing?view=all").text
    assert browser.get("/purchasing/requests").status_code == 403
    assert browser.get("/purchasing/new").status_code == 403


def test_a_technician_reads_of_damage_to_his_own_lines_only(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), (firm.fan, 1), entry=entry)
        valve, fan = order.lines
        for_him = rules.Arrival(valve, Decimal(1), Decimal(1), damage_note="Thread bent")
        for_others = rules.Arrival(
            fan, damaged=Decimal(1), damaged_serials=["F-1"], damage_note="Blades broken"
        )
        rules.receive(order, [for_him, for_others], by=firm.penny, at=clock.now())

    page = firm.browser(firm.tess).get("/purchasing/discrepancies").text

    assert "Thread bent" in page
    assert "Blades broken" not in page


def test_a_dispatcher_has_no_purchase_orders(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 4))
        dora = a_person("dispatcher")
    browser = firm.browser(dora)

    assert browser.get("/purchasing").status_code == 403
    assert browser.get(f"/purchasing/{order.number}").status_code == 403


def test_a_supervisor_sees_prices_but_doesnt_buy(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 4))
        sue = a_person("supervisor")
    browser = firm.browser(sue)

    page = browser.get(f"/purchasing/{order.number}").text

    assert "4 × 12.40 = 49.60" in page
    assert "Cancel or close" not in page
    assert browser.post(f"/purchasing/{order.number}/cancellation").status_code == 403
