from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders.models import OrderState
from partsweb.people.permissions import ROLES
from partsweb.purchasing.models import PurchaseState
from partsweb.stock import rules as ledger
from partsweb.timeline import rules as timeline
from tests.support.company import (
    a_bin,
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
)
from tests.support.counting import statements


def order_of(page: str, *words: str) -> list[str]:
    """The words in the order in which they stand on the page."""
    assert all(word in page for word in words), [word for word in words if word not in page]
    return sorted(words, key=page.index)


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_firm_has_a_start_page_for_every_role(app: Flask, role: str):
    with given(app):
        somebody = a_person(role)

    page = signed_in(app, somebody).get("/")

    assert page.status_code == 200
    assert "<h1>Good " in page.text


# --- Technician ------------------------------------------------------------------------------


def test_a_technician_continues_the_order_that_was_started(app: Flask):
    with given(app):
        tess = a_technician()
        soon = clock.now() + timedelta(hours=1)
        an_order("Fridge is warm", assigned_to=tess, scheduled_for=soon)
        started = an_order(
            "Boiler, no hot water",
            assigned_to=tess,
            state=OrderState.IN_PROGRESS,
            started_at=clock.now(),
        )

    page = signed_in(app, tess).get("/").text

    assert order_of(page, "Boiler, no hot water", "Continue", "Fridge is warm")[0] == (
        "Boiler, no hot water"
    )
    assert f'href="/orders/{started.number}' in page


def test_without_a_started_order_the_next_scheduled_one_stands_first(app: Flask):
    with given(app):
        tess = a_technician()
        tomorrow = clock.now() + timedelta(days=1)
        an_order("Fridge is warm", assigned_to=tess, scheduled_for=tomorrow)
        an_order("Waits", assigned_to=tess, state=OrderState.AWAITING_PARTS)
        an_order("Fan is loud", assigned_to=tess, scheduled_for=clock.now())

    page = signed_in(app, tess).get("/").text

    assert order_of(page, "Waits", "Fan is loud", "Fridge is warm") == [
        "Fan is loud",
        "Fridge is warm",
        "Waits",
    ]
    assert "Continue" not in page


def test_an_order_whose_parts_are_not_there_says_so(app: Flask):
    with given(app):
        tess, valve = a_technician(), a_part()
        an_order(assigned_to=tess, scheduled_for=clock.now())
        later = an_order("Fan is loud", assigned_to=tess)
        an_entry(later, valve, 2, ready=1, on_order=1)

    page = signed_in(app, tess).get("/").text

    assert "Parts not ready" in page


def test_orders_of_others_closed_ones_and_drafts_do_not_stand_on_the_start_page(app: Flask):
    with given(app):
        tess = a_technician()
        an_order("Somebody else’s", assigned_to=a_technician("Tom"))
        an_order("Long done", assigned_to=tess, state=OrderState.COMPLETED)
        an_order("Not sent out yet", assigned_to=tess, state=OrderState.DRAFT)

    page = signed_in(app, tess).get("/").text

    assert "No order is yours right now" in page
    for words in ("Somebody else’s", "Long done", "Not sent out yet"):
        assert words not in page


def test_parts_set_aside_in_a_warehouse_are_to_be_collected(app: Flask):
    with given(app):
        depot, valve = a_warehouse("Depot"), a_part("VK4105", "Gas valve")
        shelf, tess = a_bin("Depot A-03", of=depot), a_technician(van="Van 3")
        in_stock(valve, shelf, 5)
        entry = an_entry(an_order(assigned_to=tess), valve, 3, ready=3)
        ledger.allocate(valve, entry.quantity, location=shelf, subject=entry.subject)

    client = signed_in(app, tess)

    page = client.get("/").text
    assert order_of(page, "To collect", "Depot", "<b>3</b> <span>parts</span>")[0] == "To collect"
    listed = client.get("/to-collect").text
    assert "VK4105" in listed
    assert "in Depot A-03" in listed


def test_what_lies_in_the_own_van_needs_no_collecting(app: Flask):
    with given(app):
        van, valve = a_van("Van 3"), a_part()
        tess = a_technician(van=van)
        in_stock(valve, van, 5)
        entry = an_entry(an_order(assigned_to=tess), valve, 3, ready=3)
        ledger.allocate(valve, entry.quantity, location=van, subject=entry.subject)

    client = signed_in(app, tess)

    assert "To collect" not in client.get("/").text
    assert "Nothing to collect" in client.get("/to-collect").text


def test_the_own_van_says_what_to_restock_and_what_it_owes(app: Flask):
    with given(app):
        van = a_van("Van 3")
        tess, low, full, owed = a_technician(van=van), a_part(), a_part(), a_part()
        for part, quantity in ((low, 1), (full, 5), (owed, -1)):
            in_stock(part, van, quantity)
        for part in (low, full):
            ledger.set_reorder_level(part, van, point=Decimal(1), maximum=Decimal(5))

    page = signed_in(app, tess).get("/").text

    assert "<b>1</b> <span>to restock</span>" in page
    assert "Used before received" in page


def test_news_is_put_away_with_one_tap(app: Flask):
    with given(app):
        tess = a_technician()
        order = an_order(assigned_to=tess)
        timeline.tell(tess, order.subject, "Your gas valve is ready at Depot")
        timeline.tell(a_technician("Tom"), order.subject, "For Tom only")
    client = signed_in(app, tess)
    page = client.get("/").text
    assert "Your gas valve is ready at Depot" in page
    assert "For Tom only" not in page

    put_away = re.search(r'action="(/notices/[^"]+)"', page)
    assert put_away is not None
    answer = client.post(put_away[1])

    assert answer.location == "/"
    assert "Your gas valve is ready" not in client.get("/").text


# --- The office ------------------------------------------------------------------------------


def test_dispatch_sees_how_many_requests_wait_and_since_when(app: Flask):
    with given(app):
        helen = a_person("dispatcher")
        order, valve = an_order(assigned_to=a_technician()), a_part()
        an_entry(order, valve, 2)
        an_entry(order, valve, 1, ready=1)
        an_entry(an_order(state=OrderState.CANCELLED), valve, 9)

    page = signed_in(app, helen).get("/").text

    assert "<b>1</b> <span>waiting</span>" in page


def test_dispatch_sees_what_nobody_goes_to_what_is_late_and_what_stands_still(app: Flask):
    with given(app):
        helen, tess = a_person("dispatcher"), a_technician("Tess")
        an_order("Nobody goes", state=OrderState.SCHEDULED)
        today = clock.now().date()
        waits: dict[str, Any] = {"state": OrderState.AWAITING_PARTS, "assigned_to": tess}
        an_order("Not due yet", awaiting_until=today + timedelta(days=9), **waits)
        an_order("Late already", awaiting_until=today - timedelta(days=2), **waits)
        an_order(
            "Forgotten",
            assigned_to=tess,
            state=OrderState.IN_PROGRESS,
            state_changed_at=clock.now() - timedelta(days=4),
        )

    page = signed_in(app, helen).get("/").text

    assert order_of(page, "Forgotten", "Not due yet", "Late already", "Nobody goes") == [
        "Nobody goes",
        "Late already",
        "Not due yet",
        "Forgotten",
    ]
    assert page.count(">Late<") == 1
    assert "Nobody yet" in page


def test_the_coordinator_sees_which_places_owe_stock(app: Flask):
    with given(app):
        yusuf, valve = a_person("coordinator"), a_part("VK4105", "Gas valve")
        in_stock(valve, a_van("Van 9"), -2)

    page = signed_in(app, yusuf).get("/").text

    assert order_of(page, "Negative stock", "Van 9")[0] == "Negative stock"
    assert "−2" in page


def test_purchasing_sees_what_to_buy_and_what_is_late(app: Flask):
    with given(app):
        priya, depot, valve = a_person("purchasing"), a_warehouse(), a_part("VK4105", "Gas valve")
        an_entry(an_order(assigned_to=a_technician()), valve, 2)
        late = a_purchase_order(
            a_vendor("Northgas"),
            (valve, 10, "12.40"),
            ship_to=depot,
            expected_on=clock.now().date() - timedelta(days=3),
        )
        a_purchase_order(a_vendor("Quick Ltd"), (valve, 1, "9"), ship_to=depot)
        a_purchase_order(
            a_vendor("Cancelled Ltd"),
            (valve, 1, "9"),
            ship_to=depot,
            state=PurchaseState.CANCELLED,
            expected_on=clock.now().date() - timedelta(days=3),
        )

    page = signed_in(app, priya).get("/").text

    assert order_of(page, "To buy", "VK4105", "Late deliveries", late.number)[0] == "To buy"
    assert "Quick Ltd" not in page
    assert "Cancelled Ltd" not in page


def test_somebody_with_two_roles_gets_both_pages_in_one(app: Flask):
    with given(app):
        rico = a_person("supervisor", "technician")
        order = an_order("Boiler, no hot water", assigned_to=rico)
        timeline.tell_role("supervisor", order.subject, "A warranty waits for you")
        timeline.follow_up(order.subject, "Call Mrs Okafor", by=rico, assignee=rico)

    page = signed_in(app, rico).get("/").text

    assert order_of(page, "A warranty waits", "Call Mrs Okafor", "Negative stock")
    assert page.count("A warranty waits for you") == 1
    assert page.count("To do") == 1


def test_longer_lists_need_no_more_questions_to_the_database(app: Flask):
    def fill(times: int) -> None:
        with given(app):
            for _ in range(times):
                order = an_order(assigned_to=db.session.merge(tess))
                an_entry(order, a_part(), 2, ready=1)
                timeline.tell(tess, order.subject, "News")

    with given(app):
        tess, helen = a_technician(van="Van 3"), a_person("dispatcher")
    clients = [signed_in(app, tess), signed_in(app, helen)]
    fill(21)
    few = [asked(app, client) for client in clients]

    fill(10)

    assert [asked(app, client) for client in clients] == few
    assert max(few) <= 20, few


def asked(app: Flask, client) -> int:
    with statements(app) as sent:
        client.get("/")
    return len(sent)
