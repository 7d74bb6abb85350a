"""What the table tells of a part: where it is, what is promised, due and owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import restocking, seeing
from partsweb.purchasing.models import EXPECTING, PurchaseLine, PurchaseOrder
from partsweb.stock.models import Allocation, Balance, Movement, Reason


@dataclass(frozen=True)
class Delivery:
    """A purchase order that brings some of a part, as far as the person may see it."""

    number: str
    due_on: date | None
    late: bool


@dataclass
class Row:
    """A part with its quantities; on hand, allocated and the reorder point are those of `at`."""

    part: Part
    on_hand: Decimal = ZERO
    elsewhere: Decimal = ZERO
    allocated: Decimal = ZERO
    due: Decimal = ZERO
    point: Decimal | None = None
    low: bool = False
    places: list[tuple[Location, Decimal]] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
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
            inside = place.kind == Kind.BIN and place.parent
            sums[place.parent if inside and place.parent else place] += quantity
        filled = [(home, quantity) for home, quantity in sums.items() if quantity > 0]
        return sorted(filled, key=lambda at: (-at[1], at[0].name))

    def holders(self, own: Location | None, near: Location | None) -> list[tuple[str, Decimal]]:
        """What the own van, the nearest warehouse and all others hold, in this order."""
        known = dict(self.homes)
        told = []
        for place, words in ((own, "in your van"), (near, f"at {near.name}" if near else "")):
            if place is not None and known.get(place):
                told.append((words, known.pop(place)))
        others = sum(known.values(), ZERO)
        return [*told, ("elsewhere", others)] if others else told

    @property
    def look(self) -> str:
        """Why somebody should look at what is owed."""
        if not self.used_on:
            return "used before it was received, look"
        others = len(self.used_on) - 1
        return f"used on {self.used_on[0]}{f' and {others} more' if others else ''}, look"


def rows_of(
    parts: Sequence[Part],
    within: Sequence[UUID],
    places: dict[UUID, Location],
    *,
    seen_by: Person,
) -> Sequence[Row]:
    """A row for each part; `within` are the ids of the place asked for, none: everywhere."""
    rows = {part.id: Row(part) for part in parts}
    _add_stock(rows, within, places)
    _add_allocated(rows, within)
    _add_due(rows, seen_by)
    _add_levels(rows, within)
    _add_used_on(rows, seen_by)
    return list(rows.values())


def deliveries_of(part: Part, *, seen_by: Person) -> Sequence[Delivery]:
    """The purchase orders that bring some of the part, the soonest first."""
    row = Row(part)
    _add_due({part.id: row}, seen_by)
    return row.deliveries


def open_lines() -> Select[PurchaseLine]:
    """Lines of which something is still to come."""
    return (
        select(PurchaseLine)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_(EXPECTING), restocking.still_to_come() > ZERO)
    )


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


def _add_due(rows: dict[UUID, Row], seen_by: Person) -> None:
    """What is to come, and the purchase orders that bring it, the soonest first."""
    found = (
        open_lines()
        .add_columns(_seen(seen_by))
        .where(PurchaseLine.part_id.in_(rows))
        .options(joinedload(PurchaseLine.purchase_order))
    )
    lines = [(line, seen) for line, seen in db.session.execute(found)]
    lines.sort(key=lambda one: (one[0].due_on or date.max, one[0].purchase_order.number))
    for line, seen in lines:
        row, number = rows[line.part_id], line.purchase_order.number
        row.due += line.outstanding
        if seen and number not in [one.number for one in row.deliveries]:
            row.deliveries.append(Delivery(number, line.due_on, line.late))


def _seen(by: Person) -> ColumnElement[bool]:
    return true() if by.may("see purchase orders") else seeing.seen(by)


def _add_levels(rows: dict[UUID, Row], within: Sequence[UUID]) -> None:
    """Reorder points, and whether one of them is reached."""
    level = restocking.levels(within, part_ids=list(rows)).c
    found = select(level.part_id, level.point, level.left)
    if not within:
        found = found.join(Location, Location.id == level.location_id)
        found = found.where(Location.kind.in_(PLACES))
    for part_id, point, left in db.session.execute(found):
        row = rows[part_id]
        row.point = (row.point or ZERO) + point
        row.low = row.low or left <= point


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
        .where(part_id.in_(parts), *at_places(location_id, within))
        .group_by(part_id, location_id)
    )


def _rows(found: Select[UUID, UUID, Decimal]) -> Sequence[tuple[UUID, UUID, Decimal]]:
    return [(row[0], row[1], row[2]) for row in db.session.execute(found)]


def at_places(
    location_id: ColumnElement[Any] | InstrumentedAttribute[Any], within: Sequence[UUID]
) -> Sequence[ColumnElement[bool]]:
    """At these places, or at any that counts as on hand."""
    places: Sequence[UUID] | Select[UUID] = within
    if not within:
        places = select(Location.id).where(Location.kind.in_(PLACES))
    return (location_id.in_(places),)
