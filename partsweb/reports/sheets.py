"""Parts Usage as files: the level that is shown, and the raw rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from partsweb.kit.sheets import Cell, Sheet
from partsweb.people.models import Person
from partsweb.reports import queries
from partsweb.reports import rows as row_by_row
from partsweb.reports.asked import By, Level, Usage
from partsweb.reports.narrowing import MARKS
from partsweb.reports.queries import Figures
from partsweb.reports.rows import Row

Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]

HEADS = {
    By.TECHNICIAN: ("Technician", "Signs in as"),
    By.LOCATION: ("Location", "Kind"),
    By.CUSTOMER: ("Customer", "Number"),
    By.ORDER: ("Order", "Number"),
}
OF_PARTS = ("SKU", "Description", "Category", "Unit")
OF_ROWS = (
    "Movement",
    "What",
    "SKU",
    "Description",
    "Quantity",
    "Unit",
    "Serial",
    "Order",
    "Customer",
    "Technician",
    "Consumed from",
    "Mark",
    "Owner",
    "Happened",
    "Recorded",
    "Posted on",
    "Late",
)


def sheet(asked: Usage, *, seen_by: Person) -> Sheet:
    """What is asked for, whole, with the amounts that the person may see."""
    columns, rows = _made(asked, seen_by)
    return Sheet(_name(asked), columns, rows)


def _made(asked: Usage, by: Person) -> Table:
    match asked.level:
        case Level.GROUPS:
            return _groups(asked, by)
        case Level.PARTS:
            return _parts(asked, by)
        case Level.ROWS:
            return _rows(row_by_row.rows(asked, size=None).items, by)
        case Level.LATE:
            return _rows(row_by_row.late_rows(asked, size=None).items, by)
        case Level.RAW:
            return _rows(row_by_row.raw_rows(asked), by)


def _name(asked: Usage) -> str:
    days = f"{asked.days.since.isoformat()}-to-{asked.days.until.isoformat()}"
    return f"parts-usage-{asked.by.value}-{asked.level.value}-{days}"


def _groups(asked: Usage, by: Person) -> Table:
    found = queries.groups(asked, size=None).items
    rows = [(one.name, one.code, Decimal(one.parts), *_sums(one.figures, by)) for one in found]
    return (*HEADS[asked.by], "Parts", *_heads(by)), rows


def _parts(asked: Usage, by: Person) -> Table:
    found = queries.parts(asked, size=None).items
    own = queries.own_costs(asked) if _sees_own(by) else {}
    rows = [
        (
            *(one.part.sku, one.part.description, one.part.category, one.part.unit),
            *_sums(one.figures, by, own.get(one.part.id)),
        )
        for one in found
    ]
    return (*OF_PARTS, *_heads(by)), rows


def _rows(found: Iterable[Row], by: Person) -> Table:
    amount = ("Cost",) if by.may("see prices") else ("Own cost",) if _sees_own(by) else ()
    return (*OF_ROWS, *amount), ((*_row(one, by), *_amount(one, by)) for one in found)


def _row(one: Row, by: Person) -> Sequence[Cell]:
    order = one.order if one.order and one.order_seen_by(by) else None
    return (
        one.movement_id,
        one.what,
        one.part.sku,
        one.part.description,
        one.quantity,
        one.part.unit,
        one.serial or "",
        order.number if order else "",
        order.customer.name if order else "",
        one.by.name if one.by else "",
        one.source.called,
        one.mark,
        one.owner,
        one.occurred_at,
        one.recorded_at,
        one.posted_on,
        "late" if one.late else "",
    )


def _amount(one: Row, by: Person) -> Sequence[Cell]:
    if by.may("see prices"):
        return (one.cost,)
    return (one.own_cost,) if _sees_own(by) else ()


def _heads(by: Person) -> Sequence[str]:
    amount = ("Cost",) if by.may("see prices") else ("Own cost",) if _sees_own(by) else ()
    return ("Quantity", *(mark.capitalize() for mark in MARKS), *amount)


def _sums(figures: Figures, by: Person, own: Decimal | None = None) -> Sequence[Cell]:
    amount: Sequence[Cell] = (figures.cost,) if by.may("see prices") else ()
    if _sees_own(by):
        amount = (own,)
    return (figures.quantity, *figures.marked.values(), *amount)


def _sees_own(by: Person) -> bool:
    """A technician sees what he or she entered as cost, and nothing else in money."""
    return not by.may("see prices") and not by.may("see all orders")
