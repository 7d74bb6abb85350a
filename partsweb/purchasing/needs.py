"""The restock list: what to buy or move, how much, from whom; and the one act that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged_rows
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.orders import places
from partsweb.orders.places import Held
from partsweb.people.models import Person
from partsweb.purchasing import queries, rules
from partsweb.purchasing.models import PurchaseOrder
from partsweb.purchasing.restocking import levels
from partsweb.stock import transfers
from partsweb.stock.models import OURS, Balance, ReorderLevel
from partsweb.stock.transfer_models import Transfer

Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class Source:
    """A warehouse that can spare some."""

    place: Location
    spare: Decimal


@dataclass
class Need:
    """A part that is down to its reorder point at a place."""

    part: Part
    place: Location
    point: Decimal
    maximum: Decimal | None
    on_hand: Decimal
    allocated: Decimal
    coming: Decimal
    waiting: Decimal
    # What is on drafts and on transfers that nobody picked: it lowers what is wanted.
    planned: Decimal
    left: Decimal
    consigned: Decimal = ZERO
    references: Sequence[VendorReference] = ()
    sources: list[Source] = field(default_factory=list)

    @property
    def wanted(self) -> Decimal:
        """Up to the maximum; one above the point where none is said."""
        up_to = self.maximum if self.maximum is not None else self.point + 1
        return max(ZERO, up_to - self.left - self.planned)

    @property
    def key(self) -> str:
        """How its fields are called in a form."""
        return f"{self.part.id}.{self.place.id}"

    def packed(self, reference: VendorReference) -> Decimal:
        """How much is bought so that whole packs come."""
        packs = (self.wanted / reference.pack).to_integral_value(ROUND_CEILING)
        return packs * reference.pack


@dataclass(frozen=True)
class Chosen:
    """How much of a need is bought from a vendor, or moved from a place."""

    part_id: UUID
    place_id: UUID
    quantity: Decimal
    vendor_id: UUID | None = None
    source_id: UUID | None = None


@dataclass
class Done:
    """What came of it: the papers with lines more, and how many needs were met already."""

    drafts: list[PurchaseOrder] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    met: int = 0


def needs(*, at: Location | None = None, page: int = 1) -> Page[Need]:
    """What is to be restocked and on no paper yet, by place and SKU."""
    within = locations.within(at) if at else ()
    found = paged_rows(_needs(within), _need, number=page)
    _add_ways(found.items)
    return found


def how_many() -> int:
    """How many needs there are."""
    return db.session.scalar(select(func.count()).select_from(_needs(()).subquery())) or 0


def restock(chosen: Sequence[Chosen], *, by: Person, at: datetime) -> Done:
    """Put what is bought on the vendors' drafts and ask for what is moved.

    What somebody else did meanwhile isn't done twice.
    """
    if not chosen:
        raise Refusal("Choose what is to be bought or moved.")
    open_keys = _still_needed([(one.part_id, one.place_id) for one in chosen])
    wanted = [one for one in chosen if (one.part_id, one.place_id) in open_keys]
    done = Done(met=len(chosen) - len(wanted))
    for one in wanted:
        if one.vendor_id is not None:
            _buy(one, done, by=by, at=at)
    moved: dict[tuple[UUID, UUID], list[tuple[Part, Decimal]]] = {}
    for one in wanted:
        if one.source_id is not None:
            route = moved.setdefault((one.source_id, one.place_id), [])
            route.append((catalogue.part(one.part_id), one.quantity))
    for (source_id, target_id), parts in moved.items():
        ends = locations.place(source_id), locations.place(target_id)
        done.transfers.append(transfers.ask(*ends, parts, by=by, at=at))
    return done


def _buy(one: Chosen, done: Done, *, by: Person, at: datetime) -> None:
    """On the vendor's draft to that place, with what stands there for stock already."""
    assert one.vendor_id is not None
    vendor, place = catalogue.vendor(one.vendor_id), locations.place(one.place_id)
    part = catalogue.part(one.part_id)
    draft = queries.open_draft(vendor, place)
    if draft is None:
        draft = rules.draft(vendor, ship_to=place, by=by, at=at)
    same = next((line for line in draft.lines if line.part == part and line.entry is None), None)
    if same is None:
        rules.add_line(draft, part, one.quantity, by=by, at=at)
    else:
        more = same.quantity + one.quantity
        rules.change_line(same, more, by=by, at=at, expected_on=same.expected_on)
    if draft not in done.drafts:
        done.drafts.append(draft)


def _still_needed(keys: Sequence[Key]) -> frozenset[Key]:
    """Holds the levels: of two who restock at once the second one sees the first's papers."""
    own = tuple_(ReorderLevel.part_id, ReorderLevel.location_id)
    held = select(ReorderLevel).where(own.in_(keys))
    db.session.execute(held.order_by(*own).with_for_update())
    rows = _needs(())
    found = rows.selected_columns
    some = rows.where(tuple_(found.part_id, found.location_id).in_(keys))
    return frozenset((row.part_id, row.location_id) for row in db.session.execute(some))


def _needs(within: Sequence[UUID]) -> Select[Any]:
    level = levels(within).c
    expected = level.left + level.drafted + level.asked
    rows: Select[Any] = (
        select(Part, Location, *level)
        .join(Part, Part.id == level.part_id)
        .join(Location, Location.id == level.location_id)
        .where(Part.active, Location.active, expected <= level.point)
        .order_by(Location.kind.desc(), Location.name, Part.sku)
    )
    return rows


def _need(row: Any) -> Need:
    return Need(
        row.Part,
        row.Location,
        row.point,
        row.maximum,
        on_hand=row.on_hand,
        allocated=row.allocated,
        coming=row.due + row.in_transit,
        waiting=row.waiting,
        planned=row.drafted + row.asked,
        left=row.left,
    )


def _add_ways(found: Sequence[Need]) -> None:
    """From whom it can be bought, where there is some to spare, and what of it is a vendor's."""
    part_ids = list({need.part.id for need in found})
    sold: dict[UUID, list[VendorReference]] = {part_id: [] for part_id in part_ids}
    for reference in db.session.scalars(_references(part_ids)):
        sold[reference.part_id].append(reference)
    held, keeps = places.holdings(part_ids, near=None), _levels_of(part_ids)
    consigned, only = _consigned(part_ids), locations.only_warehouse()
    for need in found:
        need.references = sold[need.part.id]
        need.consigned = consigned.get((need.part.id, need.place.id), ZERO)
        spare = [_source(one, need, keeps) for one in held[need.part.id]]
        near = need.place.parent or only
        need.sources = sorted(
            (one for one in spare if one.spare > ZERO),
            key=lambda one: (near is None or one.place.id != near.id, -one.spare, one.place.name),
        )


def _source(held: Held, need: Need, keeps: dict[Key, ReorderLevel]) -> Source:
    """A van may empty a warehouse; another warehouse gets what is above the maximum."""
    if held.place.kind != Kind.WAREHOUSE or held.place.id == need.place.id:
        return Source(held.place, ZERO)
    level = keeps.get((need.part.id, held.place.id))
    if need.place.kind == Kind.VAN or level is None:
        return Source(held.place, held.available)
    kept = level.maximum if level.maximum is not None else level.point + 1
    return Source(held.place, held.available - kept)


def _references(part_ids: Sequence[UUID]) -> Select[VendorReference]:
    """Of vendors that we still buy from, preferred and cheapest first."""
    return (
        select(VendorReference)
        .join(Vendor, Vendor.id == VendorReference.vendor_id)
        .where(VendorReference.part_id.in_(part_ids), Vendor.active)
        .order_by(VendorReference.preferred.desc(), VendorReference.price, Vendor.name)
    )


def _levels_of(part_ids: Sequence[UUID]) -> dict[Key, ReorderLevel]:
    rows = select(ReorderLevel).where(ReorderLevel.part_id.in_(part_ids))
    return {(one.part_id, one.location_id): one for one in db.session.scalars(rows)}


def _consigned(part_ids: Sequence[UUID]) -> dict[Key, Decimal]:
    """What of it vendors own, bins counted with their warehouse."""
    rows = (
        select(Balance)
        .where(Balance.part_id.in_(part_ids), Balance.owner_id != OURS, Balance.quantity != ZERO)
        .options(joinedload(Balance.location))
    )
    summed: dict[Key, Decimal] = {}
    for one in db.session.scalars(rows):
        home = one.location.parent_id if one.location.kind == Kind.BIN else None
        key = (one.part_id, home or one.location_id)
        summed[key] = summed.get(key, ZERO) + one.quantity
    return summed
