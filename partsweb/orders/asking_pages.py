"""The pages that ask for a missing part on an order, answer with another part, and collect."""

from __future__ import annotations

from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.attachments import rules as attachments
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.forms import AskForm
from partsweb.catalogue.models import CatalogueRequest
from partsweb.catalogue.request_pages import asking_for, known
from partsweb.kit import fields
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.slot import partial
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.views import own_van
from partsweb.orders import asking, collecting, open_requests, places, queries, work_logs
from partsweb.orders.forms import GivenUpForm, RequestForm
from partsweb.orders.models import RequestReason, Urgency
from partsweb.orders.views import bp
from partsweb.stock import queries as stock


@bp.get("/orders/<number>/parts/ask")
@reads("request parts")
def new_ask(number: str) -> ResponseReturnValue:
    """The form for a part that the catalogue lacks."""
    found, words = queries.order(number, seen_by=g.person), request.args.get("q", "")
    return page(
        "orders/ask.html",
        nav="orders",
        order=found,
        reasons=[(one.value, one.value.capitalize()) for one in RequestReason],
        urgencies=[(one.value, one.value.capitalize()) for one in Urgency],
        **asking_for(words),
    )


@bp.post("/orders/<number>/parts/ask")
@writes("request parts")
def ask(number: str) -> ShowAfter:
    """Ask for it; the order works on with a placeholder."""
    found = queries.order(number, seen_by=g.person)
    form, part = RequestForm.read(request.form), AskForm.read(request.form)
    entry, asked = asking.ask_for(
        found,
        part.description,
        form.quantity,
        by=g.person,
        at=occurred_at(),
        urgency=form.urgency,
        reason=form.reason,
        cost=form.cost,
        entry_id=form.thing_id,
        **known(part),
    )
    attachments.attach_all(asked.subject, request.files.getlist("photos"), by=g.person)
    said = f"{qty(entry.quantity)} × {asked.name} requested. The coordinator adds it meanwhile."
    return show_after(url_for(".order", number=found.number), notice=said)


@bp.get("/entries/<uuid:entry_id>/substitution")
@reads("answer requests")
def substitution(entry_id: UUID) -> ResponseReturnValue:
    """Find the part that is sent instead, then say how many."""
    found, words = queries.part_entry(entry_id, seen_by=g.person), request.args.get("q", "")
    chosen = fields.an_id(request.values, "part")
    part = catalogue.part(chosen) if chosen else None
    parts = catalogue.search(words)
    ids = [part.id] if part else [one.id for one in parts]
    return page(
        "orders/substitute.html",
        "results",
        nav="orders",
        entry=found,
        part=part,
        words=words,
        parts=[one for one in parts if one.id != found.part_id],
        held=places.holdings(ids, near=queries.van_for(found.order)),
    )


@bp.post("/entries/<uuid:entry_id>/substitution")
@writes("answer requests")
def substitute(entry_id: UUID) -> ShowAfter:
    """Another part comes instead; its own request is answered next."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    part = catalogue.part(fields.the_id(request.form, "part", needed="Choose the other part."))
    other = asking.substitute(
        found,
        fields.quantity(request.form),
        part,
        by=g.person,
        at=occurred_at(),
        as_many=fields.amount(request.form, "as_many", "The quantity of the other part"),
        why=fields.text(request.form, "why"),
    )
    said = f"{part.sku} instead of {found.part.sku}: answer it now."
    return show_after(url_for(".answer", entry_id=other.id), notice=said)


@bp.get("/entries/<uuid:entry_id>/collection")
@reads("install parts")
def collection(entry_id: UUID) -> ResponseReturnValue:
    """How many of what lies ready there are taken, and which units."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    rows = work_logs.set_apart([found]).get(found.id, [])
    kept = [row for row in rows if row.location_id == fields.an_id(request.values, "source")]
    source = kept[0].location if kept else None
    return page(
        "orders/collect.html",
        nav="today",
        entry=found,
        own=own_van(),
        source=source,
        quantity=min(found.ready, kept[0].quantity) if kept else ZERO,
        units=stock.serials_at(found.part, source) if source and found.part.serialized else (),
    )


@bp.post("/entries/<uuid:entry_id>/collection")
@writes("install parts")
def collect(entry_id: UUID) -> ShowAfter:
    """Take it into one's own van."""
    found, form = queries.part_entry(entry_id, seen_by=g.person), GivenUpForm.read(request.form)
    needed = "Say from where it is taken."
    van = collecting.collect(
        found,
        form.quantity,
        source=locations.place(fields.the_id(request.form, "source", needed=needed)),
        by=g.person,
        at=occurred_at(),
        serials=[stock.serial_of_id(one) for one in form.serial_ids],
    )
    said = f"{qty(form.quantity)} × {found.part.sku} is in {van.called}."
    return show_after("/to-collect", notice=said)


def asked_for(asked: CatalogueRequest) -> Markup | str:
    """On which orders it is waited for, as far as one may see them."""
    waiting = open_requests.entries_of(asked, seen_by=g.person)
    return partial("orders/_asked_for.html", entries=waiting) if waiting else ""
