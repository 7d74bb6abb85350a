from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from flask import Flask

from partsweb.catalogue import rules as catalogue
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations import rules as places
from partsweb.locations.models import Kind
from partsweb.orders.models import Installation
from partsweb.purchasing.models import PurchaseState
from partsweb.stock import rules as ledger
from partsweb.stock.models import Reason
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
    the,
)
from tests.support.counting import statements


def shown(text: str) -> list[str]:
    """The SKUs in the order of the table."""
    return re.findall(r'<td class="desk-only"><code>(.*?)</code>', text)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def used_without_stock(part, van, order, *, by) -> None:
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
    ledger.post([move], by=by, at=clock.now())


def test_a_technician_starts_at_the_own_van_and_the_office_everywhere(app: Flask):
    with given(app):
        tess, dora = a_technician(van="Van 3"), a_person("dispatcher")
        van, depot = the(locations.van_of(tess)), a_warehouse("Depot")
        fan, valve = a_part("FAN", "Fan"), a_part("VALVE", "Valve")
        in_stock(fan, van, 2)
        in_stock(fan, depot, 11)
        in_stock(valve, depot, 3)

    own, office = (signed_in(app, one).get("/parts").text for one in (tess, dora))

    assert shown(own) == ["FAN"]
    assert "2 here · 11 elsewhere" in words(own)
    assert shown(office) == ["FAN", "VALVE"]
    assert "13 on hand" in words(office)


def test_a_search_looks_through_the_whole_catalogue_and_tells_what_is_here(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")
        in_stock(a_part("VK4105", "Gas valve"), a_warehouse("Depot"), 3)
        a_part("GAS-VK4105", "Seal for it")

    page = signed_in(app, tess).get("/parts?q=vk4105").text

    assert shown(page) == ["VK4105", "GAS-VK4105"]
    assert "3 at Depot" in words(page)


def test_results_alone_answer_what_is_typed(app: Flask):
    with given(app):
        tess = a_technician()
        a_part("VK4105", "Gas valve")

    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    fragment = signed_in(app, tess).get("/parts?q=vk4105&at=all", headers=headers).text

    assert fragment.strip().startswith('<div id="results"')
    assert shown(fragment) == ["VK4105"]


def test_what_is_due_and_what_is_allocated_is_told(app: Flask):
    with given(app):
        dora, depot, fan = a_person("dispatcher"), a_warehouse("Depot"), a_part("FAN", "Fan")
        in_stock(fan, depot, 5)
        entry = an_entry(an_order(), fan, 2)
        ledger.allocate(fan, Decimal(2), location=depot, subject=entry.subject)
        northgas = a_vendor()
        order = a_purchase_order(northgas, (fan, 10, "1"), ship_to=depot)
        order.lines[0].received, order.lines[0].rejected = Decimal(7), Decimal(1)
        a_purchase_order(northgas, (fan, 99, "1"), ship_to=depot, state=PurchaseState.DRAFT)
        a_purchase_order(northgas, (fan, 99, "1"), ship_to=depot, state=PurchaseState.RECEIVED)

    page = signed_in(app, dora).get("/parts").text

    assert "5 on hand · 3 available · 4 due" in words(page)


def test_below_reorder_counts_bins_what_is_promised_and_what_is_due(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse("Depot")
        shelf = a_bin("Depot A1", of=depot)
        enough, few, promised, due = (a_part(sku, "Fan") for sku in ("A", "B", "C", "D"))
        for part, quantity in ((enough, 9), (few, 2), (promised, 9), (due, 2)):
            in_stock(part, shelf, quantity)
            ledger.set_reorder_level(part, depot, point=Decimal(2), maximum=None)
        entry = an_entry(an_order(), promised, 7)
        ledger.allocate(promised, Decimal(7), location=shelf, subject=entry.subject)
        a_purchase_order(a_vendor(), (due, 5, "1"), ship_to=depot)

    browser = signed_in(app, cora)

    assert shown(browser.get("/parts?below=1").text) == ["B", "C"]
    assert shown(browser.get(f"/parts?below=1&at={depot.id}").text) == ["B", "C"]


def test_negative_stock_is_named_with_its_order(app: Flask):
    with given(app):
        tess, joe = a_technician("Tess", van="Van 3"), a_technician("Joe")
        cora, van = a_person("coordinator"), the(locations.van_of(tess))
        fan = a_part("FAN", "Fan")
        in_stock(a_part("OTHER", "Other"), van, 1)
        order = an_order(assigned_to=tess)
        used_without_stock(fan, van, order, by=tess)

    for person in (tess, cora):
        page = signed_in(app, person).get("/parts?negative=1&at=all").text
        assert shown(page) == ["FAN"]
        assert "−1 in Van 3" in words(page)
        assert f"used on {order.number}, look" in words(page)
    others = signed_in(app, joe).get("/parts?negative=1&at=all").text
    assert order.number not in others
    assert "used before it was received, look" in words(others)


def test_sorting_by_what_is_on_hand_and_due(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse()
        few, many = a_part("A", "Zip"), a_part("B", "Yoke")
        in_stock(few, depot, 1)
        in_stock(many, depot, 9)
        a_purchase_order(a_vendor(), (few, 5, "1"), ship_to=depot)
    browser = signed_in(app, cora)

    for sort, skus in (("on_hand", "BA"), ("on_order", "AB"), ("description", "BA"), ("x", "AB")):
        assert shown(browser.get(f"/parts?sort={sort}").text) == list(skus), sort


def test_a_page_of_fifty_parts_costs_no_more_questions_than_one_of_three(app: Flask):
    with given(app):
        cora, van, depot = a_person("coordinator"), a_van("Van 3"), a_warehouse()
        order = an_order(assigned_to=a_technician())
        for number in range(60):
            part = a_part(f"FAN-{number:02d}", "Fan")
            in_stock(part, depot, 3)
            if number % 2:
                used_without_stock(part, van, order, by=order.assigned_to)
    browser = signed_in(app, cora)

    with statements(app) as few:
        browser.get("/parts?q=FAN-01")
    with statements(app) as many:
        page = browser.get("/parts?q=fan")

    assert len(shown(page.text)) == 50
    assert len(many) <= len(few) + 1  # a full page is counted
    assert len(many) < 25


def test_empty_tables_say_what_to_do(app: Flask):
    with given(app):
        cora, tess = a_person("coordinator"), a_technician(van="Van 3")
    browser = signed_in(app, cora)

    assert "No part yet" in browser.get("/parts").text
    assert "No part found" in browser.get("/parts?q=nothing").text
    assert "Nothing is negative" in browser.get("/parts?negative=1").text
    assert "Nothing to restock" in browser.get("/parts?below=1").text
    assert "Nothing in Van 3" in signed_in(app, tess).get("/parts").text
    assert browser.get("/parts?at=nonsense&page=x&sort=%27").status_code == 200


def test_what_is_on_order_and_what_is_late_is_filtered_and_received_from_there(app: Flask):
    with given(app):
        cora, dora, depot = a_person("coordinator"), a_person("dispatcher"), a_warehouse("Depot")
        late, soon, none = (a_part(sku, "Fan") for sku in ("LATE", "SOON", "NONE"))
        yesterday, later = clock.today() - timedelta(days=1), clock.today() + timedelta(days=9)
        northgas = a_vendor()
        a_purchase_order(northgas, (late, 4, "1"), ship_to=depot, expected_on=yesterday)
        order = a_purchase_order(northgas, (soon, 4, "1"), ship_to=depot, expected_on=later)
        in_stock(none, depot, 1)
        number, van = order.number, a_van("Van 7")
    browser = signed_in(app, cora)

    on_order = browser.get("/parts?on_order=1").text

    assert shown(on_order) == ["LATE", "SOON"]
    assert f"/purchasing/{number}/receipts/new" in on_order
    assert shown(browser.get("/parts?late=1&q=fan").text) == ["LATE"]
    assert shown(browser.get(f"/parts?on_order=1&at={van.id}").text) == []
    assert number not in signed_in(app, dora).get("/parts?on_order=1").text
    part = browser.get(f"/parts/{soon.id}").text
    assert f"Receive {number}" in part


def test_a_search_tells_the_own_van_the_nearest_warehouse_and_the_others(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")
        van, depot, far = the(locations.van_of(tess)), a_warehouse("Depot"), a_warehouse("Far")
        places.change(van, name="Van 3", address="", active=True, restocked_from=depot)
        fan = a_part("FAN", "Fan")
        for place, quantity in ((van, 2), (depot, 11), (far, 50), (a_van("Van 7"), 3)):
            in_stock(fan, place, quantity)
        order = an_order(assigned_to=tess)
    browser = signed_in(app, tess)

    assert "2 in your van · 11 at Depot · 53 elsewhere" in words(browser.get("/parts?q=fan").text)
    add_part = words(browser.get(f"/orders/{order.number}/parts/new?q=fan").text)
    assert "2 in your van · 11 at Depot · 50 at Far · 3 elsewhere" in add_part


def test_a_part_that_is_no_longer_used_is_not_in_the_table(app: Flask):
    with given(app):
        cora, old = a_person("coordinator"), a_part("OLD", "Old fan")
        catalogue.change_part(
            old,
            description="Old fan",
            category="",
            unit="EA",
            compliance=False,
            core_charge=old.core_charge,
            list_price=old.list_price,
            active=False,
        )

    assert "No part yet" in signed_in(app, cora).get("/parts").text
