from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from partsweb.catalogue import rules as catalogue
from partsweb.codes import queries
from partsweb.codes.reading import Reading, read
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_vendor,
    a_warehouse,
    given,
    in_stock,
    signed_in,
    the,
)

GTIN = "9501101530003"


def kinds(app: Flask, text: str) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.subject.kind, one.is_its) for one in queries.meanings(text)]


@pytest.mark.parametrize(
    "scanned",
    [
        f"010{GTIN}21SN-0042",
        f"]d2010{GTIN}21SN-0042",
        f"\x1d010{GTIN}21SN-0042",
        f"010{GTIN}17271231\x1d21SN-0042",
        f"(01)0{GTIN}(21)SN-0042",
    ],
)
def test_a_gs1_code_names_the_part_and_the_unit(app: Flask, scanned: str):
    with given(app):
        valve = a_part("VK4105", serialized=True)
        catalogue.add_barcode(valve, GTIN)

    with app.app_context():
        meaning = queries.meaning(scanned)

    assert meaning is not None
    assert (meaning.subject, meaning.serial) == (valve.subject, "SN-0042")


def test_a_gtin_is_one_number_in_all_its_lengths(app: Flask):
    with given(app):
        fan, valve = a_part("FAN"), a_part("VALVE")
        catalogue.add_barcode(fan, "036000291452")
        catalogue.add_barcode(valve, f"0{GTIN}")

    with app.app_context():
        for text in ("036000291452", "0036000291452", "00036000291452", "]E00036000291452"):
            assert the(queries.meaning(text)).subject == fan.subject, text
        assert the(queries.meaning(GTIN)).subject == valve.subject


def test_a_pack_stands_for_its_quantity(app: Flask):
    with given(app):
        olive = a_part("CPO15", "Olive")
        catalogue.add_barcode(olive, GTIN, quantity=Decimal(50))

    with app.app_context():
        assert the(queries.meaning(GTIN)).quantity == 50
        assert the(queries.meaning(f"020{GTIN}373")).quantity == 150


def test_a_sku_and_a_vendors_number_are_known_however_they_are_written(app: Flask):
    with given(app):
        valve = a_part("VK-4105")
        a_price(valve, a_vendor(), "1", number="H 42400/07")

    assert kinds(app, "vk4105") == [("part", "SKU")]
    assert kinds(app, "H42400-07") == [("part", "vendor’s number")]


def test_a_number_that_two_parts_share_means_both(app: Flask):
    with given(app):
        depot, northgas = a_warehouse(), a_vendor()
        valve, fan = a_part("VALVE", serialized=True), a_part("FAN", serialized=True)
        for part in (valve, fan):
            a_price(part, northgas, "1", number="77")
            in_stock(part, depot, 1, serials=["0041"])

    assert kinds(app, "77") == [("part", "vendor’s number")] * 2
    assert kinds(app, "0041") == [("serial", "serial")] * 2
    with app.app_context():
        assert queries.meaning("0041") is None


def test_a_place_is_known_by_its_name_and_by_its_barcode(app: Flask):
    with given(app):
        a_warehouse("North Store")

    assert kinds(app, "north store") == [("location", "name")]


def test_an_unknown_code_means_nothing(app: Flask):
    assert kinds(app, "nobody knows") == []
    assert kinds(app, "   ") == []
    assert kinds(app, "]") == []
    assert kinds(app, "(") == []
    assert kinds(app, "(01)123") == []
    assert kinds(app, "\x1d") == []


def test_a_barcode_settles_what_could_be_something_else_too(app: Flask):
    with given(app):
        valve, fan = a_part("12345"), a_part("FAN")
        catalogue.add_barcode(fan, "12345")
        assert valve.sku == "12345"

    assert kinds(app, "12345") == [("part", "barcode")]
    with app.app_context():
        assert the(queries.meaning("12345")).subject == fan.subject


def test_digits_that_only_look_like_a_message_stay_what_they_are():
    assert (read(GTIN).text, read(GTIN).gtin) == (GTIN, f"0{GTIN}")
    assert read("2112345").serial == ""
    assert read("0020087315") == Reading("0020087315")
    assert read("95 0110").gtin == ""


def test_a_vendors_bag_names_the_part_by_the_vendors_number_and_says_how_many(app: Flask):
    with given(app):
        amplifier = a_part("AMP-7", "Amplifier")
        a_price(amplifier, a_vendor("Digi-Key"), "0.41", number="296-LM358BIDDFRCT-ND")

    with app.app_context():
        bag = "[)>\x1e06\x1dP296-LM358BIDDFRCT-ND\x1d1PLM358BIDDFR\x1dQ10\x1e\x04"
        meaning = the(queries.meaning(bag))

    assert (meaning.subject, meaning.quantity) == (amplifier.subject, 10)


def test_a_sku_of_digits_is_found_although_it_could_be_a_trade_number(app: Flask):
    with given(app):
        valve = a_part("12345670")

    assert kinds(app, "12345670") == [("part", "SKU")]
    with app.app_context():
        assert the(queries.meaning("12345670")).subject == valve.subject


def test_the_signed_in_page_of_a_code_needs_no_script(app: Flask):
    with given(app):
        cora = a_person("coordinator")
        a_part("VK4105", "Gas valve")

    page = signed_in(app, cora).get("/scan?code=vk4105")

    assert "Gas valve" in page.text
    assert "Open the part" in page.text
