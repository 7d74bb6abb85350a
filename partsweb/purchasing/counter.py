"""Bought at a vendor's counter: order, receipt and price paid in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue import rules as keeping
from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import firm
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import money, qty
from partsweb.locations.models import Location
from partsweb.orders import fitting, requesting
from partsweb.orders.models import Order, PartEntry
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR, FINANCE, PURCHASING, SUPERVISOR
from partsweb.purchasing import rules
from partsweb.purchasing.arrivals import Arrival
from partsweb.purchasing.models import PurchaseOrder, Receipt
from partsweb.timeline import rules as timeline

LONGEST_CODE = 12


@dataclass(frozen=True)
class Bought:
    """A part as it lay on the counter; `price` is what was paid for each, without tax."""

    part: Part
    quantity: Decimal
    price: Decimal
    serials: Sequence[str] = ()


def buy(
    vendor: Vendor,
    bought: Sequence[Bought],
    *,
    into: Location,
    by: Person,
    at: datetime,
    order: Order | None = None,
    fitted: bool = False,
    slip_number: str = "",
    note: str = "",
) -> Receipt:
    """Into the van, or through it onto an order: there it is Ready, or fitted at once."""
    _refuse_nothing(bought)
    paper = rules.draft(vendor, ship_to=into, by=by, at=at, note=note)
    paper.counter = True
    arrivals = [_line(paper, one, order, by=by, at=at) for one in bought]
    rules.send(paper, by=by, at=at)
    receipt = rules.receive(
        paper, arrivals, by=by, at=at, slip_number=slip_number, note=note, set_aside=True
    )
    _refuse_elsewhere(receipt)
    _tell(paper, by)
    if order is not None and fitted:
        for one, line in zip(bought, paper.lines, strict=True):
            assert line.entry is not None
            _fit(line.entry, one, into, by=by, at=at)
    db.session.flush()
    return receipt


def vendor_named(name: str, *, by: Person, at: datetime) -> Vendor:
    """The vendor of that name; one that nobody knew is made, and the coordinator looks after it."""
    name = " ".join(name.split())
    if not name:
        raise Refusal("Say where it was bought.", field="vendor_name")
    known = catalogue.vendor_named(name)
    if known is not None:
        return known
    vendor = keeping.add_vendor(_code(name), name)
    timeline.record(vendor.subject, "added", "Added for a counter purchase", by=by, at=at)
    told = f"New vendor {vendor.name}, added by {by.name} at the counter: complete it"
    timeline.tell_role(COORDINATOR, vendor.subject, told)
    return vendor


def _line(
    paper: PurchaseOrder, one: Bought, order: Order | None, *, by: Person, at: datetime
) -> Arrival:
    if one.price < 0:
        raise Refusal("A price can't be below zero.", field=f"price-{one.part.id}")
    entry = _entry(order, one, by=by, at=at) if order else None
    line = rules.add_line(paper, one.part, one.quantity, by=by, at=at, price=one.price, entry=entry)
    if one.part.serialized:
        return Arrival(line, accepted=one.quantity, serials=one.serials)
    return Arrival(line, accepted=one.quantity)


def _entry(order: Order, one: Bought, *, by: Person, at: datetime) -> PartEntry:
    """Where it was asked for already, it answers that; else it is asked for now."""
    if not order.open:
        raise Refusal(f"{order.number} is {order.state.value.lower()}: choose the van instead.")
    same = (each for each in order.entries if each.part_id == one.part.id)
    waiting = next((each for each in same if each.waiting >= one.quantity), None)
    if waiting is not None:
        return waiting
    # What has no list price costs the order what was paid.
    cost = None if one.part.list_price else one.price
    return requesting.request(order, one.part, one.quantity, by=by, at=at, cost=cost)


def _fit(entry: PartEntry, one: Bought, source: Location, *, by: Person, at: datetime) -> None:
    fitting.install(entry, one.quantity, source=source, by=by, at=at, serials=one.serials)


def _tell(paper: PurchaseOrder, by: Person) -> None:
    """The office is told at once; above the limit a supervisor too, afterwards: nobody waits."""
    what = ", ".join(f"{qty(line.quantity)} {line.part.sku}" for line in paper.lines)
    said = f"{by.name} bought {what} at the counter of {paper.vendor.name}"
    for role in (PURCHASING, FINANCE):
        timeline.tell_role(role, paper.subject, f"{said} for {money(paper.total)}")
    limit = firm.purchase_approval()
    if limit is not None and paper.total > limit:
        told = f"{said} for {money(paper.total)}: more than the limit of {money(limit)}"
        timeline.tell_role(SUPERVISOR, paper.subject, told)


def _refuse_nothing(bought: Sequence[Bought]) -> None:
    if not bought:
        raise Refusal("Choose what was bought first.")
    if len({one.part.id for one in bought}) < len(bought):
        raise Refusal("A part is in the list twice. Enter all of it together.")
    for one in bought:
        if one.quantity <= ZERO:
            field = f"quantity-{one.part.id}"
            raise Refusal(f"Say how much of {one.part.sku} was bought.", field=field)


def _refuse_elsewhere(receipt: Receipt) -> None:
    for line in receipt.lines:
        for found in line.conflicts:
            part, unit = line.line.part, found.serial
            raise Refusal(
                f"The books have serial {unit.number} of {part.sku} in {unit.location.called}. "
                "Read its label again.",
                field=f"serials-{part.id}",
            )


def _code(name: str) -> str:
    """A short code out of the name that no other vendor has."""
    short = catalogue.compact(name).upper()[:LONGEST_CODE] or "VENDOR"
    number, code = 1, short
    while catalogue.vendor_by_code(code) is not None:
        number += 1
        code = f"{short}-{number}"
    return code
