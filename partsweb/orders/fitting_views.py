"""What was fitted is logged, from the van or for a request; set right and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import rules as attachments
from partsweb.catalogue.models import Part
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.orders import fitting, installations, places, queries, work_logs
from partsweb.orders.forms import InstallForm
from partsweb.orders.models import Fate, Installation, PartEntry
from partsweb.orders.views import bp, part_asked, show
from partsweb.stock import queries as stock
from partsweb.stock.models import OURS, Serial


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
    part = part_asked(request.values.get("part", ""))
    return page("orders/install.html", nav="orders", order=found, entry=None, **_fitting(part))


@bp.post("/orders/<number>/installations/new")
@writes("install parts")
def install_from_van(number: str) -> ShowAfter:
    """Log what was fitted without a request."""
    found, form = queries.order(number, seen_by=g.person), InstallForm.read(request.form)
    fitted = fitting.install_from_van(
        found,
        part_asked(form.part_id),
        form.wanted,
        source=locations.place(form.source_id),
        by=g.person,
        at=occurred_at(),
        entry_id=form.thing_id,
        **_as_fitted(form),
    )
    return _show_fitted(fitted)


@bp.get("/entries/<uuid:entry_id>/installation")
@reads("install parts")
def installation(entry_id: UUID) -> ResponseReturnValue:
    """The form that logs what was fitted."""
    found = queries.part_entry(entry_id, seen_by=g.person)
    offered = _fitting(found.part, found)
    return page("orders/install.html", nav="orders", order=found.order, entry=found, **offered)


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


@bp.get("/installations/<uuid:installation_id>/correction")
@reads("correct installations")
def correction(installation_id: UUID) -> ResponseReturnValue:
    """The form that sets right what was logged."""
    found = queries.installation(installation_id, seen_by=g.person)
    offered = _fitting(found.entry.part, found.entry)
    return page("orders/correct.html", nav="orders", one=found, entry=found.entry, **offered)


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
    return show(found.entry.order, said)


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
    return show(entry.order, " ".join(said))


def _odd(fitted: list[Installation]) -> list[str]:
    said = installations.warnings(fitted)
    return [*said, "The coordinator sees it."] if said else []


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
