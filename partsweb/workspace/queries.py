"""One table of parts: what is here, elsewhere, promised, due and owed.

A page costs the same number of queries however many parts are on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.catalogue.queries import Matching
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged, paged_at_once
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.purchasing import restocking
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder
from partsweb.stock.models import Balance, ReorderLevel
from partsweb.workspace.rows import Row, at_places, open_lines, rows_of

# Written out: only so do the databases take the index of what is owed.
OWED = Balance.quantity < literal_column("0")
SORTS = ("sku", "description", "on_hand", "on_order")


@dataclass(frozen=True)
class Asked:
    """What the table is asked for. `at` is a warehouse or van; none of them is everywhere."""

    text: str = ""
    at: Location | None = None
    below: bool = False
    negative: bool = False
    on_order: bool = False
    late: bool = False
    sort: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether it is asked for less than all that the place, or the firm, has."""
        return self.below or self.negative or self.on_order or self.late

    @property
    def within(self) -> Sequence[UUID]:
        """The place with its bins; nothing where it is everywhere."""
        return locations.within(self.at) if self.at else ()


@dataclass(frozen=True)
class Table(Page[Row]):
    """A page of rows. `alike`: nothing has the text as it is typed."""

    alike: bool = False


def table(asked: Asked, places: Sequence[Location], *, seen_by: Person, page: int = 1) -> Table:
    """A page of the table; `places` are all that can hold stock."""
    within = asked.within
    matching = catalogue.matching(asked.text, among=_listed()) if asked.text else None
    found = _page(asked, within, matching, page)
    known = {place.id: place for place in places}
    rows = rows_of(found.items, within, known, seen_by=seen_by)
    alike = matching is not None and matching.alike
    return Table(rows, found.number, found.total, found.size, alike)


def _page(
    asked: Asked, within: Sequence[UUID], matching: Matching | None, number: int
) -> Page[Part]:
    wanted = _wanted(asked, within, matching)
    rows = _ordered(wanted, asked, within, matching)
    if asked.narrowed or matching is not None:
        return paged_at_once(rows, number=number)
    return paged(rows, number=number, counted=wanted.with_only_columns(Part.id))


def wanted(asked: Asked) -> Select[UUID]:
    """The ids of all parts that the table would show."""
    matching = catalogue.matching(asked.text, among=_listed()) if asked.text else None
    return _wanted(asked, asked.within, matching).with_only_columns(Part.id)


# --- Which parts, in which order -------------------------------------------------------------


def _wanted(asked: Asked, within: Sequence[UUID], matching: Matching | None) -> Select[Part]:
    """The parts asked for. A search looks everywhere; a place alone shows what it keeps."""
    rows = select(Part).where(_listed())
    if matching is not None:
        rows = rows.where(matching.parts)
    elif asked.at is not None and not asked.narrowed:
        rows = rows.where(Part.id.in_(union(_held(within), _kept(within))))
    if asked.below:
        rows = rows.where(Part.id.in_(restocking.below(within)))
    if asked.negative:
        rows = rows.where(Part.id.in_(_owed(within)))
    if asked.on_order or asked.late:
        rows = rows.where(Part.id.in_(_coming(within, late=asked.late)))
    return rows


def _listed() -> ColumnElement[bool]:
    """What is offered; and what isn't any more, as long as some lies, or is owed, anywhere."""
    left = exists(_held(()).where(Balance.part_id == Part.id))
    return or_(Part.active, left)


def _ordered(
    rows: Select[Part], asked: Asked, within: Sequence[UUID], matching: Matching | None
) -> Select[Part]:
    if asked.sort == "on_hand":
        here = _summed(Balance.part_id, Balance.quantity, at_places(Balance.location_id, within))
        summed = here.subquery()
        joined = rows.outerjoin(summed, summed.c.part_id == Part.id)
        return joined.order_by(func.coalesce(summed.c.quantity, 0).desc(), Part.sku)
    if asked.sort == "on_order":
        summed = _due().subquery()
        joined = rows.outerjoin(summed, summed.c.part_id == Part.id)
        return joined.order_by(func.coalesce(summed.c.quantity, 0).desc(), Part.sku)
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
        Balance.quantity != ZERO, *at_places(Balance.location_id, within)
    )


def _kept(within: Sequence[UUID]) -> Select[UUID]:
    return select(ReorderLevel.part_id).where(*at_places(ReorderLevel.location_id, within))


def _owed(within: Sequence[UUID]) -> Select[UUID]:
    return select(Balance.part_id).where(OWED, *at_places(Balance.location_id, within))


def _coming(within: Sequence[UUID], *, late: bool) -> Select[UUID]:
    """Parts of which something is still to come to one of the places, or should be here."""
    rows = open_lines().with_only_columns(PurchaseLine.part_id)
    if within:
        rows = rows.where(PurchaseOrder.ship_to_id.in_(within))
    day = func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on)
    return rows.where(day < clock.today()) if late else rows


def _due() -> Select[UUID, Decimal]:
    """What is still to come on purchase orders, by part."""
    summed = func.sum(restocking.still_to_come()).label("quantity")
    rows = open_lines().with_only_columns(PurchaseLine.part_id, summed)
    return rows.group_by(PurchaseLine.part_id)


def _summed(
    part_id: InstrumentedAttribute[UUID],
    quantity: InstrumentedAttribute[Decimal],
    where: Sequence[ColumnElement[bool]],
) -> Select[UUID, Decimal]:
    """Sums a part."""
    rows = select(part_id.label("part_id"), func.sum(quantity).label("quantity"))
    return rows.where(*where).group_by(part_id)
