"""The three-way check: what an invoice says beside what was ordered and what was received."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from partsweb.invoices import queries
from partsweb.invoices.models import Invoice, InvoiceLine, Variance, VarianceKind, VarianceState
from partsweb.kit import firm
from partsweb.kit.exact import ZERO
from partsweb.stock.learning import to_the_cent

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Found:
    """A difference; `state` says whether it is within what the firm tolerates."""

    kind: VarianceKind
    amount: Decimal
    line: InvoiceLine | None = None
    quantity: Decimal = ZERO
    percent: Decimal = ZERO
    state: VarianceState = VarianceState.OPEN


def differences(invoice: Invoice) -> Iterator[Found]:
    """Everything in which the invoice differs, line by line, then its charges."""
    billed = queries.billed_before(invoice)
    for line in invoice.lines:
        if line.purchase_line is None:
            yield Found(VarianceKind.NOT_ORDERED, line.amount, line, line.quantity)
        else:
            before = billed.get(line.purchase_line.id, ZERO)
            yield from _of_line(line, max(ZERO, line.purchase_line.accepted - before))
    freight = invoice.freight - queries.freight_expected(invoice)
    if freight > ZERO:
        yield Found(VarianceKind.FREIGHT, freight)
    if invoice.other:
        yield Found(VarianceKind.OTHER, invoice.other)


def undecided(found: Found, decided: Sequence[Variance]) -> Found | None:
    """What of a difference nobody decided yet: all, the rest of one decided in part, or nothing."""
    line_id = found.line.id if found.line else None
    same = [one for one in decided if (one.line_id, one.kind) == (line_id, found.kind)]
    amount = found.amount - sum((one.amount for one in same), ZERO)
    if amount * found.amount <= ZERO:
        return None
    quantity = found.quantity
    if found.kind == VarianceKind.QUANTITY:
        quantity -= sum((one.quantity for one in same), ZERO)
    return replace(found, amount=amount, quantity=quantity)


def _of_line(line: InvoiceLine, due: Decimal) -> Iterator[Found]:
    """What is billed beyond what was received, and what the rest costs more or less."""
    assert line.purchase_line is not None
    beyond, ordered_at = line.quantity - due, line.purchase_line.price
    if beyond > ZERO:
        tolerated = beyond * HUNDRED <= firm.quantity_tolerance() * due
        state = VarianceState.WITHIN if tolerated else VarianceState.OPEN
        amount = to_the_cent(beyond * line.price)
        yield Found(VarianceKind.QUANTITY, amount, line, beyond, state=state)
    pieces, more = min(line.quantity, due), line.price - ordered_at
    if pieces and more:
        percent = to_the_cent(more * HUNDRED / ordered_at) if ordered_at else HUNDRED
        within = abs(percent) <= firm.price_tolerance()
        state = VarianceState.WITHIN if within else VarianceState.OPEN
        amount = to_the_cent(pieces * more)
        yield Found(VarianceKind.PRICE, amount, line, pieces, percent, state)
