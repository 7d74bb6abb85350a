"""Taking into the van what was set aside in a warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import places, telling
from partsweb.orders.answering import owner_of_units
from partsweb.orders.installing import hold, refuse_fractions, set_apart
from partsweb.orders.models import PartEntry
from partsweb.orders.refusing import refuse_unnamed
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Serial


def collect(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    by: Person,
    at: datetime,
    serials: Sequence[Serial] = (),
) -> Location:
    """Carry what lies ready there into one's own van; it stays Ready. Says which van."""
    hold(entry)
    van = locations.van_of(by)
    if van is None:
        raise Refusal("You hold no van. Ask the coordinator to hand one over to you.")
    refuse_fractions(entry.part, quantity)
    units = serials or the_units(entry, source, quantity)
    refuse_unnamed(entry.part, quantity, units, source)
    freed = ledger.release(entry.subject, quantity, location=source)
    if freed < quantity or quantity > entry.ready:
        raise Refusal(
            f"Only {qty(min(freed, entry.ready))} of {entry.part.sku} lie ready for "
            f"{entry.order.number} {places.whereabouts(source)} now. Look again.",
            field="quantity",
        )
    ledger.transfer(
        entry.part,
        quantity,
        source=source,
        target=van,
        by=by,
        at=at,
        serials=units,
        cause=entry.subject,
        owner_id=owner_of_units(units),
    )
    set_apart(entry, quantity, location=van)
    said = f"Collected {in_words(quantity, entry.part)} from {source.called} into {van.called}"
    telling.record(entry, "part-collected", said, by, at)
    db.session.flush()
    return van


def the_units(entry: PartEntry, source: Location, quantity: Decimal) -> Sequence[Serial]:
    """The units that are meant, where nobody has to choose: as many are there as are taken."""
    if not entry.part.serialized:
        return ()
    there = stock.serials_at(entry.part, source)
    return there if len(there) == quantity else ()


def needs_choice(entry: PartEntry, source: Location, quantity: Decimal) -> bool:
    """Whether somebody has to say which units are taken."""
    return entry.part.serialized and not the_units(entry, source, quantity) and quantity > ZERO
