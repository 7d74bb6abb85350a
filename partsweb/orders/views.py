"""Orders with their parts: planned, asked for, answered, fitted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import rules as attachments
from partsweb.catalogue import agreement_queries
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.asked import asked_like
from partsweb.catalogue.models import Part
from partsweb.codes.queries import recognise_by
from partsweb.kit import clock, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.orders import (
    answering,
    fitting,
    installations,
    open_requests,
    places,
    queries,
    requesting,
    rules,
    work_logs,
)
from partsweb.orders.forms import (
    Act,
    AnswerForm,
    GivenUpForm,
    InstallForm,
    NoteForm,
    OrderForm,
    PlanForm,
    RequestForm,
    StateForm,
    read_asked,
    read_filter,
)
from partsweb.orders.models import (
    Fate,
    Installation,
    Order,
    OrderState,
    PartEntry,
    RequestReason,
    Site,
    Urgency,
)
from partsweb.people import queries as people
from partsweb.people.models import Person
from partsweb.people.permissions import TECHNICIAN
from partsweb.stock import queries as stock
from partsweb.stock.models import OURS, Serial
from partsweb.timeline import queries as timeline

bp = Blueprint("orders", __name__)
# In place of a part: its form for any, which a phone fills in.
ANY_PART = "any"


# --- Orders -----------------------------------------------------------------------------------


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
    return _show(found, f"{found.number} is {form.state.value}.")


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
    return _show(found, "The note is logged.")


# --- Asking for parts -------------------------------------------------------------------------


@bp.get("/orders/<number>/parts/new")
@reads("request parts")
def new_entry(number: str) -> ResponseReturnValue:
    """Add Part: find it, then ask for it."""
    found, van = queries.order(number, seen_by=g.person), own_van()
    asked, words = request.values.get("part", ""), request.args.get("q", "")
    if asked == ANY_PART:
        return page("orders/request_any.html", nav="orders", order=found, **_asking())
    if asked:
        part = _part(asked)
        return page("orders/request.html", nav="orders", order=found, **_offers(part, van))
    those = catalogue.found(words)
    held = places.holdings([part.id for part in those.parts], near=van)
    return page(
        "orders/new_entry.html",
        "results",
        nav="orders",
        order=found,
        words=words,
        alike=those.alike,
        parts=places.nearest_first(those.parts, held, near=van, words=words),
        asked_alike=asked_like(words) if words else (),
        held=held,
        own=van,
    )


@bp.post("/orders/<number>/parts/new")
@writes("request parts")
def request_part(number: str) -> ShowAfter:
    """Ask for the part; set the order to Awaiting Parts in the same step if that was ticked."""
    found, form = queries.order(number, seen_by=g.person), RequestForm.read(request.form)
    part = _part(form.part_id)
    entry = requesting.request(
        found,
        part,
        form.quantity,
        by=g.person,
        at=occurred_at(),
        entry_id=form.thing_id,
        cost=form.cost if form.cost != part.list_price else None,
        restocking_fee=form.restocking_fee,
        reason=form.reason,
        urgency=form.urgency,
        notes=form.notes,
        warranty=form.warranty,
        agreement=agreement_queries.agreement(form.agreement_id) if form.agreement_id else None,
    )
    if form.awaits:
        _await(found, form)
    return _show(found, f"{qty(entry.quantity)} × {part.sku} requested. Dispatch sees it.")


@bp.get("/orders/<number>/van")
@reads("install parts")
def from_van(number: str) -> ResponseReturnValue:
    """What lies in one's own van, to be fitted without a request."""
    found, van = queries.order(number, seen_by=g.person), own_van()
    words = request.args.get("q", "")
    return page(
        "orders/from_van.html",
        "results",
        nav="orders",
        order=found,
        own=van,
        words=words,
        parts=places.van_stock(van, words) if van else (),
    )


@bp.get("/orders/<number>/installations/new")
@reads("install parts")
def new_installation(number: str) -> ResponseReturnValue:
    """The form that logs what was fitted without a request."""
    found = queries.order(number, seen_by=g.person)
    part = _part(request.values.get("part", ""))
    return page("orders/install.html", nav="orders", order=found, entry=None, **_fitting(part))


@bp.post("/orders/<number>/installations/new")
@writes("install parts")
def install_from_van(number: str) -> ShowAfter:
    """Log what was fitted without a request."""
    found, form = queries.order(number, seen_by=g.person), InstallForm.read(request.form)
    fitted = fitting.install_from_van(
        found,
        _part(form.part_id),
        form.wanted,
        source=locations.place(form.source_id),
        by=g.person,
        at=occurred_at(),
        entry_id=form.thing_id,
        **_as_fitted(form),
    )
    return _show_fitted(fitted)


# --- One part on an order ---------------------------------------------------------------------


@bp.get("/entries/<uuid:entry_id>")
@reads("see orders")
def entry(entry_id: UUID) -> ResponseReturnValue:
    """One part of an order: how much of it is in which state, and what can be done about it."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    log = work_logs.log(found.order)
    return page("orders/entry.html", nav="orders", entry=found, order=found.order, log=log)


@bp.get("/entries/<uuid:entry_id>/installation")
@reads("install parts")
def installation(entry_id: UUID) -> ResponseReturnValue:
    """The form that logs what was fitted."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    fields_ = _fitting(found.part, found)
    return page("orders/install.html", nav="orders", order=found.order, entry=found, **fields_)


@bp.post("/entries/<uuid:entry_id>/installation")
@writes("install parts")
def install(entry_id: UUID) -> ShowAfter:
    """Log what was fitted, and show the order's parts as they now stand."""
    found, form = queries.part_entry(entry_id, seen_by=g.person), InstallForm.read(request.form)
    fitted = fitting.install(
        found,
        form.wanted,
        source=locations.place(form.source_id),
        by=g.person,
        at=occurred_at(),
        installation_id=form.thing_id,
        **_as_fitted(form),
    )
    return _show_fitted(fitted)


@bp.get("/entries/<uuid:entry_id>/photos")
@reads("work on orders")
def photos(entry_id: UUID) -> ResponseReturnValue:
    """The form that adds photos and certificates."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    return page("orders/photos.html", nav="orders", entry=found)


@bp.post("/entries/<uuid:entry_id>/photos")
@writes("work on orders")
def add_photos(entry_id: UUID) -> ShowAfter:
    """Hang photos and certificates on it."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    added = attachments.attach_all(found.subject, request.files.getlist("photos"), by=g.person)
    if not added:
        raise Refusal("Choose a photo or a PDF first.", field="photos")
    return show_after(url_for(".entry", entry_id=entry_id), notice="Added.")


@bp.get("/entries/<uuid:entry_id>/not-used")
@reads("install parts")
def not_used(entry_id: UUID) -> ResponseReturnValue:
    """The form that gives back what was ready."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    van = queries.van_for(found.order)
    return page(
        "orders/not_used.html",
        nav="orders",
        entry=found,
        home=van,
        units=stock.serials_at(found.part, van) if van else (),
        places=[one.location for one in places.sources(found.part, near=van)],
    )


@bp.post("/entries/<uuid:entry_id>/not-used")
@writes("install parts")
def give_back(entry_id: UUID) -> ShowAfter:
    """Give back what was ready or allocated."""
    found, form = queries.part_entry(entry_id, seen_by=g.person), GivenUpForm.read(request.form)
    requesting.not_used(
        found,
        form.quantity,
        by=g.person,
        at=occurred_at(),
        to=locations.place(form.to_id) if form.to_id else None,
        serials=[stock.serial_of_id(one) for one in form.serial_ids],
    )
    return _show(found.order, f"{qty(form.quantity)} × {found.part.sku} not used.")


@bp.get("/entries/<uuid:entry_id>/cancellation")
@reads("request parts")
def cancellation(entry_id: UUID) -> ResponseReturnValue:
    """The form that calls a request off."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    return page("orders/cancel.html", nav="orders", entry=found)


@bp.post("/entries/<uuid:entry_id>/cancellation")
@writes("request parts")
def cancel(entry_id: UUID) -> ShowAfter:
    """It isn't needed."""
    found, form = queries.part_entry(entry_id, seen_by=g.person), GivenUpForm.read(request.form)
    requesting.cancel(found, form.quantity, by=g.person, at=occurred_at())
    return _show(found.order, f"{qty(form.quantity)} × {found.part.sku} cancelled.")


# --- What was fitted --------------------------------------------------------------------------


@bp.get("/installations/<uuid:installation_id>/correction")
@reads("correct installations")
def correction(installation_id: UUID) -> ResponseReturnValue:
    """The form that sets right what was logged."""
    found = queries.installation(installation_id, seen_by=g.person)
    fields_ = _fitting(found.entry.part, found.entry)
    return page("orders/correct.html", nav="orders", one=found, entry=found.entry, **fields_)


@bp.post("/installations/<uuid:installation_id>/correction")
@writes("correct installations")
def correct(installation_id: UUID) -> ShowAfter:
    """Set right what was logged."""
    found = queries.installation(installation_id, seen_by=g.person)
    form = InstallForm.read(request.form)
    fitting.correct(
        found,
        by=g.person,
        at=occurred_at(),
        quantity=form.quantity,
        serial=form.serials[0] if form.serials else None,
        source=locations.place(form.source_id),
        where_fitted=form.where_fitted,
        notes=form.notes,
        fate=form.fate,
        original_serial=form.original_serial,
    )
    said = " ".join([f"{found.entry.part.sku} corrected.", *_odd([found])])
    return show_after(url_for(".entry", entry_id=found.entry_id), notice=said)


@bp.get("/installations/<uuid:installation_id>/reversal")
@reads("correct installations")
def reversal(installation_id: UUID) -> ResponseReturnValue:
    """Take back what was logged as fitted."""
    found = queries.installation(installation_id, seen_by=g.person)
    return page("orders/take_back.html", nav="orders", one=found, entry=found.entry)


@bp.post("/installations/<uuid:installation_id>/reversal")
@writes("correct installations")
def take_back(installation_id: UUID) -> ShowAfter:
    """It was not fitted after all."""
    found = queries.installation(installation_id, seen_by=g.person)
    fitting.take_back(found, by=g.person, at=occurred_at(), why=request.form.get("why", ""))
    said = f"{qty(found.quantity)} × {found.entry.part.sku} taken back to {found.source.called}."
    return _show(found.entry.order, said)


# --- Answering requests -----------------------------------------------------------------------


@bp.get("/requests")
@reads("answer requests")
def requests() -> ResponseReturnValue:
    """What technicians wait for: to be answered, and to be made ready."""
    wanted = read_asked(request.args)
    waiting = open_requests.requests(wanted, page=asked_page())
    allocated = open_requests.to_make_ready(wanted)
    parts = {one.part_id for one in [*waiting.items, *allocated.items]}
    return page(
        "orders/requests.html",
        "results",
        nav="orders",
        wanted=wanted,
        urgencies=[(one.value, one.value.capitalize()) for one in Urgency],
        technicians=people.with_role(TECHNICIAN),
        waiting=waiting,
        allocated=allocated,
        held=places.holdings(list(parts), near=None),
        apart=work_logs.set_apart(allocated.items),
    )


@bp.get("/entries/<uuid:entry_id>/answer")
@reads("answer requests")
def answer(entry_id: UUID) -> ResponseReturnValue:
    """What can be answered: from stock, on a purchase order, or no."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    van = queries.van_for(found.order)
    sources = [one for one in places.sources(found.part, near=van) if one.on_hand > ZERO]
    return page(
        "orders/answer.html",
        nav="orders",
        entry=found,
        home=van,
        sources=sources,
        units=[unit for at in sources for unit in stock.serials_at(found.part, at.location)]
        if found.part.serialized
        else (),
        apart=stock.allocations_for(found.subject),
    )


@bp.post("/entries/<uuid:entry_id>/answer")
@writes("answer requests")
def give_answer(entry_id: UUID) -> ShowAfter:
    """Allocate it, set it aside, carry it to the van, or decline it."""
    found, form = queries.part_entry(entry_id, seen_by=g.person), AnswerForm.read(request.form)
    _answer(found, form)
    said = {
        Act.ALLOCATE: "allocated",
        Act.SET_ASIDE: "set aside",
        Act.MOVE_TO_VAN: "moved to the van",
        Act.DECLINE: "declined",
    }[form.act]
    notice = f"{qty(form.quantity)} × {found.part.sku} for {found.order.number} {said}."
    if found.waiting > ZERO:
        return show_after(url_for(".answer", entry_id=entry_id), notice=notice)
    return show_after(url_for(".requests"), notice=notice)


def _answer(entry: PartEntry, form: AnswerForm) -> None:
    by, at = g.person, occurred_at()
    source = locations.place(form.source_id) if form.source_id else None
    if form.act == Act.DECLINE:
        answering.decline(entry, form.quantity, form.why, by=by, at=at)
    elif form.act == Act.SET_ASIDE:
        answering.set_aside(entry, form.quantity, by=by, at=at)
    elif form.act == Act.ALLOCATE and source:
        answering.allocate(entry, form.quantity, location=source, by=by, at=at)
    elif source:
        units = [stock.serial_of_id(one) for one in form.serial_ids]
        answering.move_to_van(entry, form.quantity, source=source, by=by, at=at, serials=units)


# --- What they share --------------------------------------------------------------------------


def _show(order: Order, notice: str) -> ShowAfter:
    return show_after(url_for(".order", number=order.number), notice=notice)


def _show_fitted(fitted: list[Installation]) -> ShowAfter:
    """The order's parts as they now stand, and in words what is odd about what was fitted."""
    entry = fitted[0].entry
    attachments.attach_all(entry.subject, request.files.getlist("photos"), by=g.person)
    many = sum((one.quantity for one in fitted), ZERO)
    said = [f"{qty(many)} × {entry.part.sku} installed.", *_odd(fitted)]
    if entry.agreement is not None:
        said.append(f"Consigned under {entry.agreement.number}.")
    if any(one.possible_duplicate for one in fitted):
        said.append("A colleague logged the same a moment ago: marked as a possible duplicate.")
    if work_logs.evidence_missing(entry):
        said.append("It needs a photo or certificate before it counts as complete.")
    return _show(entry.order, " ".join(said))


def _odd(fitted: list[Installation]) -> list[str]:
    said = installations.warnings(fitted)
    return [*said, "The coordinator sees it."] if said else []


def _part(asked: UUID | str | None) -> Part:
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


def _await(order: Order, form: RequestForm) -> None:
    rules.change_state(
        order,
        OrderState.AWAITING_PARTS,
        by=g.person,
        at=occurred_at(),
        awaiting_vendor=catalogue.vendor(form.vendor_id) if form.vendor_id else None,
        awaiting_until=form.until,
    )


def _offers(part: Part, van: Location | None) -> dict[str, Any]:
    """What the form for a request offers: where the part is, who sells it, what is usual."""
    references = catalogue.references_of(part)
    usual = references[0] if references else None
    lead = usual.lead_days if usual and usual.lead_days is not None else None
    if usual and lead is None:
        lead = usual.vendor.lead_days
    held = places.holdings([part.id], near=van)[part.id]
    return {
        "part": part,
        "own": van,
        "held": held,
        "available": sum((at.available for at in held), ZERO),
        "agreements": agreement_queries.covering(part),
        "vendors": list({one.vendor.id: one.vendor for one in references}.values())
        or catalogue.vendors(),
        "usual": usual.vendor if usual else None,
        "until": clock.today() + timedelta(days=lead) if lead is not None else None,
    } | _why()


def _asking() -> dict[str, Any]:
    """What the form for any part offers: a phone fetches it ahead and fills in the part."""
    return {"vendors": catalogue.vendors()} | _why()


def _why() -> dict[str, Any]:
    return {
        "reasons": [(one.value, one.value.capitalize()) for one in RequestReason],
        "urgencies": [(one.value, one.value.capitalize()) for one in Urgency],
    }


def _fitting(part: Part, entry: PartEntry | None = None) -> dict[str, Any]:
    """What the form for an installation offers: places, units, and what is likely."""
    van = own_van() or (queries.van_for(entry.order) if entry else None)
    sources = places.sources(part, near=van)
    likely = places.likely_source(entry, van)
    place = likely or (sources[0].location if sources else None)
    wanted = entry and (entry.ready or entry.allocated or entry.waiting or entry.on_order)
    return {
        "part": part,
        "sources": sources,
        "place": place,
        "units": _units(part, place, entry) if place and part.serialized else (),
        "ours": OURS,
        "wanted": wanted or 1,
        "fates": [(one.value, one.value.capitalize()) for one in Fate],
        "fate": places.likely_fate(part, swap="swap" in request.args).value,
    }


def _units(part: Part, place: Location, entry: PartEntry | None) -> list[Serial]:
    """The units there; those that were brought for the entry first."""
    moved = stock.caused_by(entry.subject) if entry else ()
    brought = {one.serial_id for one in moved if one.target_id == place.id}
    return sorted(stock.serials_at(part, place), key=lambda unit: unit.id not in brought)


def _as_fitted(form: InstallForm) -> dict[str, Any]:
    return {
        "serials": form.serials,
        "where_fitted": form.where_fitted,
        "notes": form.notes,
        "fate": form.fate,
        "original_serial": form.original_serial,
        "warranty": form.warranty,
    }


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
