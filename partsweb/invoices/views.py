"""Vendor invoices: typed in, compared, decided; and what isn't billed yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.attachments import queries as hanging
from partsweb.attachments import rules as papers
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Vendor
from partsweb.invoices import queries, rules
from partsweb.invoices.forms import FREE_LINES, Answer, DecisionForm, InvoiceForm
from partsweb.invoices.models import Invoice
from partsweb.kit import clock, fields, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound
from partsweb.kit.sheets import Cell, Sheet, download
from partsweb.kit.slot import partial
from partsweb.kit.words import money
from partsweb.people.models import Person
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing.models import PurchaseOrder
from partsweb.timeline import queries as timeline

bp = Blueprint("invoices", __name__)
NOT_BILLED = (
    "Vendor",
    "Purchase order",
    "Ordered",
    "SKU",
    "Description",
    "Received, not billed",
    "Unit",
    "Price ordered at",
    "Amount",
)
SAYS = {Answer.ACCEPT: rules.accept, Answer.DISPUTE: rules.dispute, Answer.SETTLE: rules.settle}


@bp.get("/invoices")
@reads("see invoices")
def index() -> ResponseReturnValue:
    """Vendors' invoices: what is held first."""
    counts = queries.counts()
    text, view = request.args.get("q", ""), request.args.get("view", "")
    view = view or ("all" if text or not counts["held"] else "held")
    found = queries.invoices(view, text, page=asked_page())
    return page(
        "invoices/invoices.html",
        "panel",
        nav="more",
        found=found,
        counts=counts,
        view=view,
        q=text,
    )


@bp.get("/invoices/new")
@reads("enter invoices")
def new() -> ResponseReturnValue:
    """The form, filled with what was received and not billed; first the vendor is chosen."""
    order = _asked_order()
    vendor = order.vendor if order else _asked_vendor()
    if vendor is None:
        text = request.args.get("q", "")
        return page(
            "invoices/pick.html",
            nav="more",
            vendors=[("", "Choose"), *((one.id, one.name) for one in catalogue.vendors())],
            unbilled=queries.unbilled(page=asked_page()),
            q=text,
        )
    return page(
        "invoices/new.html",
        nav="more",
        vendor=vendor,
        order=order,
        lines=_to_bill(vendor, order),
        free=FREE_LINES,
        today=clock.today(),
    )


@bp.post("/invoices/new")
@writes("enter invoices")
def enter() -> ShowAfter:
    """Keep it, and show how it compares."""
    form = InvoiceForm.read(request.form, seen_by=g.person)
    vendor = catalogue.vendor(form.vendor_id)
    invoice = rules.enter(
        vendor,
        form.number,
        form.dated_on,
        form.lines,
        form.charges,
        by=g.person,
        at=occurred_at(),
        note=form.note,
    )
    papers.attach_all(
        invoice.subject, request.files.getlist("papers"), by=g.person, purpose="invoice"
    )
    return show_after(_url(invoice), notice=f"{invoice.number} is kept: {invoice.state.value}.")


@bp.get("/invoices/not-billed")
@reads("see invoices")
def not_billed() -> ResponseReturnValue:
    """What was received and no invoice has billed."""
    vendor = _asked_vendor()
    return page(
        "invoices/not_billed.html",
        nav="more",
        found=queries.unbilled(vendor=vendor, page=asked_page()),
        total=queries.unbilled_amount() if vendor is None else None,
        vendor=vendor,
    )


@bp.get("/invoices/not-billed.<ending>")
@reads("see invoices")
def not_billed_file(ending: str) -> ResponseReturnValue:
    """The same as a file."""
    return download(not_billed_sheet(), ending)


@bp.get("/invoices/<uuid:invoice_id>")
@reads("see invoices")
def invoice(invoice_id: UUID) -> ResponseReturnValue:
    """One invoice beside what was ordered and received."""
    found = queries.invoice(invoice_id)
    lines = queries.lines_of(found)
    return page(
        "invoices/invoice.html",
        nav="more",
        invoice=found,
        lines=lines,
        variances=found.variances,
        attachments=hanging.of(found.subject),
        history=timeline.history(found.subject),
    )


@bp.post("/invoices/<uuid:invoice_id>/comparison")
@writes("enter invoices")
def compare(invoice_id: UUID) -> ShowAfter:
    """Compare it anew: something arrived since."""
    found = queries.invoice(invoice_id)
    rules.compare(found, by=g.person, at=occurred_at())
    return show_after(_url(found), notice=f"Compared anew: {found.state.value}.")


@bp.get("/invoices/<uuid:invoice_id>/papers")
@reads("enter invoices")
def new_papers(invoice_id: UUID) -> ResponseReturnValue:
    """The form for photos and PDFs of it."""
    return page("invoices/papers.html", nav="more", invoice=queries.invoice(invoice_id))


@bp.post("/invoices/<uuid:invoice_id>/papers")
@writes("enter invoices")
def add_papers(invoice_id: UUID) -> ShowAfter:
    """Put them on the invoice."""
    found = queries.invoice(invoice_id)
    chosen = request.files.getlist("papers")
    papers.attach_all(found.subject, chosen, by=g.person, purpose="invoice")
    return show_after(_url(found), notice="Kept with the invoice.")


@bp.get("/invoices/variances/<uuid:variance_id>")
@reads("accept invoices")
def variance(variance_id: UUID) -> ResponseReturnValue:
    """One variance, and what can be said to it."""
    found = queries.variance(variance_id)
    return page("invoices/variance.html", nav="more", variance=found, invoice=found.invoice)


@bp.post("/invoices/variances/<uuid:variance_id>")
@writes("accept invoices")
def decide(variance_id: UUID) -> ShowAfter:
    """Accept or dispute it, or accept a part, and show the invoice."""
    found, form = queries.variance(variance_id), DecisionForm.read(request.form)
    said, at = found.kind.value.capitalize(), occurred_at()
    if form.part is None:
        SAYS[form.answer](found, form.why, by=g.person, at=at)
        said = f"{said}: {found.state.value}."
    else:
        rest = rules.accept_part(
            found, form.part, form.why, claimed=form.claimed, by=g.person, at=at
        )
        said = f"{said}: accepted in part, {money(rest.amount)} {rest.state.value}."
    return show_after(_url(found.invoice), notice=said)


# --- For other rooms -------------------------------------------------------------------------


def billed_for(*, order: PurchaseOrder) -> Markup | str:
    """A purchase order's invoices, for its page."""
    if not g.person.may("see invoices"):
        return ""
    return partial(
        "invoices/_of_order.html", order=order, invoices=queries.of_purchase_order(order)
    )


def billed_by(*, vendor: Vendor) -> Markup | str:
    """A vendor's last invoices, for its page."""
    if not g.person.may("see invoices"):
        return ""
    found = queries.invoices(vendor=vendor, size=5)
    return partial("invoices/_of_vendor.html", vendor=vendor, found=found)


def not_billed_sheet() -> Sheet:
    """What was received and not billed, a line each."""
    found = queries.unbilled(size=None).items
    rows: list[list[Cell]] = [
        [
            one.order.vendor.name,
            one.order.number,
            one.order.ordered_on,
            one.line.part.sku,
            one.line.part.description,
            one.quantity,
            one.line.part.unit,
            one.line.price,
            one.amount,
        ]
        for one in found
    ]
    return Sheet("received-not-billed", NOT_BILLED, rows)


# --- What is asked for -----------------------------------------------------------------------


def _to_bill(vendor: Vendor, order: PurchaseOrder | None) -> list[dict[str, Any]]:
    """The lines that the form offers: of the purchase order all, else what the vendor may bill."""
    due = {one.line.id: one for one in queries.unbilled(vendor=vendor, order=order, size=100).items}
    if order is None:
        lines = [(one.line, one.order) for one in due.values()]
    else:
        lines = [(line, order) for line in purchasing.lines_of(order, seen_by=g.person)]
    return [
        {"line": line, "order": of, "due": due[line.id].quantity if line.id in due else 0}
        for line, of in lines
    ]


def _asked_order() -> PurchaseOrder | None:
    number = request.args.get("order", "").strip()
    return purchasing.purchase_order(number, seen_by=g.person) if number else None


def _asked_vendor() -> Vendor | None:
    vendor_id = fields.an_id(request.args, "vendor")
    return catalogue.vendor(vendor_id) if vendor_id else None


def _url(found: Invoice) -> str:
    return url_for("invoices.invoice", invoice_id=found.id)


def _load(invoice_id: UUID, person: Person) -> Invoice:
    if not person.may("see invoices"):
        raise NotFound("There is no such invoice.")
    return queries.invoice(invoice_id)


subject.announce(
    subject.Kind(
        "vendor-invoice",
        load=_load,
        title=lambda found: f"{found.vendor.name} {found.number}",
        url=_url,
        model=Invoice,
    )
)
