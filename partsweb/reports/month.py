"""What the reports add to the pack of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from partsweb.kit.sheets import Sheet
from partsweb.people.models import Person
from partsweb.reports import sheets
from partsweb.reports.asked import By, Level, Usage, month_of
from partsweb.stock.views import negative_sheet


def parts_usage(month: date, by: Person) -> Sheet:
    """Every row of the month's Parts Usage."""
    asked = Usage(month_of(month), level=Level.RAW)
    return replace(sheets.sheet(asked, seen_by=by), name="Parts Usage")


def parts_used(month: date, by: Person) -> Sheet:
    """Which parts were used."""
    asked = Usage(month_of(month), level=Level.PARTS)
    return replace(sheets.sheet(asked, seen_by=by), name="Parts used")


def cost_by_order(month: date, by: Person) -> Sheet:
    """What the parts of each order cost."""
    asked = Usage(month_of(month), by=By.ORDER)
    return replace(sheets.sheet(asked, seen_by=by), name="COGS by order")


def negative(month: date, by: Person) -> Sheet:
    """What is negative now."""
    return negative_sheet()


SHEETS = (parts_used, parts_usage, cost_by_order, negative)
