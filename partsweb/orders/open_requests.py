"""Parts that somebody on an order still waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, or_, select

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged
from partsweb.orders import queries
from partsweb.orders.models import CLOSED, Order, PartEntry, Site, Urgency
from partsweb.people.models import Person

SOONEST_FIRST = {urgency: rank for rank, urgency in enumerate(Urgency)}


@dataclass(frozen=True)
class Asked:
    """What a list of requests is narrowed to."""

    words: str = ""
    urgency: Urgency | None = None
    technician_id: UUID | None = None

    def __bool__(self) -> bool:
        """Whether it is narrowed at all."""
        return bool(self.words or self.urgency or self.technician_id)


ALL = Asked()


def requests(wanted: Asked = ALL, *, page: int = 1) -> Page[PartEntry]:
    """Parts that somebody waits for and nobody answered: urgent and old ones first."""
    return paged(_of_open_orders(PartEntry.waiting > ZERO, wanted), number=page)


def to_make_ready(wanted: Asked = ALL, *, page: int = 1) -> Page[PartEntry]:
    """Parts that are allocated, and still have to be set aside or carried to the van."""
    return paged(_of_open_orders(PartEntry.allocated > ZERO, wanted), number=page)


def entries_of(asked: CatalogueRequest, *, seen_by: Person) -> Sequence[PartEntry]:
    """Where a part that was asked for is waited for, or was, on orders that the person may see."""
    part_id = asked.merged_into_id or asked.part_id
    rows = select(PartEntry).join(PartEntry.order).where(PartEntry.part_id == part_id)
    if asked.merged_into_id:
        # Of all that have the part, the one that it was asked for on.
        rows = rows.where(Order.number == asked.paper)
    rows = rows.where(queries.visible(seen_by)).order_by(PartEntry.requested_at, PartEntry.id)
    return db.session.scalars(rows.limit(queries.MOST_SITES)).all()


def parts_asked_by(person: Person) -> Sequence[Part]:
    """The parts of the person's open orders."""
    rows = (
        select(Part)
        .join(PartEntry, PartEntry.part_id == Part.id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(Order.assigned_to_id == person.id, Order.state.not_in(CLOSED))
    )
    return db.session.scalars(rows.distinct()).all()


def _of_open_orders(wanted: ColumnElement[bool], asked: Asked) -> Select[PartEntry]:
    rank = case(SOONEST_FIRST, value=PartEntry.urgency)
    rows = select(PartEntry).join(PartEntry.order).where(wanted, Order.state.not_in(CLOSED))
    if asked.urgency:
        rows = rows.where(PartEntry.urgency == asked.urgency)
    if asked.technician_id:
        rows = rows.where(Order.assigned_to_id == asked.technician_id)
    if asked.words.split():
        rows = rows.join(Order.site).join(Site.customer).join(Part, Part.id == PartEntry.part_id)
    for word in asked.words.split():
        rows = rows.where(or_(queries.mentions(word), Part.words.contains(catalogue.folded(word))))
    return rows.order_by(rank, PartEntry.requested_at, PartEntry.id)
