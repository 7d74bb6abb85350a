"""What is down to its reorder point, where, and how it gets up again: bought, or moved.

A part is restocked at a place when what is available there, with what is on its way to it, less
what requests wait for, falls to its reorder point. What is ordered for a part entry is spoken for
and doesn't count; a request that nobody answered counts at the warehouse that keeps most of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
    type_coerce,
)

from partsweb.catalogue.models import Part
from partsweb.kit.exact import ZERO, Exact
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import CLOSED, Order, PartEntry
from partsweb.purchasing.models import EXPECTING, PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.stock.models import Allocation, Balance, ReorderLevel
from partsweb.stock.transfer_models import Transfer, TransferLine, TransferState
from partsweb.stock.transfer_queries import UNDER_WAY

# On paper, and not yet on order.
DRAFTED = frozenset({PurchaseState.DRAFT, PurchaseState.SUBMITTED})

NOTHING = literal(ZERO, Exact())

_spot = Location.__table__.alias("spot")


def still_to_come() -> ColumnElement[Any]:
    """What of a purchase line is still to come; never below zero."""
    accepted = PurchaseLine.received - PurchaseLine.rejected
    left = type_coerce(PurchaseLine.quantity - accepted - PurchaseLine.closed, Exact())
    return case((left > ZERO, left), else_=NOTHING)


def levels(within: Sequence[UUID] = (), *, part_ids: Sequence[UUID] | None = None) -> Subquery:
    """Every reorder level with what its place has of the part: on hand, allocated, due and more.

    `left` is what the rule compares with the point; what is `drafted` on purchase orders, or
    `asked` for on transfers, is on paper only and not in it.
    """
    level = _on_hand(within, part_ids)
    summed = {
        "allocated": _allocated(),
        "due": _coming(EXPECTING),
        "in_transit": _carried(UNDER_WAY),
        "drafted": _coming(DRAFTED),
        "asked": _carried(TransferLine.quantity - TransferLine.picked, TransferState.REQUESTED),
        "waiting": _waiting(),
    }
    known = {name: func.coalesce(sums.c.quantity, NOTHING) for name, sums in summed.items()}
    coming = known["due"] + known["in_transit"]
    left = level.c.on_hand - known["allocated"] + coming - known["waiting"]
    sums = [type_coerce(one, Exact()).label(name) for name, one in (known | {"left": left}).items()]
    rows = select(level, *sums)
    for sums_ in summed.values():
        there = and_(sums_.c.part_id == level.c.part_id, sums_.c.home_id == level.c.location_id)
        rows = rows.outerjoin(sums_, there)
    return rows.subquery()


def below(within: Sequence[UUID] = ()) -> Select[UUID]:
    """The parts in use that are to be restocked at one of the places, or anywhere."""
    level = levels(within).c
    rows = select(level.part_id).join(Part, Part.id == level.part_id)
    return rows.where(Part.active, level.left <= level.point)


def home() -> ColumnElement[UUID]:
    """The warehouse of a bin; every other place is its own."""
    return case((_spot.c.kind == Kind.BIN, _spot.c.parent_id), else_=_spot.c.id)


def _on_hand(within: Sequence[UUID], part_ids: Sequence[UUID] | None) -> Subquery:
    """The levels with what their places hold, bins included, of all owners."""
    there = and_(_spot.c.kind.in_(PLACES), home() == ReorderLevel.location_id)
    held = func.sum(case((there, Balance.quantity), else_=NOTHING))
    level = (
        ReorderLevel.part_id,
        ReorderLevel.location_id,
        ReorderLevel.point,
        ReorderLevel.maximum,
    )
    # Joined and summed: asking for each level's sum took PostgreSQL three times as long.
    rows = (
        select(*level, type_coerce(held, Exact()).label("on_hand"))
        .outerjoin(Balance, Balance.part_id == ReorderLevel.part_id)
        .outerjoin(_spot, _spot.c.id == Balance.location_id)
        .group_by(*level)
    )
    if within:
        rows = rows.where(ReorderLevel.location_id.in_(within))
    if part_ids is not None:
        rows = rows.where(ReorderLevel.part_id.in_(part_ids))
    return rows.subquery()


def _allocated() -> Subquery:
    return (
        select(
            Allocation.part_id,
            home().label("home_id"),
            func.sum(Allocation.quantity).label("quantity"),
        )
        .join(_spot, _spot.c.id == Allocation.location_id)
        .where(Allocation.quantity > ZERO)
        .group_by(Allocation.part_id, "home_id")
        .subquery()
    )


def _coming(states: frozenset[PurchaseState]) -> Subquery:
    """What is to come on purchase orders in these states and isn't for a part entry."""
    free = type_coerce(still_to_come() - PurchaseLine.promised, Exact())
    unpromised = case((free > ZERO, free), else_=NOTHING)
    return (
        select(
            PurchaseLine.part_id,
            home().label("home_id"),
            func.sum(unpromised).label("quantity"),
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .join(_spot, _spot.c.id == PurchaseOrder.ship_to_id)
        .where(PurchaseOrder.state.in_(states))
        .group_by(PurchaseLine.part_id, "home_id")
        .subquery()
    )


def _carried(quantity: Any, *states: TransferState) -> Subquery:
    """What transfers bring, or are to bring while they are in one of the states."""
    rows = (
        select(TransferLine.part_id, home().label("home_id"), func.sum(quantity).label("quantity"))
        .join(Transfer, Transfer.id == TransferLine.transfer_id)
        .join(_spot, _spot.c.id == Transfer.target_id)
        .where(quantity > ZERO)
        .group_by(TransferLine.part_id, "home_id")
    )
    return (rows.where(Transfer.state.in_(states)) if states else rows).subquery()


def _waiting() -> Subquery:
    """Unanswered requests, at the warehouse with the highest reorder point for the part."""
    asked = (
        select(PartEntry.part_id, func.sum(PartEntry.waiting).label("quantity"))
        .join(Order, Order.id == PartEntry.order_id)
        .where(PartEntry.waiting > ZERO, Order.state.not_in(CLOSED))
        .group_by(PartEntry.part_id)
        .subquery()
    )
    first = func.row_number().over(
        partition_by=ReorderLevel.part_id,
        order_by=(ReorderLevel.point.desc(), ReorderLevel.location_id),
    )
    ranked = (
        select(
            ReorderLevel.part_id,
            ReorderLevel.location_id.label("home_id"),
            asked.c.quantity,
            first.label("place"),
        )
        .join(asked, asked.c.part_id == ReorderLevel.part_id)
        .join(_spot, _spot.c.id == ReorderLevel.location_id)
        .where(_spot.c.kind == Kind.WAREHOUSE)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).subquery()
