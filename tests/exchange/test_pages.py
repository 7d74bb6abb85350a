"""Files brought in through the pages: upload, columns, check, done."""

from __future__ import annotations

import io
import os
import time
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partsweb.catalogue import queries as catalogue
from partsweb.exchange import intake, steps, working
from partsweb.exchange.models import Import, Stage
from partsweb.extensions import db
from partsweb.kit import files
from partsweb.stock import queries as stock
from tests.support.company import a_part, a_person, a_warehouse, given, signed_in
from tests.support.files import a_photo
from tests.support.forms import Form, Page

VALVES = (
    "Artikel;SKU;Part name;Sales price;UoM\n1;00417;Gas valve;12,50;EA \n2;VK 4105;Fan;389;eac\n"
)
TICKS: dict[str, list[str]] = {"once": [], "as_written": []}


def person(app: Flask, role: str = "coordinator", name: str = "") -> FlaskClient:
    with given(app):
        somebody = a_person(role, name=name)
    return signed_in(app, somebody)


def uploaded(
    client: FlaskClient, content: str | bytes, kind: str = "parts", name: str = "valves.csv"
) -> TestResponse:
    sent = content.encode() if isinstance(content, str) else content
    return client.post(f"/imports/new/{kind}", data={"file": (io.BytesIO(sent), name)})


def columns(client: FlaskClient, content: str | bytes, kind: str = "parts") -> Form:
    answer = uploaded(client, content, kind)
    assert answer.status_code == 303, Page("", answer.text).words
    return Page(answer.location, client.get(answer.location).text).forms[0]


def checked(client: FlaskClient, form: Form, **said: str) -> str:
    """The address of the import once its check began."""
    answer = client.post(form.action, data=form.filled(act="check", **said) | TICKS)
    assert answer.status_code == 303, Page("", answer.text).words
    return str(answer.location)


def words(client: FlaskClient, url: str) -> str:
    return Page(url, client.get(url).text).words


def part_of(app: Flask, sku: str) -> tuple[str, Decimal] | None:
    with app.app_context():
        found = catalogue.by_sku(sku)
        return (found.description, found.list_price) if found else None


def test_a_file_of_another_system_is_understood_checked_and_brought_in(app: Flask):
    cora = person(app)

    form = columns(cora, VALVES)
    shown = words(cora, form.page)
    url = checked(cora, form)
    would = words(cora, url)
    done = cora.post(f"{url}/keeping")

    assert form.filled()["column-list_price"] == ["Sales price"]
    assert "SKU: 00417" in shown
    assert "List price: 12.5" in shown
    assert "Not read: Artikel" in shown
    assert "Would be added 2" in would
    assert (done.status_code, done.location) == (303, url)
    assert "Added 2 fact Changed 0" in words(cora, url)
    assert part_of(app, "00417") == ("Gas valve", Decimal("12.5"))
    assert "valves.csv" in words(cora, "/imports")


def test_a_check_keeps_nothing_and_the_same_file_again_changes_nothing(app: Flask):
    cora = person(app)
    url = checked(cora, columns(cora, VALVES))
    assert part_of(app, "00417") is None

    cora.post(f"{url}/keeping")
    again = words(cora, checked(cora, columns(cora, VALVES)))

    assert "Stay as they are 2" in again
    assert "There is nothing to bring in" in again


def test_what_changes_is_said_before_and_after(app: Flask):
    with given(app):
        a_part("00417", "Gas valve", list_price="10")
    cora = person(app)

    url = checked(cora, columns(cora, VALVES))
    listed = cora.get(f"{url}/changes.csv").text

    assert "list_price: 10 → 12.5" in words(cora, url)
    assert "2,00417,changed,list_price: 10 → 12.5" in listed
    assert "3,VK 4105,added," in listed


def test_problems_are_named_by_row_column_and_cell_and_nothing_is_kept(app: Flask):
    rows = "".join(f"P{number};Valve;cheap\n" for number in range(60))
    cora = person(app)

    url = checked(cora, columns(cora, "SKU;Name;Price\nP;Valve;1\n" + rows))
    page, every = words(cora, url), cora.get(f"{url}/problems.csv").text

    assert "To mend count 60" in page
    assert "row 3 · Price · “cheap”" in page
    assert "These are the first 50" in page
    assert every.count("'cheap' is not a number") == 60
    assert cora.post(f"{url}/keeping").status_code == 422
    assert part_of(app, "P") is None


def test_what_no_column_says_may_be_the_same_in_every_row(app: Flask):
    with given(app):
        depot, valve = a_warehouse("Depot"), a_part("00417")
    cora = person(app)
    form = columns(cora, "SKU,Qty on hand\n00417,5\n", "stock")

    missing = cora.post(form.action, data=form.filled(act="check") | TICKS)
    url = checked(cora, form, **{"same-location": "Depot", "column-quantity": "Qty on hand"})
    kept = cora.post(f"{url}/keeping")

    assert missing.status_code == 422
    assert "Which column is Location?" in missing.text
    assert kept.status_code == 303
    with app.app_context():
        assert stock.on_hand(valve, depot) == 5


def test_a_column_that_means_nothing_alone_is_left_out_and_said(app: Flask):
    cora = person(app)

    form = columns(cora, "SKU,Name,Reorder point\n00417,Gas valve,5\n")

    assert form.filled()["column-reorder_point"] == [""]
    assert "left out: needs reorder location" in words(cora, form.page)
    assert "Would be added 1" in words(cora, checked(cora, form))


def test_looking_again_shows_the_rows_by_the_new_columns(app: Flask):
    cora = person(app)
    form = columns(cora, "A,B,C\n00417,Gas valve,x\n")
    assert "Which column is SKU, Description?" in words(cora, form.page)

    said = form.filled(act="look", **{"column-sku": "A", "column-description": "B"})
    answer = cora.post(form.action, data=said | TICKS)

    shown = words(cora, answer.location)
    assert "SKU: 00417" in shown
    assert "Description: Gas valve" in shown


def test_whoever_may_bring_in_that_kind_goes_on_where_another_was(app: Flask):
    cora, paul, tess = person(app), person(app, "purchasing"), person(app, "technician")
    url = checked(cora, columns(cora, VALVES))

    assert paul.post(f"{url}/keeping").status_code == 303
    assert tess.get(url).status_code == 403
    assert part_of(app, "00417") is not None


def test_purchasing_brings_in_the_catalogue_and_no_stock(app: Flask):
    cora, paul = person(app), person(app, "purchasing")
    form = columns(cora, "SKU,Qty on hand\n00417,5\n", "stock")

    assert paul.get("/imports/new/vendors").status_code == 200
    assert paul.get("/imports/new/stock").status_code == 403
    assert paul.get(form.page).status_code == 404
    assert "/imports/new/stock" not in paul.get("/imports").text


def test_of_two_who_bring_it_in_at_once_one_is_told(app: Flask):
    cora, paul = person(app), person(app, "purchasing")
    url = checked(cora, columns(cora, VALVES))
    cora.post(f"{url}/keeping")

    second = paul.post(f"{url}/keeping")

    assert second.status_code == 422
    assert "it was brought in already" in Page("", second.text).words


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "empty.csv is empty"),
        (a_photo(), "boiler.jpg", "boiler.jpg"),
        (b"PK\x03\x04broken", "parts.xlsx", "parts.xlsx"),
    ],
)
def test_what_is_no_table_is_refused_in_words_and_read_as_nothing_else(
    app: Flask, content: bytes, name: str, said: str
):
    cora = person(app)

    answer = uploaded(cora, content, name=name)

    assert answer.status_code == 422
    assert said in Page("", answer.text).words
    with app.app_context():
        assert not files.folder("attachments").exists()
        assert db.session.query(Import).count() == 0


def test_a_file_may_be_so_large_and_no_larger(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake, "LARGEST", 20)

    answer = uploaded(person(app), VALVES)

    assert answer.status_code == 422
    assert "Take it in parts" in answer.text


def test_no_file_at_all_is_said_at_its_field(app: Flask):
    answer = person(app).post("/imports/new/parts", data={})

    assert answer.status_code == 422
    assert "Choose a file first" in answer.text


def test_the_empty_table_has_every_column_and_can_be_filled_in(app: Flask):
    cora = person(app)
    head = cora.get("/imports/templates/vendors.csv").text.strip("\ufeff\r\n")
    filled = head + "\nV1,Northgas,,,,,\n"

    url = checked(cora, columns(cora, filled, "vendors"))

    assert head.startswith("code,name")
    assert cora.get("/imports/templates/vendors.xlsx").status_code == 200
    assert "Would be added 1" in words(cora, url)


# --- Large files -----------------------------------------------------------------------------


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are many already."""
    monkeypatch.setattr(working, "SMALL", 1)
    monkeypatch.setattr(working, "STEP", 2)


def the_import(url: str) -> Import:
    return db.session.get_one(Import, UUID(url.split("/")[2]))


def waited_for(app: Flask, url: str) -> Import:
    """The import, once nobody works on it any more."""
    with app.app_context():
        for _ in range(600):
            found = the_import(url)
            if not found.at_work:
                return found
            db.session.rollback()
            time.sleep(0.1)
    raise AssertionError(f"{url} is still at work")


MANY = "SKU,Name,Serialized\n" + "".join(f"P{number},Valve,no\n" for number in range(5))


@pytest.mark.usefixtures("small_steps")
def test_a_large_file_is_checked_beside_and_kept_in_steps_while_others_write(app: Flask):
    cora = person(app)
    url = checked(cora, columns(cora, MANY))
    at_work = words(cora, url)
    meanwhile = cora.post("/vendors/new", data={"code": "V1", "name": "Northgas"})
    check = waited_for(app, url)

    answer = cora.post(f"{url}/keeping")
    done = waited_for(app, url)

    assert "You can leave" in at_work
    assert meanwhile.status_code == 303
    assert (check.stage, check.added, check.stopped) == (Stage.CHECKED, 5, "")
    assert answer.status_code == 303
    assert (done.stage, done.added, done.stopped) == (Stage.DONE, 5, "")
    assert part_of(app, "P4") is not None


@pytest.mark.usefixtures("small_steps")
def test_what_changed_meanwhile_stops_a_large_file_and_the_rest_comes_in_later(app: Flask):
    cora = person(app)
    form = columns(cora, MANY.replace("P4,Valve,no", "P4,Valve,yes"))
    url = checked(cora, form)
    waited_for(app, url)
    with given(app):
        a_part("P4")

    cora.post(f"{url}/keeping")
    stopped = waited_for(app, url)

    assert stopped.stage == Stage.COLUMNS
    assert "4 rows before it are in. Check the file again" in stopped.stopped
    assert part_of(app, "P3") is not None
    assert "4 rows before it are in" in words(cora, form.page)


@pytest.mark.usefixtures("small_steps")
def test_work_that_was_cut_off_can_be_begun_again(app: Flask, monkeypatch: pytest.MonkeyPatch):
    cora = person(app)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(working, "check_beside", lambda _: None)
        url = checked(cora, columns(cora, MANY))
    monkeypatch.setattr(working, "SILENT_AFTER", 0)

    shown = words(cora, url)
    again = cora.post(f"{url}/check")

    assert "the server was stopped meanwhile" in shown
    assert again.status_code == 303
    assert waited_for(app, url).stage == Stage.CHECKED


# --- What is old -----------------------------------------------------------------------------


def test_what_nobody_went_on_with_is_given_up_and_old_files_go(app: Flask):
    cora = person(app)
    form, other = columns(cora, VALVES), columns(cora, VALVES.replace("389", "390"))
    with given(app):
        left, other_one = the_import(form.page), the_import(other.page)
        left.moved_at -= timedelta(days=31)
        old, young = (files.folder("imports") / one.stored for one in (left, other_one))
        for path in (old, young):
            os.utime(path, (0, 0))

        steps.tidy()

        assert left.stage == Stage.GIVEN_UP
    assert (old.exists(), young.exists()) == (False, True)
    assert "given up" in words(cora, form.page.removesuffix("/columns"))


def test_a_file_that_was_given_up_is_not_brought_in(app: Flask):
    cora = person(app)
    url = checked(cora, columns(cora, VALVES))

    given_up = cora.post(f"{url}/end")

    assert given_up.location == "/imports"
    assert cora.post(f"{url}/keeping").status_code == 422
    assert part_of(app, "00417") is None
