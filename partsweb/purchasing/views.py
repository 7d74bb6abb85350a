"""Purchase orders, what arrives on them, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.attachments import queries as attachments
from partsweb.attachments import rules as papers
from partsweb.attachments.models import Attachment
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor
from partsweb.kit import subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal
from partsweb.kit.slot import partial
from partsweb.kit.subject import Subject
from partsweb.kit.words import day, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import open_requests
from partsweb.orders import queries as orders
from partsweb.orders.models import PartEntry
from partsweb.purchasing import coming, queries, received, rules
from partsweb.purchasing.forms import (
    BuyForm,
    HeadForm,
    LineForm,
    OrderForm,
    read_expected_on,
)
from partsweb.purchasing.models import PurchaseOrder, PurchaseState, Receipt
from partsweb.stock.models import Balance
from partsweb.timeline import queries as timeline

bp = Blueprint("purchasing", __name__)

ORDER_PAPERS = ("order confirmation", "packing slip", "delivery confirmation", "other paper")
# How many purchase orders a vendor's page shows.
LATEST = 5
# Of what is to come for something that is owed.
SOONEST_SHOWN = 3


# --- Purchase orders -------------------------------------------------------------------------


@bp.get("/purchasing")
@reads("see deliveries")
def index() -> ResponseReturnValue:
    """Purchase orders: what is still to come first, or what the filters ask for."""
    wanted = queries.Wanted(
        view=request.args.get("view", "open"),
        text=request.args.get("q", ""),
        vendor_id=_uuid(request.args.get("vendor", "")),
        state=request.args.get("state", ""),
    )
    found = queries.purchase_orders(wanted, seen_by=g.person, page=asked_page())
    return page(
        "purchasing/purchase_orders.html",
        "panel",
        nav="more",
        wanted=wanted,
        found=found,
        line_counts=queries.line_counts(found.items),
        counts=queries.counts(seen_by=g.person),
    )


@bp.get("/purchasing/new")
@reads("buy parts")
def new() -> ResponseReturnValue:
    """The form for a new purchase order."""
    vendors = [(vendor.id, vendor.name) for vendor in catalogue.vendors()]
    return page("purchasing/new.html", nav="more", vendors=vendors, places=_places())


@bp.post("/purchasing/new")
@writes("buy parts")
def draft() -> ShowAfter:
    """Begin it, and show it."""
    form = OrderForm.read(request.form)
    order = rules.draft(
        catalogue.vendor(form.vendor_id),
        ship_to=locations.place(form.ship_to_id),
        by=g.person,
        at=occurred_at(),
        expected_on=form.expected_on,
        note=form.note,
    )
    return show(order, f"{order.number} is begun. Add what is to be bought.")


@bp.get("/purchasing/<number>")
@reads("see deliveries")
def purchase_order(number: str) -> ResponseReturnValue:
    """One purchase order: its lines, receipts, what was wrong, and its history."""
    order = queries.purchase_order(number, seen_by=g.person)
    lines = queries.lines_of(order, seen_by=g.person)
    receipts = received.receipts_of(lines)
    return page(
        "purchasing/purchase_order.html",
        nav="more",
        order=order,
        lines=lines,
        meant_for=queries.order_numbers(lines),
        receipts=receipts,
        papers=_papers(order, receipts),
        purposes=ORDER_PAPERS,
        discrepancies=received.discrepancies_of(lines),
        conflicts=received.open_conflicts_of(lines),
        history=timeline.history(order.subject, page=asked_page()),
        worth=received.worth_of(order) if g.person.may("see prices") else None,
        needs_approval=rules.needs_approval(order),
    )


@bp.post("/purchasing/<number>/papers")
@writes("buy parts")
def add_order_papers(number: str) -> ShowAfter:
    """An order confirmation, or what else came with it."""
    order = queries.purchase_order(number, seen_by=g.person)
    keep_papers(order.papers, ORDER_PAPERS)
    return show(order, "The papers are added.")


@bp.get("/purchasing/<number>/edit")
@reads("buy parts")
def edit(number: str) -> ResponseReturnValue:
    """The form for the note, and for where it goes as long as it isn't ordered."""
    order = queries.purchase_order(number, seen_by=g.person)
    return page("purchasing/edit.html", nav="more", order=order, places=_places())


@bp.post("/purchasing/<number>/edit")
@writes("buy parts")
def change(number: str) -> ShowAfter:
    """Keep it."""
    order, form = queries.purchase_order(number, seen_by=g.person), HeadForm.read(request.form)
    to = locations.place(form.ship_to_id) if form.ship_to_id else order.ship_to
    rules.change_head(order, note=form.note, ship_to=to, by=g.person, at=occurred_at())
    return show(order, "Kept.")


@bp.post("/purchasing/<number>/placing")
@writes("buy parts")
def place(number: str) -> ShowAfter:
    """Order it from the vendor."""
    order = queries.purchase_order(number, seen_by=g.person)
    rules.place(order, by=g.person, at=occurred_at())
    if order.state == PurchaseState.SUBMITTED:
        return show(order, f"{order.number} waits for an approval. Supervisors are told.")
    return show(order, f"{order.number} is ordered from {order.vendor.name}.")


@bp.post("/purchasing/<number>/withdrawal")
@writes("buy parts")
def unsubmit(number: str) -> ShowAfter:
    """Make a draft again of what waits for an approval."""
    order = queries.purchase_order(number, seen_by=g.person)
    rules.unsubmit(order, by=g.person, at=occurred_at())
    return show(order, f"{order.number} is a draft again.")


@bp.post("/purchasing/<number>/cancellation")
@writes("buy parts")
def cancel(number: str) -> ShowAfter:
    """Give it up."""
    order = queries.purchase_order(number, seen_by=g.person)
    rules.cancel(order, by=g.person, at=occurred_at())
    return show(order, f"{order.number} is cancelled. Who waited for it waits again.")


@bp.post("/purchasing/<number>/closing")
@writes("buy parts")
def close(number: str) -> ShowAfter:
    """Expect nothing more of it."""
    order = queries.purchase_order(number, seen_by=g.person)
    rules.close(order, by=g.person, at=occurred_at())
    return show(order, f"{order.number} is closed. Nothing more is expected of it.")


@bp.get("/purchasing/<number>/expected")
@reads("buy parts")
def expected(number: str) -> ResponseReturnValue:
    """The form for the day that the vendor says now."""
    order = queries.purchase_order(number, seen_by=g.person)
    return page("purchasing/expected.html", nav="more", order=order)


@bp.post("/purchasing/<number>/expected")
@writes("buy parts")
def expect(number: str) -> ShowAfter:
    """Note it, and tell who waits."""
    order = queries.purchase_order(number, seen_by=g.person)
    rules.expect(order, read_expected_on(request.form), by=g.person, at=occurred_at())
    return show(order, f"{order.number} is now expected {day(order.expected_on)}.")


# --- Its lines -------------------------------------------------------------------------------


@bp.get("/purchasing/<number>/lines/new")
@reads("buy parts")
def new_line(number: str) -> ResponseReturnValue:
    """Find the part, then say how much."""
    order = queries.purchase_order(number, seen_by=g.person)
    text, part_id = request.args.get("q", ""), _uuid(request.args.get("part", ""))
    part = catalogue.part(part_id) if part_id else None
    return page(
        "purchasing/new_line.html",
        "page" if part else "results",
        nav="more",
        order=order,
        q=text,
        found=catalogue.found(text),
        part=part,
        reference=catalogue.reference(part.id, order.vendor_id) if part else None,
    )


@bp.post("/purchasing/<number>/lines/new")
@writes("buy parts")
def add_line(number: str) -> ShowAfter:
    """Put the part on the draft."""
    order = queries.purchase_order(number, seen_by=g.person)
    part_id = _uuid(request.args.get("part", ""))
    if part_id is None:
        raise Refusal("Choose the part first.")
    form = LineForm.read(request.form)
    line = rules.add_line(
        order,
        catalogue.part(part_id),
        form.quantity,
        by=g.person,
        at=occurred_at(),
        price=form.price,
        expected_on=form.expected_on,
    )
    return show(order, f"{qty(line.quantity)} {line.part.sku} added.")


@bp.get("/purchase-lines/<uuid:line_id>")
@reads("buy parts")
def line(line_id: UUID) -> ResponseReturnValue:
    """The form that changes a line of a draft."""
    return page("purchasing/line.html", nav="more", line=queries.line(line_id, seen_by=g.person))


@bp.post("/purchase-lines/<uuid:line_id>")
@writes("buy parts")
def change_line(line_id: UUID) -> ShowAfter:
    """Change it."""
    found, form = queries.line(line_id, seen_by=g.person), LineForm.read(request.form)
    rules.change_line(
        found,
        form.quantity,
        by=g.person,
        at=occurred_at(),
        price=form.price,
        expected_on=form.expected_on,
    )
    return show(found.purchase_order, f"{found.part.sku} is changed.")


@bp.post("/purchase-lines/<uuid:line_id>/removal")
@writes("buy parts")
def remove_line(line_id: UUID) -> ShowAfter:
    """Take it off the draft."""
    found = queries.line(line_id, seen_by=g.person)
    order, sku = found.purchase_order, found.part.sku
    rules.remove_line(found, by=g.person, at=occurred_at())
    return show(order, f"{sku} is taken off {order.number}.")


# --- Buying for a part entry -----------------------------------------------------------------


@bp.get("/purchasing/requests")
@reads("put on purchase orders")
def requests() -> ResponseReturnValue:
    """What technicians wait for and nobody answered yet."""
    found = open_requests.requests(page=asked_page())
    return page("purchasing/requests.html", nav="more", found=found)


@bp.get("/entries/<uuid:entry_id>/purchase")
@reads("put on purchase orders")
def purchase(entry_id: UUID) -> ResponseReturnValue:
    """The form that puts what an entry waits for on a purchase order."""
    entry = orders.part_entry(entry_id, seen_by=g.person)
    return page("purchasing/purchase.html", nav="orders", entry=entry, alone=True, **_offers(entry))


@bp.post("/entries/<uuid:entry_id>/purchase")
@writes("put on purchase orders")
def buy_for(entry_id: UUID) -> ShowAfter:
    """Put it on the vendor's draft."""
    entry, form = orders.part_entry(entry_id, seen_by=g.person), BuyForm.read(request.form)
    line = rules.buy_for(
        entry,
        form.quantity,
        vendor=catalogue.vendor(form.vendor_id),
        ship_to=locations.place(form.ship_to_id),
        by=g.person,
        at=occurred_at(),
    )
    order = line.purchase_order
    said = f"{qty(line.quantity)} {entry.part.sku} for {entry.order.number} is on {order.number}"
    # Back to the list that one came from.
    rest = "orders.requests" if g.person.may("answer requests") else ".requests"
    return show_after(url_for(rest), notice=f"{said}, a draft for {order.vendor.name}.")


# --- On other rooms' pages -------------------------------------------------------------------


def answer(entry: PartEntry) -> Markup | str:
    """On the page that answers a request: put it on a purchase order."""
    if not g.person.may("put on purchase orders") or entry.waiting <= 0:
        return ""
    return partial("purchasing/_purchase.html", entry=entry, alone=False, **_offers(entry))


def bought_for(entry: PartEntry) -> Markup | str:
    """On a part entry's page: the purchase orders that it is on."""
    if not g.person.may("see deliveries"):
        return ""
    return partial("purchasing/_bought_for.html", lines=coming.lines_for(entry))


def on_the_way(part: Part) -> Markup | str:
    """On a part's page: what is still to come."""
    return partial("purchasing/_on_the_way.html", part=part, lines=coming.open_lines_of(part))


def expected_for(owed: Balance, home_id: UUID) -> Markup | str:
    """On the list of negative stock: the deliveries that bring the part, those to here first."""
    if "coming_of_owed" not in g:
        g.coming_of_owed = coming.coming_of_owed(seen_by=g.person)
    lines = g.coming_of_owed.get(owed.part_id, ())
    ends = (owed.location_id, home_id)
    here = [one for one in lines if one.purchase_order.ship_to_id in ends]
    lines = [*here, *(one for one in lines if one not in here)][:SOONEST_SHOWN]
    return partial("purchasing/_expected_for.html", lines=lines, here=here) if lines else ""


def on_the_way_to(location: Location) -> Markup | str:
    """On a location's page: what is still to come there."""
    lines = coming.expected_at(location)
    return partial("purchasing/_on_the_way_to.html", location=location, lines=lines)


def ordered_from(vendor: Vendor) -> Markup | str:
    """On a vendor's page: what was ordered there lately."""
    if not g.person.may("see purchase orders"):
        return ""
    wanted = queries.Wanted(view="all", vendor_id=vendor.id)
    found = queries.purchase_orders(wanted, seen_by=g.person)
    latest = found.items[:LATEST]
    return partial(
        "purchasing/_ordered_from.html",
        vendor=vendor,
        total=found.total,
        latest=latest,
        line_counts=queries.line_counts(latest),
    )


def _offers(entry: PartEntry) -> dict[str, Any]:
    """Vendors who list the part first, the others after them."""
    references = catalogue.references_of(entry.part)
    listed = {reference.vendor_id for reference in references}
    others = [vendor for vendor in catalogue.vendors() if vendor.id not in listed]
    return {"references": references, "other_vendors": others, "places": _places()}


def _places() -> list[tuple[UUID, str]]:
    """Where can be shipped to: warehouses first, then vans with who drives them."""
    return [
        (place.id, f"{place.name} · {place.held_by.name}" if place.held_by else place.name)
        for place in locations.warehouses_and_vans()
    ]


def _papers(order: PurchaseOrder, receipts: Sequence[Receipt]) -> Sequence[Attachment]:
    """What hangs on its receipts; what the vendor wrote, for those who may read prices."""
    own = [order.papers] if g.person.may("see purchase orders") else []
    return attachments.of_all([*own, *(one.subject for one in receipts)])


def keep_papers(of: Subject, purposes: Sequence[str]) -> None:
    """Put the files that were sent on the thing, as what they were said to be."""
    purpose = request.form.get("purpose", "")
    brought = [file for file in request.files.getlist("papers") if file.filename]
    if purpose not in purposes:
        raise Refusal("Say what the papers are.", field="purpose")
    if not brought:
        raise Refusal("Choose a photo or a PDF first.", field="papers")
    papers.attach_all(of, brought, by=g.person, purpose=purpose)


def show(order: PurchaseOrder, notice: str) -> ShowAfter:
    """The purchase order, after something was done to it."""
    return show_after(url_for(".purchase_order", number=order.number), notice=notice)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


subject.announce(
    subject.Kind(
        "purchase-order",
        load=lambda order_id, person: queries.purchase_order_by_id(order_id, seen_by=person),
        title=lambda found: found.number,
        url=lambda found: url_for("purchasing.purchase_order", number=found.number),
    )
)
subject.announce(
    subject.Kind(
        "purchase-order-papers",
        load=lambda order_id, person: queries.with_its_papers(order_id, seen_by=person),
        title=lambda found: found.number,
        url=lambda found: url_for("purchasing.purchase_order", number=found.number),
    )
)
