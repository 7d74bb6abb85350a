"""The billing list, an order's bill, and what other pages say of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.billing import queries, rules
from partsweb.billing.drafting import Bill, Line, in_words
from partsweb.billing.forms import BillForm, read_wanted
from partsweb.billing.models import BilledLine, BillState
from partsweb.billing.queries import Wanted
from partsweb.kit import fields, slot
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.sheets import Cell, Sheet, download
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.orders.work_logs import Log

bp = Blueprint("billing", __name__)

COLUMNS = (
    "Order",
    "Customer",
    "Customer name",
    "State",
    "For",
    "Code",
    "Description",
    "Quantity",
    "Unit",
    "Price",
    "Warranty covers",
    "Amount",
    "Why",
    "Invoice",
    "Billed",
)


@bp.get("/billing")
@reads("see bills")
def index() -> ResponseReturnValue:
    """What is ready to bill, what is held and why, and what went out."""
    wanted, number = read_wanted(request.args), asked_page()
    if wanted.show == "billed":
        found = queries.billed_lines(wanted, page=number)
        total = queries.total_billed(wanted)
        shown = {"found": found, "total": total, "to_bill": None}
    else:
        shown = {"to_bill": queries.to_bill(wanted, page=number)}
    return page("billing/billing.html", "results", nav="more", wanted=wanted, **shown)


@bp.get("/billing/lines.<ending>")
@reads("see bills")
def export(ending: str) -> ResponseReturnValue:
    """The same as a file, a line each."""
    wanted = read_wanted(request.args)
    return download(Sheet(f"billing-{wanted.show}", COLUMNS, list(_rows(wanted))), ending)


@bp.get("/billing/<number>")
@reads("see bills")
def bill(number: str) -> ResponseReturnValue:
    """An order's bill: what goes out, what is held and why, what went out."""
    found = queries.bill_of(number, seen_by=g.person)
    return page("billing/bill.html", nav="more", bill=found, order=found.order, in_words=in_words)


@bp.post("/billing/<number>")
@writes("bill orders")
def mark_billed(number: str) -> ShowAfter:
    """The chosen lines went out on an invoice."""
    order, form = orders.order(number, seen_by=g.person), BillForm.read(request.form)
    lines = rules.bill(
        order, form.invoice, by=g.person, at=occurred_at(), keys=form.keys, seen=form.total
    )
    many = f"{len(lines)} line{'s' if len(lines) > 1 else ''}"
    return _show(order, f"{many} of {order.number} on {form.invoice}.")


@bp.post("/billing/<number>/reversal")
@writes("bill orders")
def take_off(number: str) -> ShowAfter:
    """An invoice was a mistake."""
    order = orders.order(number, seen_by=g.person)
    invoice = fields.text(request.form, "invoice", needed="Which invoice?")
    rules.take_off(order, invoice, by=g.person, at=occurred_at())
    return _show(order, f"Taken off {invoice}: it can be billed again.")


def _show(order: Order, notice: str) -> ShowAfter:
    return show_after(url_for(".bill", number=order.number), notice=notice)


# --- A file of it -----------------------------------------------------------------------------


def _rows(wanted: Wanted) -> Iterator[list[Cell]]:
    if wanted.show == "billed":
        for billed in queries.all_billed_lines(wanted):
            yield [*_of_line(billed.order, billed), "", billed.invoice, billed.billed_at]
        return
    state = queries.SHOWN.get(wanted.show, BillState.READY)
    for order, line in queries.lines_of(queries.all_to_bill(wanted), state):
        yield [*_of_line(order, line), line.why, "", None]


def _of_line(order: Order, line: Line | BilledLine) -> list[Cell]:
    state = line.state if isinstance(line, Line) else BillState.BILLED
    return [
        order.number,
        order.customer.number,
        order.customer.name,
        state.value,
        line.charge.value,
        line.code,
        line.text,
        line.quantity,
        line.unit,
        line.price,
        line.covered,
        line.amount,
    ]


# --- On other pages ---------------------------------------------------------------------------


def on_entry(entry: PartEntry) -> str:
    """For an entry's page: how it stands with its bill."""
    return slot.partial("billing/_on_entry.html", states=_bill(entry.order).of_entry(entry))


def in_work_logs(entry: PartEntry, log: Log) -> str:
    """For an entry's row: what is held, or went out, in words."""
    known: dict[UUID, Bill] = g.setdefault("bills_of_parts", {})
    if entry.order_id not in known:
        known[entry.order_id] = queries.bill_of_parts(entry.order, log)
    states = known[entry.order_id].of_entry(entry)
    told = [one for one in states if one[1] != BillState.NOT_YET]
    return slot.partial("billing/_in_work_logs.html", states=told) if told else ""


def on_order(order: Order) -> str:
    """For an order's details: the way to its bill."""
    if not g.person.may("see bills"):
        return ""
    return slot.partial("billing/_on_order.html", order=order, bill=_bill(order))


def on_closing(order: Order) -> str:
    """For whoever closes the order: what is still held."""
    held = _bill(order).held
    return slot.partial("billing/_on_closing.html", held=held) if held else ""


def _bill(order: Order) -> Bill:
    """Once a request, however many rows of it ask."""
    known: dict[UUID, Bill] = g.setdefault("bills", {})
    if order.id not in known:
        known[order.id] = queries.bill(order)
    return known[order.id]
