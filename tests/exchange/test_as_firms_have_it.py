"""Files as firms really have them: what is read out of them, and what is named as doubtful."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.exchange import alike, columns, rules, tables
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Change
from partsweb.exchange.orders import OrderRow
from partsweb.exchange.parts import PartRow, Parts
from partsweb.extensions import db
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.purchasing.models import PurchaseOrder
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.exchange.conftest import Import
from tests.support.company import a_part, a_vendor, a_warehouse, given, the


def skus() -> list[str]:
    return list(db.session.scalars(select(Part.sku).order_by(Part.sku)))


def a_workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# --- Codes -----------------------------------------------------------------------------------


def test_codes_keep_their_zeros_their_blanks_and_their_letters(app: Flask, bring: Import):
    bring("parts", "sku,description\n0042,Fan\n00-7  A,Valve\n1E5,Pump\n10.0,Belt\n10.5,Hose\n")

    with app.app_context():
        assert skus() == ["00-7  A", "0042", "10.0", "10.5", "1E5"]


def test_codes_that_became_numbers_are_mended_and_named(app: Flask, bring: Import):
    said = bring("parts", "sku,description\n4006381333931.0,Fan\nA-1,Valve\n")

    note = "sku: 1 code had become a number that ends in .0, such as 4006381333931 in row 2"
    assert note in said.output
    with app.app_context():
        assert skus() == ["4006381333931", "A-1"]


def test_codes_that_a_workbook_has_as_numbers_are_named(app: Flask, bring: Import):
    content = a_workbook(
        ["SKU", "Name", "Price"], [4006381333931, "Fan", 0.1 + 0.2], ["0042", "V", 1]
    )

    said = bring("parts", content)

    assert "SKU: 1 code is a number in the spreadsheet" in said.output
    assert "such as 4006381333931 in row 2" in said.output
    with app.app_context():
        assert skus() == ["0042", "4006381333931"]
        assert the(catalogue.by_sku("4006381333931")).list_price == Decimal("0.3")


@pytest.mark.parametrize("code", ["1E+05", "4.00638E+12"])
def test_a_code_whose_digits_are_lost_is_refused_unless_it_is_meant(
    app: Flask, bring: Import, code
):
    file = f"sku,description\n{code},Fan\nA,Valve\n"

    refused = bring("parts", file)
    taken = bring("parts", file, "--as-written")

    assert refused.exit_code == 1
    assert f"row 2, sku: '{code}' is a code that a spreadsheet made a number" in refused.output
    assert taken.exit_code == 0
    with app.app_context():
        assert skus() == sorted([code, "A"])


# --- Rows that are none ----------------------------------------------------------------------


def test_titles_subtotals_and_the_head_again_are_left_out_and_named(app: Flask, bring: Import):
    file = (
        "Northgas price list;;;\nAs of 4 May;;;\nSKU;Description;Unit;List price\n"
        "1;Fan;EA;2\nSubtotal;;;2\n;;;\nSKU;Description;Unit;List price\n"
        "2;Total station;EA;3\n;Grand total:;;5\nPage 1 of 1;;;\n"
    )

    said = bring("parts", file)

    assert "note: above the head, left out: rows 1–2" in said.output
    named = "row 5 (Subtotal), row 7 (SKU), row 9 (Grand total:), row 10 (Page 1 of 1)"
    assert f"no rows of parts, left out: {named}" in said.output
    with app.app_context():
        assert skus() == ["1", "2"]


def test_a_row_that_only_lacks_its_code_is_a_problem_not_a_footer(bring: Import):
    refused = bring("parts", "sku,description,unit,price\nA,Fan,EA,1\n,Valve,EA,2\n")

    assert "row 3, sku: is empty" in refused.output


# --- Hints -----------------------------------------------------------------------------------


def test_only_some_rows_are_read_and_what_several_say_is_taken_once(app: Flask, bring: Import):
    file = "part,supplier\nA,Northgas\nB,Northgas\nC,\nD,Nordgas\n"
    options = ["--where", "supplier!=", "--map", "code=supplier", "--map", "name=supplier"]

    refused = bring("vendors", file, *options)
    said = bring("vendors", file, *options, "--once")

    assert "row 3: the same stands in row 2 already" in refused.output
    assert "1 rows left out: only those where supplier!=" in said.output
    assert "1 rows say what others say already" in said.output
    assert said.output.splitlines()[-1] == "2 vendors added, 0 changed, 0 unchanged."


def test_a_thing_that_rows_say_differently_is_not_taken_once(bring: Import):
    file = "code,name\nV1,Northgas\nV1,Southgas\n"

    assert "row 3: row 2 says otherwise" in bring("vendors", file, "--once").output


def test_columns_are_put_together_or_stand_in_for_each_other(app: Flask, bring: Import):
    file = "ipn,name,maker,size\n,Fan,Acme,10 mm\nI-7,Valve,Acme,\n"
    options = ["--map", "sku=ipn", "--map", "sku=name", "--map", "description={maker}: {name}"]

    said = bring("parts", file, *options)

    assert "sku from ipn or name" in said.output
    with app.app_context():
        found = {part.sku: part.description for part in db.session.scalars(select(Part))}
        assert found == {"Fan": "Acme: Fan", "I-7": "Acme: Valve"}


def test_a_condition_or_a_rate_that_is_none_is_refused_in_words(bring: Import):
    file = "sku,description\nA,Fan\n"

    assert (
        "supplier is no condition. Write it like"
        in bring("parts", file, "--where", "supplier").output
    )
    assert (
        "has no column supplier. It has: sku"
        in bring("parts", file, "--where", "supplier=x").output
    )
    assert "A rate is more than nothing" in bring("parts", file, "--rate", "USD=0").output


# --- Days ------------------------------------------------------------------------------------

HEAD = "number,vendor,order date\n"


@pytest.mark.parametrize(
    ("other", "options", "became"),
    [
        ("05/31/2026", [], date(2026, 4, 5)),
        ("31/05/2026", [], date(2026, 5, 4)),
        ("04/05/2026", ["--day-first"], date(2026, 5, 4)),
        ("04/05/2026", ["--month-first"], date(2026, 4, 5)),
    ],
)
def test_the_rest_of_the_column_says_which_is_the_month(
    app: Flask, bring: Import, other, options, became
):
    with given(app):
        vendor = a_vendor()

    file = f"{HEAD}1,{vendor.code},04/05/2026\n2,{vendor.code},{other}\n"
    said = bring("purchase-orders", file, *options)

    assert said.exit_code == 0, said.output
    with app.app_context():
        first = select(PurchaseOrder.ordered_on).where(PurchaseOrder.number == "1")
        assert db.session.scalar(first) == became


def test_where_nothing_tells_the_month_the_day_is_refused(app: Flask, bring: Import):
    with given(app):
        vendor = a_vendor()

    refused = bring("purchase-orders", f"{HEAD}1,{vendor.code},04/05/2026\n")

    assert "'04/05/2026' may be two days: write it like 2026-05-04" in refused.output


# --- Money -----------------------------------------------------------------------------------


def test_another_currency_needs_a_rate(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_vendor("Northgas")
    file = "vendor,sku,price,currency\nNorthgas,A,10,USD\n"

    refused = bring("vendor-parts", file)
    said = bring("vendor-parts", file, "--rate", "usd=0.9")
    again = bring("vendor-parts", file.replace("10,USD", "USD 10,"), "--rate", "USD=0.9")

    assert "row 2, price: is in USD, and money here is EUR" in refused.output
    assert "1 amounts in USD were taken at 0.9 EUR" in said.output
    assert again.output.splitlines()[-1] == "0 vendor references added, 0 changed, 1 unchanged."
    with app.app_context():
        assert db.session.scalar(select(VendorReference.price)) == 9


def test_of_several_prices_the_one_for_the_smallest_quantity_is_taken(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_vendor("Northgas")
    bring("vendor-parts", "vendor,sku,number\nNorthgas,A,N-7\n")

    said = bring("vendor-parts", "number,price break,price\nN-7,100,1\nN-7,10,2\nN-7,1000,.5\n")

    assert "2 prices for larger quantities left out" in said.output
    with app.app_context():
        assert db.session.scalar(select(VendorReference.price)) == 2


def test_the_price_of_one_follows_from_a_pack_s(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_vendor("Northgas")

    bring("vendor-parts", "vendor,sku,package price,pack size\nNorthgas,A,25,Boxes (100)\n")

    with app.app_context():
        (one,) = db.session.scalars(select(VendorReference))
        assert (one.price, one.pack) == (Decimal("0.25"), 100)


# --- Stock -----------------------------------------------------------------------------------


def test_lots_of_a_place_come_to_one_balance_and_the_same_again_moves_nothing(
    app: Flask, bring: Import
):
    with given(app):
        a_part("A")
        a_warehouse("Depot")
    file = "sku,location,qty,lot,expires,status\nA,Depot,3,07,12/31/2026,OK\n"
    file += "A,Depot,4,08,,OK\nA,Depot,2,08,,Damaged\n"

    first = bring("stock", file)
    again = bring("stock", file)
    more = bring("stock", file.replace("4,08", "6,08"))

    assert "in quarantine, since it can't be used: damaged 1" in first.output
    assert again.output.splitlines()[-1] == "0 stock rows added, 0 changed, 3 unchanged."
    assert more.output.splitlines()[-1] == "0 stock rows added, 1 changed, 2 unchanged."
    with app.app_context():
        part, depot = the(catalogue.by_sku("A")), the(locations.by_name("Depot"))
        assert stock.on_hand(part, depot) == 9
        assert stock.on_hand(part, locations.quarantine_of(depot)) == 2
        assert list(audit.differences()) == []


# --- Names -----------------------------------------------------------------------------------


def test_names_that_are_nearly_the_same_are_shown(app: Flask, bring: Import):
    with given(app):
        a_vendor("McKesson Medical-Surgical")

    said = bring("vendors", "code,name\n1,McKesson Medical \n2,Northgas Ltd\n3,Patterson\n")

    assert "“McKesson Medical” is nearly “McKesson Medical-Surgical”: the same?" in said.output
    assert said.output.count("nearly") == 1


@pytest.mark.parametrize(
    ("one", "other", "nearly"),
    [
        ("ULine ", "Uline", True),
        ("Northgas Ltd.", "Northgas", True),
        ("Fisher Scientific", "Fischer Scientific", True),
        ("Northgas", "Southgas", False),
        ("Moore", "Moores", False),
    ],
)
def test_what_is_nearly_the_same(one: str, other: str, nearly: bool):
    assert bool(alike.notes([one, other])) == nearly


def test_a_vendor_is_named_by_code_or_by_name(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_vendor("Northgas")
        a_vendor("Old Parts")
        a_vendor("Old Parts")

    refused = bring("vendor-parts", "vendor,sku\nnorthgas,A\nOld Parts,A\n")

    assert "row 3, vendor: several vendors are called Old Parts" in refused.output
    assert "row 2" not in refused.output.split("Error", 1)[1]


# --- What the pages build on -----------------------------------------------------------------


def test_a_guess_says_which_column_and_why_and_never_refuses():
    table = tables.read_bytes(b"Artikel Code,Part name,Colour\n0042,Fan,red\n", "parts.csv")

    guessed = {one.field: one for one in columns.guess(table, PartRow)}
    told = columns.guess(table, PartRow, Hints({"sku": "Artikel Code"}, {"unit": "EA"}))

    name = guessed["description"]
    assert (name.column, name.place, name.why, name.sure) == ("Part name", 1, "its name", True)
    assert (guessed["sku"].column, guessed["sku"].needed) == ("", True)
    said = {one.field: (one.column, one.why) for one in told}
    assert said["sku"] == ("Artikel Code", "you said so")
    assert said["unit"] == ("", "the same in every row")


def test_a_name_that_is_only_alike_is_offered_where_its_values_fit():
    head = b"WO number,Customer,Summary,Scheduled date,Priority date\n"
    fits = tables.read_bytes(head + b"1,Hill,Fan,2026-05-04,x\n", "orders.csv")
    not_so = tables.read_bytes(head + b"1,Hill,Fan,soon,x\n", "orders.csv")

    offered = {one.field: one for one in columns.guess(fits, OrderRow)}["scheduled_for"]
    refused = {one.field: one for one in columns.guess(not_so, OrderRow)}["scheduled_for"]

    assert (offered.column, offered.sure) == ("Scheduled date", False)
    assert refused.column == ""


def test_a_trial_says_what_would_change_and_keeps_nothing(app: Flask, bring: Import):
    bring("parts", "sku,description,price\nA,Fan,1\nB,Valve,2\n")
    file = b"sku,description,price\nA,Fan,1.50\nB,Valve,2\nC,Pump,3\n"
    steps: list[tuple[int, int]] = []

    with app.app_context():
        table = tables.read_bytes(file, "parts.csv")
        tried = rules.try_out(
            table, Parts, by=None, progress=lambda done, of: steps.append((done, of))
        )
        before = skus()
        done = written(lambda: rules.bring_in(table, Parts, by=None))

    assert before == ["A", "B"]
    assert (tried.kept, done.kept) == (False, True)
    assert [(row.number, row.title, row.change) for row in tried.rows] == [
        (2, "A", Change.CHANGED),
        (4, "C", Change.ADDED),
    ]
    assert dict(tried.rows[0].fields) == {"list_price": (Decimal(1), Decimal("1.5"))}
    assert steps[-1] == (6, 6)


def test_what_many_parts_bring_is_found_by_searching(app: Flask, bring: Import):
    with given(app):
        a_vendor("Northgas")
    bring("parts", "sku,description,gtin\nA,Circulation pump,4006381333931\nB,Fan,\n")
    bring("vendor-parts", "vendor,sku,number\nNorthgas,A,NG-0815\n")
    bring("parts", "sku,description\nB,Blower\n")

    with app.app_context():
        for text, sku in (("ng0815", "A"), ("4006381333931", "A"), ("blow", "B")):
            assert [part.sku for part in catalogue.search(text)] == [sku]
        assert catalogue.search("fan") == []
        assert len(db.session.scalars(select(Vendor)).all()) == 1
