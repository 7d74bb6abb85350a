"""What the scan page carries, so that a code is answered without signal: the day's parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import url_for

from partsweb.catalogue.labels import codes_of
from partsweb.catalogue.models import Part
from partsweb.locations import queries as locations
from partsweb.orders import places
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person
from partsweb.purchasing import coming
from partsweb.scan.queries import likelier
from partsweb.stock import queries as stock

MOST_IN_VAN = 60
MOST_TO_COME = 100


@dataclass
class AtHand:
    """A part of the day: where it waits on the order, on which deliveries it is to come."""

    part: Part
    entry: PartEntry | None = None
    in_van: bool = False
    units: list[str] = field(default_factory=list)
    deliveries: list[str] = field(default_factory=list)


def at_hand(person: Person, order: Order | None) -> Sequence[AtHand]:
    """The parts of the order, then those of the van, then those that are to come."""
    found: dict[UUID, AtHand] = {}
    for entry in order.entries if order else ():
        one = found.setdefault(entry.part_id, AtHand(entry.part))
        one.entry = likelier(one.entry, entry)
    _van(found, person)
    _deliveries(found, person)
    return list(found.values())


def carried(parts: Iterable[AtHand], order: Order | None) -> list[dict[str, Any]]:
    """The same for the page's scripts."""
    parts = list(parts)
    codes = codes_of([one.part.id for one in parts])
    return [
        {
            "id": str(one.part.id),
            "sku": one.part.sku,
            "name": one.part.description,
            "codes": codes.get(one.part.id, []),
            "units": one.units,
            "asked": one.entry is not None,
            "install": _installation(one, order),
            "receive": [
                {"order": number, "href": url_for("purchasing.new_receipt", number=number)}
                for number in one.deliveries
            ],
        }
        for one in parts
    ]


def _installation(one: AtHand, order: Order | None) -> str:
    if one.entry is not None:
        return url_for("orders.installation", entry_id=one.entry.id)
    if order is None or not one.in_van:
        return ""
    return url_for("orders.new_installation", number=order.number, part=one.part.id)


def _van(found: dict[UUID, AtHand], person: Person) -> None:
    van = locations.van_of(person)
    if van is None:
        return
    held = [part for part, _ in places.van_stock(van)[:MOST_IN_VAN]]
    for part in held:
        found.setdefault(part.id, AtHand(part)).in_van = True
    for unit in stock.serials_of([part.id for part in held], van):
        found[unit.part_id].units.append(unit.number)


def _deliveries(found: dict[UUID, AtHand], person: Person) -> None:
    if not person.may("receive parts"):
        return
    for line in coming.lines_to_come(seen_by=person, limit=MOST_TO_COME):
        one, number = found.setdefault(line.part_id, AtHand(line.part)), line.purchase_order.number
        if number not in one.deliveries:
            one.deliveries.append(number)
