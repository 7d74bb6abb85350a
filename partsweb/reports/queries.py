"""Parts Usage: what was used by whom, from where and for whom, added up in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Subquery

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, VendorReference
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged_rows
from partsweb.locations.models import Kind, Location
from partsweb.orders.models import Customer, Installation, Order, PartEntry, Site
from partsweb.people.models import Person
from partsweb.reports.asked import NOBODY, By, Usage
from partsweb.stock import usage as ledger
from partsweb.stock.models import OURS, Owner, Serial

MARKS = ("billable", "warranty", "consignment")


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


@dataclass(frozen=True)
class Row:
    """One row of usage, with all that is known of it."""

    movement_id: int
    what: str
    quantity: Decimal
    cost: Decimal
    posted_on: date
    occurred_at: datetime
    recorded_at: datetime
    installed_at: datetime
    mark: str
    late: bool
    part: Part
    serial: str | None
    source: Location
    by: Person | None
    entry: PartEntry | None
    installation: Installation | None
    owner: str

    @property
    def order(self) -> Order | None:
        """The order that it was used on."""
        return self.entry.order if self.entry else None

    @property
    def own_cost(self) -> Decimal:
        """By the cost on the part entry, as its technician entered it."""
        return self.quantity * self.entry.cost if self.entry else ZERO

    def order_seen_by(self, person: Person) -> bool:
        """Whether the order may be shown: a technician may have given it to somebody else."""
        theirs = self.order is not None and self.order.assigned_to_id == person.id
        return theirs or person.may("see all orders")


# --- Added up --------------------------------------------------------------------------------


def totals(asked: Usage) -> Figures:
    """What all that is asked for comes to."""
    used = _used(asked)
    return Figures.of(db.session.execute(select(*_sums(used))).one())


def groups(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Group]:
    """By technician, location, customer or order: the dearest first."""
    used = _used(asked)
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
    used = _used(asked)
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
    used = _used(asked)
    rows = (
        select(used.c.part_id, PartEntry.cost, func.sum(used.c.quantity))
        .join(PartEntry, PartEntry.id == used.c.entry_id)
        .group_by(used.c.part_id, PartEntry.cost)
    )
    costs: dict[UUID, Decimal] = {}
    for part_id, cost, quantity in db.session.execute(rows):
        costs[part_id] = costs.get(part_id, ZERO) + cost * quantity
    return costs


# --- Row by row ------------------------------------------------------------------------------


def rows(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Row]:
    """The single rows, the newest first; an install taken back on the same days isn't there."""
    return paged_rows(_rows(_used(asked)), _row, number=page, size=size)


def late_rows(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Row]:
    """Rows that count on these days although they happened in a month closed before."""
    used = _used(asked)
    return paged_rows(_rows(used).where(used.c.late), _row, number=page, size=size)


def raw_rows(asked: Usage) -> Iterator[Row]:
    """Every row of the ledger that counts, also what was taken back on the same days."""
    used = _used(asked, whole=True)
    found = db.session.execute(_rows(used).execution_options(yield_per=500))
    return (_row(row) for row in found)


def originals(asked: Usage) -> tuple[int, Decimal, Decimal]:
    """Originals that came back to us on these days: how many rows, quantity and value."""
    found = ledger.originals(asked.days.since, asked.days.until)
    by_whom = _narrowed(found, asked, home=_home_id(found.c.target_id))
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


# --- How it is put together ------------------------------------------------------------------

_THINGS: dict[By, Any] = {
    By.TECHNICIAN: Person,
    By.LOCATION: Location,
    By.CUSTOMER: Customer,
    By.ORDER: Order,
}


def _used(asked: Usage, *, whole: bool = False) -> Subquery:
    """The rows that are asked for, each with its order, customer and mark.

    `whole` keeps what comes to nothing on these days: installed and taken back.
    """
    row = ledger.rows(asked.days.since, asked.days.until)
    entry = aliased(PartEntry)
    mark = case(
        (row.c.owner_id != OURS, "consignment"), (entry.warranty, "warranty"), else_="billable"
    )
    net = [func.sum(row.c[name]).over(partition_by=row.c.base_id) for name in ("quantity", "value")]
    late = ledger.is_late(row, asked.days.since, asked.days.until)
    found = (
        select(
            *(row.c[name] for name in _KEPT),
            _home_id(row.c.source_id).label("home_id"),
            Installation.id.label("installation_id"),
            entry.id.label("entry_id"),
            Order.id.label("order_id"),
            Site.customer_id,
            mark.label("mark"),
            late.label("late"),
            net[0].label("net_quantity"),
            net[1].label("net_value"),
        )
        .outerjoin(
            Installation,
            and_(row.c.cause_kind == "installation", Installation.id == row.c.cause_id),
        )
        .outerjoin(entry, entry.id == Installation.entry_id)
        .outerjoin(Order, Order.id == entry.order_id)
        .outerjoin(Site, Site.id == Order.site_id)
        .where(*_narrowed(row, asked, home=_home_id(row.c.source_id)))
        .subquery("netted")
    )
    counts = true() if whole else or_(found.c.net_quantity != ZERO, found.c.net_value != ZERO)
    return select(found).where(counts).subquery("used")


_KEPT = (
    "movement_id",
    "base_id",
    "what",
    "quantity",
    "value",
    "posted_on",
    "occurred_at",
    "recorded_at",
    "installed_at",
    "part_id",
    "owner_id",
    "source_id",
    "serial_id",
    "by_id",
)


def _narrowed(
    row: Subquery, asked: Usage, *, home: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """What the filters come to; those by part are asked in the catalogue."""
    narrowed = [_is_in_group(row, asked, home)] if asked.group else []
    if asked.part_id:
        narrowed.append(row.c.part_id == asked.part_id)
    if asked.category:
        of = select(Part.id).where(Part.category == asked.category)
        narrowed.append(row.c.part_id.in_(of))
    if asked.vendor_id:
        sold = select(VendorReference.part_id).where(VendorReference.vendor_id == asked.vendor_id)
        narrowed.append(row.c.part_id.in_(sold))
    if asked.text:
        named = select(Part.id).where(catalogue.matching(asked.text).parts)
        narrowed.append(row.c.part_id.in_(named))
    return narrowed


def _is_in_group(row: Subquery, asked: Usage, home: ColumnElement[Any]) -> ColumnElement[bool]:
    if asked.by == By.TECHNICIAN:
        return _is(row.c.by_id, asked.group_id)
    if asked.by == By.LOCATION:
        return _is(home, asked.group_id)
    on_orders = (
        select(Installation.id)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
    )
    if asked.group_id is None:
        return or_(row.c.cause_id.is_(None), row.c.cause_id.not_in(on_orders))
    if asked.by == By.ORDER:
        return row.c.cause_id.in_(on_orders.where(Order.id == asked.group_id))
    of_customer = on_orders.join(Site, Site.id == Order.site_id)
    return row.c.cause_id.in_(of_customer.where(Site.customer_id == asked.group_id))


def _is(column: ColumnElement[Any], thing_id: UUID | None) -> ColumnElement[bool]:
    return column.is_(None) if thing_id is None else column == thing_id


def _home_id(location_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The warehouse of a bin, else the place itself."""
    place = aliased(Location)
    home = case((place.kind == Kind.BIN, place.parent_id), else_=place.id)
    return select(home).where(place.id == location_id).scalar_subquery()


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


def _rows(used: Subquery) -> Select[Any]:
    listed = [used.c[name] for name in _LISTED]
    return (
        select(*listed, Part, Serial.number, Location, Person, PartEntry, Installation, Owner.name)
        .select_from(used)
        .join(Part, Part.id == used.c.part_id)
        .join(Location, Location.id == used.c.source_id)
        .join(Owner, Owner.id == used.c.owner_id)
        .outerjoin(Serial, Serial.id == used.c.serial_id)
        .outerjoin(Person, Person.id == used.c.by_id)
        .outerjoin(PartEntry, PartEntry.id == used.c.entry_id)
        .outerjoin(Installation, Installation.id == used.c.installation_id)
        .order_by(used.c.posted_on.desc(), used.c.movement_id.desc(), used.c.what)
    )


_LISTED = (
    "movement_id",
    "what",
    "quantity",
    "value",
    "posted_on",
    "occurred_at",
    "recorded_at",
    "installed_at",
    "mark",
    "late",
)


def _row(row: Any) -> Row:
    return Row(**dict(zip(_FIELDS, row, strict=True)))


_FIELDS = [field.name for field in fields(Row)]
