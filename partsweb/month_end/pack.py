"""The pack of a month: one workbook with a sheet for each table. Upper rooms add theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from partsweb.kit.sheets import Cell, Sheet
from partsweb.month_end import months, queries
from partsweb.month_end.checks import Looked
from partsweb.people.models import Person
from partsweb.stock import valuation

# Takes the month, and who reads it.
Made = Callable[[date, Person], Sheet]
SHEETS: list[Made] = []
VALUED = ("Location", "SKU", "Description", "Unit", "Quantity", "Value", "Average")


def add(made: Made) -> None:
    """Add a sheet; once."""
    if made not in SHEETS:
        SHEETS.append(made)


def sheets(month: date, looked: Sequence[Looked], *, by: Person) -> list[Sheet]:
    """The whole pack: what was looked at, what stock is worth, then what others add."""
    return [
        _checklist(month, looked),
        valued(months.last_day_of(month)),
        *(made(month, by) for made in SHEETS),
    ]


def valued(on: date) -> Sheet:
    """What each part at each location was worth."""
    rows: Iterable[Sequence[Cell]] = (
        (
            one.location.called,
            one.part.sku,
            one.part.description,
            one.part.unit,
            one.quantity,
            one.value,
            one.average,
        )
        for one in valuation.by_part(on, size=None).items
    )
    return Sheet("Stock valuation", VALUED, rows)


def _checklist(month: date, looked: Sequence[Looked]) -> Sheet:
    closed = queries.closing(month)
    rows: list[Sequence[Cell]] = [(one.check.title, one.found, _said(one)) for one in looked]
    if closed:
        rows.append(("Closed", None, f"{closed.closed_by.name}: {closed.reason}"))
    return Sheet("Looked at", ("What", "How many", "State"), rows)


def _said(one: Looked) -> str:
    if one.found is None:
        return "not looked at"
    if one.check.told:
        return "for information"
    return "to look at" if one.open else "done"
