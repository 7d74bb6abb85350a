"""Orders: planned, looked at, worked on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import rules as attachments
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes.queries import recognise_by
from partsweb.kit import subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal
from partsweb.orders import queries, rules, work_logs
from partsweb.orders.forms import NoteForm, OrderForm, PlanForm, StateForm, read_filter
from partsweb.orders.models import Installation, Order, OrderState, PartEntry, Site
from partsweb.people import queries as people
from partsweb.people.models import Person
from partsweb.people.permissions import TECHNICIAN
from partsweb.timeline import queries as timeline

bp = Blueprint("orders", __name__)


@bp.get("/orders")
@reads("see orders")
def orders() -> ResponseReturnValue:
    """The orders that the person may see, as the filters ask for."""
    wanted = read_filter(request.args)
    return page(
        "orders/orders.html",
        "results",
        nav="orders",
        wanted=wanted,
        found=queries.orders(wanted, seen_by=g.person, page=asked_page()),
        flag=queries.flag,
        states=[state.value for state in OrderState],
        technicians=people.with_role(TECHNICIAN) if g.person.may("see all orders") else (),
    )


@bp.get("/orders/new")
@reads("plan orders")
def new_order() -> ResponseReturnValue:
    """First the site, then what is to be done there."""
    asked = request.args.get("site", type=UUID)
    words = request.args.get("q", "")
    if asked or "customer" in request.args:
        site = queries.site(asked) if asked else None
        return page("orders/new_order.html", nav="orders", site=site, words=words, **_planning())
    found = queries.sites(words)
    return page("orders/pick_site.html", "results", nav="orders", words=words, found=found)


@bp.post("/orders/new")
@writes("plan orders")
def create_order() -> ShowAfter:
    """Make the order, and its customer and site where they are new."""
    form = OrderForm.read(request.form)
    made = rules.create_order(
        _site(form),
        form.summary,
        by=g.person,
        at=occurred_at(),
        description=form.description,
        equipment=form.equipment,
        assigned_to=_technician(form.plan.technician_id),
        scheduled_for=form.plan.scheduled_for,
    )
    return show_after(url_for(".order", number=made.number), notice=f"{made.number} is made.")


@bp.get("/orders/<number>")
@reads("see orders")
def order(number: str) -> ResponseReturnValue:
    """The order's Work Logs: its parts and notes, and what can be done next."""
    found = queries.order(number, seen_by=g.person)
    log = work_logs.log(found)
    return page("orders/order.html", "panel", nav="orders", tab="logs", order=found, log=log)


@bp.get("/orders/<number>/details")
@reads("see orders")
def details(number: str) -> ResponseReturnValue:
    """Where it is, what is wrong there, who goes and when."""
    found = queries.order(number, seen_by=g.person)
    others = [one for one in queries.visits(found) if _may_see(one)]
    return page(
        "orders/order.html",
        "panel",
        nav="orders",
        tab="details",
        order=found,
        flag=queries.flag(found),
        others=others,
    )


@bp.get("/orders/<number>/timeline")
@reads("see orders")
def history(number: str) -> ResponseReturnValue:
    """All that happened on it, newest first, and what is still to be done."""
    found = queries.order(number, seen_by=g.person)
    return page(
        "orders/order.html",
        "panel",
        nav="orders",
        tab="timeline",
        order=found,
        about=found.subject,
        tasks=timeline.tasks_of(found.subject),
        history=timeline.history(found.subject, page=asked_page()),
    )


@bp.get("/orders/<number>/state")
@reads("work on orders")
def state(number: str) -> ResponseReturnValue:
    """The form that changes the state."""
    found = queries.order(number, seen_by=g.person)
    return page(
        "orders/state.html",
        nav="orders",
        order=found,
        states=[one.value for one in OrderState if one != OrderState.DRAFT],
        vendors=catalogue.vendors(),
    )


@bp.post("/orders/<number>/state")
@writes("work on orders")
def change_state(number: str) -> ShowAfter:
    """Change the state, with a note if there is one."""
    found, form = queries.order(number, seen_by=g.person), StateForm.read(request.form)
    rules.change_state(
        found,
        form.state,
        by=g.person,
        at=occurred_at(),
        note=form.note,
        private=form.private,
        awaiting_vendor=catalogue.vendor(form.vendor_id) if form.vendor_id else None,
        awaiting_until=form.until,
    )
    return show(found, f"{found.number} is {form.state.value}.")


@bp.get("/orders/<number>/plan")
@reads("plan orders")
def plan(number: str) -> ResponseReturnValue:
    """The form that says who goes there, and when."""
    found = queries.order(number, seen_by=g.person)
    return page("orders/plan.html", nav="orders", order=found, **_planning())


@bp.post("/orders/<number>/plan")
@writes("plan orders")
def change_plan(number: str) -> ShowAfter:
    """Assign and schedule it."""
    found, form = queries.order(number, seen_by=g.person), PlanForm.read(request.form)
    rules.schedule(found, form.scheduled_for, by=g.person, at=occurred_at())
    rules.assign(found, _technician(form.technician_id), by=g.person, at=occurred_at())
    return show_after(url_for(".details", number=number), notice=f"{found.number} is planned.")


@bp.get("/orders/<number>/notes/new")
@reads("work on orders")
def new_note(number: str) -> ResponseReturnValue:
    """The form for a note with the time spent."""
    found = queries.order(number, seen_by=g.person)
    return page("orders/new_note.html", nav="orders", order=found)


@bp.post("/orders/<number>/notes/new")
@writes("work on orders")
def write_note(number: str) -> ShowAfter:
    """Log the note and its photos."""
    found, form = queries.order(number, seen_by=g.person), NoteForm.read(request.form)
    note = rules.note(
        found,
        form.text,
        minutes=form.minutes,
        private=form.private,
        note_id=form.thing_id,
        by=g.person,
        at=occurred_at(),
    )
    attachments.attach_all(note.subject, request.files.getlist("photos"), by=g.person)
    return show(found, "The note is logged.")


# --- What they share --------------------------------------------------------------------------


def show(order: Order, notice: str) -> ShowAfter:
    """The order's parts as they now stand, and what was just done."""
    return show_after(url_for(".order", number=order.number), notice=notice)


def part_asked(asked: UUID | str | None) -> Part:
    """The part that was chosen."""
    try:
        return catalogue.part(asked if isinstance(asked, UUID) else UUID(asked or ""))
    except ValueError:
        raise Refusal("Choose the part first.", field="part") from None


def _site(form: OrderForm) -> Site:
    if form.site_id:
        return queries.site(form.site_id)
    customer = rules.add_customer(form.customer, phone=form.phone)
    return rules.add_site(customer, form.street, town=form.town, postcode=form.postcode)


def _technician(person_id: UUID | None) -> Person | None:
    return people.person(person_id) if person_id else None


def _may_see(order: Order) -> bool:
    me: Person = g.person
    return me.may("see all orders") or order.assigned_to_id == me.id


def _planning() -> dict[str, Any]:
    return {"technicians": people.with_role(TECHNICIAN)}


# --- What photos, events and barcodes can hang on ---------------------------------------------

subject.announce(
    subject.Kind(
        "order",
        load=lambda id_, person: queries.order_of_id(id_, seen_by=person),
        title=lambda found: str(found.number),
        url=lambda found: url_for("orders.order", number=found.number),
        model=Order,
    )
)
subject.announce(
    subject.Kind(
        "part-entry",
        load=lambda id_, person: queries.part_entry(id_, seen_by=person),
        title=lambda found: f"{found.part.sku} on {found.order.number}",
        url=lambda found: url_for("orders.entry", entry_id=found.id),
        model=PartEntry,
    )
)
subject.announce(
    subject.Kind(
        "installation",
        load=lambda id_, person: queries.installation(id_, seen_by=person),
        title=lambda found: f"{found.entry.part.sku} on {found.entry.order.number}",
        url=lambda found: url_for("orders.entry", entry_id=found.entry_id),
        model=Installation,
    )
)
subject.announce(
    subject.Kind(
        "work-note",
        load=lambda id_, person: queries.work_note(id_, seen_by=person),
        title=lambda found: f"Note on {found.order.number}",
        url=lambda found: url_for("orders.order", number=found.order.number),
    )
)
recognise_by(queries.recognised)
