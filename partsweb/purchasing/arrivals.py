"""What somebody says arrived, held against the purchase order and the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from partsweb.catalogue.models import Part
from partsweb.kit import firm
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.purchasing.models import EXPECTING, PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Serial

NOT_YET = "isn't ordered yet. Order it first, then receive it."
WHY_NOT = {
    PurchaseState.DRAFT: NOT_YET,
    PurchaseState.SUBMITTED: NOT_YET,
    PurchaseState.APPROVED: NOT_YET,
    PurchaseState.RECEIVED: "has arrived in full already.",
    PurchaseState.CLOSED: "is closed: nothing more was expected of it. Ask purchasing.",
    PurchaseState.CANCELLED: "was cancelled. Ask purchasing what this delivery is.",
}
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Came:
    """Something else that came instead: a part of ours, or what it looks like."""

    quantity: Decimal
    part: Part | None = None
    words: str = ""
    serials: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Arrival:
    """What somebody says arrived of a line; of serialized parts only the serials count.

    `expected` is how much the person was shown as still to come; None where nobody was shown it.
    """

    line: PurchaseLine
    accepted: Decimal = ZERO
    damaged: Decimal = ZERO
    serials: Sequence[str] = ()
    damaged_serials: Sequence[str] = ()
    damage_note: str = ""
    short: Decimal = ZERO
    short_note: str = ""
    over_note: str = ""
    came: Came | None = None
    expected: Decimal | None = None


@dataclass(frozen=True)
class Counted:
    """An arrival as it will be booked. `elsewhere` are units that the books have in a place.

    `over` is beyond the order and waits apart for a decision; `within` is beyond it too, but so
    little that it is taken into stock.
    """

    said: Arrival
    accepted: Decimal
    damaged: Decimal
    over: Decimal
    within: Decimal
    units: Sequence[Serial] = ()
    damaged_units: Sequence[Serial] = ()
    over_units: Sequence[Serial] = ()
    elsewhere: Sequence[Serial] = ()
    came_units: Sequence[Serial] = ()

    @property
    def line(self) -> PurchaseLine:
        """The line that it is of."""
        return self.said.line


def field_of(what: str, line: PurchaseLine) -> str:
    """The form field of a line: `arrived-…`, `serials-…`."""
    return f"{what}-{line.id}"


def counted(
    order: PurchaseOrder, arrivals: Iterable[Arrival], *, beyond: bool = False
) -> list[Counted]:
    """Hold what arrived against what was ordered; refuses what can't be, in words.

    `beyond` is said where all had arrived, and more came all the same.
    """
    listed = [one for one in arrivals if _anything(one)]
    _refuse_changed_meanwhile(order, listed)
    if not (order.state in EXPECTING or (beyond and order.state == PurchaseState.RECEIVED)):
        raise Refusal(f"{order.number} {WHY_NOT[order.state]}")
    if order.ship_to is None:
        raise Refusal(f"{order.number} doesn't say where it is shipped to. Ask purchasing.")
    if not listed:
        raise Refusal("Nothing is entered yet. Say how much of which line arrived.")
    if len({one.line.id for one in listed}) < len(listed):
        raise Refusal("A line is in the list twice. Enter all that arrived of it together.")
    _refuse_serials_listed_twice(listed)
    return [_counted(order, one) for one in listed]


def _anything(one: Arrival) -> bool:
    units = one.serials or one.damaged_serials
    return bool(one.accepted or one.damaged or units or one.short or one.came)


def _counted(order: PurchaseOrder, one: Arrival) -> Counted:
    if one.line.purchase_order_id != order.id:
        raise Refusal(f"{one.line.part.sku} is not a line of {order.number}.")
    _refuse_below_zero(one)
    came_units = _units_that_came(one)
    if one.line.part.serialized:
        return _counted_by_serials(one, came_units)
    over, within = _beyond(one.line, one.accepted)
    return Counted(one, one.accepted - over, one.damaged, over, within, came_units=came_units)


def _counted_by_serials(one: Arrival, came_units: Sequence[Serial]) -> Counted:
    good, bad = _clean(one.serials), _clean(one.damaged_serials)
    _refuse_unnamed_units(one, good, bad)
    outside = locations.single(Kind.VENDOR)
    known = {number: stock.serial(one.line.part, number) for number in (*good, *bad)}
    elsewhere = [unit for unit in known.values() if unit and unit.location_id != outside.id]
    away = {unit.number for unit in elsewhere}
    units = _here(one.line.part, good, away, outside)
    broken = _here(one.line.part, bad, away, outside)
    over, within = _beyond(one.line, Decimal(len(units)))
    # The last ones that were scanned are those beyond the order.
    taken = len(units) - int(over)
    return Counted(
        one,
        Decimal(taken),
        Decimal(len(broken)),
        over,
        within,
        units[:taken],
        broken,
        units[taken:],
        elsewhere,
        came_units,
    )


def _here(part: Part, numbers: Iterable[str], away: set[str], outside: Location) -> list[Serial]:
    return [ledger.unit(part, number, outside) for number in numbers if number not in away]


def _beyond(line: PurchaseLine, arrived: Decimal) -> tuple[Decimal, Decimal]:
    """How much of what arrived is more than ordered: to be decided, and within the tolerance."""
    more = max(ZERO, arrived - line.outstanding)
    before = max(ZERO, line.accepted + line.closed - line.quantity)
    most = line.quantity * firm.over_receipt_tolerance() / HUNDRED
    return (ZERO, more) if more + before <= most else (more, ZERO)


def _units_that_came(one: Arrival) -> list[Serial]:
    """The units of another part that came instead, by their serials."""
    came = one.came
    if came is None or came.part is None or not came.part.serialized:
        return []
    numbers = _clean(came.serials)
    field = field_of("wrong_serials", one.line)
    if len(set(numbers)) != came.quantity:
        raise Refusal(
            f"{came.part.sku} has serials: enter one for each of the {qty(came.quantity)}.",
            field=field,
        )
    outside = locations.single(Kind.VENDOR)
    units = [ledger.unit(came.part, number, outside) for number in numbers]
    for unit in units:
        if unit.location_id != outside.id:
            raise Refusal(
                f"The books have {unit.number} in {unit.location.called}. Read its label again.",
                field=field,
            )
    return units


def _refuse_unnamed_units(one: Arrival, good: Sequence[str], bad: Sequence[str]) -> None:
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


def _refuse_below_zero(one: Arrival) -> None:
    for what, quantity in (
        ("arrived", one.accepted),
        ("damaged", one.damaged),
        ("slip_says", one.short),
        ("wrong", one.came.quantity if one.came else ZERO),
    ):
        if quantity < 0:
            raise Refusal("A quantity can't be below zero.", field=field_of(what, one.line))


def _refuse_changed_meanwhile(order: PurchaseOrder, arrivals: Sequence[Arrival]) -> None:
    """Somebody else received the same delivery: entered twice it would count as too much."""
    for one in arrivals:
        if one.expected is not None and one.expected != one.line.outstanding:
            raise Refusal(
                f"Somebody received {one.line.part.sku} on {order.number} meanwhile: "
                f"{qty(one.line.outstanding)} are still to come now. Look at its receipts, then "
                "enter what they don't have."
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
