"""Buying parts, taking in what arrives, and settling what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from partsweb.approvals import queries as asked_of
from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.asking import refuse_merged
from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock, firm
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, money, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders import answering, waiting
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.people.permissions import PURCHASING
from partsweb.purchasing import coming, queries, received, receiving
from partsweb.purchasing.arrivals import Arrival, Counted, counted
from partsweb.purchasing.models import (
    Discrepancy,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    SerialConflict,
    WayOut,
)
from partsweb.purchasing.ordering import (
    destination,
    lead,
    lock,
    new_number,
    pass_on_day,
    promise,
    refuse_unless_draft,
    set_amount,
    settle_state,
)
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

__all__ = ["Arrival"]  # what `receive` takes


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
    number = new_number(number.strip())
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


def change_head(
    order: PurchaseOrder, *, note: str, ship_to: Location | None, by: Person, at: datetime
) -> None:
    """Change its note, and as long as it isn't ordered where it is shipped."""
    lock(order)
    to = ship_to.id if ship_to else None
    if to != order.ship_to_id and order.state != PurchaseState.DRAFT:
        raise Refusal(f"{order.number} is {order.state.value}: it goes where it was sent.")
    order.ship_to, order.note = ship_to, note.strip()
    timeline.record(order.subject, "changed", "Note or place changed", by=by, at=at, body=note)
    db.session.flush()


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
    lock(order)
    refuse_unless_draft(order)
    refuse_merged(part)
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
    set_amount(line, quantity, price)
    order.lines.append(line)
    db.session.flush()
    if entry is not None:
        promise(line, min(quantity, entry.waiting), by=by, at=at)
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
    lock(line.purchase_order)
    refuse_unless_draft(line.purchase_order)
    set_amount(line, quantity, line.price if price is None else price)
    line.expected_on = expected_on
    if line.entry is not None:
        wanted = min(quantity, line.promised + line.entry.waiting)
        promise(line, wanted, by=by, at=at)
    db.session.flush()


def remove_line(line: PurchaseLine, *, by: Person, at: datetime) -> None:
    """Take a line off a draft; its entry waits again."""
    order = line.purchase_order
    lock(order)
    refuse_unless_draft(order)
    promise(line, ZERO, by=by, at=at)
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
    """Order it, or ask for an approval first where it comes to more than the firm's limit."""
    lock(order)
    if order.state != PurchaseState.APPROVED:
        refuse_unless_draft(order)
    if not order.lines:
        raise Refusal(f"{order.number} has no lines yet. Add what is to be bought.")
    if order.ship_to is None:
        raise Refusal("Say where it is to be shipped.", field="ship_to")
    if by is not None and needs_approval(order):
        submit(order, by=by, at=at)
    else:
        send(order, by=by, at=at)


def needs_approval(order: PurchaseOrder) -> bool:
    """Whether somebody else has to approve it first."""
    limit = firm.purchase_approval()
    return order.state == PurchaseState.DRAFT and limit is not None and order.total > limit


def submit(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Ask for an approval; until then it stays as it is."""
    order.state = PurchaseState.SUBMITTED
    text = f"Buy {order.number} from {order.vendor.name} for {money(order.total)}?"
    approvals.ask(order.subject, Matter.PURCHASE, text, by=by, at=at, reason=order.note)
    said = f"Above the limit: an approval for {money(order.total)} is asked for"
    timeline.record(order.subject, "submitted", said, by=by, at=at)
    db.session.flush()


def unsubmit(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Take back what waits for an approval or has it: then it can be changed again."""
    lock(order)
    if order.state not in {PurchaseState.SUBMITTED, PurchaseState.APPROVED}:
        raise Refusal(f"{order.number} is {order.state.value}: it can't be taken back to a draft.")
    asked = asked_of.latest(order.subject, Matter.PURCHASE)
    if asked is not None:
        approvals.withdraw(asked, by=by, at=at)
    order.state = PurchaseState.DRAFT
    timeline.record(order.subject, "unsubmitted", "A draft again", by=by, at=at)
    db.session.flush()


def purchase_decided(approval: Approval, *, by: Person, at: datetime) -> None:
    """Approved, it can be ordered; else it is a draft again, with the reason in its history."""
    order = db.session.get(PurchaseOrder, approval.subject_id)
    if approval.matter != Matter.PURCHASE or order is None:
        return
    lock(order)
    if order.state != PurchaseState.SUBMITTED:
        return
    approved = approval.decision == Decision.APPROVED
    order.state = PurchaseState.APPROVED if approved else PurchaseState.DRAFT
    said = f"Purchase {approval.decision.value}"
    timeline.record(order.subject, "purchase-decided", said, by=by, at=at, body=approval.why)
    timeline.tell_role(PURCHASING, order.subject, f"{order.number}: {said.lower()}")
    db.session.flush()


def send(order: PurchaseOrder, *, by: Person | None, at: datetime) -> None:
    """From now on its lines are expected, by the vendor's lead time where no day is set."""
    order.state, order.ordered_on = PurchaseState.ORDERED, clock.day_of(at)
    for line in order.lines:
        line.expected_on = line.expected_on or order.expected_on or lead(line, order.ordered_on)
        pass_on_day(line)
    known = [line.expected_on for line in order.lines if line.expected_on]
    order.expected_on = order.expected_on or max(known, default=None)
    due = f", expected {day(order.expected_on)}" if order.expected_on else ""
    text = f"Ordered from {order.vendor.name}{due}"
    timeline.record(order.subject, "ordered", text, by=by, at=at)
    db.session.flush()


def expect(order: PurchaseOrder, on: date, *, by: Person, at: datetime) -> None:
    """The vendor says another day: who waits for it is told."""
    lock(order)
    if not order.expecting:
        raise Refusal(f"{order.number} is {order.state.value}: nothing is expected of it.")
    order.expected_on = on
    for line in (one for one in order.lines if one.outstanding):
        line.expected_on = on
        pass_on_day(line)
    waits = [line.entry for line in order.lines if line.entry and line.promised]
    waiting.delivery_moved(waits, on, paper=order.number, vendor=order.vendor, by=by, at=at)
    timeline.record(order.subject, "delivery-moved", f"Now expected {day(on)}", by=by, at=at)
    db.session.flush()


def release_promises(entry: PartEntry, taken: Mapping[str, Decimal]) -> None:
    """The entry was cancelled: what is to come for it goes into stock."""
    still = taken.get("on_order", ZERO)
    for line in coming.promised_to(entry):
        freed = min(still, line.promised)
        line.promised -= freed
        still -= freed


def recall(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """What was fitted before it came was taken back: what has arrived meanwhile isn't on order.

    It went into stock, since nobody waited for it; the entry waits for an answer again.
    """
    lines = coming.promised_to(entry)
    beyond = entry.on_order - sum((line.promised for line in lines), ZERO)
    if beyond > 0:
        last = coming.lines_for(entry)[0].purchase_order.number
        answering.no_longer_ordered(entry, beyond, paper=last, by=by, at=at)


def cancel(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Give up an order of which nothing arrived; entries wait again."""
    lock(order)
    if order.state in {PurchaseState.CANCELLED, PurchaseState.CLOSED, PurchaseState.RECEIVED}:
        raise Refusal(f"{order.number} is {order.state.value} already.")
    if any(line.received for line in order.lines):
        raise Refusal(
            f"Some of {order.number} has arrived. Close it instead: the rest isn't expected then."
        )
    if order.state == PurchaseState.SUBMITTED:
        unsubmit(order, by=by, at=at)
    for line in order.lines:
        promise(line, ZERO, by=by, at=at)
    order.state = PurchaseState.CANCELLED
    timeline.record(order.subject, "cancelled", "Cancelled", by=by, at=at)
    db.session.flush()


def close(order: PurchaseOrder, *, by: Person, at: datetime) -> None:
    """Expect nothing more of it; entries wait again for what didn't come."""
    lock(order)
    if not (order.expecting or order.state == PurchaseState.RECEIVED):
        raise Refusal(f"{order.number} is {order.state.value}: there is nothing to close.")
    given_up = [f"{qty(one.outstanding)} {one.part.sku}" for one in order.lines if one.outstanding]
    for line in order.lines:
        promise(line, ZERO, by=by, at=at)
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
    beyond: bool = False,
) -> Receipt:
    """Take in what arrived: into stock; what is damaged, too much or wrong into quarantine.

    A serial that the books have elsewhere changes nothing and is kept as a conflict to be solved.
    """
    lock(order)
    known = db.session.get(Receipt, receipt_id) if receipt_id else None
    if known is not None:
        return known
    arrived = counted(order, arrivals, beyond=beyond)
    before = received.last_receipt(order)
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
    _take_in(receipt, arrived, set_aside=set_aside, by=by, at=at)
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
    lock(order)
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


# --- How it is done --------------------------------------------------------------------------


def _take_in(
    receipt: Receipt, arrived: Sequence[Counted], *, set_aside: bool, by: Person, at: datetime
) -> None:
    order = receipt.purchase_order
    found: list[Discrepancy] = []
    moves: list[Move] = []
    lines = [receiving.write_down(receipt, one) for one in arrived]
    for line, one in zip(lines, arrived, strict=True):
        wrong = receiving.discrepancies_in(line, one)
        moves += receiving.moves_for(line, one, wrong)
        found += wrong
    db.session.flush()
    if moves:
        ledger.post(moves, by=by, at=at)
    settle_state(order)
    said = receiving.said(receipt, found)
    timeline.record(order.subject, "received", said, by=by, at=at, body=receipt.note)
    for each in found:
        receiving.tell_of(each, by=by, at=at)
    for line, one in zip(lines, arrived, strict=True):
        receiving.note_conflicts(line, one.elsewhere)
        line.passed_on = receiving.pass_on(line, line.accepted, set_aside=set_aside, by=by, at=at)
    db.session.flush()


def _bring_here(conflict: SerialConflict, *, by: Person, at: datetime) -> str:
    """It is our own unit, which somebody carried here: the vendor still owes one."""
    unit = conflict.serial
    here = destination(conflict.receipt_line.line.purchase_order)
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
    here = destination(line.purchase_order)
    moves = receiving.accepted(receipt_line, Decimal(1), [unit], target=here)
    ledger.post(moves, by=by, at=at)
    settle_state(line.purchase_order)
    receipt_line.passed_on += receiving.pass_on(
        receipt_line, Decimal(1), set_aside=set_aside, by=by, at=at
    )
    return f"received as {number}"
