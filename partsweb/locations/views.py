"""Warehouses, bins and vans, and who holds which van; what lies there comes from stock."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.codes.queries import recognise_by
from partsweb.kit import subject
from partsweb.kit.door import reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.slot import partial
from partsweb.locations import queries, rules
from partsweb.locations.forms import LocationForm, chosen_van, holder, restocked_from
from partsweb.locations.models import Kind, Location
from partsweb.people import queries as people
from partsweb.people.models import Person
from partsweb.people.permissions import TECHNICIAN

bp = Blueprint("locations", __name__)


@bp.app_context_processor
def _own_van() -> dict[str, Any]:
    """The van of whoever is signed in, for the line at the top of every page."""
    return {"van": own_van()}


def own_van() -> Location | None:
    """The van that the person at the door holds; asked once a request."""
    if "van" not in g:
        person = g.get("person")
        g.van = queries.van_of(person) if person else None
    van: Location | None = g.van
    return van


@bp.get("/locations")
@reads("see stock")
def locations() -> ResponseReturnValue:
    """All places by kind."""
    by_kind = {kind: list(found) for kind, found in groupby(queries.listed(), lambda at: at.kind)}
    return page("locations/locations.html", nav="more", by_kind=by_kind)


@bp.get("/locations/<uuid:location_id>")
@reads("see stock")
def location(location_id: UUID) -> ResponseReturnValue:
    """One place: who holds it, its bins, what lies there."""
    found = queries.location(location_id)
    return page("locations/location.html", nav="more", location=found, bins=queries.bins_of(found))


@bp.get("/locations/new")
@reads("manage locations")
def new_location() -> ResponseReturnValue:
    """The form for a new warehouse, bin or van."""
    return page("locations/new_location.html", nav="more", **_choices())


@bp.post("/locations/new")
@writes("manage locations")
def open_location() -> ShowAfter:
    """Open it, and show it."""
    form = LocationForm.read(request.form)
    opened = rules.open_location(
        form.name,
        form.kind,
        parent=queries.location(form.parent_id) if form.parent_id else None,
        held_by=people.person(form.held_by_id) if form.held_by_id else None,
        address=form.address,
    )
    return _show(opened, f"{opened.called} is open.")


@bp.get("/locations/<uuid:location_id>/edit")
@reads("manage locations")
def edit_location(location_id: UUID) -> ResponseReturnValue:
    """The form for a place's name and address."""
    found = queries.location(location_id)
    return page("locations/edit_location.html", nav="more", location=found, **_choices())


@bp.post("/locations/<uuid:location_id>/edit")
@writes("manage locations")
def change_location(location_id: UUID) -> ShowAfter:
    """Change it, and show it."""
    found = queries.location(location_id)
    fields, nearest = request.form, restocked_from(request.form)
    rules.change(
        found,
        name=fields.get("name", ""),
        address=fields.get("address", ""),
        active="active" in fields,
        restocked_from=queries.location(nearest) if nearest else None,
    )
    return _show(found, f"{found.called} is changed.")


@bp.get("/locations/<uuid:location_id>/holder")
@reads("manage locations")
def edit_holder(location_id: UUID) -> ResponseReturnValue:
    """The form that hands a van over."""
    return page(
        "locations/holder.html",
        nav="more",
        location=queries.location(location_id),
        technicians=_technicians(),
    )


@bp.post("/locations/<uuid:location_id>/holder")
@writes("manage locations")
def hand_over(location_id: UUID) -> ShowAfter:
    """Hand it over, or take it back."""
    van, to = queries.location(location_id), holder(request.form)
    rules.hand_over(van, to=people.person(to) if to else None)
    return _show(
        van, f"{van.name} is {van.held_by.name}’s." if van.held_by else f"{van.name} is free."
    )


@bp.get("/admin/people/<uuid:person_id>/van")
@reads("manage locations")
def edit_van(person_id: UUID) -> ResponseReturnValue:
    """The form that gives somebody a van."""
    vans = [at for at in queries.warehouses_and_vans() if at.kind == Kind.VAN]
    return page("locations/van.html", somebody=people.person(person_id), vans=vans, nav="more")


@bp.post("/admin/people/<uuid:person_id>/van")
@writes("manage locations")
def give_van(person_id: UUID) -> ShowAfter:
    """Give somebody a van instead of the one held before, or take it back."""
    somebody, chosen = people.person(person_id), chosen_van(request.form)
    van = queries.location(chosen) if chosen else None
    rules.give_van(somebody, van)
    words = f"{somebody.name} has {van.name}." if van else f"{somebody.name} has no van."
    return show_after(url_for("people.person", person_id=person_id), notice=words)


def van_of_person(*, somebody: Person) -> Markup:
    """Which van somebody holds, for his or her page."""
    return partial(
        "locations/_van_of_person.html", somebody=somebody, held=queries.van_of(somebody)
    )


def van_in_words(*, somebody: Person) -> Markup | str:
    """Which van somebody holds, as a fact for who isn't signed in yet."""
    held = queries.van_of(somebody)
    return partial("locations/_van_in_words.html", held=held) if held else ""


def _choices() -> dict[str, Any]:
    warehouses = [at for at in queries.warehouses_and_vans() if at.kind == Kind.WAREHOUSE]
    return {
        "warehouses": [(at.id, at.name) for at in warehouses],
        "technicians": _technicians(),
    }


def _technicians() -> list[tuple[UUID, str]]:
    return [(one.id, one.name) for one in people.with_role(TECHNICIAN)]


def _show(found: Location, notice: str) -> ShowAfter:
    return show_after(url_for(".location", location_id=found.id), notice=notice)


subject.announce(
    subject.Kind(
        "location",
        load=lambda location_id, person: queries.location(location_id),
        title=lambda found: found.called,
        url=lambda found: url_for("locations.location", location_id=found.id),
    )
)
recognise_by(queries.recognised)
