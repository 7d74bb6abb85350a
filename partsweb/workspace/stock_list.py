"""The stock list as a file: a line for every part, place and owner, in the order of SKUs.

A reorder point and what is on order belong to a warehouse with all its bins, so they stand on the
first of its lines, and sums over a column are right. What is to be restocked or is on order where
nothing lies has a line too. What isn't offered any more and still lies somewhere is said to be
inactive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.sheets import Cell
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.purchasing import restocking
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder
from partsweb.stock.models import OURS, Allocation, Balance, Owner, ReorderLevel
from partsweb.workspace.queries import Asked, wanted
from partsweb.workspace.rows import at_places, open_lines

COLUMNS = (
    "SKU",
    "Description",
    "Category",
    "Unit",
    "Location",
    "Bin",
    "Owner",
    "On hand",
    "Allocated",
    "Available",
    "Reorder point",
    "Maximum",
    "On order",
    "State",
)
VALUE = "Value"
INACTIVE = "Inactive"

# Part and place.
Key = tuple[UUID, UUID]
# Place, owner, quantity, value.
Held = tuple[UUID, UUID, Decimal, Decimal]


@dataclass
class Beside:
    """What stands beside the balances, by part and place; taken out as it is written."""

    allocated: dict[Key, Decimal]
    levels: dict[Key, tuple[Decimal, Decimal | None]]
    due: dict[Key, Decimal]
    # The places with a level or something due, by part.
    kept: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def numbers(self, part_id: UUID, place: Location, quantity: Decimal) -> tuple[Cell, ...]:
        """On hand, allocated, available, reorder point, maximum, on order."""
        home = (part_id, _home(place))
        allocated = self.allocated.pop((part_id, place.id), ZERO)
        point, maximum = self.levels.pop(home, (None, None))
        due = self.due.pop(home, None)
        return quantity, allocated, quantity - allocated, point, maximum, due


def columns(*, with_value: bool) -> Sequence[str]:
    """The head of the list; the value only for who may see it."""
    return (*COLUMNS, VALUE) if with_value else COLUMNS


def lines(asked: Asked, *, with_value: bool) -> Iterator[Sequence[Cell]]:
    """The lines of all parts that the table would show."""
    within = asked.within
    places = {place.id: place for place in locations.listed()}
    order = {place_id: number for number, place_id in enumerate(places)}
    owners = dict(db.session.execute(select(Owner.id, Owner.name)).all()) | {OURS: ""}
    beside = _beside(within)
    found = db.session.execute(_stock(asked, within).execution_options(yield_per=2000))
    for part_id, rows in groupby(found, key=lambda row: row[0]):
        several = list(rows)
        *words, active = several[0][1:6]
        there = _with_empty(part_id, [row[6:] for row in several if row[6]], places, beside)
        there.sort(key=lambda one: (order[one[0]], one[1] != OURS))
        for place_id, owner_id, quantity, value in there:
            place = places[place_id]
            numbers = beside.numbers(part_id, place, quantity)
            state = "" if active else INACTIVE
            line = (*words, *_called(place), owners[owner_id], *numbers, state)
            yield (*line, value) if with_value else line


def _stock(asked: Asked, within: Sequence[UUID]) -> Select[Any]:
    """Every part asked for, with its balances; one row without them where it has none."""
    words = (Part.id, Part.sku, Part.description, Part.category, Part.unit, Part.active)
    held = (Balance.location_id, Balance.owner_id, Balance.quantity, Balance.value)
    there = and_(
        Balance.part_id == Part.id,
        Balance.quantity != ZERO,
        *at_places(Balance.location_id, within),
    )
    rows: Any = select(*words, *held).outerjoin(Balance, there)
    found: Select[Any] = rows.where(Part.id.in_(wanted(asked))).order_by(Part.sku)
    return found


def _with_empty(
    part_id: UUID, held: list[Held], places: dict[UUID, Location], beside: Beside
) -> list[Held]:
    """What lies somewhere, and the places that keep the part and have none."""
    lying = {_home(places[place_id]) for place_id, *_ in held}
    empty = [one for one in beside.kept.get(part_id, ()) if one not in lying and one in places]
    return held + [(place_id, OURS, ZERO, ZERO) for place_id in empty]


def _beside(within: Sequence[UUID]) -> Beside:
    """Allocations, levels and what is due: few beside the balances, and read at once."""
    meant = (
        select(Allocation.part_id, Allocation.location_id, func.sum(Allocation.quantity))
        .where(Allocation.quantity > ZERO, *at_places(Allocation.location_id, within))
        .group_by(Allocation.part_id, Allocation.location_id)
    )
    level = select(
        ReorderLevel.part_id, ReorderLevel.location_id, ReorderLevel.point, ReorderLevel.maximum
    )
    level = level.where(*at_places(ReorderLevel.location_id, within))
    key = (PurchaseLine.part_id, PurchaseOrder.ship_to_id)
    coming = open_lines().with_only_columns(*key, func.sum(restocking.still_to_come()))
    coming = coming.where(*at_places(PurchaseOrder.ship_to_id, within)).group_by(*key)
    found = Beside(
        {(row[0], row[1]): row[2] for row in db.session.execute(meant)},
        {(row[0], row[1]): (row[2], row[3]) for row in db.session.execute(level)},
        {(row[0], row[1]): row[2] for row in db.session.execute(coming)},
    )
    for part_id, place_id in (*found.levels, *found.due):
        found.kept[part_id].add(place_id)
    return found


def _home(place: Location) -> UUID:
    return place.parent_id if place.kind == Kind.BIN and place.parent_id else place.id


def _called(place: Location) -> tuple[str, str]:
    """The warehouse and the bin in it; every other place is its own."""
    if place.kind == Kind.BIN and place.parent:
        return place.parent.name, place.name.removeprefix(f"{place.parent.name} ")
    return place.name, ""
