from __future__ import annotations

import re

from flask import Flask, url_for

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue import rules
from partsweb.kit import clock
from partsweb.orders.models import OrderState
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_technician,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def test_the_page_takes_typed_codes_beside_the_camera(app: Flask):
    with given(app):
        tess = a_technician()

    page = signed_in(app, tess).get("/scan").text

    assert "<code-camera>" in page
    assert 'name="code"' in page


def test_only_the_worker_that_reads_codes_may_compile_wasm(app: Flask):
    client = app.test_client()
    with app.test_request_context():
        files = [
            url_for("static", filename=name)
            for name in ("js/workers/read-codes.js", "js/app.js", "vendor/zxing/reader.wasm")
        ]

    worker, script, wasm = (client.get(url) for url in files)

    assert "'wasm-unsafe-eval'" in worker.headers["Content-Security-Policy"]
    assert "Content-Security-Policy" not in script.headers
    assert wasm.mimetype == "application/wasm"


def test_a_scanned_label_tells_the_part_its_unit_and_where_it_is(app: Flask):
    with given(app):
        tess, depot = a_technician(), a_warehouse("Depot")
        valve = a_part("VK4105", "Gas valve", serialized=True)
        rules.add_barcode(valve, "9501101530003")
        in_stock(valve, depot, 1, serials=["SN-42"])
    browser = signed_in(app, tess)

    known = words(browser.get("/scan?code=010950110153000321SN-42").text)
    other = words(browser.get("/scan?code=010950110153000321SN-43").text)

    assert "Gas valve VK4105" in known
    assert "serial SN-42 , in stock, Depot" in known
    assert "serial SN-43 , not in the books yet" in other


def test_a_part_that_is_due_can_be_received_by_who_receives(app: Flask):
    with given(app):
        buyer, dora = a_person("purchasing"), a_person("dispatcher")
        depot, fan = a_warehouse(), a_part("FAN", "Fan")
        order = a_purchase_order(a_vendor(), (fan, 4, "1"), ship_to=depot)

    assert f"Receive on {order.number}" in signed_in(app, buyer).get("/scan?code=fan").text
    assert order.number not in signed_in(app, dora).get("/scan?code=fan").text


def test_a_part_is_installed_on_the_order_that_was_started(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")
        asked, other = a_part("VK4105", "Gas valve"), a_part("FAN", "Fan")
        order = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS, started_at=clock.now())
        entry = an_entry(order, asked, 1)
    browser = signed_in(app, tess)

    wanted = browser.get("/scan?code=vk4105").text
    unasked = browser.get("/scan?code=fan").text

    assert f"Install on {order.number}" in wanted
    assert f"/entries/{entry.id}/installation" in wanted
    assert f"/orders/{order.number}/installations/new?part={other.id}" in unasked
    assert f"/orders/{order.number}/parts/new?part={other.id}" in unasked


def test_a_unit_that_is_scanned_to_receive_is_in_the_list_of_its_line(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse()
        valve = a_part("VK4105", "Gas valve", serialized=True)
        rules.add_barcode(valve, "9501101530003")
        order = a_purchase_order(a_vendor("Northgas"), (valve, 4, "1"), ship_to=depot)
    browser, label = signed_in(app, cora), "010950110153000321SN-43"
    form = f"/purchasing/{order.number}/receipts/new?scan=1&code={label}"

    scanned = browser.get(f"/scan?for=receive&code={label}").text

    assert form.replace("&", "&amp;") in scanned
    assert "Install on" not in scanned
    assert f'data-code="{label}"' in browser.get(form).text


def test_what_still_needs_a_word_or_a_photo_is_not_fitted_in_one_tap(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")
        a_part("FAN", "Fan", serialized=True)
        a_part("VALVE", "Gas valve", compliance=True)
        order = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS, started_at=clock.now())
    browser = signed_in(app, tess)

    for code in ("FAN", "VALVE"):
        found = browser.get(f"/scan?for=install&code={code}").text
        assert f"Fit it now on {order.number}" in found
        assert 'name="source"' not in found


def test_without_an_order_that_was_started_nothing_is_installed(app: Flask):
    with given(app):
        tess = a_technician()
        a_part("FAN", "Fan")
        an_order(assigned_to=tess)

    assert "Install on" not in signed_in(app, tess).get("/scan?code=fan").text


def test_an_order_number_leads_to_the_order_for_who_may_see_it(app: Flask):
    with given(app):
        tess, joe = a_technician("Tess"), a_technician("Joe")
        order = an_order("No hot water", assigned_to=tess)

    assert "Open it" in signed_in(app, tess).get(f"/scan?code={order.number.lower()}").text
    others = signed_in(app, joe).get(f"/scan?code={order.number}").text
    assert "Nothing is known by" in others
    assert "No hot water" not in others


def test_a_purchase_order_number_leads_there(app: Flask):
    with given(app):
        buyer, tess = a_person("purchasing"), a_technician()
        order = a_purchase_order(a_vendor(), (a_part(), 4, "1"), ship_to=a_warehouse())

    assert "Open it" in signed_in(app, buyer).get(f"/scan?code={order.number}").text
    assert "Nothing is known by" in signed_in(app, tess).get(f"/scan?code={order.number}").text


def test_a_place_is_found_by_its_name(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")

    assert "Open it" in signed_in(app, tess).get("/scan?code=van 3").text


def test_an_unknown_code_is_said_in_words_with_the_ways_out(app: Flask):
    with given(app):
        tess, dora = a_technician(), a_person("dispatcher")

    own, office = (signed_in(app, one).get("/scan?code=ZZZ99").text for one in (tess, dora))

    assert "Nothing is known by ZZZ99" in words(own)
    assert "Search instead" in own
    assert "Teach it to a part" in own
    assert "Teach it to a part" not in office


def test_an_unknown_code_is_taught_to_a_part_and_known_from_then_on(app: Flask):
    with given(app):
        cora, valve = a_person("coordinator"), a_part("VK4105", "Gas valve")
    browser = signed_in(app, cora)

    lesson = browser.get("/scan/lesson?code=4006381333931&q=gas").text
    assert f"/parts/{valve.id}/barcodes/new?code=4006381333931" in lesson
    form = browser.get(f"/parts/{valve.id}/barcodes/new?code=4006381333931").text
    assert 'value="4006381333931"' in form
    browser.post(f"/parts/{valve.id}/barcodes/new", data={"code": "4006381333931", "quantity": "1"})

    assert "Gas valve" in browser.get("/scan?code=04006381333931").text
    with app.app_context():
        assert [one.sku for one in catalogue.search("4006381333931")] == ["VK4105"]


def test_markup_in_a_code_stays_words(app: Flask):
    with given(app):
        tess = a_technician()

    page = signed_in(app, tess).get("/scan?code=<script>alert(1)</script>").text

    assert "<script>alert" not in page
