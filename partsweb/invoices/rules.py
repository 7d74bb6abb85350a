"""Vendor invoices are entered, compared, and their variances accepted or disputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import delete, select

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.invoices import comparing, queries
from partsweb.invoices.models import (
    Invoice,
    InvoiceLine,
    InvoiceState,
    Variance,
    VarianceKind,
    VarianceState,
)
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, exactly, money, qty
from partsweb.people.models import Person
from partsweb.purchasing.models import PurchaseLine, ReceiptLine
from partsweb.stock.learning import Learnt, learn, shared, standing, to_the_cent
from partsweb.stock.models import Movement, Reason
from partsweb.timeline import rules as timeline

# What adds to the cost of the parts once it is accepted.
COSTS = frozenset({VarianceKind.PRICE, VarianceKind.FREIGHT})


@dataclass(frozen=True)
class Billed:
    """A line as it stands on the invoice: against a purchase order's line, a part, or in words."""

    quantity: Decimal
    price: Decimal
    line: PurchaseLine | None = None
    part: Part | None = None
    text: str = ""


@dataclass(frozen=True)
class Charges:
    """What stands on an invoice beside its lines, and what it comes to."""

    total: Decimal
    freight: Decimal = ZERO
    other: Decimal = ZERO
    tax: Decimal = ZERO


def enter(
    vendor: Vendor,
    number: str,
    dated_on: date,
    lines: Sequence[Billed],
    charges: Charges,
    *,
    by: Person,
    at: datetime,
    note: str = "",
) -> Invoice:
    """Type in an invoice; it is compared at once, and held where it differs."""
    _refuse_known(vendor, number)
    _refuse_strange(vendor, dated_on, lines)
    _refuse_other_sum(lines, charges)
    invoice = Invoice(
        id=uuid4(),
        vendor=vendor,
        number=" ".join(number.split()),
        folded=queries.folded(number),
        dated_on=dated_on,
        freight=charges.freight,
        other=charges.other,
        tax=charges.tax,
        total=charges.total,
        state=InvoiceState.HELD,
        note=note.strip(),
        entered_by=by,
        entered_at=clock.now(),
    )
    invoice.lines = [_line(one, position) for position, one in enumerate(lines, start=1)]
    db.session.add(invoice)
    db.session.flush()
    timeline.record(invoice.subject, "entered", f"Entered: {money(invoice.total)}", by=by, at=at)
    compare(invoice, by=by, at=at)
    return invoice


def compare(invoice: Invoice, *, by: Person, at: datetime) -> None:
    """Hold it against what was ordered and received by now; what was decided stays."""
    _lock(invoice)
    still_open = Variance.state == VarianceState.OPEN
    db.session.execute(delete(Variance).where(Variance.invoice_id == invoice.id, still_open))
    db.session.expire(invoice, ["variances"])
    decided = list(invoice.variances)
    position = _last(invoice)
    for found in comparing.differences(invoice):
        if left := comparing.undecided(found, decided):
            position += 1
            variance = _add(invoice, left, position)
            if variance.state == VarianceState.WITHIN:
                _pass_on(variance, at=at)
    db.session.flush()
    db.session.expire(invoice, ["variances"])
    _stand(invoice)


def accept(variance: Variance, why: str, *, by: Person, at: datetime) -> None:
    """The difference is paid; a price's or freight's goes to the cost of the parts."""
    _decide(variance, VarianceState.ACCEPTED, why, by=by, at=at)
    _pass_on(variance, at=at)
    _stand(variance.invoice)


def accept_part(
    variance: Variance, part: Decimal, why: str, *, claimed: bool, by: Person, at: datetime
) -> Variance:
    """Part of what is billed too much is paid; the rest stays open, or the vendor is asked for it.

    `part` is an amount; where more is billed than came it is so many pieces. Returns the rest.
    """
    rest = _split(variance, part)
    accept(variance, why, by=by, at=at)
    if claimed:
        dispute(rest, why, by=by, at=at)
    return rest


def dispute(variance: Variance, why: str, *, by: Person, at: datetime) -> None:
    """The vendor is asked to set it right."""
    _decide(variance, VarianceState.DISPUTED, why, by=by, at=at)
    _stand(variance.invoice)


def settle(variance: Variance, why: str, *, by: Person, at: datetime) -> None:
    """What was disputed is settled: credited, or the rest arrived and is billed anew."""
    _decide(variance, VarianceState.SETTLED, why, by=by, at=at)
    _stand(variance.invoice)


def _split(variance: Variance, part: Decimal) -> Variance:
    """Make two of an open variance: itself the part, and what is left of it."""
    _hold(variance, VarianceState.OPEN)
    pieces = variance.kind == VarianceKind.QUANTITY
    if not ZERO < part < variance.divisible:
        said = f"A part is more than nothing and less than {qty(variance.divisible)}."
        raise Refusal(said, field="part")
    amount = to_the_cent(part * variance.line.price if pieces and variance.line else part)
    quantity = part if pieces else variance.quantity
    rest = comparing.Found(
        variance.kind,
        variance.amount - amount,
        variance.line,
        variance.quantity - part if pieces else variance.quantity,
        variance.percent,
    )
    variance.amount, variance.quantity = amount, quantity
    return _add(variance.invoice, rest, _last(variance.invoice) + 1)


def _hold(variance: Variance, needed: VarianceState) -> None:
    """Nobody else decides it meanwhile, and it still is what it was when it was read."""
    _lock(variance.invoice)
    db.session.refresh(variance)
    if variance.state != needed:
        raise Refusal(f"That is {variance.state.value} already. Look at the invoice again.")


def _decide(variance: Variance, to: VarianceState, why: str, *, by: Person, at: datetime) -> None:
    _hold(variance, VarianceState.DISPUTED if to == VarianceState.SETTLED else VarianceState.OPEN)
    if not why.strip():
        raise Refusal("Say why: somebody will ask.", field="why")
    variance.state, variance.why = to, why.strip()
    variance.decided_by, variance.decided_at = by, at
    db.session.flush()
    said = f"{variance.kind.value.capitalize()} of {money(variance.amount)} {to.value}"
    timeline.record(variance.invoice.subject, to.value, said, by=by, at=at, body=variance.why)


def _pass_on(variance: Variance, *, at: datetime) -> None:
    """An accepted difference becomes cost of the parts: of those in stock, and of those used."""
    if variance.kind not in COSTS or not variance.amount:
        return
    lines = [variance.line] if variance.line else variance.invoice.lines
    bought = [line for line in lines if line.purchase_line is not None]
    arrived = [_arrivals(line.purchase_line) for line in bought]
    some = [(line, moved) for line, moved in zip(bought, arrived, strict=True) if moved]
    variance.to_stock = variance.to_used = ZERO
    if not some:
        return
    parts = shared(variance.amount, [line.amount for line, _ in some])
    paper = variance.invoice.subject
    learnt: list[Learnt] = [
        learn(moved, part, paper=paper, at=at) for (_, moved), part in zip(some, parts, strict=True)
    ]
    variance.to_stock = sum((one.stock for one in learnt), ZERO)
    variance.to_used = sum((one.used for one in learnt), ZERO)
    db.session.flush()


def _arrivals(line: PurchaseLine | None) -> list[Movement]:
    """The receipts of a line that stand, at a value: what was damaged had none."""
    assert line is not None
    rows = select(ReceiptLine).where(ReceiptLine.line_id == line.id)
    moved = standing([one.subject for one in db.session.scalars(rows)])
    taken = [one for one in moved if one.reason == Reason.RECEIPT and one.target.is_place]
    return [one for one in taken if one.part_id == line.part_id]


def _last(invoice: Invoice) -> int:
    return max((one.position for one in invoice.variances), default=0)


def _add(invoice: Invoice, found: comparing.Found, position: int) -> Variance:
    variance = Variance(
        id=uuid4(),
        invoice=invoice,
        position=position,
        line=found.line,
        kind=found.kind,
        amount=found.amount,
        quantity=found.quantity,
        percent=found.percent,
        state=found.state,
    )
    db.session.add(variance)
    db.session.flush()
    return variance


def _stand(invoice: Invoice) -> None:
    """Where the invoice stands, by what came of its variances."""
    states = {one.state for one in invoice.variances}
    if VarianceState.OPEN in states:
        invoice.state = InvoiceState.HELD
    elif VarianceState.DISPUTED in states:
        invoice.state = InvoiceState.DISPUTED
    elif states & {VarianceState.ACCEPTED, VarianceState.SETTLED}:
        invoice.state = InvoiceState.ACCEPTED
    else:
        invoice.state = InvoiceState.MATCHED
    db.session.flush()


def _line(one: Billed, position: int) -> InvoiceLine:
    part = one.line.part if one.line else one.part
    return InvoiceLine(
        id=uuid4(),
        position=position,
        purchase_line=one.line,
        part=part,
        text=one.text.strip(),
        quantity=one.quantity,
        price=one.price,
        amount=to_the_cent(one.quantity * one.price),
    )


def _lock(invoice: Invoice) -> None:
    """Nobody else changes it, or bills the same lines, before this write is done."""
    db.session.refresh(invoice, with_for_update={"of": Invoice})
    ids = sorted(line.purchase_line_id for line in invoice.lines if line.purchase_line_id)
    lines = select(PurchaseLine).where(PurchaseLine.id.in_(ids)).order_by(PurchaseLine.id)
    locked = lines.with_for_update(of=PurchaseLine).execution_options(populate_existing=True)
    db.session.scalars(locked).all()


def _refuse_known(vendor: Vendor, number: str) -> None:
    if not number.strip():
        raise Refusal("Enter the invoice’s number.", field="number")
    known = queries.same_number(vendor, number)
    if known is not None:
        raise Refusal(
            f"{vendor.name} {known.number} was entered already: {known.entered_by.name} on "
            f"{day(known.entered_at)}, {money(known.total)}, dated {day(known.dated_on)}. "
            "It is a duplicate.",
            field="number",
        )


def _refuse_strange(vendor: Vendor, dated_on: date, lines: Sequence[Billed]) -> None:
    if dated_on > clock.today():
        raise Refusal("An invoice isn’t dated in the future.", field="dated_on")
    if any(one.quantity <= 0 or one.price < 0 for one in lines):
        raise Refusal("A billed quantity is more than nothing, a price not below it.")
    if any(one.line and one.line.purchase_order.vendor_id != vendor.id for one in lines):
        raise Refusal(f"A line is of another vendor’s purchase order, not of {vendor.name}.")


def _refuse_other_sum(lines: Sequence[Billed], charges: Charges) -> None:
    beside = charges.freight + charges.other + charges.tax
    if not lines and not beside:
        raise Refusal("Enter what is billed: at least one line, or a charge.")
    if min(charges.freight, charges.other, charges.tax) < 0:
        raise Refusal("A charge isn’t below zero. A credit note is another paper.")
    amounts = (to_the_cent(one.quantity * one.price) for one in lines)
    summed = sum(amounts, ZERO) + beside
    if summed != charges.total:
        off = exactly(abs(charges.total - summed))
        more = "more" if charges.total > summed else "less"
        raise Refusal(
            f"The lines and charges come to {exactly(summed)}, the total says "
            f"{exactly(charges.total)}: {off} {more}. Look at quantities, prices and charges.",
            field="total",
        )
