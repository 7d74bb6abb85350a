from __future__ import annotations

from flask import Flask

from partsweb.catalogue import queries, rules
from partsweb.kit import clock
from partsweb.orders.models import OrderState
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_order,
    given,
    in_stock,
    signed_in,
    the,
)


def test_the_part_page_tells_where_it_is_and_who_drives_that_van(app: Flask):
    with given(app):
        tess, joe = a_technician("Tess", van="Van 3"), a_technician("Joe")
        valve = a_part("VK4105", "Gas valve")
        in_stock(valve, a_van("Van 7", held_by=joe), 4)
        in_stock(valve, a_warehouse("Depot"), 7)

    page = signed_in(app, tess).get(f"/parts/{valve.id}")

    assert page.status_code == 200
    assert "VK4105" in page.text
    assert "11 on hand" in page.text
    assert "Depot" in page.text
    assert "Van 7" in page.text
    assert "Joe" in page.text


def test_a_part_is_asked_for_from_its_page_on_the_order_that_was_started(app: Flask):
    with given(app):
        tess, joe = a_technician("Tess"), a_technician("Joe")
        valve = a_part("VK4105", "Gas valve")
        order = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS, started_at=clock.now())

    own, others = (signed_in(app, one).get(f"/parts/{valve.id}").text for one in (tess, joe))

    assert f"Ask for it on {order.number}" in own
    assert "Ask for it" not in others


def test_vendor_prices_and_values_never_reach_a_technician(app: Flask):
    with given(app):
        tess, dora = a_technician("Tess"), a_person("dispatcher")
        buyer = a_person("purchasing")
        valve, northgas = a_part("VK4105", "Gas valve", list_price="389"), a_vendor("Northgas")
        a_price(valve, northgas, "237.41", number="N-1")
        in_stock(valve, a_warehouse(), 2, cost="211.07")

    addresses = [f"/parts/{valve.id}", f"/vendors/{northgas.id}", f"/parts/{valve.id}/movements"]
    for person in (tess, dora):
        browser = signed_in(app, person)
        for address in [*addresses, "/movements/1", "/parts", "/parts/stock.csv"]:
            text = browser.get(address).text
            assert "237.41" not in text, address
            assert "422.14" not in text, address
            assert "211.07" not in text, address
    assert "389.00" in signed_in(app, tess).get(addresses[0]).text
    assert "237.41" in signed_in(app, buyer).get(addresses[0]).text
    assert "422.14" in signed_in(app, buyer).get("/movements/1").text


def test_a_part_is_added_and_changed_on_its_pages(app: Flask):
    with given(app):
        cora = a_person("coordinator")
    browser = signed_in(app, cora)

    browser.post(
        "/parts/new",
        data={"sku": "0042-A", "description": "Fan", "list_price": "12,50", "serialized": "1"},
    )
    with app.app_context():
        fan = the(queries.by_sku("0042-A"))
    browser.post(
        f"/parts/{fan.id}/edit",
        data={"description": "Fan, 24 V", "unit": "ea", "list_price": "13", "active": "1"},
    )

    with app.app_context():
        fan = the(queries.by_sku("0042-A"))
        assert (fan.description, str(fan.list_price), fan.unit) == ("Fan, 24 V", "13", "EA")
        assert fan.serialized
        assert [part.sku for part in queries.search("24 v fan")] == ["0042-A"]


def test_a_sku_that_is_taken_is_refused_in_the_form_with_what_was_typed(app: Flask):
    with given(app):
        a_part("VK4105")
        cora = a_person("coordinator")

    answer = signed_in(app, cora).post(
        "/parts/new", data={"sku": "VK4105", "description": "Another valve"}
    )

    assert answer.status_code == 422
    assert "There is a part VK4105 already." in answer.text
    assert "Another valve" in answer.text


def test_a_technician_cannot_keep_the_catalogue(app: Flask):
    with given(app):
        tess, valve = a_technician(), a_part()
    browser = signed_in(app, tess)

    assert browser.get("/parts/new").status_code == 403
    assert browser.post("/parts/new", data={"sku": "X", "description": "X"}).status_code == 403
    assert browser.get(f"/parts/{valve.id}/edit").status_code == 403
    assert browser.get("/vendors/new").status_code == 403
    assert "Edit the part" not in browser.get(f"/parts/{valve.id}").text


def test_a_vendors_number_and_price_are_put_on_a_part_and_changed(app: Flask):
    with given(app):
        buyer, valve, northgas = a_person("purchasing"), a_part("VK4105"), a_vendor("Northgas")
    browser = signed_in(app, buyer)

    browser.post(
        f"/parts/{valve.id}/references/new",
        data={"vendor": str(northgas.id), "number": "N-77", "price": "12.40", "pack": "10"},
    )
    with app.app_context():
        (reference,) = queries.references_of(valve)
    browser.post(
        f"/references/{reference.id}/edit",
        data={"number": "N-78", "price": "12.90", "pack": "10", "lead_days": "3"},
    )

    with app.app_context():
        (reference,) = queries.references_of(valve)
        assert (reference.number, str(reference.price), reference.lead_days) == ("N-78", "12.9", 3)
        assert [part.sku for part in queries.search("N-78")] == ["VK4105"]
        assert queries.search("N-77") == []


def test_a_barcode_is_taught_and_forgotten_and_means_one_thing(app: Flask):
    with given(app):
        cora = a_person("coordinator")
        valve, fan = a_part("VK4105"), a_part("C7731", "Fan")
        rules.add_barcode(fan, "111")
    browser = signed_in(app, cora)

    taken = browser.post(f"/parts/{valve.id}/barcodes/new", data={"code": "111", "quantity": "1"})
    browser.post(f"/parts/{valve.id}/barcodes/new", data={"code": "222", "quantity": "10"})

    assert taken.status_code == 422
    assert "belongs to another part" in taken.text
    assert "a pack of 10" in browser.get(f"/parts/{valve.id}").text
    with app.app_context():
        (barcode,) = queries.barcodes_of(valve)
    browser.post(f"/parts/{valve.id}/barcodes/{barcode.id}/removal")
    with app.app_context():
        assert queries.barcodes_of(valve) == []


def test_a_vendor_is_added_changed_and_shows_what_he_sells(app: Flask):
    with given(app):
        buyer, valve = a_person("purchasing"), a_part("VK4105", "Gas valve")
    browser = signed_in(app, buyer)

    browser.post("/vendors/new", data={"code": "NG", "name": "Northgas", "lead_days": "2"})
    with app.app_context():
        vendor = the(queries.vendor_by_code("NG"))
    browser.post(
        f"/vendors/{vendor.id}/edit", data={"name": "Northgas Ltd", "phone": "1", "active": "1"}
    )
    browser.post(
        f"/parts/{valve.id}/references/new", data={"vendor": str(vendor.id), "number": "N-77"}
    )

    page = browser.get(f"/vendors/{vendor.id}").text
    assert "Northgas Ltd" in page
    assert "N-77" in page
    assert "Gas valve" in page
    assert "Northgas Ltd" in browser.get("/vendors").text


def test_what_is_not_there_answers_404(app: Flask):
    with given(app):
        tess = a_technician()
    browser = signed_in(app, tess)

    nothing = "00000000-0000-4000-8000-00000000dead"
    for address in ("parts", "vendors", "locations", "serials"):
        assert browser.get(f"/{address}/{nothing}").status_code == 404
    assert browser.get("/movements/99").status_code == 404
