from __future__ import annotations

import csv
import io
from decimal import Decimal

from flask import Flask
from openpyxl import load_workbook

from partsweb.stock import rules as ledger
from tests.support.company import (
    a_bin,
    a_part,
    a_person,
    a_purchase_order,
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

HEAD = [
    *("SKU", "Description", "Category", "Unit", "Location", "Bin", "Owner"),
    *("On hand", "Allocated", "Available", "Reorder point", "Maximum", "On order"),
    "State",
]


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_stock_list_is_a_file_that_no_spreadsheet_executes(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse("Depot")
        in_stock(a_part("0042", "=HYPERLINK(1)"), depot, "2.5")
        in_stock(a_part("-7", 'Tube 1/2", "red"'), depot, -1)

    answer = signed_in(app, cora).get("/parts/stock.csv")

    in_depot, without = ("", "EA", "Depot", "", ""), ("", "", "", "")
    assert answer.mimetype == "text/csv"
    assert rows_of(answer.text) == [
        [*HEAD, "Value"],
        ["'-7", 'Tube 1/2", "red"', *in_depot, "-1", "0", "-1", *without, "0"],
        ["0042", "'=HYPERLINK(1)", *in_depot, "2.5", "0", "2.5", *without, "0"],
    ]


def test_it_has_a_line_for_every_bin_and_owner_and_each_level_once(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        shelf, other = a_bin("Depot A1", of=depot), a_bin("Depot B2", of=depot)
        fan, none, northgas = a_part("FAN", "Fan"), a_part("NONE", "Hose"), a_vendor("Northgas")
        in_stock(fan, shelf, 5, cost="2")
        in_stock(fan, other, 3, cost="2")
        held = ledger.opening_moves(fan, van, Decimal(2), owner_id=ledger.owner_of(northgas).id)
        ledger.post(held, by=None, at=cora.created_at)
        for place in (depot, van):
            ledger.set_reorder_level(fan, place, point=Decimal(4), maximum=Decimal(9))
        entry = an_entry(an_order(), fan, 2)
        ledger.allocate(fan, Decimal(2), location=shelf, subject=entry.subject)
        a_purchase_order(northgas, (fan, 6, "2"), (none, 7, "1"), ship_to=depot)

    text = signed_in(app, cora).get("/parts/stock.csv").text

    fan_is = ["FAN", "Fan", "", "EA"]
    assert rows_of(text)[1:] == [
        [*fan_is, "Van 3", "", "Northgas", "2", "0", "2", "4", "9", "", "", "0"],
        [*fan_is, "Depot", "A1", "", "5", "2", "3", "4", "9", "6", "", "10"],
        [*fan_is, "Depot", "B2", "", "3", "0", "3", "", "", "", "", "6"],
        ["NONE", "Hose", "", "EA", "Depot", "", "", "0", "0", "0", "", "", "7", "", "0"],
    ]


def test_what_is_not_offered_any_more_is_listed_as_long_as_some_of_it_is_there(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse("Depot")
        left, owed, gone = a_part("OLD-1", "Old fan"), a_part("OLD-2"), a_part("OLD-3")
        in_stock(left, depot, 3)
        in_stock(owed, depot, -1)
        for part in (left, owed, gone):
            part.active = False
        in_stock(a_part("OLDER", "Fan of today"), depot, 4)
    browser = signed_in(app, cora)

    listed = rows_of(browser.get("/parts/stock.csv").text)
    found = browser.get("/parts?q=OLD-1").text

    state = HEAD.index("State")
    assert [(row[0], row[7], row[state]) for row in listed[1:]] == [
        ("OLD-1", "3", "Inactive"),
        ("OLD-2", "-1", "Inactive"),
        ("OLDER", "4", ""),
    ]
    assert "Inactive" in found
    assert "Nothing has “OLD-1”" not in found


def test_it_is_narrowed_as_the_table_is_and_leaves_values_out_for_who_may_not_see_them(app: Flask):
    with given(app):
        dora, depot, van = a_person("dispatcher"), a_warehouse("Depot"), a_van("Van 3")
        fan, hose = a_part("FAN", "Fan"), a_part("HOSE", "Hose")
        for part in (fan, hose):
            in_stock(part, depot, 1, cost="77")
            in_stock(part, van, 4, cost="77")
    browser = signed_in(app, dora)

    book = browser.get(f"/parts/stock.xlsx?at={van.id}&q=hose")
    sheet = load_workbook(io.BytesIO(book.data)).active

    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == HEAD
    assert [row[:1] + row[4:8] for row in rows[1:]] == [["HOSE", "Van 3", "", "", 4]]
    assert "308" not in browser.get("/parts/stock.csv").text
    assert browser.get("/parts/stock.pdf").status_code == 404
    assert f"/parts/stock.xlsx?at={van.id}" in browser.get(f"/parts?at={van.id}").text


def test_however_many_lines_it_costs_the_same_questions(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse("Depot")
        for number in range(40):
            in_stock(a_part(f"FAN-{number:02d}"), depot, 1)
    browser = signed_in(app, cora)

    with statements(app) as few:
        browser.get("/parts/stock.csv?q=FAN-01")
    with statements(app) as many:
        rows = rows_of(browser.get("/parts/stock.csv?q=FAN").text)

    assert len(rows) == 41
    assert len(many) == len(few)
