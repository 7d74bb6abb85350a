"""Reorder points that a file brings, set all at once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from partsweb.catalogue.models import Part
from partsweb.exchange.kind import Fields
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.kit.words import qty
from partsweb.locations.models import Location
from partsweb.stock import rules as ledger
from partsweb.stock.models import ReorderLevel

At = tuple[UUID, UUID]
Level = tuple[Decimal, Decimal | None]
AT_ONCE = 500


class Levels:
    """Known reorder points by part and location, and those that are new."""

    def __init__(self, known: dict[At, Level]) -> None:
        self.known = known
        self.said: dict[At, Level] = {}
        self.new: dict[At, Level] = {}

    def set(self, part: Part, place: Location, point: Decimal, maximum: Decimal | None) -> Fields:
        """Say when the place is restocked; tells what is new of that. A file says it alike."""
        at, wanted = (part.id, place.id), (point, maximum)
        if self.said.setdefault(at, wanted) != wanted:
            raise Refusal(
                f"another row says {qty(self.said[at][0])} for {place.name}", field="reorder_point"
            )
        before = self.known.get(at)
        # Where nothing is to be restocked, other systems say 0.
        if before == wanted or at in self.new or (before is None and wanted == (ZERO, None)):
            return {}
        try:
            ledger.refuse_level(point, maximum)
        except Refusal as refusal:
            raise Refusal(refusal.text.rstrip("."), field="reorder_maximum") from None
        self.new[at] = wanted
        old = before or (None, None)
        told = {"reorder_point": (old[0], point), "reorder_maximum": (old[1], maximum)}
        return {field: both for field, both in told.items() if both[0] != both[1]}

    def write(self) -> None:
        """Set those that are new."""
        ledger.set_reorder_levels(self.new)


def levels_at(places: Iterable[Location]) -> Levels:
    """What is known at the places."""
    known: dict[At, Level] = {}
    for some in batched(sorted(place.id for place in places), AT_ONCE):
        rows = select(ReorderLevel).where(ReorderLevel.location_id.in_(some))
        known |= {
            (row.part_id, row.location_id): (row.point, row.maximum)
            for row in db.session.scalars(rows)
        }
    return Levels(known)
