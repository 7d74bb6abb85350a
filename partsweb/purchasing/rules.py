"""Buying parts, taking in what arrives, and settling what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.numbering import next_number, number_taken
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders import rules as orders
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR, PURCHASING
from partsweb.purchasing import queries
from partsweb.purchasing.arrivals import Arrival, Counted, counted
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
    SerialConflict,
    WayOut,
)
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Reason, Serial
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

__all__ = ["Arrival"]  # what `receive` takes

FIRST_NUMBER = 1001


# --- Buying ----------------------------------------------------------------------------------


def draft(
    vendor: Vendor,
    *,
    ship_to: Location | None,
    by: Person | None,
    at: datetime,
    number: str = "",
    expected_on: date | None = None,
    note: str = "",
) -> PurchaseOrder:
    """Begin a purchase order; without a number of its own it gets the next one."""
    number = _number(number.strip())
    if queries.by_number(number):
        raise Refusal(f"There is a purchase order {number} already.", field="number")
    order = PurchaseOrder(
        number=number,
        vendor=vendor,
        ship_to=ship_to,
        expected_on=expected_on,
        note=note.strip(),
        made_by_id=by.id if by else None,
        made_at=at,
    )
    db.session.add(order)
    db.session.flush()
    timeline.record(order.subject, "drafted", f"Draft for {vendor.name}", by=by, at=at)
    return order


def add_line(
    order: PurchaseOrder,
    part: Part,
    quantity: Decimal,
    *,
    by: Person | None,
    at: datetime | None = None,
    price: Decimal | None = None,
    entry: PartEntry | None = None,
    expected_on: date | None = None,
) -> PurchaseLine:
    """Put a part on a draft; what an entry of that part waits for is then on order for it."""
    _lock(order)
    _refuse_unless_draft(order)
    reference = catalogue.reference(part.id, order.vendor_id)
    if price is None:
        price = reference.price if reference and reference.price is not None else ZERO
    line = PurchaseLine(
        id=uuid4(),
        position=max((one.position for one in order.lines), default=0) + 1,
        part=part,
        vendor_number=reference.number if reference else "",
        expected_on=expected_on,
        entry=entry,
        received=ZERO,
        rejected=ZERO,
        closed=ZERO,
        promised=ZERO,
    )
    _set_amount(line, quantity, price)
    order.lines.append(line)
    db.session.flush()
    if entry is not None:
        _promise(line, min(quantity, entry.waiting), by=by, at=at)
    return line


def change_line(
    line: PurchaseLine,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    price: Decimal | None = None,
    expected_on: date | None = None,
) -> None:
    """Change a line of a draft; its entry gets as much of it as it waits for."""
    _lock(line.purchase_order)
    _refuse_unless_draft(line.purchase_order)
    _set_amount(line, quantity, line.price if price is None else price)
    line.expected_on = expected_on
    if line.entry is not None:
        wanted = min(quantity, line.promised + line.entry.waiting)
        _promise(line, wanted, by=by, at=at)
    db.session.flush()


def remove_line(line: PurchaseLine, *, by: Person, at: datetime) -> None:
    """Take a line off a draft; its entry waits again."""
    order = line.purchase_order
    _lock(order)
    _refuse_unless_draft(order)
    _promise(line, ZERO, by=by, at=at)
    order.lines.remove(line)
    db.session.delete(line)
    db.session.flush()


def buy_for(
    entry: PartEntry,
    quantity: Decimal,
    *,
    vendor: Vendor,
    ship_to: Location,
    by: Person,
    at: datetime,
) -> PurchaseLine:
    """Put what an entry waits for on the vendor's draft to that place, or on a new one."""
    if entry.waiting <= 0:
        raise Refusal(f"Nothing of {entry.part.sku} on {entry.order.number} waits any more.")
    order = queries.open_draft(vendor, ship_to)
    if order is None:
        order = draft(vendor, ship_to=ship_to, by=by, at=at)
    return add_line(order, entry.part, quantity, by=by, at=at, entry=entry)


def place(order: PurchaseOrder, *, by: Person | None, at: datetime) -> None:
    """Order it: from now on its lines are expected, by the vendor's lead time where none is set."""
    _lock(order)
    _refuse_unless_draft(order)
    if not order.lines:
        raise Refusal(f"{order.number} has no lines yet. Add what is to be bought.")
    if order.ship_to is None:
        raise Refusal("Say where it is to be shipped.", field="ship_to")
    order.state, order.ordered_on = PurchaseState.ORDERED, clock.day_of(at)
    for line in order.lines:
        line.expected_on = line.expected_on or order.expected_on or _lead(line, order.ordered_on)
        _pass_on_day(line)
    known = [line.expected_on for line in order.lines if line.expected_on]
    order.expected_on = order.expected_on or max(known, default=None)
    due = f", expected {day(order.expected_on)}" if order.expected_on else ""
    text = f"Ordered from {order.vendor.name}{due}"
    timeline.record(order.subject, "ordered", text, by=by, at=at)
    db.session.flush()


def expect(order: PurchaseOrder, on: date, *, by: Person, at: datetime) -> None:
    """The vendor says another day: who waits for it is told."""
    _lock(order)
    if not order.expecting:
        raise Refusal(f"{order.number} is {order.state.value}: nothing is expected of it.")
    order.expected_on = on
    for line in (one for one in order.lines if one.outstanding):
        line.expected_on = on
        _pass_on_day(line)
        if line.entry is not None and line.promised:
            waiting = line.entry.order
            said = f"{line.part.sku} on {order.number} is now expected {day(on)}"
            timeline.record(waiting.subject, "delivery-moved", said, by=by, at=at)
            if waiting.assigned_to is not None:
                told = f"{waiting.number}: {said}"
                timeline.tell(waiting.assigned_to, waiting.subject, told)
    timeline.record(order.subject, "delivery-moved", f"Now expected {day(on)}", by=by, at=at)
    db.session.flush()


def release_promises(entry: PartEntry, taken: Mapping[str, Decimal]) -> None:
    """The entry was cancelled: what is to come for it goes into stock."""
    still = taken.get("on_order", ZERO)
    for line in queries.promised_to(entry):
        freed = min(still, line.promised)
        line.promised -= freed
        still -= freed


def recall(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """What was fitted before it came was taken back: what has arrived meanwhile isn't on order.

    It went into stock, since nobody waited for it; the entry waits for an answer again.
    """
    lines = queries.promised_to(entry)
    beyond = entry.on_order - sum((line.promised for line in lines), ZERO)
    if beyond > 0:
        last = queries.lines_for(entry)[0].purchase_order.number
        orders.no_longer_ordered(entry, beyond, paper=last, by=by, at=at)


def cancel(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Give up an order of which nothing arrived; entries wait again."""
    _lock(order)
    if order.state in {PurchaseState.CANCELLED, PurchaseState.CLOSED, PurchaseState.RECEIVED}:
        raise Refusal(f"{order.number} is {order.state.value} already.")
    if any(line.received for line in order.lines):
        raise Refusal(
            f"Some of {order.number} has arrived. Close it instead: the rest isn't expected then."
        )
    for line in order.lines:
        _promise(line, ZERO, by=by, at=at)
    order.state = PurchaseState.CANCELLED
    timeline.record(order.subject, "cancelled", "Cancelled", by=by, at=at)
    db.session.flush()


def close(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Expect nothing more of it; entries wait again for what didn't come."""
    _lock(order)
    if not (order.expecting or order.state == PurchaseState.RECEIVED):
        raise Refusal(f"{order.number} is {order.state.value}: there is nothing to close.")
    given_up = [f"{qty(one.outstanding)} {one.part.sku}" for one in order.lines if one.outstanding]
    for line in order.lines:
        _promise(line, ZERO, by=by, at=at)
        line.closed += line.outstanding
    order.state = PurchaseState.CLOSED
    text = f"Closed; no longer expected: {', '.join(given_up)}" if given_up else "Closed"
    timeline.record(order.subject, "closed", text, by=by, at=at)
    db.session.flush()


# --- Receiving -------------------------------------------------------------------------------


def receive(
    order: PurchaseOrder,
    arrivals: Sequence[Arrival],
    *,
    by: Person,
    at: datetime,
    slip_number: str = "",
    note: str = "",
    receipt_id: UUID | None = None,
    set_aside: bool = True,
) -> Receipt:
    """Take in what arrived: into stock, damaged units into quarantine at no value.

    A serial that the books have elsewhere changes nothing and is kept as a conflict to be solved.
    """
    _lock(order)
    known = db.session.get(Receipt, receipt_id) if receipt_id else None
    if known is not None:
        return known
    arrived = counted(order, arrivals)
    before = queries.last_receipt(order)
    receipt = Receipt(
        id=receipt_id or uuid4(),
        purchase_order=order,
        number=before.number + 1 if before else 1,
        slip_number=slip_number.strip(),
        note=note.strip(),
        by=by,
        occurred_at=at,
        recorded_at=clock.now(),
    )
    db.session.add(receipt)
    lines = [_receipt_line(receipt, one) for one in arrived]
    db.session.flush()
    _post(order, list(zip(lines, arrived, strict=True)), by=by, at=at)
    _settle(order)
    timeline.record(order.subject, "received", _said(receipt), by=by, at=at, body=receipt.note)
    for line, one in zip(lines, arrived, strict=True):
        _note_damage(line, one)
        _note_conflicts(line, one.elsewhere)
        _pass_on(line, line.accepted, set_aside=set_aside, by=by, at=at)
    db.session.flush()
    return receipt


def solve_conflict(
    conflict: SerialConflict,
    how: WayOut | str,
    *,
    by: Person,
    at: datetime,
    new_number: str = "",
    set_aside: bool = True,
) -> None:
    """Say how a serial that the books had elsewhere came to be on the delivery."""
    order = conflict.receipt_line.line.purchase_order
    _lock(order)
    db.session.refresh(conflict, ["solved_as"])
    if conflict.solved_as:
        raise Refusal(f"That was solved already: {conflict.solved_as}.")
    match how:
        case WayOut.MOVED_HERE:
            conflict.note = _bring_here(conflict, by=by, at=at)
        case WayOut.MISREAD:
            conflict.note = "the right serial comes with another receipt"
        case WayOut.DUPLICATE_LABEL:
            conflict.note = _receive_as(
                conflict, new_number.strip(), set_aside=set_aside, by=by, at=at
            )
        case _:
            raise Refusal("Choose one of the three ways out.", field="how")
    conflict.solved_as = WayOut(how).value
    conflict.solved_by_id, conflict.solved_at = by.id, at
    text = f"Serial {conflict.serial.number}: {conflict.solved_as}, {conflict.note}"
    timeline.record(order.subject, "conflict-solved", text, by=by, at=at)
    db.session.flush()


def replace(discrepancy: Discrepancy, *, by: Person, at: datetime) -> PurchaseLine:
    """Order a replacement, which takes over what is still owed: on order stays what it was."""
    old = discrepancy.receipt_line.line
    order = old.purchase_order
    _lock(order)
    db.session.refresh(discrepancy, ["state"])
    if discrepancy.state != DiscrepancyState.OPEN:
        raise Refusal(f"That is settled already: {discrepancy.state.value}.")
    quantity = min(discrepancy.quantity, old.outstanding)
    if quantity <= 0:
        raise Refusal(f"Nothing of {old.part.sku} is owed on {order.number} any more.")
    note = f"Replacement for what arrived damaged on {order.number}"
    new_order = draft(order.vendor, ship_to=order.ship_to, by=by, at=at, note=note)
    new = add_line(new_order, old.part, quantity, by=by, at=at, price=old.price)
    new.entry = old.entry
    stays = old.outstanding - quantity
    new.promised = max(ZERO, old.promised - stays)
    old.promised -= new.promised
    old.closed += quantity
    place(new_order, by=by, at=at)
    discrepancy.state = DiscrepancyState.REPLACEMENT_EXPECTED
    _settle(order)
    text = f"{qty(quantity)} {old.part.sku} to be replaced with {new_order.number}"
    timeline.record(order.subject, "replacement-ordered", text, by=by, at=at)
    db.session.flush()
    return new


# --- How it is done --------------------------------------------------------------------------


def _number(given: str) -> str:
    if not given:
        return f"PO-{next_number('purchase order', start=FIRST_NUMBER)}"
    digits = given.removeprefix("PO-")
    if digits.isascii() and digits.isdigit():
        number_taken("purchase order", int(digits))
    return given


def _lock(order: PurchaseOrder) -> None:
    """Two people at one purchase order take turns, and each sees what the other did."""
    db.session.flush()
    row = select(PurchaseOrder).where(PurchaseOrder.id == order.id)
    row = row.options(selectinload(PurchaseOrder.lines)).with_for_update(of=PurchaseOrder)
    db.session.scalars(row.execution_options(populate_existing=True)).one()


def _refuse_unless_draft(order: PurchaseOrder) -> None:
    if order.state != PurchaseState.DRAFT:
        raise Refusal(
            f"{order.number} is {order.state.value}: its lines stay as they were ordered. "
            "Make a new purchase order."
        )


def _set_amount(line: PurchaseLine, quantity: Decimal, price: Decimal) -> None:
    if quantity <= 0:
        raise Refusal("Buy more than nothing.", field="quantity")
    if line.part.serialized and quantity != quantity.to_integral_value():
        raise Refusal(f"{line.part.sku} comes in whole units.", field="quantity")
    if price < 0:
        raise Refusal("A price can't be below zero.", field="price")
    line.quantity, line.price, line.amount = quantity, price, rounded(quantity * price)


def _promise(
    line: PurchaseLine, quantity: Decimal, *, by: Person | None, at: datetime | None
) -> None:
    """Make so much of the line meant for its entry, and let the order know."""
    entry, change = line.entry, quantity - line.promised
    if entry is None or change == 0:
        return
    assert by is not None  # only history comes from nobody, and it is for no entry
    paper, when = line.purchase_order.number, at or clock.now()
    if change > 0:
        due = line.expected_on or _lead(line, clock.day_of(when))
        orders.ordered(entry, change, expected_on=due, paper=paper, by=by, at=when)
    else:
        # The order may have given some of it up itself.
        back = min(-change, entry.on_order)
        if back > 0:
            orders.no_longer_ordered(entry, back, paper=paper, by=by, at=when)
    line.promised = quantity


def _pass_on_day(line: PurchaseLine) -> None:
    """The entry that waits for it knows the day too."""
    if line.entry is not None and line.promised:
        line.entry.expected_on = line.expected_on


def _lead(line: PurchaseLine, since: date) -> date | None:
    """When the vendor usually delivers the part."""
    vendor = line.purchase_order.vendor
    reference = catalogue.reference(line.part.id, vendor.id)
    days = reference.lead_days if reference else None
    days = vendor.lead_days if days is None else days
    return None if days is None else since + timedelta(days=days)


def _receipt_line(receipt: Receipt, one: Counted) -> ReceiptLine:
    one.line.received += one.accepted + one.damaged
    one.line.rejected += one.damaged
    line = ReceiptLine(id=uuid4(), line=one.line, accepted=one.accepted, rejected=one.damaged)
    receipt.lines.append(line)
    return line


def _post(
    order: PurchaseOrder,
    arrived: Sequence[tuple[ReceiptLine, Counted]],
    *,
    by: Person,
    at: datetime,
) -> None:
    place_ = _ship_to(order)
    moves: list[Move] = []
    for line, one in arrived:
        moves += _moves(line, one.accepted, one.units, target=place_)
        if one.damaged:
            apart = locations.quarantine_of(place_)
            moves += _moves(line, one.damaged, one.damaged_units, target=apart, value=ZERO)
    if moves:
        ledger.post(moves, by=by, at=at)


def _moves(
    line: ReceiptLine,
    quantity: Decimal,
    units: Sequence[Serial],
    *,
    target: Location,
    value: Decimal | None = None,
) -> list[Move]:
    """From the vendor to a place, at the line's price unless a value is given."""
    part, price = line.line.part, line.line.price
    outside = locations.single(Kind.VENDOR)
    rows: Sequence[tuple[Decimal, Serial | None]] = [(Decimal(1), unit) for unit in units]
    if not part.serialized and quantity:
        rows = [(quantity, None)]
    return [
        Move(
            part,
            outside,
            target,
            amount,
            Reason.RECEIPT,
            serial=unit,
            unit_cost=price,
            value=value,
            cause=line.subject,
        )
        for amount, unit in rows
    ]


def _note_damage(line: ReceiptLine, one: Counted) -> None:
    if not one.damaged:
        return
    found = Discrepancy(
        id=uuid4(),
        receipt_line=line,
        kind=DiscrepancyKind.DAMAGED,
        quantity=one.damaged,
        note=one.damage_note.strip(),
    )
    db.session.add(found)
    order = line.line.purchase_order
    text = f"{qty(one.damaged)} of {line.line.part.sku} on {order.number} arrived damaged"
    said = f"{text}: {found.note}" if found.note else text
    timeline.tell_role(PURCHASING, found.subject, said)


def _note_conflicts(line: ReceiptLine, elsewhere: Sequence[Serial]) -> None:
    order = line.line.purchase_order
    for unit in elsewhere:
        found = SerialConflict(receipt_line=line, serial=unit, found_at=unit.location)
        db.session.add(found)
        text = (
            f"Serial {unit.number} of {unit.part.sku} came with {order.number}, "
            f"but the books have it in {unit.location.called}"
        )
        timeline.tell_role(COORDINATOR, order.subject, text)


def _pass_on(
    line: ReceiptLine, accepted: Decimal, *, set_aside: bool, by: Person, at: datetime
) -> None:
    """Let the entry that it was ordered for have its share of what was accepted."""
    bought, entry = line.line, line.line.entry
    if entry is None:
        return
    share = min(accepted, bought.promised, entry.on_order)
    bought.promised -= min(accepted, bought.promised)
    if share > 0:
        orders.arrived(
            entry,
            share,
            location=_ship_to(bought.purchase_order),
            set_aside=set_aside,
            paper=bought.purchase_order.number,
            by=by,
            at=at,
        )


def _bring_here(conflict: SerialConflict, *, by: Person, at: datetime) -> str:
    """It is our own unit, which somebody carried here: the vendor still owes one."""
    unit = conflict.serial
    here = _ship_to(conflict.receipt_line.line.purchase_order)
    if unit.location_id == here.id:
        return f"it is in {here.called}"
    if unit.location.kind not in PLACES | {Kind.QUARANTINE, Kind.IN_TRANSIT}:
        raise Refusal(
            f"The books say that {unit.number} is {unit.state.value} ({unit.location.called}). "
            "Take that back on its order first, or choose another way out."
        )
    came_from = unit.location
    ledger.transfer(
        unit.part,
        Decimal(1),
        source=came_from,
        target=here,
        by=by,
        at=at,
        serials=[unit],
        cause=conflict.receipt_line.receipt.subject,
    )
    return f"transferred from {came_from.called} to {here.called}"


def _receive_as(
    conflict: SerialConflict, number: str, *, set_aside: bool, by: Person, at: datetime
) -> str:
    """Two units bear one label: this one is received under a number of its own."""
    receipt_line = conflict.receipt_line
    line = receipt_line.line
    if not number or number == conflict.serial.number:
        raise Refusal("Give the unit a number of its own.", field="new_number")
    known = stock.serial(line.part, number)
    if known is not None and known.location.kind != Kind.VENDOR:
        raise Refusal(
            f"{number} is taken too: the books have it in {known.location.called}.",
            field="new_number",
        )
    if line.outstanding < 1:
        raise Refusal(f"Nothing of {line.part.sku} is still to come on this purchase order.")
    unit = ledger.unit(line.part, number, locations.single(Kind.VENDOR))
    receipt_line.accepted += 1
    line.received += 1
    here = _ship_to(line.purchase_order)
    ledger.post(_moves(receipt_line, Decimal(1), [unit], target=here), by=by, at=at)
    _settle(line.purchase_order)
    _pass_on(receipt_line, Decimal(1), set_aside=set_aside, by=by, at=at)
    return f"received as {number}"


def _settle(order: PurchaseOrder) -> None:
    """What the order's state is by what arrived; what was closed or cancelled stays so."""
    if order.expecting or order.state == PurchaseState.RECEIVED:
        order.state = _state_by_facts(order)


def _state_by_facts(order: PurchaseOrder) -> PurchaseState:
    if not any(line.outstanding for line in order.lines):
        return PurchaseState.RECEIVED
    if any(line.received for line in order.lines):
        return PurchaseState.PARTLY_RECEIVED
    return PurchaseState.ORDERED


def _said(receipt: Receipt) -> str:
    """Received 6 VK4105, 1 IGN-77 (1 damaged) · packing slip 77812."""
    parts = []
    for line in receipt.lines:
        broken = f" ({qty(line.rejected)} damaged)" if line.rejected else ""
        parts.append(f"{qty(line.accepted + line.rejected)} {line.line.part.sku}{broken}")
    slip = f" · packing slip {receipt.slip_number}" if receipt.slip_number else ""
    return f"Received {', '.join(parts)}{slip}"


def _ship_to(order: PurchaseOrder) -> Location:
    if order.ship_to is None:
        raise Refusal(f"{order.number} doesn't say where it is shipped to.")
    return order.ship_to
