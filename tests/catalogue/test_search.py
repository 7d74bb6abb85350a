from __future__ import annotations

import pytest
from flask import Flask

from partsweb.catalogue import queries, rules
from partsweb.extensions import db
from tests.support.company import a_part, a_price, a_vendor, given, the


def found(app: Flask, text: str, **more) -> list[str]:
    with app.app_context():
        return [part.sku for part in queries.search(text, **more)]


def test_what_is_found_stands_best_first(app: Flask):
    with given(app):
        northgas = a_vendor()
        a_part("ZX-1", "Seal for valve VK4105")
        a_part("AVK4105", "Coil")
        a_part("VK4105-2", "Gas valve, two-stage")
        a_part("VK4105", "Gas valve")
        a_price(a_part("A-9", "Gas valve, other make"), northgas, "3", number="VK4105")
        a_price(a_part("A-8", "Spring"), northgas, "3", number="VK4105-77")

    skus = found(app, "vk4105")

    assert skus == [
        "VK4105",  # the SKU itself
        "A-9",  # another of its codes
        "VK4105-2",  # its SKU begins so
        "A-8",  # another of its codes begins so
        "ZX-1",  # a word of it
        "AVK4105",  # inside a code
    ]


@pytest.mark.parametrize("text", ["C7731-0042", "c77310042", "C7731 0042", " c7731.0042 "])
def test_a_code_is_found_however_it_is_written(app: Flask, text: str):
    with given(app):
        a_part("C7731-0042", "Fan")
        a_part("C7731-0043", "Fan, other side")

    assert found(app, text)[0] == "C7731-0042"


def test_a_vendors_number_and_a_barcode_lead_to_the_part(app: Flask):
    with given(app):
        fan = a_part("C7731", "Fan")
        a_price(fan, a_vendor(), "12", number="H 42400/07")
        rules.add_barcode(fan, "9520110060042")

    assert found(app, "h4240007") == ["C7731"]
    assert found(app, "9520110060042") == ["C7731"]


def test_all_words_must_be_there_in_any_order(app: Flask):
    with given(app):
        a_part("A", "Gas valve, 24 V, Halden HC30")
        a_part("B", "Gas valve, 230 V")
        a_part("C", "Düse für Gasventil")

    assert found(app, "halden gas 24") == ["A"]
    assert found(app, "valve gas") == ["A", "B"]
    assert found(app, "duse") == ["C"]


def test_wild_cards_and_quotes_are_only_characters(app: Flask):
    with given(app):
        a_part("100%-A", "Sealant 100% silicone")
        a_part("B", 'Tube 1/2" BSP')

    assert found(app, "%") == []
    assert found(app, "_") == []
    assert found(app, "100%") == ["100%-A"]
    assert found(app, '1/2" tube') == ["B"]
    assert found(app, "'; drop table parts") == []


def test_a_part_that_is_no_longer_used_is_not_found(app: Flask):
    with given(app):
        a_part("OLD-1", "Old fan").active = False

    assert found(app, "OLD-1") == []


def test_no_more_are_found_than_asked_for(app: Flask):
    with given(app):
        for number in range(5):
            a_part(f"FAN-{number}", "Fan")

    assert found(app, "fan", limit=3) == ["FAN-0", "FAN-1", "FAN-2"]


def test_refreshing_all_words_finds_what_was_put_in_without_rules(app: Flask):
    with given(app):
        fan = a_part("C7731", "Fan")
        a_price(fan, a_vendor(), "12", number="H42400")
        right = fan.words
        fan.words = ""

    with given(app):
        rules.refresh_all_words()

    with app.app_context():
        assert the(queries.by_sku("C7731")).words == right
        db.session.rollback()


def test_a_withdrawn_number_is_no_longer_found(app: Flask):
    with given(app):
        fan = a_part("C7731", "Fan")
        reference = rules.list_part(fan, a_vendor(), number="H42400")
        rules.withdraw(reference)

    assert found(app, "H42400") == []


def test_a_part_has_one_preferred_vendor(app: Flask):
    with given(app):
        fan = a_part()
        first = rules.list_part(fan, a_vendor("Northgas"), preferred=True)
        second = rules.list_part(fan, a_vendor("Calder"), preferred=True)
        db.session.refresh(first)

    assert (first.preferred, second.preferred) == (False, True)
