"""How cells and files of other systems are read."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from partsweb.exchange import tables, values
from partsweb.kit.refusal import Refusal


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (".0000", "0"),
        ("3.00", "3"),
        ("54.3100", "54.31"),
        ("-2", "-2"),
        ("\u22122", "-2"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("1,234.50", "1234.5"),
        ("1.234.567,89", "1234567.89"),
        (" 7 ", "7"),
        ("64.", "64"),
        ("0.30000000000000004", "0.3"),
        ("1234567.1000000001", "1234567.1"),
        ("1.2E+3", "1200"),
        ("1'234.50", "1234.5"),
        ("1 234,50", "1234.5"),
        ("(3.50)", "-3.5"),
        ("3.50-", "-3.5"),
    ],
)
def test_numbers_are_exact(cell, number):
    assert values.number(cell) == Decimal(number)


@pytest.mark.parametrize(
    ("read", "cell", "said"),
    [
        (values.number, "abc", "'abc' is not a number"),
        (values.number, "1,234", "'1,234' may mean 1234: write it without the comma"),
        (values.number, "NaN", "'NaN' is too large: NaN"),
        (values.number, "0.1234567", "'0.1234567' has more than 6 decimal places"),
        (values.amount, "-1", "'-1' is below zero"),
        (values.days, "2.5", "'2.5' is not a whole number of days"),
        (values.yes, "maybe", "'maybe' is neither yes nor no"),
        (values.day, "04/05/2026", "'04/05/2026' may be two days: write it like 2026-05-04"),
        (values.day, "soon", "'soon' is not a day like 2026-05-04"),
        (
            values.number,
            "0.3333333333333333",
            "'0.3333333333333333' has more than 6 decimal places",
        ),
        (values.pack, "10 boxes x 20 bags", "'10 boxes x 20 bags' is not a number"),
        (values.day, "2026-02-30", "'2026-02-30' is not a day of the calendar"),
        (values.code, "A\x07B", r"'A\x07B' has a character that can't be seen"),
        (values.text, "x" * 5000, "is longer than 4000 characters"),
    ],
)
def test_what_can_t_be_read_is_said_in_words(read: Callable[[str], Any], cell, said):
    with pytest.raises(ValueError, match=r"\w") as refused:
        read(cell)

    assert str(refused.value).replace("\x07", r"\x07") == said


DAYS = """2026-05-04|2026-05-04T10:12:00Z|2026-05-04 10:12|2026/5/4|4.5.2026|04.05.26|20260504
4 May 2026|04-May-26|May 4, 2026|4th May 2026|46146|46146.5"""


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("$1,234.50", "1234.5"), ("12,50 €", "12.5"), ("USD 7", "7"), ("7 EUR", "7")],
)
def test_amounts_may_carry_the_sign_of_their_currency(cell, amount):
    assert values.amount_of_money(cell) == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("EA ", "EA"),
        ("eac", "EA"),
        ("each ", "EA"),
        ("Feet", "FT"),
        ("ctn", "CTN"),
        ("Boxes", "BOX"),
    ],
)
def test_units_have_one_word(cell, unit):
    assert values.unit(cell) == unit


@pytest.mark.parametrize(
    ("cell", "pack"),
    [
        ("500 feet", 500),
        ("Boxes (10)", 10),
        ("CS/30", 30),
        ("pack of 6", 6),
        ("1.0000", 1),
        ("12", 12),
    ],
)
def test_packs_say_how_many_they_hold(cell, pack):
    assert values.pack(cell) == pack


@pytest.mark.parametrize("cell", ["05/13/2026", "13/05/2026", "13-05-26"])
def test_a_day_that_can_be_only_one_is_read(cell):
    assert values.day(cell) == date(2026, 5, 13)


@pytest.mark.parametrize("cell", DAYS.replace("\n", "|").split("|"))
def test_days(cell):
    assert values.day(cell) == date(2026, 5, 4)


@pytest.mark.parametrize("cell", ["1", "Yes", "TRUE", "x"])
def test_yes(cell):
    assert values.yes(cell)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_files_are_read_as_they_come(tmp_path: Path, encoding, separator):
    file = tmp_path / "parts.csv"
    rows = [["SKU", " Description "], ["0042", "Lüfter"], ["", " "], ["7", "Größe 3"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    file.write_bytes(text.encode(encoding))

    table = tables.read(file)

    assert table.columns == ["SKU", "Description"]
    assert [(line.number, *line.cells) for line in table.lines] == [
        (2, "0042", "Lüfter"),
        (4, "7", "Größe 3"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "can't be read as a workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel file, or locked by a password"),
        (b"a,b\n\x00\x01,2\n", "isn't a text file"),
        (b'a,b\n"1,2\n3,4\n', "the quotes don't match"),
        (b'a,b\n"1"x,2\n', "line 2: the quotes don't match"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content, said):
    file = tmp_path / "parts.csv"
    file.write_bytes(content)

    with pytest.raises(Refusal, match=r"parts\.csv") as refused:
        tables.read(file)

    assert said in refused.value.text


CYRILLIC = "Артикул;Название;Цена\n0042;Насос циркуляционный;10\n0043;Клапан газовый обратный;5\n"
POLISH = "SKU;Opis\n1;Łożysko kulkowe duże\n2;Wężyk gumowy żółty\n3;Pompa głębinowa\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CYRILLIC, "cp1251"),
        (POLISH, "cp1250"),
        (POLISH, "utf-16-le"),
        ("SKU;Größe\n1;m², 20°C, 5µm, ½ Zoll\n", "cp1252"),
        ("SKU;Taille\n1;Équerre à visser, forcée\n", "latin-1"),
    ],
)
def test_letters_tell_the_encoding_where_nothing_else_does(text: str, encoding: str):
    table = tables.read_bytes(text.encode(encoding), "parts.csv")

    read = [table.columns, *(line.cells for line in table.lines)]
    assert read == [line.split(";") for line in text.splitlines()]


def test_excel_s_own_line_says_the_separator():
    table = tables.read_bytes(b"sep=;\r\nsku;description\r\n1;Fan, large\r\n", "parts.csv")

    assert table.columns == ["sku", "description"]
    assert [list(line.cells) for line in table.lines] == [["1", "Fan, large"]]


def test_the_head_stands_below_titles():
    rows = "Northgas Ltd;;;\nPrinted:;04/05/2026;;\n;;;\nSKU;Description;Unit;Price\n1;Fan;EA;2\n"

    table = tables.read_bytes(rows.encode(), "parts.csv")
    told = tables.read_bytes(rows.encode(), "parts.csv", head=2)

    assert table.columns == ["SKU", "Description", "Unit", "Price"]
    assert [line.number for line in table.lines] == [5]
    assert table.notes == ["above the head, left out: rows 1–2"]
    assert told.columns == ["Printed:", "04/05/2026"]


def a_workbook(**sheets: Any) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book["Stock"].merge_cells("A1:D1")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_s_fullest_sheet_is_read_or_the_one_that_is_named():
    stock = [
        ["Stock of Northgas", None, None, None],
        [],
        ["SKU", "Qty", "Counted", "Cost"],
        [42, 0.1 + 0.2, date(2026, 5, 4), 64.0],
        ["0042", 3, None, None],
    ]
    content = a_workbook(Notes=[["Hello"], ["World"]], Stock=stock)

    table = tables.read_bytes(content, "stock.xlsx")
    named = tables.read_bytes(content, "stock.xlsx", sheet="Notes")

    assert table.columns == ["SKU", "Qty", "Counted", "Cost"]
    first, second = table.lines
    assert (first.number, list(first.cells)) == (4, ["42", "0.3", "2026-05-04", "64"])
    assert list(second.cells) == ["0042", "3", "", ""]
    assert table.sheets == ["Notes", "Stock"]
    assert named.columns == ["Hello"]
    with pytest.raises(Refusal, match=r"has no sheet Prices\. It has: Notes, Stock"):
        tables.read_bytes(content, "stock.xlsx", sheet="Prices")


def test_a_code_that_a_workbook_shows_with_zeros_keeps_them():
    book = Workbook()
    book.active.append(["SKU", "Description"])
    book.active.append([42, "Fan"])
    book.active["A2"].number_format = "00000"
    content = io.BytesIO()
    book.save(content)

    table = tables.read_bytes(content.getvalue(), "parts.xlsx")

    assert list(table.lines[0].cells) == ["00042", "Fan"]
