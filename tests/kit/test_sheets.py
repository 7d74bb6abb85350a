"""A table as a file stays what it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask
from openpyxl import load_workbook

from partsweb.kit.sheets import Sheet, as_csv, as_xlsx

ROW = ("0042", "=SUM(A1)", Decimal("-12.50"), Decimal("1234567890.123456"), date(2026, 6, 2), None)
SHEET = Sheet("stock", ("SKU", "Words", "Quantity", "Exact", "On", "Nothing"), [ROW])


def test_in_a_workbook_codes_stay_text_numbers_stay_numbers_and_nothing_is_a_formula(app: Flask):
    with app.app_context():
        answer = as_xlsx(SHEET)

    [head, row] = load_workbook(io.BytesIO(answer.data)).active.iter_rows()
    assert [cell.value for cell in head] == list(SHEET.columns)
    assert [cell.data_type for cell in row[:4]] == ["s", "s", "n", "s"]
    assert [cell.value for cell in row[:4]] == ["0042", "=SUM(A1)", -12.5, "1234567890.123456"]
    assert row[4].value == datetime(2026, 6, 2)  # noqa: DTZ001 - as a spreadsheet has it


def test_in_csv_a_formula_is_text_and_a_number_is_exact(app: Flask):
    with app.app_context():
        answer = as_csv(SHEET)

    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    [_, row] = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert row == ["0042", "'=SUM(A1)", "-12.50", "1234567890.123456", "2026-06-02", ""]


def test_what_a_workbook_can_not_hold_does_not_break_it(app: Flask):
    rows = [("\x1d\0bell\x07", "x" * 40_000), ("Ünïcödé ☃ 🦊", "two\nlines")]
    with app.app_context():
        answer = as_xlsx(
            Sheet("bad: name? [with] all/of them * and longer than is allowed", ("A", "B"), rows)
        )

    found = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.data)).active]
    assert found[1][0] == "bell"
    assert len(str(found[1][1])) == 32_767
    assert found[2] == ["Ünïcödé ☃ 🦊", "two\nlines"]


def test_a_moment_is_written_as_the_clock_on_the_wall_shows_it(app: Flask):
    moment = datetime(2026, 6, 2, 10, 42, tzinfo=UTC)
    with app.app_context():
        answer = as_csv(Sheet("log", ("At",), [(moment,)]))

    assert "2026-06-02 10:42" in answer.get_data(as_text=True)
