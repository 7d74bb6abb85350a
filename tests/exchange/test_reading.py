"""How cells and files of other systems are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

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
        (values.day, "04/05/2026", "'04/05/2026' is not a day like 2026-05-04"),
        (values.day, "2026-02-30", "'2026-02-30' is not a day of the calendar"),
        (values.code, "A\x07B", r"'A\x07B' has a character that can't be seen"),
        (values.text, "x" * 5000, "is longer than 4000 characters"),
    ],
)
def test_what_can_t_be_read_is_said_in_words(read: Callable[[str], Any], cell, said):
    with pytest.raises(ValueError, match=r"\w") as refused:
        read(cell)

    assert str(refused.value).replace("\x07", r"\x07") == said


@pytest.mark.parametrize("cell", ["2026-05-04", "2026-05-04T10:12:00Z", "2026/5/4", "4.5.2026"])
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
        (b"PK\x03\x04rest", "is a spreadsheet. Save it as CSV"),
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
