"""Drafts, orders, and what is bought because somebody waits for it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from partsweb.kit import clock
from partsweb.orders import requesting
from partsweb.orders.models import PartEntry
from partsweb.purchasing import coming, queries, rules
from partsweb.purchasing.models import PurchaseState
from partsweb.stock import queries as stock
from partsweb.timeline import queries as timeline
from tests.purchasing.conftest import Firm, states
from tests.support.company import a_part, a_person, a_price, a_vendor, given, the


def test_a_buyer_begins_an_order_adds_parts_and_orders_them(firm: Firm):
    penny = firm.browser(firm.penny)

    begun = penny.post(
        "/purchasing/new", data={"vendor": firm.northgas.id, "ship_to": firm.depot.id}
    )
    at = begun.location
    found = penny.get(f"{at}/lines/new?q=gas").text
    penny.post(f"{at}/lines/new?part={firm.valve.id}", data={"quantity": "10", "price": ""})
    penny.post(f"{at}/lines/new?part={firm.fan.id}", data={"quantity": "2", "price": "90,50"})
    placed = penny.post(f"{at}/placing", follow_redirects=True).text

    assert at == "/purchasing/PO-1001"
    assert "VK4105" in found
    assert "PO-1001 is ordered from Northgas" in placed
    with firm.app.app_context():
        order = queries.by_number("PO-1001")
        assert order is not None
        assert order.state == PurchaseState.ORDERED
        assert order.ordered_on == clock.today()
        assert order.expected_on == clock.today() + timedelta(days=3)
        amounts = [(line.price, line.amount, line.vendor_number) for line in order.lines]
        assert amounts == [
            (Decimal("12.4"), Decimal(124), "NG-41"),
            (Decimal("90.5"), Decimal(181), "NG-77"),
        ]


def test_a_line_of_a_draft_is_changed_and_taken_off_but_not_once_it_is_ordered(firm: Firm):
    with given(firm.app):
        order = firm.drafted((firm.valve, 10), (firm.fan, 1))
    valve, fan = order.lines
    penny = firm.browser(firm.penny)

    penny.post(f"/purchase-lines/{valve.id}", data={"quantity": "12", "price": "12"})
    penny.post(f"/purchase-lines/{fan.id}/removal")
    penny.post(f"/purchasing/{order.number}/placing")
    late = penny.post(f"/purchase-lines/{valve.id}", data={"quantity": "1", "price": "12"})

    assert late.status_code == 422
    assert "its lines stay as they were ordered" in late.text
    with firm.app.app_context():
        [line] = firm.again(order).lines
        assert line.quantity == 12
        assert line.amount == 144


@pytest.mark.parametrize("listed", ["1250.5", "0.00125"])
def test_the_listed_price_that_stands_in_the_field_is_taken_back_as_it_is(firm: Firm, listed: str):
    with given(firm.app):
        dear, order = a_part("XL9", "Heat exchanger"), firm.drafted()
        a_price(dear, firm.northgas, listed)
    penny, at = firm.browser(firm.penny), f"/purchasing/{order.number}/lines/new?part={dear.id}"

    field = re.search(r'<input[^>]*name="price"[^>]*>', penny.get(at).text)
    price = re.search(r'value="([^"]*)"', the(field)[0])
    added = penny.post(at, data={"quantity": "2", "price": the(price)[1]})

    assert added.status_code == 303, added.text
    with firm.app.app_context():
        assert [line.price for line in firm.again(order).lines] == [Decimal(listed)]


def test_an_empty_draft_cant_be_ordered(firm: Firm):
    with given(firm.app):
        order = firm.drafted()

    refused = firm.browser(firm.penny).post(f"/purchasing/{order.number}/placing")

    assert refused.status_code == 422
    assert "has no lines yet" in refused.text


def test_a_request_is_put_on_the_vendors_draft_and_is_on_order_at_once(firm: Firm):
    with given(firm.app):
        open_draft = firm.drafted((firm.fan, 1))
        entry = firm.entry(firm.valve, 2)
    penny = firm.browser(firm.penny)

    listed = penny.get("/purchasing/requests").text
    form = penny.get(f"/entries/{entry.id}/purchase").text
    penny.post(
        f"/entries/{entry.id}/purchase",
        data={"vendor": firm.northgas.id, "ship_to": firm.depot.id, "quantity": "2"},
    )

    assert entry.order.number in listed
    assert "Northgas · 12.40" in form
    with firm.app.app_context():
        now: PartEntry = firm.again(entry)
        assert states(now) == {"On order": 2}
        assert now.expected_on == clock.today() + timedelta(days=3)
        [line] = coming.lines_for(now)
        assert line.purchase_order.number == open_draft.number
        assert line.promised == 2
    assert "Every request is answered" in penny.get("/purchasing/requests").text


def test_more_may_be_bought_than_the_entry_needs(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)

        line = rules.buy_for(
            entry,
            Decimal(10),
            vendor=firm.northgas,
            ship_to=firm.depot,
            by=firm.penny,
            at=clock.now(),
        )

    assert line.quantity == 10
    assert line.promised == 2
    assert states(entry) == {"On order": 2}


def test_the_same_purchase_sent_twice_is_on_one_line(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
    penny = firm.browser(firm.penny)
    sent = {
        "vendor": str(firm.northgas.id),
        "ship_to": str(firm.depot.id),
        "quantity": "2",
        "operation_id": str(uuid4()),
        "occurred_at": "2026-06-04T10:12:00+00:00",
    }

    answers = [penny.post(f"/entries/{entry.id}/purchase", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    with firm.app.app_context():
        assert len(coming.lines_for(firm.again(entry))) == 1


def test_a_smaller_or_removed_line_lets_the_entry_wait_again(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 4)
        order = firm.drafted((firm.valve, 4), entry=entry)
        [line] = order.lines

        rules.change_line(line, Decimal(3), by=firm.penny, at=clock.now())
        after_change = states(entry)
        rules.remove_line(line, by=firm.penny, at=clock.now())

    assert after_change == {"Requested": 1, "On order": 3}
    assert states(entry) == {"Requested": 4}


def test_a_cancelled_order_lets_its_entries_wait_again(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)

    shown = firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/cancellation", follow_redirects=True
    )

    assert "is cancelled" in shown.text
    with firm.app.app_context():
        assert firm.again(order).state == PurchaseState.CANCELLED
        assert states(firm.again(entry)) == {"Requested": 2}
        assert coming.on_order(firm.valve) == 0


def test_an_order_of_which_some_arrived_is_closed_and_not_cancelled(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 5)
        order = firm.ordered((firm.valve, 5), entry=entry)
        arrival = rules.Arrival(order.lines[0], Decimal(3))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())
    penny = firm.browser(firm.penny)

    refused = penny.post(f"/purchasing/{order.number}/cancellation")
    penny.post(f"/purchasing/{order.number}/closing")

    assert refused.status_code == 422
    assert "Close it instead" in refused.text
    with firm.app.app_context():
        assert firm.again(order).state == PurchaseState.CLOSED
        assert states(firm.again(entry)) == {"Ready": 3, "Requested": 2}
        assert coming.open_lines_of(firm.valve) == []


def test_what_is_late_stands_first_and_says_so(firm: Firm):
    with given(firm.app):
        late, soon = firm.ordered((firm.valve, 1)), firm.ordered((firm.fan, 1))
        # One line's own day is enough, whatever the whole order's is.
        late.lines[0].expected_on = date(2026, 1, 5)
    penny = firm.browser(firm.penny)

    listed = penny.get("/purchasing").text
    one = penny.get(f"/purchasing/{late.number}").text

    assert listed.index(late.number) < listed.index(soon.number)
    assert "was due Mon 5 Jan" in listed
    assert "Late: it was due Mon 5 Jan" in one
    assert soon.number not in penny.get("/purchasing?view=late").text


def test_orders_are_found_by_number_vendor_and_part(firm: Firm):
    with given(firm.app):
        valves = firm.ordered((firm.valve, 1))
        other = a_vendor("Coolparts")
        gasket = a_part("GSK-9", "Gasket")
        a_price(gasket, other, "1")
        drafted = rules.draft(other, ship_to=firm.depot, by=firm.penny, at=clock.now())
        rules.add_line(drafted, gasket, Decimal(3), by=firm.penny)
    penny = firm.browser(firm.penny)

    def found(text: str) -> list[bool]:
        page = penny.get("/purchasing", query_string={"view": "all", "q": text}).text
        return [f"/purchasing/{one.number}" in page for one in (valves, drafted)]

    assert found(valves.number.lower()) == [True, False]
    assert found("coolp") == [False, True]
    assert found("gasket") == [False, True]
    assert found("NG-41") == [True, False]
    assert found("nothing like it") == [False, False]


def test_a_dispatcher_puts_a_request_on_an_order_without_seeing_a_price(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        dora = a_person("dispatcher", name="Dora")
    browser = firm.browser(dora)

    form = browser.get(f"/entries/{entry.id}/purchase").text
    answer = browser.post(
        f"/entries/{entry.id}/purchase",
        data={"vendor": firm.northgas.id, "ship_to": firm.depot.id, "quantity": "2"},
        follow_redirects=True,
    )

    assert "Northgas" in form
    assert "12.4" not in form
    assert answer.status_code == 200
    assert "a draft for Northgas" in answer.text
    assert answer.request.path == "/requests"


def test_another_day_is_told_to_whoever_waits(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)

    firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/expected", data={"expected_on": "2027-03-04"}
    )

    with firm.app.app_context():
        assert firm.again(entry).expected_on == date(2027, 3, 4)
        [told] = timeline.told(firm.tess).items
        assert "is now expected Thu 4 Mar 2027" in told.text
        [line] = coming.open_lines_of(firm.valve)
        assert line.expected_on == date(2027, 3, 4)


def test_what_comes_for_a_cancelled_entry_goes_into_stock(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)
        requesting.cancel(entry, Decimal(2), by=firm.tess, at=clock.now())
        [line] = order.lines
        promised = line.promised
        arrival = rules.Arrival(line, Decimal(2))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())

        assert promised == 0
        assert stock.on_hand(firm.valve, firm.depot) == 2
        assert stock.allocated(firm.valve, firm.depot) == 0


def test_an_entrys_page_leads_to_what_was_bought_for_it(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)

    page = firm.browser(firm.tess).get(f"/entries/{entry.id}").text

    assert f"/purchasing/{order.number}" in page
    assert "2 to come" in page


def test_the_page_that_answers_a_request_offers_to_buy_it(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        carl = a_person("coordinator")

    page = firm.browser(carl).get(f"/entries/{entry.id}/answer").text

    assert f'action="/entries/{entry.id}/purchase"' in page
    assert "Northgas · 12.40 · 3 days" in page
