"""What stock was worth on a day: what is there now, less what was posted since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.sql.selectable import Subquery

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, Exact, rounded
from partsweb.kit.paging import SIZE, Page, paged_rows
from partsweb.locations.models import VIRTUAL, Location
from partsweb.stock.models import OURS, Balance, CostCorrection, Movement


@dataclass(frozen=True)
class Worth:
    """What a location held and what it was worth."""

    location: Location
    parts: int
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True)
class Valued:
    """A part at a location, how much of it, and its value."""

    part: Part
    location: Location
    quantity: Decimal
    value: Decimal

    @property
    def average(self) -> Decimal | None:
        """What one was worth; nothing where there is nothing to divide."""
        return rounded(self.value / self.quantity) if self.quantity > 0 else None


def total(on: date) -> Decimal:
    """What all our stock was worth at the end of the day."""
    stood = _stood(on)
    return db.session.scalar(select(func.sum(stood.c.value))) or ZERO


def by_location(on: date) -> Sequence[Worth]:
    """What each location was worth at the end of the day, by name."""
    stood = _stood(on)
    rows = (
        select(Location, func.count(), func.sum(stood.c.quantity), func.sum(stood.c.value))
        .join(stood, stood.c.location_id == Location.id)
        .group_by(Location.id)
        .order_by(Location.name)
    )
    return [Worth(*row) for row in db.session.execute(rows)]


def by_part(
    on: date, *, location_id: UUID | None = None, page: int = 1, size: int | None = SIZE
) -> Page[Valued]:
    """Each part at each location, or at one; by location and SKU."""
    stood = _stood(on)
    columns: tuple[Any, ...] = (Part, Location, stood.c.quantity, stood.c.value)
    rows: Select[Any] = (
        select(*columns)
        .join(stood, stood.c.part_id == Part.id)
        .join(Location, Location.id == stood.c.location_id)
        .order_by(Location.name, Part.sku)
    )
    if location_id is not None:
        rows = rows.where(stood.c.location_id == location_id)
    return paged_rows(rows, lambda row: Valued(*row), number=page, size=size)


def _stood(on: date) -> Subquery:
    """Quantity and value of ours by part and place; virtual locations left out."""
    rows = union_all(
        _part(Balance.location_id, Balance.quantity, Balance.value).select_from(Balance),
        _since(Movement.target_id, -Movement.quantity, -Movement.value, on),
        _since(Movement.source_id, Movement.quantity, Movement.value, on),
        _learnt_since(Movement.target_id, -CostCorrection.value, on),
        _learnt_since(Movement.source_id, CostCorrection.value, on),
    ).subquery("changes")
    real = select(Location.id).where(Location.kind.not_in(VIRTUAL))
    quantity, value = func.sum(rows.c.quantity), func.sum(rows.c.value)
    return (
        select(
            rows.c.part_id,
            rows.c.location_id,
            quantity.label("quantity"),
            value.label("value"),
        )
        .where(rows.c.owner_id == OURS, rows.c.location_id.in_(real))
        .group_by(rows.c.part_id, rows.c.location_id)
        .having(or_(quantity != ZERO, value != ZERO))
        .subquery("stood")
    )


def _part(place: Any, quantity: Any, value: Any, of: Any = Balance) -> Select[Any]:
    columns: tuple[ColumnElement[Any], ...] = (
        of.part_id,
        of.owner_id,
        place.label("location_id"),
        quantity.label("quantity"),
        value.label("value"),
    )
    return select(*columns)


def _since(place: Any, quantity: Any, value: Any, on: date) -> Select[Any]:
    return _part(place, quantity, value, Movement).where(Movement.posted_on > on)


def _learnt_since(place: Any, value: Any, on: date) -> Select[Any]:
    rows = _part(place, literal(ZERO, Exact()), value, Movement)
    learnt = rows.join(CostCorrection, CostCorrection.movement_id == Movement.id)
    return learnt.where(CostCorrection.posted_on > on)
