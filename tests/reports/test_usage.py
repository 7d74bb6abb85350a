"""Parts Usage through its pages and files."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from partsweb.kit import clock
from partsweb.periods import rules as periods
from tests.reports.conftest import JULY, JUNE, Firm, july, june
from tests.support.company import a_person, given


def table(answer: Any) -> list[dict[str, str]]:
    """The lines of a CSV file by their heads."""
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_finance_reads_what_each_technician_used_down_to_the_single_installation(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.okafor, firm.pipe, "3.5", at=june(5), warranty=True)
    firm.fitted(firm.abbey, firm.valve, 1, at=june(9))
    fay = firm.browser(firm.fay)

    groups = table(fay.get(f"/reports/usage.csv?{JUNE}"))
    group = f"group={firm.tess.id}"
    parts = table(fay.get(f"/reports/usage.csv?{JUNE}&level=parts&{group}"))
    rows = fay.get(f"/reports/usage?{JUNE}&level=rows&{group}&part={firm.valve.id}").text

    assert [(one["Technician"], one["Cost"]) for one in groups] == [
        ("Tess", "29.2"),
        ("Tom", "12.5"),
    ]
    assert [(one["SKU"], one["Quantity"], one["Cost"]) for one in parts] == [
        ("VK4105", "2", "25"),
        ("CP15", "3.5", "4.2"),
    ]
    assert parts[1]["Warranty"] == "3.5"
    for words in (firm.okafor.number, "Mrs Okafor", "Tess", "Van 3", "25.00"):
        assert words in rows
    assert "29.20" in fay.get(f"/reports/usage?{JUNE}&level=parts&{group}").text


def test_pages_show_cents_and_the_sum_is_of_what_it_really_was_which_the_files_keep(firm: Firm):
    firm.fitted(firm.okafor, firm.pipe, "3.3375", at=june(4))
    firm.fitted(firm.abbey, firm.pipe, "3.3375", at=june(9))
    fay = firm.browser(firm.fay)

    groups = fay.get(f"/reports/usage?{JUNE}").text
    file = table(fay.get(f"/reports/usage.csv?{JUNE}"))

    assert groups.count("<b>4.00</b>") == 2
    assert "8.01" in groups
    assert "4.005" not in groups
    assert [one["Cost"] for one in file] == ["4.005", "4.005"]


@pytest.mark.parametrize(
    ("by", "first"),
    [("location", "Van 3"), ("customer", "Mrs Okafor"), ("order", "Boiler, no hot")],
)
def test_the_same_is_grouped_by_place_customer_and_order(firm: Firm, by: str, first: str):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.abbey, firm.valve, 1, at=june(9))
    fay = firm.browser(firm.fay)

    shown = fay.get(f"/reports/usage?{JUNE}&by={by}").text

    assert first in shown
    assert "37.50" in shown


def test_an_install_taken_back_in_the_same_month_vanishes_and_in_a_later_one_counts_there(
    firm: Firm,
):
    gone = firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    later = firm.fitted(firm.okafor, firm.pipe, 5, at=june(5))
    firm.taken_back(gone, at=june(6))
    firm.taken_back(later, at=july(2), by=firm.tess)
    fay = firm.browser(firm.fay)

    in_june = table(fay.get(f"/reports/usage.csv?{JUNE}&level=rows"))
    in_july = table(fay.get(f"/reports/usage.csv?{JULY}&level=rows"))
    every = table(fay.get(f"/reports/usage.csv?{JUNE}&level=raw"))

    assert [(one["SKU"], one["Quantity"]) for one in in_june] == [("CP15", "5")]
    assert [(one["What"], one["Quantity"], one["Cost"]) for one in in_july] == [
        ("taken back", "-5", "-6")
    ]
    assert [one["Quantity"] for one in every if one["SKU"] == "VK4105"] == ["-2", "2"]


def test_what_reaches_the_server_after_its_month_was_closed_counts_later_and_is_listed_as_late(
    firm: Firm,
):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    with clock.set_to(july(3)):
        firm.kept(lambda: periods.close(june(1).date(), by=firm.fay.id))
    fay = firm.browser(firm.fay)
    before = fay.get(f"/reports/usage.csv?{JUNE}").text

    firm.fitted(firm.abbey, firm.valve, 1, at=june(29), now=july(3))

    assert fay.get(f"/reports/usage.csv?{JUNE}").text == before
    assert "1 row was posted late" in fay.get(f"/reports/usage?{JULY}").text
    late = table(fay.get(f"/reports/usage.csv?{JULY}&level=late"))
    assert [(one["Order"], one["Happened"][:10], one["Posted on"]) for one in late] == [
        (firm.abbey.number, "2026-06-29", "2026-07-01")
    ]


def test_a_technician_sees_the_own_usage_with_the_own_costs_and_nobody_elses(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.abbey, firm.pipe, 9, at=june(9))
    tess = firm.browser(firm.tess)

    shown = tess.get(f"/reports/usage?{JUNE}&group={firm.tom.id}&by=customer").text
    parts = table(tess.get(f"/reports/usage.csv?{JUNE}&level=parts"))
    rows = tess.get(f"/reports/usage.csv?{JUNE}&level=raw").text

    assert "Gas valve" in shown
    assert "Copper pipe" not in shown
    assert [(one["SKU"], one["Own cost"]) for one in parts] == [("VK4105", "58")]
    assert "Cost" not in parts[0]
    assert "Abbey" not in rows
    assert "25.00" not in shown


def test_a_dispatcher_sees_quantities_and_no_amounts(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    with given(firm.app):
        dan = a_person("dispatcher")
    browser = firm.browser(dan)

    files = [browser.get(f"/reports/usage.csv?{JUNE}&level={level}") for level in ("groups", "raw")]

    assert [one.status_code for one in files] == [200, 200]
    assert all(not {"Cost", "Own cost"} & set(table(one)[0]) for one in files)
    assert "25.00" not in browser.get(f"/reports/usage?{JUNE}").text


def test_a_file_for_a_spreadsheet_adds_up_to_what_the_page_says(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.abbey, firm.valve, 1, at=june(9))

    answer = firm.browser(firm.fay).get(f"/reports/usage.xlsx?{JUNE}&level=raw")

    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    heads = [cell.value for cell in page[1]]
    costs = [row[heads.index("Cost")].value for row in page.iter_rows(min_row=2)]
    assert sum(Decimal(str(cost)) for cost in costs) == Decimal("37.5")


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [("category=Pipe", "CP15"), ("q=VK4105", "VK4105"), ("category=Fans", "")],
)
def test_the_report_is_narrowed_by_category_and_part(firm: Firm, narrowed: str, found: str):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.okafor, firm.pipe, 2, at=june(4))
    fay = firm.browser(firm.fay)

    parts = table(fay.get(f"/reports/usage.csv?{JUNE}&level=parts&{narrowed}"))

    assert [one["SKU"] for one in parts] == ([found] if found else [])


def test_days_that_are_none_are_not_there(firm: Firm):
    fay = firm.browser(firm.fay)

    assert fay.get("/reports/usage?from=june&to=2026-06-30").status_code == 404
    assert "Nothing was used" in fay.get(f"/reports/usage?{JULY}").text
    assert fay.get(f"/reports/usage?by=moon&level=sky&group=x&page=99&{JUNE}").status_code == 200
    assert fay.get(f"/reports/usage.pdf?{JUNE}").status_code == 404
