from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders.models import Installation
from partsweb.stock import queries, transfers
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Reason
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
    the,
)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def used_without_stock(part, van, order, *, by):
    """Installed on the order although the van had none, as the orders room does it."""
    entry = an_entry(order, part, 1, by=by, installed=1, waiting=0)
    fitted = Installation(
        entry=entry,
        quantity=1,
        source=van,
        by=by,
        occurred_at=clock.now(),
        recorded_at=clock.now(),
    )
    db.session.add(fitted)
    db.session.flush()
    customer = locations.single(Kind.INSTALLED)
    move = ledger.Move(part, van, customer, Decimal(1), Reason.INSTALL, cause=fitted.subject)
    return ledger.post([move], by=by, at=clock.now())[0]


def test_the_negative_list_names_the_orders_that_caused_it(app: Flask):
    with given(app):
        tess, joe = a_technician("Tess", van="Van 3"), a_technician("Joe")
        cora, van = a_person("coordinator"), the(locations.van_of(tess))
        order = an_order(assigned_to=tess)
        used_without_stock(a_part("FAN", "Fan"), van, order, by=tess)

    for person in (tess, cora):
        page = signed_in(app, person).get("/stock/negative").text
        assert "Fan" in page
        assert "−1" in page
        assert order.number in page
    assert order.number not in signed_in(app, joe).get("/stock/negative").text


def test_the_negative_list_clears_when_the_missing_receipt_arrives(app: Flask):
    with given(app):
        cora, van, fan = a_person("coordinator"), a_van("Van 3"), a_part("FAN", "Fan")
        in_stock(fan, van, -1)
    browser = signed_in(app, cora)
    assert "Fan" in browser.get("/stock/negative").text

    with given(app):
        in_stock(fan, van, 4)

    assert "Nothing is negative" in browser.get("/stock/negative").text


def test_a_long_negative_list_is_shown_in_pages_and_its_file_and_the_count_have_all(app: Flask):
    with given(app):
        fay, van = a_person("finance"), a_van("Van 3")
        for number in range(52):
            in_stock(a_part(f"FAN-{number:02d}", "Fan"), van, -1)
    browser = signed_in(app, fay)

    first = browser.get("/stock/negative").text
    second = browser.get("/stock/negative?page=2").text
    file = browser.get("/stock/negative.csv").text

    assert "FAN-49" in first
    assert "FAN-50" not in first
    assert "1 of 2 · 52 in all" in first
    assert "FAN-49" not in second
    assert "FAN-51" in second
    assert file.count("FAN-") == 52
    with app.app_context():
        assert queries.negative_balances(size=5).total == 52


def test_what_is_owed_says_what_is_to_come_and_leads_to_counting_receiving_and_carrying(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        dora, tess = a_person("dispatcher"), a_technician("Tess", van=a_van("Van 9"))
        bought, carried, lost = a_part("FAN", "Fan"), a_part("HOSE", "Hose"), a_part("TUBE", "Tube")
        for part in (bought, carried, lost):
            in_stock(part, van, -1)
        vendor, in_may = a_vendor(), date(2031, 5, 6)
        elsewhere = a_purchase_order(vendor, (bought, 3, "1"), ship_to=depot)
        here = a_purchase_order(vendor, (bought, 6, "1"), ship_to=van, expected_on=in_may)
        asked = transfers.ask(depot, van, [(carried, Decimal(2))], by=cora, at=clock.now())

    pages = {who: signed_in(app, who).get("/stock/negative").text for who in (cora, dora, tess)}

    fan, hose, tube = (
        re.split(f"/parts/{part.id}", pages[cora])[1] for part in (bought, carried, lost)
    )
    seen = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", fan))
    assert f"6 due Tue 6 May 2031, receive {here.number}" in seen
    assert f"at Depot, receive {elsewhere.number}" in seen
    assert seen.index(here.number) < seen.index(elsewhere.number)
    assert f'2 asked for from Depot, <a href="/transfers/{asked.id}">{asked.number}' in hose
    assert "Nothing is on its way here." in tube
    for link in (f"/counts/new?at={van.id}", f"/transfers/new?to={van.id}&amp;part={lost.id}"):
        assert link in tube
    # Who may do none of it isn't led there; what is for others is nobody else's.
    for who in (dora, tess):
        assert not re.search(f"/counts/new|/receipts/new|/transfers/|{here.number}", pages[who])


def test_stock_is_moved_from_place_to_place_in_one_act(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        fan = a_part("FAN", "Fan")
        in_stock(fan, depot, 5)
    browser = signed_in(app, cora)
    form = f"/stock/transfers/new?part={fan.id}"
    assert "Depot · 5" in browser.get(form).text

    answer = browser.post(
        form,
        data={"source": f"{depot.id}/{OURS}", "target": str(van.id), "quantity": "2"},
        follow_redirects=True,
    )

    assert "2 moved to Van 3. Depot has 3 left." in answer.text
    with app.app_context():
        assert queries.on_hand(fan, depot) == 3
        assert queries.on_hand(fan, van) == 2


def test_units_are_moved_by_their_serials_and_stay_whose_they_are(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        valve = a_part("VK4105", serialized=True)
        in_stock(valve, depot, 2, serials=["A1", "A2"])
        vendor = ledger.owner_of(a_vendor())
        ledger.open_stock(
            valve, depot, Decimal(1), by=None, at=clock.now(), owner_id=vendor.id, serials=["C1"]
        )
    browser = signed_in(app, cora)
    first = browser.get(f"/stock/transfers/new?part={valve.id}").text
    assert "From where?" in first
    form = f"/stock/transfers/new?part={valve.id}&from={depot.id}"
    with app.app_context():
        units = [str(one.id) for one in queries.serials_at(valve, depot) if one.number != "A2"]

    browser.post(form, data={"source": str(depot.id), "target": str(van.id), "serial": units})

    with app.app_context():
        assert [one.number for one in queries.serials_at(valve, van)] == ["A1", "C1"]
        held = the(db.session.get(Balance, (valve.id, van.id, vendor.id)))
        assert held.quantity == 1
        assert queries.on_hand(valve, depot) == 1


@pytest.mark.parametrize(
    ("changed", "words_of_it"),
    [
        ({"quantity": "0"}, "Say how many are moved."),
        ({"quantity": "two"}, "The quantity is not a number: two"),
        ({"target": ""}, "Choose where it goes."),
        ({"source": "nonsense"}, "Choose where it comes from."),
        ({"quantity": "-3"}, "Say how many are moved."),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(
    app: Flask, changed: dict[str, str], words_of_it: str
):
    with given(app):
        cora, depot, van, fan = a_person("coordinator"), a_warehouse(), a_van(), a_part()
        in_stock(fan, depot, 5)
    said = {"source": f"{depot.id}/{OURS}", "target": str(van.id), "quantity": "1"}

    answer = signed_in(app, cora).post(f"/stock/transfers/new?part={fan.id}", data=said | changed)

    assert answer.status_code == 422
    assert words_of_it in answer.text


def test_the_books_are_set_right_with_a_reason(app: Flask):
    with given(app):
        cora, depot, fan = a_person("coordinator"), a_warehouse("Depot"), a_part("FAN", "Fan")
        in_stock(fan, depot, 5, cost="12")
    browser, form = signed_in(app, cora), f"/stock/adjustments/new?part={fan.id}"
    said = {"location": f"{depot.id}/{OURS}", "sense": "fewer", "quantity": "2"}

    without = browser.post(form, data=said)
    browser.post(form, data=said | {"why": "Fell off the shelf"})
    browser.post(form, data=said | {"sense": "more", "quantity": "1", "why": "Found one"})

    assert without.status_code == 422
    assert "Say why" in without.text
    with app.app_context():
        assert queries.on_hand(fan, depot) == 4
        assert queries.average_cost(fan, depot) == 12
    history = browser.get(f"/parts/{fan.id}/movements").text
    assert "Fell off the shelf" in history
    assert "Found one" in history


def test_units_are_set_right_by_their_serials(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        valve = a_part("VK4105", serialized=True)
        in_stock(valve, depot, 1, serials=["A1"])
        in_stock(valve, van, 1, serials=["B1"])
    browser, form = signed_in(app, cora), f"/stock/adjustments/new?part={valve.id}"
    said = {"location": f"{depot.id}/{OURS}", "why": "Looked"}

    browser.post(form, data=said | {"sense": "more", "serials": "N1\r\nN2\r\n\r\nN1"})
    browser.post(form, data=said | {"sense": "fewer", "serials": "A1"})
    elsewhere = browser.post(form, data=said | {"sense": "fewer", "serials": "B1"})

    with app.app_context():
        assert [one.number for one in queries.serials_at(valve, depot)] == ["N1", "N2"]
    assert elsewhere.status_code == 422
    assert "Serial B1 of VK4105 is in Van 3" in elsewhere.text


def test_a_movement_is_taken_back_once_and_both_stay_in_the_history(app: Flask):
    with given(app):
        cora, depot, van, fan = a_person("coordinator"), a_warehouse("Depot"), a_van(), a_part()
        in_stock(fan, depot, 5)
        (moved,) = ledger.transfer(
            fan, Decimal(2), source=depot, target=van, by=cora, at=clock.now()
        )
    browser = signed_in(app, cora)

    answer = browser.post(
        f"/movements/{moved.id}/reversal", data={"note": "Wrong van"}, follow_redirects=True
    )
    again = browser.post(f"/movements/{moved.id}/reversal")

    assert "Taken back" in answer.text
    assert again.status_code == 422
    assert "taken back already" in again.text
    with app.app_context():
        assert queries.on_hand(fan, depot) == 5
        assert queries.movements_of(fan).total == 3


def test_a_unit_that_moved_on_is_not_taken_back_before_its_later_moves(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        valve = a_part("VK4105", serialized=True)
        in_stock(valve, depot, 1, serials=["A1"])
        unit = the(queries.serial(valve, "A1"))
        for source, target in ((depot, van), (van, a_van("Van 7"))):
            ledger.transfer(
                valve,
                Decimal(1),
                source=source,
                target=target,
                by=cora,
                at=clock.now(),
                serials=[unit],
            )
        first = queries.life_of(unit).items[1]

    answer = signed_in(app, cora).post(f"/movements/{first.id}/reversal")

    assert answer.status_code == 422
    assert "Serial A1 has moved on: transfer to Van 7. Take that back first." in answer.text


def test_what_was_done_for_an_order_is_taken_back_on_the_order(app: Flask):
    with given(app):
        cora, tess = a_person("coordinator"), a_technician(van="Van 3")
        order = an_order(assigned_to=tess)
        moved = used_without_stock(a_part(), the(locations.van_of(tess)), order, by=tess)
    browser = signed_in(app, cora)

    answer = browser.post(f"/movements/{moved.id}/reversal")

    assert answer.status_code == 422
    assert "Take it back there" in answer.text
    assert "Take it back<" not in browser.get(f"/movements/{moved.id}").text


def test_a_serials_page_tells_where_it_is_and_its_life(app: Flask):
    with given(app):
        tess, depot, van = a_technician("Tess", van="Van 3"), a_warehouse("Depot"), a_van("Van 7")
        valve = a_part("VK4105", "Gas valve", serialized=True)
        in_stock(valve, depot, 2, serials=["A1", "A2"])
        unit = the(queries.serial(valve, "A1"))
        ledger.transfer(
            valve,
            Decimal(1),
            source=depot,
            target=van,
            by=tess,
            at=clock.now(),
            serials=[unit],
        )
    browser = signed_in(app, tess)

    page = words(browser.get(f"/serials/{unit.id}").text)

    assert "Where it is Van 7" in page
    assert page.index("Depot → Van 7") < page.index("Opening stock")
    found = browser.get("/serials?q=a1").text
    assert "A1" in found
    assert "A2" not in found
    assert "No such serial" in browser.get("/serials?q=zzz").text


def test_reorder_levels_are_kept_by_who_moves_stock(app: Flask):
    with given(app):
        cora, tess, van = a_person("coordinator"), a_technician(), a_van("Van 3")
        fan = a_part("FAN", "Fan")
        in_stock(fan, van, 5)
    browser, form = signed_in(app, cora), f"/parts/{fan.id}/reorder-levels"

    browser.post(form, data={"location": str(van.id), "point": "2", "maximum": "6"})
    wrong = browser.post(form, data={"location": str(van.id), "point": "9", "maximum": "6"})

    assert "restock at 2, up to 6" in browser.get(f"/parts/{fan.id}").text
    assert wrong.status_code == 422
    assert signed_in(app, tess).get(form).status_code == 403
    browser.post(f"{form}/{van.id}/removal")
    assert "restock at" not in browser.get(f"/parts/{fan.id}").text


def test_quarantine_and_transit_are_shown_apart(app: Flask):
    with given(app):
        tess, depot, fan = a_technician(), a_warehouse("Depot"), a_part("FAN", "Fan")
        in_stock(fan, depot, 3)
        in_stock(fan, locations.quarantine_of(depot), 2)

    page = words(signed_in(app, tess).get(f"/parts/{fan.id}").text)

    assert "3 on hand" in page
    assert "Depot quarantine apart, never counted as available 2" in page


def test_a_technician_sets_no_stock_right(app: Flask):
    with given(app):
        tess, fan = a_technician(van="Van 3"), a_part()
    browser = signed_in(app, tess)

    address = "/stock/adjustments/new"
    assert browser.get(address).status_code == 403
    assert browser.post(f"{address}?part={fan.id}").status_code == 403
    assert "Set right" not in browser.get(f"/parts/{fan.id}").text


def test_the_same_move_sent_twice_moves_once(app: Flask):
    with given(app):
        cora, depot, van, fan = a_person("coordinator"), a_warehouse(), a_van(), a_part()
        in_stock(fan, depot, 5)
    browser = signed_in(app, cora)
    said = {
        "operation_id": "5f0c3c0e-1111-4222-8333-444455556666",
        "source": f"{depot.id}/{OURS}",
        "target": str(van.id),
        "quantity": "2",
    }

    for _ in range(2):
        answer = browser.post(f"/stock/transfers/new?part={fan.id}", data=said)
        assert answer.status_code == 303

    with app.app_context():
        assert queries.on_hand(fan, van) == 2
