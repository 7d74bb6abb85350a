"""Deliveries: what arrived, receipts, and serials that the books have elsewhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import joinedload, lazyload

from partsweb.attachments import queries as attachments
from partsweb.attachments import rules as papers
from partsweb.catalogue import queries as catalogue
from partsweb.codes.units import unit_numbers
from partsweb.kit import fields, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.slot import partial
from partsweb.kit.words import qty
from partsweb.purchasing import queries, received, rules
from partsweb.purchasing.arrivals import field_of
from partsweb.purchasing.forms import WayOutForm
from partsweb.purchasing.models import (
    DiscrepancyKind,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
)
from partsweb.purchasing.receipt_form import WORDS, ReceiptForm
from partsweb.purchasing.taking_back import may_take_back, take_back
from partsweb.purchasing.views import bp, keep_papers, show
from partsweb.stock import queries as stock

RECEIPT_PAPERS = ("packing slip", "delivery confirmation", "other paper")
# How many parts are offered while somebody types.
FEW = 5
MOST_UNITS = 500
# What the receiver is told of what was wrong, by its kind and whether it is open.
AS_SAID = {
    (DiscrepancyKind.DAMAGED, True): "damaged, purchasing is told",
    (DiscrepancyKind.SHORT, True): "missing, purchasing is told",
    (DiscrepancyKind.WRONG_ITEM, True): "something else, purchasing is told",
    (DiscrepancyKind.OVER, True): "more than ordered, in quarantine until a supervisor decides",
    (DiscrepancyKind.OVER, False): "of them more than ordered, which is within the tolerance",
}


@bp.get("/purchasing/<number>/receipts/new")
@reads("receive parts")
def new_receipt(number: str) -> ResponseReturnValue:
    """What arrived? Filled in with what is still to come, so that all of it is one tap."""
    order = queries.purchase_order(number, seen_by=g.person)
    beyond = "beyond" in request.values and order.state == PurchaseState.RECEIVED
    lines = queries.lines_of(order, seen_by=g.person)
    lines = [one for one in lines if one.outstanding or beyond]
    return page(
        "purchasing/receive.html",
        nav="more",
        order=order,
        beyond=beyond,
        lines=lines,
        meant_for=queries.order_numbers(lines),
        codes=queries.codes_on(lines),
        field_of=field_of,
    )


@bp.post("/purchasing/<number>/receipts/new")
@writes("receive parts")
def receive(number: str) -> ShowAfter:
    """Take it in, and show how the order now stands."""
    order = queries.purchase_order(number, seen_by=g.person)
    form = ReceiptForm.read(request.form, queries.lines_of(order, seen_by=g.person))
    receipt = rules.receive(
        order,
        form.arrivals,
        by=g.person,
        at=occurred_at(),
        slip_number=form.slip_number,
        note=form.note,
        set_aside=form.set_aside,
        beyond=form.beyond,
    )
    _keep_papers(receipt)
    return show(order, _taken_in(receipt))


@bp.get("/purchase-lines/<uuid:line_id>/came-instead")
@reads("receive parts")
def came_instead(line_id: UUID) -> ResponseReturnValue:
    """Parts that may have come instead of the line's, while somebody types."""
    found = queries.line(line_id, seen_by=g.person)
    text = request.args.get(field_of("wrong_as", found), "").strip()
    return page(
        "purchasing/came_instead.html",
        "results",
        line=found,
        q=text,
        found=catalogue.search(text, limit=FEW) if text else (),
        field_of=field_of,
    )


@bp.get("/purchase-lines/<uuid:line_id>/units")
@reads("receive parts")
def units(line_id: UUID) -> ResponseReturnValue:
    """What the books know of the serials that were scanned so far."""
    found = queries.line(line_id, seen_by=g.person)
    numbers = unit_numbers(request.args.get("numbers", ""))[:MOST_UNITS]
    known = stock.serials_among(numbers, of=found.part)
    return page("purchasing/units.html", "results", line=found, numbers=numbers, known=known)


@bp.get("/receipts/<uuid:receipt_id>")
@reads("see deliveries")
def receipt(receipt_id: UUID) -> ResponseReturnValue:
    """One arrival: what was accepted, what was wrong, its slip."""
    found = received.receipt(receipt_id, seen_by=g.person)
    lines = received.receipt_lines_of(found, seen_by=g.person)
    return page(
        "purchasing/receipt.html",
        nav="more",
        receipt=found,
        order=found.purchase_order,
        lines=lines,
        meant_for=queries.order_numbers(one.line for one in lines),
        papers=attachments.of(found.subject),
        purposes=RECEIPT_PAPERS,
        may_take_back=may_take_back(found, by=g.person),
    )


@bp.post("/receipts/<uuid:receipt_id>/papers")
@writes("receive parts")
def add_receipt_papers(receipt_id: UUID) -> ShowAfter:
    """A packing slip or a delivery confirmation that came later."""
    found = received.receipt(receipt_id, seen_by=g.person)
    keep_papers(found.subject, RECEIPT_PAPERS)
    return show_after(_receipt_url(found), notice="The papers are added.")


@bp.get("/receipts/<uuid:receipt_id>/reversal")
@reads("receive parts")
def receipt_reversal(receipt_id: UUID) -> ResponseReturnValue:
    """The form that takes a receipt back."""
    found = received.receipt(receipt_id, seen_by=g.person)
    lines = received.receipt_lines_of(found, seen_by=g.person)
    may = may_take_back(found, by=g.person)
    return page("purchasing/reversal.html", nav="more", receipt=found, lines=lines, may=may)


@bp.post("/receipts/<uuid:receipt_id>/reversal")
@writes("receive parts")
def take_back_receipt(receipt_id: UUID) -> ShowAfter:
    """It was entered wrongly: take it back."""
    found = received.receipt(receipt_id, seen_by=g.person)
    why = fields.text(request.form, "why")
    take_back(found, why, by=g.person, at=occurred_at())
    said = f"Receipt {found.number} is taken back. Enter what really arrived anew."
    return show(found.purchase_order, said)


@bp.get("/serial-conflicts/<uuid:conflict_id>")
@reads("receive parts")
def conflict(conflict_id: UUID) -> ResponseReturnValue:
    """A serial that the books have elsewhere, and the three ways out."""
    found = received.conflict(conflict_id, seen_by=g.person)
    order = found.receipt_line.line.purchase_order
    return page("purchasing/conflict.html", nav="more", conflict=found, order=order)


@bp.post("/serial-conflicts/<uuid:conflict_id>")
@writes("receive parts")
def solve_conflict(conflict_id: UUID) -> ShowAfter:
    """Go one of the three ways."""
    found, form = received.conflict(conflict_id, seen_by=g.person), WayOutForm.read(request.form)
    rules.solve_conflict(found, form.how, by=g.person, at=occurred_at(), new_number=form.new_number)
    order = found.receipt_line.line.purchase_order
    return show(order, f"Serial {found.serial.number}: {found.solved_as}, {found.note}.")


def scanned(thing: Any, **others: Any) -> Markup | str:
    """On the answer to a scan of a purchase order's number: receive it."""
    if not isinstance(thing, PurchaseOrder) or not g.person.may("receive parts"):
        return ""
    return partial("purchasing/_scanned.html", order=thing) if thing.expecting else ""


def _taken_in(receipt: Receipt) -> str:
    """5 received; 2 damaged, purchasing is told; 1 serial is elsewhere."""
    accepted = sum(line.accepted for line in receipt.lines)
    elsewhere = sum(len(line.conflicts) for line in receipt.lines)
    said = [f"{qty(accepted)} received"]
    wrong = [found for line in receipt.lines for found in line.discrepancies]
    said += [f"{qty(found.quantity)} {AS_SAID[found.kind, found.open]}" for found in wrong]
    if elsewhere:
        said.append(f"{elsewhere} not received: the books have it elsewhere")
    return f"{'; '.join(said)}."


def _keep_papers(receipt: Receipt) -> None:
    """The slip on the receipt, photos on what was wrong."""
    for field, purpose in (("slip", "packing slip"), ("confirmation", "delivery confirmation")):
        brought = request.files.getlist(field)
        papers.attach_all(receipt.subject, brought, by=g.person, purpose=purpose)
    for line in receipt.lines:
        for found in line.discrepancies:
            field = field_of(f"{WORDS[found.kind]}_photos", line.line)
            if field_of(f"is_{WORDS[found.kind]}", line.line) in request.form:
                papers.attach_all(found.subject, request.files.getlist(field), by=g.person)


def _receipt_url(found: Receipt) -> str:
    return url_for("purchasing.receipt", receipt_id=found.id)


def _receipt_title(found: Receipt) -> str:
    return f"Receipt {found.number} of {found.purchase_order.number}"


def _receipt_line_url(found: ReceiptLine) -> str:
    return _receipt_url(found.receipt)


subject.announce(
    subject.Kind(
        "receipt",
        load=lambda receipt_id, person: received.receipt(receipt_id, seen_by=person),
        title=_receipt_title,
        url=_receipt_url,
        model=Receipt,
        beside=[joinedload(Receipt.purchase_order), lazyload(Receipt.lines)],
    )
)
subject.announce(
    subject.Kind(
        "receipt-line",
        load=lambda line_id, person: received.receipt_line(line_id, seen_by=person),
        title=lambda found: _receipt_title(found.receipt),
        url=_receipt_line_url,
        model=ReceiptLine,
        beside=[
            joinedload(ReceiptLine.line).joinedload(PurchaseLine.purchase_order),
            joinedload(ReceiptLine.receipt).options(
                joinedload(Receipt.purchase_order), lazyload(Receipt.lines)
            ),
        ],
    )
)
