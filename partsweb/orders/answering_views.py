"""What technicians wait for, and the answers."""

from __future__ import annotations

from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.orders import answering, open_requests, places, queries, work_logs
from partsweb.orders.forms import Act, AnswerForm, read_asked
from partsweb.orders.models import PartEntry, Urgency
from partsweb.orders.views import bp
from partsweb.people import queries as people
from partsweb.people.permissions import TECHNICIAN
from partsweb.stock import queries as stock


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
