"""How what arrived is booked: into stock, apart, and to the entries that wait for it.

What may happen stands in rules.py; this is what it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Matter
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import firm
from partsweb.kit.exact import ZERO
from partsweb.kit.subject import Subject
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.orders import answering
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR, PURCHASING
from partsweb.purchasing.arrivals import Counted
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    Receipt,
    ReceiptLine,
    SerialConflict,
)
from partsweb.purchasing.ordering import destination, promise
from partsweb.stock.models import Reason, Serial
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

ONE = Decimal(1)


def write_down(receipt: Receipt, one: Counted) -> ReceiptLine:
    """What arrived of a line. What lies apart counts as received and not accepted."""
    apart = one.damaged + one.over
    one.line.received += one.accepted + apart
    one.line.rejected += apart
    line = ReceiptLine(
        id=uuid4(), line=one.line, accepted=one.accepted, rejected=apart, passed_on=ZERO
    )
    receipt.lines.append(line)
    return line


def discrepancies_in(line: ReceiptLine, one: Counted) -> list[Discrepancy]:
    """All that was wrong with it, a row for each kind."""
    said, came = one.said, one.said.came
    kinds = (
        (DiscrepancyKind.DAMAGED, one.damaged, said.damage_note),
        (DiscrepancyKind.OVER, one.over or one.within, said.over_note),
        (DiscrepancyKind.SHORT, said.short, said.short_note),
        (DiscrepancyKind.WRONG_ITEM, came.quantity if came else ZERO, came.note if came else ""),
    )
    found = [
        Discrepancy(id=uuid4(), receipt_line=line, kind=kind, quantity=quantity, note=note.strip())
        for kind, quantity, note in kinds
        if quantity
    ]
    for each in found:
        if each.kind == DiscrepancyKind.OVER and one.within:
            each.state = DiscrepancyState.ACCEPTED
        if each.kind == DiscrepancyKind.WRONG_ITEM and came:
            each.came_part, each.came_as = came.part, came.words.strip()
    db.session.add_all(found)
    return found


def moves_for(line: ReceiptLine, one: Counted, found: Iterable[Discrepancy]) -> list[Move]:
    """Into stock at the line's price; what lies apart is in quarantine at no value."""
    here = destination(line.line.purchase_order)
    moves = accepted(line, one.accepted, one.units, target=here)
    units = {
        DiscrepancyKind.DAMAGED: one.damaged_units,
        DiscrepancyKind.OVER: one.over_units,
        DiscrepancyKind.WRONG_ITEM: one.came_units,
    }
    for each in found:
        if lies_apart(each):
            moves += apart(each, units.get(each.kind, ()), near=here)
    return moves


def lies_apart(found: Discrepancy) -> bool:
    """Whether goods lie in quarantine because of it; of what isn't ours the books know nothing."""
    if found.kind == DiscrepancyKind.WRONG_ITEM:
        return found.came_part is not None
    within = found.kind == DiscrepancyKind.OVER and found.state == DiscrepancyState.ACCEPTED
    return found.kind != DiscrepancyKind.SHORT and not within


def accepted(
    line: ReceiptLine, quantity: Decimal, units: Sequence[Serial], *, target: Location
) -> list[Move]:
    """From the vendor into stock."""
    price = line.line.price
    return arriving(line.line.part, quantity, units, target=target, cause=line.subject, price=price)


def apart(found: Discrepancy, units: Sequence[Serial], *, near: Location) -> list[Move]:
    """From the vendor into quarantine, at no value."""
    quarantine = locations.quarantine_of(near)
    return arriving(
        found.part, found.quantity, units, target=quarantine, cause=found.subject, price=ZERO
    )


def arriving(
    part: Part,
    quantity: Decimal,
    units: Sequence[Serial],
    *,
    target: Location,
    cause: Subject,
    price: Decimal,
) -> list[Move]:
    """From the vendor to a place, a move for each unit that has a serial."""
    outside = locations.single(Kind.VENDOR)
    rows: Sequence[tuple[Decimal, Serial | None]] = [(ONE, unit) for unit in units]
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
            value=None if price else ZERO,
            cause=cause,
        )
        for amount, unit in rows
    ]


def tell_of(found: Discrepancy, *, by: Person, at: datetime) -> None:
    """Purchasing is told of it; of too much a supervisor is asked."""
    said = in_words(found)
    told = f"{said}: {found.note}" if found.note else said
    timeline.tell_role(PURCHASING, found.subject, told)
    if found.kind == DiscrepancyKind.OVER and found.open:
        ask_about(found, by=by, at=at)
    if found.kind == DiscrepancyKind.OVER and not found.open:
        tolerance = qty(firm.over_receipt_tolerance())
        found.settled_note = f"Within the tolerance of {tolerance} %"


def ask_about(found: Discrepancy, *, by: Person, at: datetime) -> None:
    """May we keep what is beyond the order? Whoever asks doesn't decide."""
    line = found.receipt_line.line
    text = f"Keep {qty(found.quantity)} {line.part.sku} more than ordered on "
    text += f"{line.purchase_order.number}?"
    approvals.ask(found.subject, Matter.OVER_RECEIPT, text, by=by, at=at, reason=found.note)


def in_words(found: Discrepancy) -> str:
    """2 of VK4105 on PO-1001 arrived damaged."""
    line = found.receipt_line.line
    of_it = f"{qty(found.quantity)} of {line.part.sku} on {line.purchase_order.number}"
    match found.kind:
        case DiscrepancyKind.SHORT:
            return f"{of_it} are missing: the packing slip says more than arrived"
        case DiscrepancyKind.OVER:
            return f"{of_it} came beyond what was ordered"
        case DiscrepancyKind.WRONG_ITEM:
            came = found.came_part.sku if found.came_part else found.came_as
            return f"{of_it} came as something else: {came}"
        case _:
            return f"{of_it} arrived damaged"


def note_conflicts(line: ReceiptLine, elsewhere: Sequence[Serial]) -> None:
    """Serials that the books have in a place change nothing, and somebody has to look."""
    order = line.line.purchase_order
    for unit in elsewhere:
        found = SerialConflict(receipt_line=line, serial=unit, found_at=unit.location)
        db.session.add(found)
        text = (
            f"Serial {unit.number} of {unit.part.sku} came with {order.number}, "
            f"but the books have it in {unit.location.called}"
        )
        timeline.tell_role(COORDINATOR, order.subject, text)


def pass_on(
    line: ReceiptLine, quantity: Decimal, *, set_aside: bool, by: Person, at: datetime
) -> Decimal:
    """Let the entry that it was ordered for have its share of what was accepted."""
    bought, entry = line.line, line.line.entry
    if entry is None:
        return ZERO
    share = min(quantity, bought.promised, entry.on_order)
    bought.promised -= min(quantity, bought.promised)
    if share > 0:
        answering.arrived(
            entry,
            share,
            location=destination(bought.purchase_order),
            set_aside=set_aside,
            paper=bought.purchase_order.number,
            by=by,
            at=at,
        )
    return share


def ask_back(line: ReceiptLine, share: Decimal, *, by: Person, at: datetime) -> None:
    """The entry doesn't have it after all: it is on order again, or waits for an answer."""
    bought, entry = line.line, line.line.entry
    if entry is None or share <= ZERO:
        return
    order = bought.purchase_order
    back = answering.not_arrived(
        entry, share, location=destination(order), paper=order.number, by=by, at=at
    )
    if back and order.expecting:
        still = min(back, bought.outstanding - bought.promised, entry.waiting)
        if still > ZERO:
            promise(bought, bought.promised + still, by=by, at=at)


def said(receipt: Receipt, found: Sequence[Discrepancy]) -> str:
    """Received 6 VK4105, 1 IGN-77 (1 damaged) · packing slip 77812."""
    parts = []
    for line in receipt.lines:
        wrong = [
            f"{qty(each.quantity)} {each.kind.value}" for each in found if each.receipt_line is line
        ]
        about = f" ({', '.join(wrong)})" if wrong else ""
        parts.append(f"{qty(line.accepted + line.rejected)} {line.line.part.sku}{about}")
    slip = f" · packing slip {receipt.slip_number}" if receipt.slip_number else ""
    return f"Received {', '.join(parts)}{slip}"
