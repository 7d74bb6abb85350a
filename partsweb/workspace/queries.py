"""One table of parts: what is here, elsewhere, promised, due and owed.

A page costs the same number of queries however many parts are on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, aliased

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.catalogue.queries import Matching
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, Exact
from partsweb.kit.paging import Page, paged
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing.models import EXPECTING, PurchaseLine, PurchaseOrder
from partsweb.stock.models import Allocation, Balance, Movement, Reason, ReorderLevel

SORTS = ("sku", "description", "on_hand", "on_order")


@dataclass(frozen=True)
class Asked:
    """What the table is asked for. `at` is a warehouse or van; none of them is everywhere."""

    text: str = ""
    at: Location | None = None
    below: bool = False
    negative: bool = False
    sort: str = ""


@dataclass
class Row:
    """A part with its quantities; on hand, allocated and the reorder point are those of `at`."""

    part: Part
    on_hand: Decimal = ZERO
    elsewhere: Decimal = ZERO
    allocated: Decimal = ZERO
    due: Decimal = ZERO
    point: Decimal | None = None
    places: list[tuple[Location, Decimal]] = field(default_factory=list)
    # Numbers of the orders on which it was used although the books had none, that one may see.
    used_on: list[str] = field(default_factory=list)

    @property
    def available(self) -> Decimal:
        """What can still be given away."""
        return self.on_hand - self.allocated

    @property
    def negative(self) -> Sequence[tuple[Location, Decimal]]:
        """The places that owe some."""
        return [(place, quantity) for place, quantity in self.places if quantity < 0]

    @cached_property
    def homes(self) -> Sequence[tuple[Location, Decimal]]:
        """Warehouses with all their bins, and vans, that have some; the fullest first."""
        sums: dict[Location, Decimal] = defaultdict(Decimal)
        for place, quantity in self.places:
            sums[place.parent or place] += quantity
        filled = [(home, quantity) for home, quantity in sums.items() if quantity > 0]
        return sorted(filled, key=lambda at: (-at[1], at[0].name))

    @property
    def look(self) -> str:
        """Why somebody should look at what is owed."""
        if not self.used_on:
            return "used before it was received, look"
        others = len(self.used_on) - 1
        return f"used on {self.used_on[0]}{f' and {others} more' if others else ''}, look"


@dataclass(frozen=True)
class Table(Page[Row]):
    """A page of rows. `alike`: nothing has the text as it is typed."""

    alike: bool = False


def table(asked: Asked, places: Sequence[Location], *, seen_by: Person, page: int = 1) -> Table:
    """A page of the table; `places` are all that can hold stock."""
    within = locations.within(asked.at) if asked.at else ()
    matching = catalogue.matching(asked.text) if asked.text else None
    wanted = _wanted(asked, within, matching)
    found = paged(_ordered(wanted, asked, within, matching), number=page)
    rows = {part.id: Row(part) for part in found.items}
    _add_stock(rows, within, {place.id: place for place in places})
    _add_allocated(rows, within)
    _add_due(rows)
    _add_points(rows, within)
    _add_used_on(rows, seen_by)
    alike = matching is not None and matching.alike
    return Table(list(rows.values()), found.number, found.total, found.size, alike)


def stock_list(asked: Asked) -> Iterator[tuple[Part, Location, Decimal, Decimal]]:
    """Part, place, on hand and allocated, of all that the table would show."""
    within = locations.within(asked.at) if asked.at else ()
    matching = catalogue.matching(asked.text) if asked.text else None
    parts = _wanted(asked, within, matching).with_only_columns(Part.id)
    on_hand = _by_place(Balance.part_id, Balance.location_id, Balance.quantity, parts, within)
    meant = _by_place(
        Allocation.part_id, Allocation.location_id, Allocation.quantity, parts, within
    )
    known = {part.id: part for part in db.session.scalars(select(Part).where(Part.id.in_(parts)))}
    places = {place.id: place for place in locations.listed()}
    allocated = {(part_id, place_id): sum_ for part_id, place_id, sum_ in _rows(meant)}
    for part_id, place_id, quantity in sorted(
        _rows(on_hand), key=lambda row: (known[row[0]].sku, places[row[1]].called)
    ):
        if quantity:
            meant_here = allocated.get((part_id, place_id), ZERO)
            yield known[part_id], places[place_id], quantity, meant_here


# --- Which parts, in which order -------------------------------------------------------------


def _wanted(asked: Asked, within: Sequence[UUID], matching: Matching | None) -> Select[Part]:
    """The parts asked for. A search looks everywhere; a place alone shows what it keeps."""
    rows = select(Part).where(Part.active)
    if matching is not None:
        rows = rows.where(matching.parts)
    elif asked.at is not None:
        rows = rows.where(or_(Part.id.in_(_held(within)), Part.id.in_(_kept(within))))
    if asked.below:
        rows = rows.where(Part.id.in_(_below(within)))
    if asked.negative:
        rows = rows.where(Part.id.in_(_owed(within)))
    return rows


def _ordered(
    rows: Select[Part], asked: Asked, within: Sequence[UUID], matching: Matching | None
) -> Select[Part]:
    if asked.sort == "on_hand":
        here = select(func.sum(Balance.quantity)).where(
            Balance.part_id == Part.id, *_at(Balance.location_id, within)
        )
        return rows.order_by(func.coalesce(here.scalar_subquery(), ZERO).desc(), Part.sku)
    if asked.sort == "on_order":
        due = _due().where(PurchaseLine.part_id == Part.id)
        return rows.order_by(func.coalesce(due.scalar_subquery(), ZERO).desc(), Part.sku)
    if asked.sort == "description":
        return rows.order_by(func.lower(Part.description), Part.sku)
    if matching is not None and asked.sort != "sku":
        rank = matching.rank
        if not within:
            return rows.order_by(rank, Part.sku)
        # Whole codes (0, 1) first; then what the chosen place has.
        return rows.order_by(rank > 1, Part.id.in_(_held(within)).desc(), rank, Part.sku)
    return rows.order_by(Part.sku)


def _held(within: Sequence[UUID]) -> Select[UUID]:
    return select(Balance.part_id).where(
        Balance.quantity != ZERO, *_at(Balance.location_id, within)
    )


def _kept(within: Sequence[UUID]) -> Select[UUID]:
    return select(ReorderLevel.part_id).where(*_at(ReorderLevel.location_id, within))


def _owed(within: Sequence[UUID]) -> Select[UUID]:
    return select(Balance.part_id).where(Balance.quantity < ZERO, *_at(Balance.location_id, within))


def _below(within: Sequence[UUID]) -> Select[UUID]:
    """Parts with a place where available and due together are at its reorder point, or under."""
    bin_ = aliased(Location)
    bins = select(bin_.id).where(bin_.parent_id == ReorderLevel.location_id, bin_.kind == Kind.BIN)
    bins = bins.correlate(ReorderLevel)

    def there(
        part_id: InstrumentedAttribute[UUID], place: InstrumentedAttribute[Any]
    ) -> ColumnElement[bool]:
        inside = or_(place == ReorderLevel.location_id, place.in_(bins))
        return and_(part_id == ReorderLevel.part_id, inside)

    def added(rows: Select[Decimal]) -> ColumnElement[Decimal]:
        return func.coalesce(rows.correlate(ReorderLevel).scalar_subquery(), ZERO)

    on_hand = select(func.sum(Balance.quantity)).where(there(Balance.part_id, Balance.location_id))
    allocated = select(func.sum(Allocation.quantity)).where(
        there(Allocation.part_id, Allocation.location_id)
    )
    due = _due().where(there(PurchaseLine.part_id, PurchaseOrder.ship_to_id))
    left = added(on_hand) - added(allocated) + added(due)
    return select(ReorderLevel.part_id).where(
        *_at(ReorderLevel.location_id, within), left <= ReorderLevel.point
    )


def _due() -> Select[Decimal]:
    """What is still to come on purchase orders."""
    accepted = PurchaseLine.received - PurchaseLine.rejected
    left = type_coerce(PurchaseLine.quantity - accepted - PurchaseLine.closed, Exact())
    return (
        select(func.sum(case((left > ZERO, left), else_=literal(ZERO, Exact()))))
        .select_from(PurchaseLine)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_(EXPECTING))
    )


# --- What is known of them -------------------------------------------------------------------


def _add_stock(rows: dict[UUID, Row], within: Sequence[UUID], places: dict[UUID, Location]) -> None:
    found = _by_place(Balance.part_id, Balance.location_id, Balance.quantity, rows)
    for part_id, place_id, quantity in _rows(found):
        row = rows[part_id]
        if not within or place_id in within:
            row.on_hand += quantity
        else:
            row.elsewhere += quantity
        if quantity:
            row.places.append((places[place_id], quantity))
    for row in rows.values():
        row.places.sort(key=lambda at: (at[0].id not in within, -at[1], at[0].name))


def _add_allocated(rows: dict[UUID, Row], within: Sequence[UUID]) -> None:
    found = _by_place(Allocation.part_id, Allocation.location_id, Allocation.quantity, rows, within)
    for part_id, _, quantity in _rows(found):
        rows[part_id].allocated += quantity


def _add_due(rows: dict[UUID, Row]) -> None:
    found = (
        _due()
        .add_columns(PurchaseLine.part_id)
        .where(PurchaseLine.part_id.in_(rows))
        .group_by(PurchaseLine.part_id)
    )
    for quantity, part_id in db.session.execute(found):
        rows[part_id].due = quantity


def _add_points(rows: dict[UUID, Row], within: Sequence[UUID]) -> None:
    found = (
        select(ReorderLevel.part_id, func.sum(ReorderLevel.point))
        .where(ReorderLevel.part_id.in_(rows), *_at(ReorderLevel.location_id, within))
        .group_by(ReorderLevel.part_id)
    )
    for part_id, point in db.session.execute(found):
        rows[part_id].point = point


def _add_used_on(rows: dict[UUID, Row], seen_by: Person) -> None:
    """For what is owed: the last installs from there, newest first."""
    owed: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows.values():
        for place, _ in row.negative:
            owed[row.part.id].add(place.id)
    if not owed:
        return
    sources = set[UUID]().union(*owed.values())
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    found = (
        select(Movement.part_id, Movement.source_id, Order.number)
        .join(Installation, Installation.id == Movement.cause_id)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(
            Movement.part_id.in_(owed),
            Movement.source_id.in_(sources),
            Movement.reason == Reason.INSTALL,
            Movement.id.not_in(undone),
        )
        .order_by(Movement.id.desc())
    )
    if not seen_by.may("see all orders"):
        found = found.where(Order.assigned_to_id == seen_by.id)
    for part_id, source_id, number in db.session.execute(found):
        used_on = rows[part_id].used_on
        if source_id in owed[part_id] and number not in used_on:
            used_on.append(number)


def _by_place(
    part_id: InstrumentedAttribute[UUID],
    location_id: InstrumentedAttribute[UUID],
    quantity: InstrumentedAttribute[Decimal],
    parts: Iterable[UUID] | Select[UUID],
    within: Sequence[UUID] = (),
) -> Select[UUID, UUID, Decimal]:
    """Sums a part and place."""
    return (
        select(part_id, location_id, func.sum(quantity))
        .where(part_id.in_(parts), *_at(location_id, within))
        .group_by(part_id, location_id)
    )


def _rows(found: Select[UUID, UUID, Decimal]) -> Sequence[tuple[UUID, UUID, Decimal]]:
    return [(row[0], row[1], row[2]) for row in db.session.execute(found)]


def _at(
    location_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], within: Sequence[UUID]
) -> Sequence[ColumnElement[bool]]:
    """At these places, or at any that counts as on hand."""
    places: Sequence[UUID] | Select[UUID] = within
    if not within:
        places = select(Location.id).where(Location.kind.in_(PLACES))
    return (location_id.in_(places),)
