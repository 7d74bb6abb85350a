"""What a scanned code stands for, as far as the person may see it, and what is next with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes import queries as codes
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.kit import subject
from partsweb.kit.refusal import NotFound
from partsweb.locations import queries as locations
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.orders.queries import Held
from partsweb.people.models import Person
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder
from partsweb.stock import queries as stock
from partsweb.stock.models import Serial


@dataclass(frozen=True)
class Found:
    """One thing that the code stands for.

    `part` is set for parts and units, `unit` for a unit that the books know, `active_order` is what
    the person works on and `entry` where the part is open on it, `deliveries` are the lines on
    which the part is still to come.
    """

    meaning: Meaning
    thing: Any
    part: Part | None = None
    unit: Serial | None = None
    places: Sequence[Held] = ()
    active_order: Order | None = None
    entry: PartEntry | None = None
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
        coming = {line.purchase_order.id: line.purchase_order for line in self.deliveries}
        return next(iter(coming.values())) if len(coming) == 1 else None

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
    return Found(
        meaning,
        thing,
        part=part,
        unit=unit,
        places=orders.holdings([part.id], near=locations.van_of(person))[part.id],
        active_order=order,
        entry=_open_entry(order, part) if order else None,
        deliveries=_deliveries(part, person),
    )


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
    lines = purchasing.open_lines_of(part)
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
