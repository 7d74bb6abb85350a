from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from partsweb import migrations
from partsweb.catalogue import audit, queries, rules
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from tests.support.company import a_part, a_person, a_price, a_vendor, given, signed_in, the


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


@pytest.mark.parametrize(
    "text", ["eletrode", "electorde", "elextrode", "electrrode", "halden eletrode"]
)
def test_a_word_with_one_slip_is_understood(app: Flask, text: str):
    with given(app):
        a_part("A", "Ignition electrodes, Halden")
        a_part("B", "Gas valve, Halden")

    with app.app_context():
        meant = queries.found(text)
        assert [part.sku for part in meant.parts] == ["A"]
        assert meant.alike


@pytest.mark.parametrize("text", ["vlave", "gas vlave", "valv", "VAVLE"])
def test_short_words_are_understood_too(app: Flask, text: str):
    with given(app):
        a_part("A", "Gas valve")
        a_part("B", "Gas hose")

    assert found(app, text) == ["A"]


@pytest.mark.parametrize("text", ["C7731-0052", "c77310052", "C7713-0042", "X7731-0042"])
def test_a_code_with_one_slip_leads_to_the_nearest_one(app: Flask, text: str):
    with given(app):
        a_part("C7731-0042", "Fan")
        a_part("C8831-0077", "Fan")

    assert found(app, text) == ["C7731-0042"]


def test_what_is_there_as_typed_is_never_mixed_with_what_is_alike(app: Flask):
    with given(app):
        a_part("C7731-0042", "Fan")
        a_part("C7731-0043", "Fan")

    with app.app_context():
        exact = queries.found("C7731-0042")
        assert [part.sku for part in exact.parts] == ["C7731-0042"]
        assert not exact.alike
    assert found(app, "N-77") == []


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("v", ["V2", "GAS"]),
        ("v2", ["V2"]),
        ("24", ["GAS"]),
        ("g", ["GAS"]),
        ("as", []),
        ("2 v", ["GAS"]),
    ],
)
def test_one_or_two_letters_find_what_begins_with_them(app: Flask, text: str, skus: list[str]):
    with given(app):
        a_part("V2", "Fan")
        a_part("GAS", "Gas valve, 24 V")

    assert found(app, text) == skus


def test_the_middle_and_the_end_of_a_code_find_it(app: Flask):
    with given(app):
        a_part("C7731-0042", "Fan")
        a_price(a_part("B", "Hose"), a_vendor(), "1", number="H 42400/07")

    for piece in ("7731", "31-00", "3100", "0042", "042"):
        assert found(app, piece) == ["C7731-0042"], piece
    assert found(app, "240007") == ["B"]


def test_the_page_says_that_nothing_is_spelled_so(app: Flask):
    with given(app):
        a_part("A", "Ignition electrode")
        cora = a_person("coordinator")

    page = signed_in(app, cora).get("/parts?q=eletrode").text

    assert "Nothing has “eletrode” as it is typed" in page
    assert "Ignition electrode" in page


def test_what_was_not_kept_is_not_found(app: Flask):
    with app.app_context():
        a_part("C7731", "Fan")
        db.session.rollback()

    assert found(app, "C7731") == []


@pytest.mark.only("sqlite")
def test_the_audit_notices_a_wrong_index_and_reindexing_mends_it(app: Flask):
    with given(app):
        a_part("C7731", "Fan")
        fan = a_part("C7732", "Fan")
        fan.words = "|x| x "
    with given(app):
        db.session.execute(text("INSERT INTO part_search (part_search) VALUES ('delete-all')"))
    with app.app_context():
        assert len(list(audit.differences())) == 2

    with given(app):
        rules.reindex()

    with app.app_context():
        assert list(audit.differences()) == []
    assert found(app, "C773") == ["C7731", "C7732"]


@pytest.mark.only("postgresql")
def test_the_audit_notices_a_missing_index_and_reindexing_mends_it(app: Flask):
    with given(app):
        a_part("C7731", "Fan").words = "|x| x "
        db.session.execute(text("DROP INDEX ix_parts_words"))
    with app.app_context():
        assert len(list(audit.differences())) == 2

    with given(app):
        rules.reindex()

    with app.app_context():
        assert list(audit.differences()) == []
    assert found(app, "C773") == ["C7731"]


@pytest.mark.only("postgresql")
def test_who_may_not_create_the_extension_is_told_what_to_do(app: Flask):
    with app.app_context():
        server = db.engine.url
    owner = create_engine(server, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        for statement in ("CREATE ROLE plain LOGIN", "CREATE DATABASE firm"):
            connection.execute(text(statement))
    firm = create_engine(server.set(database="firm"), isolation_level="AUTOCOMMIT")
    with firm.connect() as connection:
        connection.execute(text("GRANT ALL ON SCHEMA public TO plain"))
    plain = create_engine(server.set(database="firm", username="plain"))

    with pytest.raises(Refusal, match="CREATE EXTENSION pg_trgm"):
        migrations.upgrade(plain)
    with firm.connect() as connection:
        connection.execute(text("CREATE EXTENSION pg_trgm"))
    migrations.upgrade(plain)

    assert migrations.is_current(plain)
    for engine in (plain, firm):
        engine.dispose()
    with owner.connect() as connection:
        connection.execute(text("DROP DATABASE firm WITH (FORCE)"))
        connection.execute(text("DROP ROLE plain"))
    owner.dispose()


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
