"""Where a part lies, and from where it is best taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, func, select

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import Fate, PartEntry
from partsweb.stock import queries as stock
from partsweb.stock.models import Allocation, Balance


@dataclass(frozen=True)
class Held:
    """What a van, or a warehouse with all its bins, holds of a part."""

    place: Location
    on_hand: Decimal
    available: Decimal


def holdings(part_ids: Sequence[UUID], *, near: Location | None) -> dict[UUID, list[Held]]:
    """Where the parts are, bins counted with their warehouse.

    The near van first, then the warehouse that it is restocked from, then the fullest.
    """
    held = _by_home(
        select(Balance.part_id, Location, func.sum(Balance.quantity))
        .join(Location, Location.id == Balance.location_id)
        .where(Balance.part_id.in_(part_ids), Location.kind.in_(PLACES), Balance.quantity != ZERO)
        .group_by(Balance.part_id, Location.id)
    )
    meant = _by_home(
        select(Allocation.part_id, Location, func.sum(Allocation.quantity))
        .join(Location, Location.id == Allocation.location_id)
        .where(Allocation.part_id.in_(part_ids), Allocation.quantity > ZERO)
        .group_by(Allocation.part_id, Location.id)
    )
    found: dict[UUID, list[Held]] = {part_id: [] for part_id in part_ids}
    for (part_id, place), quantity in held.items():
        if quantity:
            free = quantity - meant.get((part_id, place), ZERO)
            found[part_id].append(Held(place, quantity, free))
    warehouse = locations.nearest_warehouse(near) if near else None
    first = [place.id for place in (near, warehouse) if place]
    for places in found.values():
        places.sort(
            key=lambda one: (
                first.index(one.place.id) if one.place.id in first else len(first),
                -one.available,
                one.place.name,
            )
        )
    return found


def nearest_first(
    parts: Sequence[Part], held: dict[UUID, list[Held]], *, near: Location | None, words: str
) -> Sequence[Part]:
    """What the near van has before what it lacks; a part of exactly that code before both."""
    code = f"|{catalogue.compact(words)}|"

    def rank(part: Part) -> tuple[bool, bool]:
        first = next(iter(held[part.id]), None)
        there = near and first and first.place.id == near.id and first.on_hand > ZERO
        return code not in part.words, not there

    return sorted(parts, key=rank)


def _by_home(
    rows: Select[UUID, Location, Decimal],
) -> dict[tuple[UUID, Location], Decimal]:
    summed: dict[tuple[UUID, Location], Decimal] = {}
    for part_id, place, quantity in db.session.execute(rows):
        home = place.parent if place.kind == Kind.BIN and place.parent else place
        summed[part_id, home] = summed.get((part_id, home), ZERO) + quantity
    return summed


def likely_source(entry: PartEntry | None, van: Location | None) -> Location | None:
    """Where it lies ready for the entry; the own van before any other place."""
    apart = stock.allocations_for(entry.subject) if entry else ()
    places = {row.location_id: row.location for row in apart}
    if van is None or (places and van.id not in places):
        return next(iter(places.values()), van)
    return van


def likely_fate(part: Part, *, swap: bool = False) -> Fate:
    """Where the original goes, as long as nobody says otherwise."""
    if part.core_charge:
        return Fate.CORE
    return Fate.RETURNED_TO_STOCK if swap else Fate.NONE


def sources(part: Part, *, near: Location | None) -> Sequence[stock.At]:
    """From where it can be taken: the near van first, then what holds it, then all the others."""
    known = {at.location.id: at for at in stock.whereabouts(part)}
    places = [known.get(one.id) or stock.At(one, ZERO, ZERO) for one in locations.places()]
    near_id = near.id if near else None
    return sorted(
        places,
        key=lambda at: (
            at.location.id != near_id,
            at.on_hand <= ZERO,
            -at.available,
            locations.natural(at.location.name),
        ),
    )


def van_stock(van: Location, words: str = "") -> Sequence[tuple[Part, Decimal]]:
    """What lies in a van, by description; all owners together."""
    rows = (
        select(Part, func.sum(Balance.quantity))
        .join(Balance, Balance.part_id == Part.id)
        .where(Balance.location_id == van.id)
        .group_by(Part.id)
        .having(func.sum(Balance.quantity) > ZERO)
        .order_by(Part.description)
    )
    for word in catalogue.folded(words).split():
        rows = rows.where(Part.words.contains(word, autoescape=True))
    return [(part, quantity) for part, quantity in db.session.execute(rows)]


def whereabouts(place: Location) -> str:
    """In Van 3, at Depot A3, already installed: a place as one says it in a sentence."""
    return {
        Kind.VAN: f"in {place.called}",
        Kind.INSTALLED: "as installed already",
        Kind.VENDOR: "at its vendor",
        Kind.SCRAP: "as scrapped",
        Kind.ADJUSTMENT: "as not there",
        Kind.IN_TRANSIT: "in transit",
    }.get(place.kind, f"at {place.called}")
