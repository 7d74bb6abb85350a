"""What a scanned code stands for, as far as the person may see it, and what is next with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes import queries as codes
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.kit import subject
from partsweb.kit.refusal import NotFound
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import places
from partsweb.orders.models import Fate, Order, PartEntry
from partsweb.orders.places import Held
from partsweb.people.models import Person
from partsweb.purchasing import coming
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder
from partsweb.stock import queries as stock
from partsweb.stock.models import Serial


@dataclass(frozen=True)
class Found:
    """One thing that the code stands for.

    `part` is set for parts and units, `unit` for a unit that the books know, `active_order` is what
    the person works on and `entry` where the part is open on it, `source` from where it would be
    fitted there; `deliveries` are the lines on which the part is still to come.
    """

    meaning: Meaning
    thing: Any
    part: Part | None = None
    unit: Serial | None = None
    places: Sequence[Held] = ()
    active_order: Order | None = None
    entry: PartEntry | None = None
    source: Location | None = None
    deliveries: Sequence[PurchaseLine] = ()

    @property
    def serial(self) -> str:
        """The unit's number, whether the books know it or the code alone told it."""
        return self.unit.number if self.unit else self.meaning.serial

    @property
    def purchase_order(self) -> PurchaseOrder | None:
        """The one on which it is to come, where there is no doubt."""
        if isinstance(self.thing, PurchaseOrder):
            return self.thing
        those = {line.purchase_order.id: line.purchase_order for line in self.deliveries}
        return next(iter(those.values())) if len(those) == 1 else None

    @property
    def at_once(self) -> bool:
        """Whether it can be fitted in one tap: nothing more has to be said or shown."""
        if self.part is None or self.active_order is None or self.source is None:
            return False
        return bool(self.serial or not self.part.serialized) and not self.part.compliance

    @property
    def wanted(self) -> Decimal:
        """How many are likely fitted: what the order waits for, else what the code counts."""
        entry = self.entry
        waits = entry and (entry.ready or entry.allocated or entry.waiting or entry.on_order)
        return waits or self.meaning.quantity

    @property
    def fate(self) -> Fate:
        """Where the original likely goes."""
        return places.likely_fate(self.part) if self.part else Fate.NONE

    @property
    def kind(self) -> str:
        """What kind of thing it is."""
        return self.meaning.subject.kind


def found(text: str, *, seen_by: Person, on: Order | None) -> Sequence[Found]:
    """Everything that the code can stand for, as seen by the person who works `on` an order."""
    things = []
    for meaning in codes.meanings(text):
        try:
            thing = subject.load(meaning.subject, seen_by=seen_by)
        except NotFound:
            continue
        things.append(_known_of(meaning, thing, seen_by, on))
    return things


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The purchase order whose number was scanned or typed."""
    order = purchasing.by_number(reading.text.upper())
    return [Meaning(order.subject, "number")] if order else []


def _known_of(meaning: Meaning, thing: Any, person: Person, on: Order | None) -> Found:
    if isinstance(thing, Serial):
        return _with_part(meaning, thing, thing.part, thing, person, on)
    if isinstance(thing, Part):
        unit = stock.serial(thing, meaning.serial) if meaning.serial else None
        return _with_part(meaning, thing, thing, unit, person, on)
    return Found(meaning, thing)


def _with_part(
    meaning: Meaning,
    thing: Any,
    part: Part,
    unit: Serial | None,
    person: Person,
    order: Order | None,
) -> Found:
    van = locations.van_of(person)
    entry = _open_entry(order, part) if order else None
    return Found(
        meaning,
        thing,
        part=part,
        unit=unit,
        places=places.holdings([part.id], near=van)[part.id],
        active_order=order,
        entry=entry,
        source=_source(unit, entry, van) if order else None,
        deliveries=_deliveries(part, person),
    )


def _source(unit: Serial | None, entry: PartEntry | None, van: Location | None) -> Location | None:
    """A unit is taken from where the books have it, anything else from where it likely lies."""
    if unit is not None and unit.location.is_place:
        return unit.location
    return places.likely_source(entry, van)


def _open_entry(order: Order, part: Part) -> PartEntry | None:
    """Where the part waits on the order to be installed."""
    found: PartEntry | None = None
    for entry in order.entries:
        if entry.part_id == part.id:
            found = likelier(found, entry)
    return found


def likelier(one: PartEntry | None, other: PartEntry) -> PartEntry | None:
    """Where the part is fitted: what is ready before what is still to come."""
    if not other.open_quantity:
        return one
    return other if one is None or (other.ready and not one.ready) else one


def _deliveries(part: Part, person: Person) -> Sequence[PurchaseLine]:
    """The lines that one could receive now."""
    if not person.may("receive parts"):
        return ()
    lines = coming.open_lines_of(part)
    return [line for line in lines if _may_see(line, person)]


def _may_see(line: PurchaseLine, person: Person) -> bool:
    try:
        purchasing.line(line.id, seen_by=person)
    except NotFound:
        return False
    return True


def suggestions(text: str) -> Sequence[Part]:
    """Parts that look like the unknown code."""
    return catalogue.search(text, limit=5)
