"""The pages of orders: who sees what, and what they do when they are used."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.orders.models import Installation, Order, OrderState, PartEntry
from partsweb.people.permissions import COORDINATOR, DISPATCHER, FINANCE
from partsweb.stock import queries as stock
from partsweb.stock.models import Movement, Reason
from partsweb.timeline.models import Event
from tests.support.company import (
    a_part,
    a_person,
    a_site,
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

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def text_of(response) -> str:
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


@pytest.fixture
def van_3(app):
    """Tess with ten electrodes in Van 3, and an order of hers."""
    with given(app):
        van = a_van("Van 3")
        tess = a_technician("Tess", van=van)
        part = a_part("IGN-77", "Ignition electrode", list_price="22.00")
        in_stock(part, van, 10, cost="12.40")
        order = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS)
    return tess, van, part, order


# --- What is seen -----------------------------------------------------------------------------


def test_an_order_shows_its_parts_in_every_state(app, van_3):
    tess, _, part, order = van_3
    with given(app):
        an_entry(order, part, 4, ready=2, on_order=2)
        an_entry(order, a_part("VK4105"), 1)

    shown = text_of(signed_in(app, tess).get(f"/orders/{order.number}"))

    for words in ("Boiler, no hot water", "IGN-77", "Ready", "On order", "VK4105", "Requested"):
        assert words in shown
    assert 'aria-current="page">Work Logs' in shown


@pytest.mark.parametrize("tab", ["", "/details", "/timeline", "/state", "/van", "/parts/new"])
def test_another_technicians_order_is_not_there(app, van_3, tab):
    order = van_3[3]
    with given(app):
        theo = a_technician("Theo")

    assert signed_in(app, theo).get(f"/orders/{order.number}{tab}").status_code == 404


def test_another_technicians_part_entry_can_be_neither_seen_nor_installed(app, van_3):
    _, van, part, order = van_3
    with given(app):
        entry, theo = an_entry(order, part), a_technician("Theo")
    browser = signed_in(app, theo)

    assert browser.get(f"/entries/{entry.id}").status_code == 404
    sent = {"quantity": "1", "source": str(van.id)}
    assert browser.post(f"/entries/{entry.id}/installation", data=sent).status_code == 404


def test_the_office_sees_all_orders_and_a_technician_only_own_ones(app, van_3):
    tess, _, _, order = van_3
    with given(app):
        other = an_order("Leak in the loft", assigned_to=a_technician("Theo"))
        dora = a_person(DISPATCHER)

    mine = text_of(signed_in(app, tess).get("/orders"))
    all_ = text_of(signed_in(app, dora).get("/orders"))

    assert order.number in mine
    assert other.number not in mine
    assert order.number in all_
    assert other.number in all_


def test_the_list_is_narrowed_while_one_types(app, van_3):
    tess = van_3[0]
    with given(app):
        an_order("Leak", assigned_to=tess, site=a_site("Agnes Holloway", "10 Castle Hill"))

    found = text_of(signed_in(app, tess).get("/orders?q=castle", headers=PARTIAL))

    assert "10 Castle Hill" in found
    assert "14 Mill Lane" not in found
    assert "<html" not in found


def test_a_tab_is_only_its_panel_to_htmx_and_the_whole_page_to_others(app, van_3):
    tess, _, _, order = van_3
    browser = signed_in(app, tess)

    part = text_of(browser.get(f"/orders/{order.number}/timeline", headers=PARTIAL))
    whole = text_of(browser.get(f"/orders/{order.number}/timeline"))

    assert part.strip().startswith('<div id="panel">')
    assert "<html" in whole


def test_average_cost_is_not_sent_to_a_technician(app, van_3):
    tess, _, part, order = van_3
    with given(app):
        entry = an_entry(order, part, ready=1, waiting=0)
    browser = signed_in(app, tess)

    for url in (
        f"/orders/{order.number}",
        f"/orders/{order.number}/parts/new?part={part.id}",
        f"/entries/{entry.id}",
        f"/entries/{entry.id}/installation",
    ):
        assert "12.4" not in text_of(browser.get(url)), url


@pytest.mark.parametrize("empty", ["", "/details", "/timeline", "/notes/new", "/parts/new"])
def test_pages_of_an_order_without_anything_stand_too(app, van_3, empty):
    tess, _, _, order = van_3

    assert signed_in(app, tess).get(f"/orders/{order.number}{empty}").status_code == 200


def test_finance_looks_and_changes_nothing(app, van_3):
    order = van_3[3]
    with given(app):
        fiona = a_person(FINANCE)
    browser = signed_in(app, fiona)

    shown = text_of(browser.get(f"/orders/{order.number}"))

    assert "Add Part" not in shown
    assert browser.get(f"/orders/{order.number}/parts/new").status_code == 403


# --- Asking and answering ---------------------------------------------------------------------


def test_a_part_is_found_with_what_each_place_holds_and_requested(app, van_3):
    tess, _, part, order = van_3
    with given(app):
        in_stock(part, a_warehouse("Depot"), 11)
    browser = signed_in(app, tess)

    found = text_of(browser.get(f"/orders/{order.number}/parts/new?q=igni", headers=PARTIAL))
    assert "10 in your van\u00a0· 11 at Depot" in found
    form = text_of(browser.get(f"/orders/{order.number}/parts/new?part={part.id}"))
    assert "Install from Van 3" in form
    assert 'value="22.00"' in form
    sent = {"part": str(part.id), "quantity": "2", "urgency": "today"}
    shown = text_of(
        browser.post(f"/orders/{order.number}/parts/new?part={part.id}", data=sent, headers=PARTIAL)
    )

    assert "2 × IGN-77 requested" in shown
    assert "needed today" in shown


def test_a_request_that_stock_cannot_cover_sets_the_order_to_awaiting_parts(app, van_3):
    tess, _, _, order = van_3
    with given(app):
        scarce, vendor = a_part("SCARCE"), a_vendor("Northgas")
    browser, url = signed_in(app, tess), f"/orders/{order.number}/parts/new?part={scarce.id}"
    assert "None is free anywhere" in text_of(browser.get(url))

    sent = {
        "part": str(scarce.id),
        "quantity": "1",
        "awaits": "1",
        "vendor": str(vendor.id),
        "until": "2030-06-06",
    }
    browser.post(url, data=sent)

    with app.app_context():
        kept = db.session.get(Order, order.id)
        assert kept.state == OrderState.AWAITING_PARTS
        assert kept.awaiting_vendor.name == "Northgas"
        assert kept.awaiting_until.isoformat() == "2030-06-06"


def test_a_wrong_quantity_is_said_in_the_form_and_what_was_typed_stays(app, van_3):
    tess, _, part, order = van_3
    url = f"/orders/{order.number}/parts/new?part={part.id}"
    sent = {"part": str(part.id), "quantity": "two", "notes": "left one"}

    plain = signed_in(app, tess).post(url, data=sent)
    quick = signed_in(app, tess).post(url, data=sent, headers=PARTIAL)

    assert (plain.status_code, quick.status_code) == (422, 422)
    assert "left one" in plain.text
    assert "The quantity is not a number: two" in plain.text
    assert "The quantity is not a number: two" in quick.text
    assert "<html" not in quick.text


def test_dispatch_sees_the_request_and_carries_it_to_the_van(app, van_3):
    _, van, _, order = van_3
    with given(app):
        depot, valve = a_warehouse("Depot"), a_part("VK4105")
        in_stock(valve, depot, 11)
        entry, dora = an_entry(order, valve, 1), a_person(DISPATCHER)
    browser = signed_in(app, dora)

    listed = text_of(browser.get("/requests"))
    assert "VK4105" in listed
    assert "11 at Depot" in listed
    assert "Move to Van 3" in text_of(browser.get(f"/entries/{entry.id}/answer"))
    sent = {"act": "move to van", "quantity": "1", "source": str(depot.id)}
    shown = text_of(browser.post(f"/entries/{entry.id}/answer", data=sent, headers=PARTIAL))

    assert "Every request has its answer" in shown
    with app.app_context():
        assert db.session.get(PartEntry, entry.id).ready == 1
        assert stock.on_hand(valve, van) == 1


@pytest.mark.parametrize(
    ("act", "state"), [("allocate", "allocated"), ("decline", "declined"), ("set aside", "ready")]
)
def test_the_other_answers(app, van_3, act, state):
    order = van_3[3]
    with given(app):
        depot, valve = a_warehouse("Depot"), a_part("VK4105")
        in_stock(valve, depot, 11)
        entry, cora = an_entry(order, valve, 1), a_person(COORDINATOR)
    browser, url = signed_in(app, cora), f"/entries/{entry.id}/answer"
    sent = {"quantity": "1", "source": str(depot.id), "why": "Not made any more"}
    if act == "set aside":
        browser.post(url, data={"act": "allocate", **sent})

    assert browser.post(url, data={"act": act, **sent}).status_code == 303

    with app.app_context():
        assert getattr(db.session.get(PartEntry, entry.id), state) == 1


def test_a_technician_does_not_answer_requests(app, van_3):
    assert signed_in(app, van_3[0]).get("/requests").status_code == 403


# --- Fitting ----------------------------------------------------------------------------------


def test_what_lies_in_the_own_van_is_fitted_without_a_request(app, van_3):
    tess, van, part, order = van_3
    browser = signed_in(app, tess)

    assert "IGN-77" in text_of(browser.get(f"/orders/{order.number}/van"))
    url = f"/orders/{order.number}/installations/new?part={part.id}"
    form = text_of(browser.get(url))
    assert "Van 3 (10)" in form
    sent = {"part": str(part.id), "quantity": "1", "source": str(van.id), "where_fitted": "Loft"}
    shown = text_of(browser.post(url, data=sent, headers=PARTIAL))

    assert "1 × IGN-77 installed." in shown
    assert "Installed" in shown
    assert "Fitted: Loft" in text_of(browser.get(f"/orders/{order.number}/timeline"))


def test_scenario_5_used_before_received_is_warned_about_and_clears_by_itself(app):
    with given(app):
        van = a_van("Van 3")
        tess, cora = a_technician("Tess", van=van), a_person(COORDINATOR)
        part, order = a_part("IGN-77"), an_order(assigned_to=tess)
    url = f"/orders/{order.number}/installations/new?part={part.id}"
    sent = {"part": str(part.id), "quantity": "1", "source": str(van.id)}

    shown = text_of(signed_in(app, tess).post(url, data=sent, headers=PARTIAL))

    assert "Van 3 now shows −1 of IGN-77: it was used before it was received." in shown
    negative = text_of(signed_in(app, cora).get("/stock/negative"))
    assert "IGN-77" in negative
    assert order.number in negative
    with given(app):
        in_stock(part, van, 4, cost="43.50")
    with app.app_context():
        assert stock.on_hand(part, van) == 3
    assert "IGN-77" not in text_of(signed_in(app, cora).get("/stock/negative"))


def test_scenario_9_the_same_operation_sent_three_times_is_applied_once(app, van_3):
    tess, van, part, order = van_3
    with given(app):
        entry = an_entry(order, part, 2, ready=0)
    sent = {
        "operation_id": str(uuid4()),
        "occurred_at": "2026-06-04T10:12:00+00:00",
        "thing_id": str(uuid4()),
        "quantity": "2",
        "source": str(van.id),
    }
    url = f"/entries/{entry.id}/installation"

    first_tab = signed_in(app, tess)
    first = first_tab.post(url, data=sent, headers=PARTIAL)
    again = first_tab.post(url, data=sent, headers=PARTIAL)
    after_a_new_sign_in = signed_in(app, tess).post(url, data=sent)
    other_content = first_tab.post(url, data={**sent, "quantity": "3"}, headers=PARTIAL)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.text == again.text
    assert "2 × IGN-77 installed." in again.text
    assert after_a_new_sign_in.status_code == 303
    assert other_content.status_code == 422
    assert "sent before with other content" in other_content.text
    with app.app_context():
        assert stock.on_hand(part, van) == 8
        moved = select(func.count()).where(Movement.reason == Reason.INSTALL)
        assert db.session.scalar(moved) == 1
        said = select(func.count()).where(Event.what == "part-installed")
        assert db.session.scalar(said) == 1


def test_a_swap_with_serials_through_the_page(app, van_3):
    tess, van, _, order = van_3
    with given(app):
        valve = a_part("VK4105", serialized=True)
        in_stock(valve, van, 1, serials=["00417"])
        entry = an_entry(order, valve, 1, waiting=1)
    browser, url = signed_in(app, tess), f"/entries/{entry.id}/installation"
    form = text_of(browser.get(url))
    assert 'name="serial" value="00417" checked' in form

    sent = {"serial": "00417", "source": str(van.id), "fate": "core"}
    refused = browser.post(url, data=sent, headers=PARTIAL)
    shown = text_of(browser.post(url, data={**sent, "original_serial": "00311"}, headers=PARTIAL))

    assert refused.status_code == 422
    assert "original’s serial" in refused.text
    assert "serial 00417" in shown
    assert "original: core" in shown


def test_a_compliance_part_says_that_evidence_is_missing_until_a_photo_is_there(app, van_3):
    from tests.support.files import a_photo

    tess, van, _, order = van_3
    with given(app):
        part = a_part("GAS-1", compliance=True)
        in_stock(part, van, 1)
    browser = signed_in(app, tess)
    url = f"/orders/{order.number}/installations/new?part={part.id}"
    sent = {"part": str(part.id), "quantity": "1", "source": str(van.id)}

    shown = text_of(browser.post(url, data=sent, headers=PARTIAL))
    assert "Evidence missing" in shown
    with app.app_context():
        entry = db.session.scalars(select(PartEntry)).one()
    photo = {"photos": (BytesIO(a_photo()), "valve.jpg")}
    added = browser.post(
        f"/entries/{entry.id}/photos", data=photo, content_type="multipart/form-data"
    )

    assert added.status_code == 303
    assert "Evidence missing" not in text_of(browser.get(f"/orders/{order.number}"))
    assert "/thumbnail" in text_of(browser.get(f"/entries/{entry.id}"))


def test_what_was_logged_is_corrected_and_taken_back_through_the_pages(app, van_3):
    tess, van, part, order = van_3
    browser = signed_in(app, tess)
    sent = {"part": str(part.id), "quantity": "2", "source": str(van.id)}
    browser.post(f"/orders/{order.number}/installations/new?part={part.id}", data=sent)
    with app.app_context():
        one = db.session.scalars(select(Installation)).one()
    correction = f"/installations/{one.id}/correction"
    assert 'value="2"' in text_of(browser.get(correction))

    corrected = browser.post(correction, data={"quantity": "1", "source": str(van.id)})
    assert corrected.status_code == 303
    with app.app_context():
        assert stock.on_hand(part, van) == 9
    assert "goes back to Van 3" in text_of(browser.get(f"/installations/{one.id}/reversal"))
    browser.post(f"/installations/{one.id}/reversal", data={"why": "Other boiler"})

    with app.app_context():
        assert stock.on_hand(part, van) == 10
    told = text_of(browser.get(f"/orders/{order.number}/timeline"))
    assert "Quantity: 1, before 2" in told
    assert "Other boiler" in told
    assert "Taken back" in text_of(browser.get(f"/entries/{one.entry_id}"))


def test_what_is_all_allocated_is_set_aside_from_its_own_page(app, van_3):
    _, _, part, order = van_3
    with given(app):
        entry = an_entry(order, part, 2, allocated=2)
        cora = a_person(COORDINATOR)

    page = text_of(signed_in(app, cora).get(f"/entries/{entry.id}"))

    assert f'href="/entries/{entry.id}/answer"' in page
    assert "Set aside" in page


def test_not_used_and_cancelled_through_the_pages(app, van_3):
    tess, _, part, order = van_3
    with given(app):
        entry = an_entry(order, part, 3, waiting=3)
    browser = signed_in(app, tess)
    for page in ("not-used", "cancellation", "photos"):
        assert browser.get(f"/entries/{entry.id}/{page}").status_code == 200

    assert (
        browser.post(f"/entries/{entry.id}/cancellation", data={"quantity": "2"}).status_code == 303
    )
    refused = browser.post(f"/entries/{entry.id}/not-used", data={"quantity": "1"}, headers=PARTIAL)

    assert refused.status_code == 422
    assert "Only 0 are there to give back" in refused.text
    with app.app_context():
        kept = db.session.get(PartEntry, entry.id)
        assert (kept.waiting, kept.cancelled) == (1, 2)


# --- Planning ---------------------------------------------------------------------------------


def test_a_dispatcher_makes_an_order_for_a_new_customer(app):
    with given(app):
        dora, tess = a_person(DISPATCHER), a_technician("Tess")
    browser = signed_in(app, dora)
    assert "New customer" in text_of(browser.get("/orders/new?q=nobody"))
    assert browser.get("/orders/new?customer=Agnes").status_code == 200

    sent = {
        "customer": "Agnes Holloway",
        "street": "10 Castle Hill",
        "summary": "No hot water",
        "technician": str(tess.id),
        "scheduled_for": "2030-06-06T11:30",
    }
    made = browser.post("/orders/new?customer=Agnes", data=sent)

    assert made.headers["Location"] == "/orders/SR-000001"
    shown = text_of(signed_in(app, tess).get("/orders/SR-000001/details"))
    assert "Agnes Holloway" in shown
    assert "11:30" in shown


def test_a_dispatcher_makes_an_order_at_a_known_site_and_plans_it_later(app):
    with given(app):
        dora, tess, site = a_person(DISPATCHER), a_technician("Tess"), a_site("Mrs Okafor")
    browser = signed_in(app, dora)
    assert "Mrs Okafor" in text_of(browser.get("/orders/new?q=okafor", headers=PARTIAL))
    assert browser.get(f"/orders/new?site={site.id}").status_code == 200
    browser.post(f"/orders/new?site={site.id}", data={"site": str(site.id), "summary": "Leak"})

    assert browser.get("/orders/SR-000001/plan").status_code == 200
    planned = browser.post("/orders/SR-000001/plan", data={"technician": str(tess.id)})

    assert planned.status_code == 303
    assert "Leak" in text_of(signed_in(app, tess).get("/orders/SR-000001"))


def test_a_technician_starts_an_order_and_says_what_it_awaits(app):
    with given(app):
        tess, vendor = a_technician("Tess"), a_vendor("Northgas")
        order = an_order(assigned_to=tess, state=OrderState.SCHEDULED)
    browser, url = signed_in(app, tess), f"/orders/{order.number}/state"
    assert "Start" in text_of(browser.get(f"/orders/{order.number}"))
    assert browser.get(url).status_code == 200

    shown = text_of(browser.post(url, data={"state": "In Progress"}, headers=PARTIAL))
    assert "In Progress" in shown
    sent = {"state": "Awaiting Parts", "vendor": str(vendor.id), "note": "Ordered", "private": "1"}
    browser.post(url, data=sent)

    told = text_of(browser.get(f"/orders/{order.number}/timeline"))
    assert "State set to Awaiting Parts: Northgas" in told
    assert "Not for the customer" in told


def test_a_note_has_the_time_that_was_spent(app, van_3):
    tess, _, _, order = van_3
    browser, url = signed_in(app, tess), f"/orders/{order.number}/notes/new"

    browser.post(url, data={"text": "Drained and refilled", "minutes": "1:10"})
    refused = browser.post(url, data={"text": "x", "minutes": "soon"}, headers=PARTIAL)

    shown = text_of(browser.get(f"/orders/{order.number}"))
    assert "Drained and refilled" in shown
    assert "1:10" in shown
    assert refused.status_code == 422


def test_what_reached_the_office_later_says_so(app, van_3):
    tess, _, _, order = van_3
    browser = signed_in(app, tess)
    sent = {"text": "In the cellar, no signal", "occurred_at": "2026-06-04T10:42:00+00:00"}
    browser.post(f"/orders/{order.number}/notes/new", data=sent)

    told = text_of(browser.get(f"/orders/{order.number}/timeline"))

    assert "Reached the office" in told


@pytest.mark.parametrize("quantity", ["1", "0.5"])
def test_a_long_name_and_a_fraction_stand_in_the_row(app, van_3, quantity):
    tess, _, _, order = van_3
    with given(app):
        hose = a_part("H-1", "Hose " * 20, unit="M")
        an_entry(order, hose, quantity)

    assert Decimal(quantity).normalize() > 0
    assert quantity in text_of(signed_in(app, tess).get(f"/orders/{order.number}"))
