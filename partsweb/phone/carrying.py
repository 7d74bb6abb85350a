"""The pages of the day that a phone fetches ahead, so that they are there without signal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for

from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.orders import places
from partsweb.orders import queries as orders
from partsweb.orders.models import Order
from partsweb.people.models import Person
from partsweb.phone import queries
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing.queries import Wanted
from partsweb.stock import queries as stock
from partsweb.stock import transfer_queries as transfers

MOST_DELIVERIES = 6
MOST_PARTS = 60
MOST_UNITS = 40
BLANK = {
    "request parts": ("cancellation",),
    "install parts": ("installation",),
    "work on orders": ("photos",),
    "see parts": ("part",),
}
# A page as one comes to it, and a part of it as a tab fetches it.
Address = dict[str, Any]
TO_INSTALL: dict[str, Any] = {"for": "install"}
TO_RECEIVE: dict[str, Any] = {"for": "receive"}


def pages_for(person: Person) -> list[Address]:
    """What the person's day needs, the most needed first."""
    return [
        *_everybodys(),
        *_of_parts(person),
        *_of_scanning(person),
        *_blank(person),
        *_of_orders(person),
        *_of_van(person),
        *_of_deliveries(person),
    ]


def van_of(person: Person) -> dict[str, Any] | None:
    """What lies in the person's van, by part, for what is found without signal."""
    van = locations.van_of(person)
    if van is None:
        return None
    held = {part.id.hex: qty(quantity) for part, quantity in places.van_stock(van)}
    return {"name": van.name, "held": held}


def _everybodys() -> Iterator[Address]:
    for endpoint in ("today.start", "orders.orders", "scan.scan", "phone.phone", "today.more"):
        yield _whole(url_for(endpoint))


def _of_parts(person: Person) -> Iterator[Address]:
    """Where a part is looked up: the phone's own catalogue answers there too."""
    if person.may("see parts"):
        yield _whole(url_for("workspace.parts"))


def _of_scanning(person: Person) -> Iterator[Address]:
    """The scan page as the other pages lead to it."""
    order = orders.active_order(person)
    if order is not None and person.may("install parts"):
        yield _whole(url_for("scan.scan", order=order.number, **TO_INSTALL))
    if person.may("receive parts"):
        yield _whole(url_for("scan.scan", **TO_RECEIVE))


def _blank(person: Person) -> Iterator[Address]:
    """Forms for what the phone will hold no page of."""
    for act, endpoints in BLANK.items():
        if person.may(act):
            for endpoint in endpoints:
                yield _whole(url_for(f"blank.{endpoint}"))


def _of_orders(person: Person) -> Iterator[Address]:
    for order in queries.open_orders_of(person):
        yield from _tabs(order)
        for endpoint in ("new_entry", "new_note", "state", "from_van"):
            yield _whole(url_for(f"orders.{endpoint}", number=order.number))
        # Its form for any part: the phone fills it in from the catalogue that it holds.
        yield _whole(url_for("orders.new_entry", number=order.number, part="any"))
        for entry in order.entries:
            yield _whole(url_for("orders.entry", entry_id=entry.id))
            if entry.open_quantity:
                yield _whole(url_for("orders.not_used", entry_id=entry.id))
                yield _whole(url_for("orders.installation", entry_id=entry.id))
                yield _whole(url_for("orders.photos", entry_id=entry.id))


def _tabs(order: Order) -> Iterator[Address]:
    for endpoint in ("orders.order", "orders.details", "orders.history"):
        address = url_for(endpoint, number=order.number)
        yield _whole(address)
        yield {"url": address, "part": True}


def _of_van(person: Person) -> Iterator[Address]:
    """What lies in the van can be fitted on the order that was started."""
    van, order = locations.van_of(person), orders.active_order(person)
    if van is None:
        return
    held = [part.id for part, _ in places.van_stock(van)]
    # What stands on labels in the van opens without signal, too.
    yield _whole(url_for("locations.location", location_id=van.id))
    for unit in stock.serials_of(held, van)[:MOST_UNITS]:
        yield _whole(url_for("stock.serial", serial_id=unit.id))
    for asked in {line.transfer_id for line in transfers.under_way_to(van)}:
        yield _whole(url_for("transfers.transfer", transfer_id=asked))
        yield _whole(url_for("transfers.new_receipt", transfer_id=asked))
    if order is None:
        return
    for part_id in held[:MOST_PARTS]:
        yield _whole(url_for("orders.new_installation", number=order.number, part=part_id))


def _of_deliveries(person: Person) -> Iterator[Address]:
    if not person.may("receive parts"):
        return
    for expected in purchasing.purchase_orders(Wanted("open"), seen_by=person).items[
        :MOST_DELIVERIES
    ]:
        yield _whole(url_for("purchasing.purchase_order", number=expected.number))
        yield _whole(url_for("purchasing.new_receipt", number=expected.number))
        yield _whole(url_for("purchasing.new_receipt", number=expected.number, scan=1))


def _whole(address: str) -> Address:
    return {"url": address}
