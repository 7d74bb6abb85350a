"""What somebody says arrived, held against the purchase order and the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Serial

WHY_NOT = {
    PurchaseState.DRAFT: "isn't ordered yet. Order it first, then receive it.",
    PurchaseState.SUBMITTED: "isn't ordered yet. Order it first, then receive it.",
    PurchaseState.RECEIVED: "has arrived in full already.",
    PurchaseState.CLOSED: "is closed: nothing more was expected of it. Ask purchasing.",
    PurchaseState.CANCELLED: "was cancelled. Ask purchasing what this delivery is.",
}


@dataclass(frozen=True)
class Arrival:
    """What somebody says arrived of a line; of serialized parts only the serials count."""

    line: PurchaseLine
    accepted: Decimal = ZERO
    damaged: Decimal = ZERO
    serials: Sequence[str] = ()
    damaged_serials: Sequence[str] = ()
    damage_note: str = ""


@dataclass(frozen=True)
class Counted:
    """An arrival as it will be booked. `elsewhere` are units that the books have in a place."""

    line: PurchaseLine
    accepted: Decimal
    damaged: Decimal
    units: Sequence[Serial]
    damaged_units: Sequence[Serial]
    elsewhere: Sequence[Serial]
    damage_note: str


def field_of(what: str, line: PurchaseLine) -> str:
    """The form field of a line: `arrived-…`, `serials-…`."""
    return f"{what}-{line.id}"


def numbers_in(text: str) -> list[str]:
    """Serials as typed, pasted or scanned into a field, one a line."""
    return [number for line in text.splitlines() if (number := line.strip())]


def counted(order: PurchaseOrder, arrivals: Iterable[Arrival]) -> list[Counted]:
    """Hold what arrived against what was ordered; refuses what can't be, in words."""
    if not order.expecting:
        raise Refusal(f"{order.number} {WHY_NOT[order.state]}")
    if order.ship_to is None:
        raise Refusal(f"{order.number} doesn't say where it is shipped to. Ask purchasing.")
    listed = [one for one in arrivals if _anything(one)]
    if not listed:
        raise Refusal("Nothing is entered yet. Say how much of which line arrived.")
    if len({one.line.id for one in listed}) < len(listed):
        raise Refusal("A line is in the list twice. Enter all that arrived of it together.")
    _refuse_serials_listed_twice(listed)
    return [_counted(order, one) for one in listed]


def _anything(one: Arrival) -> bool:
    return bool(one.accepted or one.damaged or one.serials or one.damaged_serials)


def _counted(order: PurchaseOrder, one: Arrival) -> Counted:
    if one.line.purchase_order_id != order.id:
        raise Refusal(f"{one.line.part.sku} is not a line of {order.number}.")
    _refuse_below_zero(one)
    if one.line.part.serialized:
        return _counted_by_serials(order, one)
    _refuse_too_many(order, one, one.accepted + one.damaged)
    return Counted(one.line, one.accepted, one.damaged, (), (), (), one.damage_note)


def _counted_by_serials(order: PurchaseOrder, one: Arrival) -> Counted:
    good, bad = _clean(one.serials), _clean(one.damaged_serials)
    if one.damaged > len(bad):
        raise Refusal(
            f"{qty(one.damaged)} of {one.line.part.sku} are damaged: enter their serials too, one "
            "a line. Where a label can't be read, write what tells the unit apart.",
            field=field_of("damaged_serials", one.line),
        )
    if one.accepted > len(good):
        raise Refusal(
            f"{one.line.part.sku} has serials: {qty(one.accepted)} arrived, "
            f"{len(good)} serials are entered.",
            field=field_of("serials", one.line),
        )
    _refuse_too_many(order, one, Decimal(len(good) + len(bad)))
    outside = locations.single(Kind.VENDOR)
    known = {number: stock.serial(one.line.part, number) for number in (*good, *bad)}
    elsewhere = [unit for unit in known.values() if unit and unit.location_id != outside.id]
    away = {unit.number for unit in elsewhere}
    units = [ledger.unit(one.line.part, number, outside) for number in good if number not in away]
    broken = [ledger.unit(one.line.part, number, outside) for number in bad if number not in away]
    accepted, damaged = Decimal(len(units)), Decimal(len(broken))
    return Counted(one.line, accepted, damaged, units, broken, elsewhere, one.damage_note)


def _refuse_below_zero(one: Arrival) -> None:
    for what, quantity in (("arrived", one.accepted), ("damaged", one.damaged)):
        if quantity < 0:
            raise Refusal("A quantity can't be below zero.", field=field_of(what, one.line))


def _refuse_too_many(order: PurchaseOrder, one: Arrival, arrived: Decimal) -> None:
    """Over-deliveries need a decision by somebody else; until there is one they aren't booked."""
    due = one.line.outstanding
    if arrived <= due:
        return
    what = "serials" if one.line.part.serialized else "arrived"
    raise Refusal(
        f"{qty(arrived)} of {one.line.part.sku} are entered, but only {qty(due)} are still to come "
        f"on {order.number}. Receive {qty(due)}, set the rest aside and tell purchasing.",
        field=field_of(what, one.line),
    )


def _refuse_serials_listed_twice(arrivals: Iterable[Arrival]) -> None:
    seen = set()
    for one in arrivals:
        for what in ("serials", "damaged_serials"):
            for number in _clean(getattr(one, what)):
                if (one.line.part_id, number) in seen:
                    raise Refusal(
                        f"Serial {number} of {one.line.part.sku} is in the list twice. Take one "
                        "out, or scan the other unit's label again.",
                        field=field_of(what, one.line),
                    )
                seen.add((one.line.part_id, number))


def _clean(numbers: Iterable[str]) -> list[str]:
    return [number.strip() for number in numbers if number.strip()]
