"""Parts Usage: what was used by whom, from where and for whom, added up in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.sql.selectable import Subquery

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged_rows
from partsweb.locations.models import Location
from partsweb.orders.models import Customer, Order, PartEntry
from partsweb.people.models import Person
from partsweb.reports.asked import NOBODY, By, Usage
from partsweb.reports.narrowing import MARKS, home_id, narrowed, used_rows
from partsweb.stock import usage as ledger


@dataclass(frozen=True)
class Figures:
    """What some usage comes to; `cost` with its corrections, for each mark the quantity too."""

    quantity: Decimal
    cost: Decimal
    marked: dict[str, Decimal]

    @classmethod
    def of(cls, sums: Sequence[Decimal | None]) -> Figures:
        """From the sums as the database gave them."""
        quantity, cost, *marked = (found or ZERO for found in sums)
        return cls(quantity, cost, dict(zip(MARKS, marked, strict=True)))


@dataclass(frozen=True)
class Group:
    """A technician, location, customer or order, and what was used there."""

    key: str
    name: str
    code: str
    parts: int
    figures: Figures


@dataclass(frozen=True)
class UsedPart:
    """A part, and how much of it was used."""

    part: Part
    figures: Figures


# --- Added up --------------------------------------------------------------------------------


def totals(asked: Usage) -> Figures:
    """What all that is asked for comes to."""
    used = used_rows(asked)
    return Figures.of(db.session.execute(select(*_sums(used))).one())


def groups(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Group]:
    """By technician, location, customer or order: the dearest first."""
    used = used_rows(asked)
    key, name, code, joined = _grouped(asked.by, used)
    rows = (
        select(key, name, code, func.count(used.c.part_id.distinct()), *_sums(used))
        .select_from(joined)
        .group_by(key, name, code)
        .order_by(func.sum(used.c.value).desc(), func.sum(used.c.quantity).desc(), name, code)
    )
    return paged_rows(rows, _group, number=page, size=size)


def parts(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[UsedPart]:
    """The parts that were used, the dearest first."""
    used = used_rows(asked)
    added = select(used.c.part_id, *_sums(used)).group_by(used.c.part_id).subquery("added")
    sums = [column for column in added.c if column.name != "part_id"]
    rows = (
        select(Part, *sums)
        .join(added, added.c.part_id == Part.id)
        .order_by(added.c.value.desc(), added.c.quantity.desc(), Part.sku)
    )
    return paged_rows(
        rows, lambda row: UsedPart(row[0], Figures.of(row[1:])), number=page, size=size
    )


def own_costs(asked: Usage) -> dict[UUID, Decimal]:
    """For each part what its use comes to by the costs on the part entries."""
    used = used_rows(asked)
    rows = (
        select(used.c.part_id, PartEntry.cost, func.sum(used.c.quantity))
        .join(PartEntry, PartEntry.id == used.c.entry_id)
        .group_by(used.c.part_id, PartEntry.cost)
    )
    costs: dict[UUID, Decimal] = {}
    for part_id, cost, quantity in db.session.execute(rows):
        costs[part_id] = costs.get(part_id, ZERO) + cost * quantity
    return costs


def originals(asked: Usage) -> tuple[int, Decimal, Decimal]:
    """Originals that came back to us on these days: how many rows, quantity and value."""
    found = ledger.originals(asked.days.since, asked.days.until)
    by_whom = narrowed(found, asked, home=home_id(found.c.target_id))
    counted = select(func.count(), func.sum(found.c.quantity), func.sum(found.c.value))
    count, quantity, value = db.session.execute(counted.where(*by_whom)).one()
    return count, quantity or ZERO, value or ZERO


def name_of(asked: Usage) -> str:
    """What the group that is asked for is called."""
    if asked.group in {"", NOBODY}:
        return "Not on an order" if asked.group else ""
    thing = db.session.get(_THINGS[asked.by], asked.group_id)
    if thing is None:
        return ""
    return str(thing.number if isinstance(thing, Order) else getattr(thing, "called", thing.name))


_THINGS: dict[By, Any] = {
    By.TECHNICIAN: Person,
    By.LOCATION: Location,
    By.CUSTOMER: Customer,
    By.ORDER: Order,
}


def _sums(used: Subquery) -> list[ColumnElement[Any]]:
    marked = [
        func.sum(case((used.c.mark == mark, used.c.quantity), else_=ZERO)).label(mark)
        for mark in MARKS
    ]
    summed = [func.sum(used.c[name]).label(name) for name in ("quantity", "value")]
    return [*summed, *marked]


def _grouped(by: By, used: Subquery) -> tuple[Any, Any, Any, Any]:
    """The group's key, its name and code, and what is joined for them."""
    if by == By.TECHNICIAN:
        return (
            used.c.by_id,
            Person.name,
            Person.login,
            used.outerjoin(Person, Person.id == used.c.by_id),
        )
    if by == By.LOCATION:
        return (
            used.c.home_id,
            Location.name,
            Location.kind,
            used.outerjoin(Location, Location.id == used.c.home_id),
        )
    if by == By.CUSTOMER:
        return (
            used.c.customer_id,
            Customer.name,
            Customer.number,
            used.outerjoin(Customer, Customer.id == used.c.customer_id),
        )
    return (
        used.c.order_id,
        Order.summary,
        Order.number,
        used.outerjoin(Order, Order.id == used.c.order_id),
    )


def _group(row: Any) -> Group:
    key, name, code, parts_, *sums = row
    return Group(
        str(key) if key else NOBODY, name or "Not on an order", code or "", parts_, Figures.of(sums)
    )
