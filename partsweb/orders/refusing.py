"""What can't be, in words for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations.models import Location
from partsweb.orders import places
from partsweb.orders.installing import hold, refuse_fractions
from partsweb.orders.models import Installation, PartEntry, WorkNote
from partsweb.stock import queries as stock
from partsweb.stock.models import Serial


def refuse_more(entry: PartEntry, quantity: Decimal, state: str, said: str) -> None:
    """No more than the entry has in the state; nobody else changes it meanwhile."""
    hold(entry)
    refuse_fractions(entry.part, quantity)
    there = getattr(entry, state)
    if quantity > there:
        raise Refusal(f"Only {qty(there)} of {entry.part.sku} are {said}.", field="quantity")


def refuse_promised(part: Part, quantity: Decimal, source: Location) -> None:
    """What is promised to others is not carried away."""
    free = stock.on_hand(part, source) - stock.allocated(part, source)
    if quantity > free:
        where = places.whereabouts(source)
        raise Refusal(f"Only {qty(free)} of {part.sku} are available {where}.", field="quantity")


def refuse_unnamed(
    part: Part, quantity: Decimal, serials: Sequence[Serial], source: Location
) -> None:
    """Units with serials are carried by serial, from where they are."""
    refuse_fractions(part, quantity)
    if part.serialized and len(serials) != quantity:
        raise Refusal(f"Choose {qty(quantity)} of {part.sku} by serial.", field="serial")
    for unit in serials:
        if unit.location_id != source.id:
            raise Refusal(
                f"Serial {unit.number} is {places.whereabouts(unit.location)}.", field="serial"
            )


def refuse_taken_back(installation: Installation) -> None:
    """What was taken back can be neither corrected nor taken back again."""
    db.session.refresh(installation)  # who held the entry before may have corrected it
    if installation.taken_back_at is not None:
        raise Refusal("That was taken back already.")


def refuse_known(kind: type[PartEntry | Installation | WorkNote], thing_id: UUID | None) -> None:
    """A thing that a phone named is logged once."""
    if thing_id is not None and db.session.get(kind, thing_id) is not None:
        raise Refusal("This was logged already.")
