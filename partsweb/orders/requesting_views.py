"""Parts are found and asked for on an order; one part on it; giving it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import rules as attachments
from partsweb.catalogue import agreement_queries
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.asked import asked_like
from partsweb.catalogue.models import Part
from partsweb.kit import clock
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.orders import places, queries, requesting, rules, work_logs
from partsweb.orders.forms import GivenUpForm, RequestForm
from partsweb.orders.models import Order, OrderState, RequestReason, Urgency
from partsweb.orders.views import bp, part_asked, show
from partsweb.stock import queries as stock

# In place of a part: its form for any, which a phone fills in.
ANY_PART = "any"


@bp.get("/orders/<number>/parts/new")
@reads("request parts")
def new_entry(number: str) -> ResponseReturnValue:
    """Add Part: find it, then ask for it."""
    found, van = queries.order(number, seen_by=g.person), own_van()
    asked, words = request.values.get("part", ""), request.args.get("q", "")
    if asked == ANY_PART:
        return page("orders/request_any.html", nav="orders", order=found, **_asking())
    if asked:
        part = part_asked(asked)
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
    part = part_asked(form.part_id)
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
    return show(found, f"{qty(entry.quantity)} × {part.sku} requested. Dispatch sees it.")


@bp.get("/entries/<uuid:entry_id>")
@reads("see orders")
def entry(entry_id: UUID) -> ResponseReturnValue:
    """One part of an order: how much of it is in which state, and what can be done about it."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    log = work_logs.log(found.order)
    return page("orders/entry.html", nav="orders", entry=found, order=found.order, log=log)


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
    return show(found.order, f"{qty(form.quantity)} × {found.part.sku} not used.")


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
    return show(found.order, f"{qty(form.quantity)} × {found.part.sku} cancelled.")


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
