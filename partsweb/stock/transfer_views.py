"""Transfers: asked for, picked, received, and what is missing of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.attachments import queries as attachments
from partsweb.attachments import rules as photos
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.kit import fields, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.slot import partial
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.stock import queries, transfer_queries, transfers
from partsweb.stock.models import Serial
from partsweb.stock.transfer_forms import ArrivalForm, AskForm, MissingForm, PickForm
from partsweb.stock.transfer_models import Transfer, TransferLine, TransferStep
from partsweb.timeline import queries as timeline

bp = Blueprint("transfers", __name__)


@bp.get("/transfers")
@reads("carry stock")
def transfers_() -> ResponseReturnValue:
    """Transfers by what is to be done with them."""
    counts = transfer_queries.how_many(seen_by=g.person)
    view = request.args.get("view", "")
    if view not in transfer_queries.VIEWS:
        view = next((name for name, many in counts.items() if many), "all")
    found = transfer_queries.transfers(view, seen_by=g.person, page=asked_page())
    return page("stock/transfers.html", "panel", nav="more", view=view, counts=counts, found=found)


@bp.get("/transfers/new")
@reads("carry stock")
def new() -> ResponseReturnValue:
    """Ask for stock for a place: what it is to be restocked with stands there already."""
    target = _asked_place("to") or own_van()
    part = _asked_part()
    low = transfer_queries.low_at(target) if target else ()
    return page(
        "stock/new_transfer.html",
        nav="more",
        target=target,
        part=part,
        low=[one for one in low if part is None or one.part.id != part.id],
        sources=_sources(target),
        targets=_targets(),
        held=queries.held(part) if part else (),
    )


@bp.post("/transfers/new")
@writes("carry stock")
def ask() -> ShowAfter:
    """Ask for it, and show it."""
    form = AskForm.read(request.form)
    asked = transfers.ask(
        locations.place(form.source_id),
        locations.place(form.target_id),
        [(catalogue.part(part_id), many) for part_id, many in form.wanted.items()],
        by=g.person,
        at=occurred_at(),
        note=form.note,
    )
    said = f"{asked.number} is asked for." if asked.lines else "Add what is to be carried."
    return _show(asked, said)


@bp.get("/transfers/<uuid:transfer_id>")
@reads("carry stock")
def transfer(transfer_id: UUID) -> ResponseReturnValue:
    """One transfer: its lines, what is next, what happened."""
    found = _found(transfer_id)
    return page("stock/transfer_page.html", nav="more", **_shown(found))


@bp.get("/transfers/<uuid:transfer_id>/lines/new")
@reads("carry stock")
def new_line(transfer_id: UUID) -> ResponseReturnValue:
    """One more part: found by search, then how many."""
    found, part, text = _found(transfer_id), _asked_part(), request.args.get("q", "")
    return page(
        "stock/new_transfer_line.html",
        "results",
        nav="more",
        transfer=found,
        part=part,
        q=text,
        found=() if part else catalogue.search(text),
        there=queries.on_hand(part, found.source) if part else None,
    )


@bp.post("/transfers/<uuid:transfer_id>/lines/new")
@writes("carry stock")
def add(transfer_id: UUID) -> ShowAfter:
    """Ask for one more part."""
    found = _found(transfer_id)
    part = catalogue.part(fields.the_id(request.form, "part", needed="Choose the part."))
    transfers.add(found, part, fields.quantity(request.form), by=g.person, at=occurred_at())
    return _show(found, f"{part.sku} is asked for.")


@bp.post("/transfer-lines/<uuid:line_id>/removal")
@writes("carry stock")
def drop(line_id: UUID) -> ShowAfter:
    """It isn't wanted any more."""
    line = transfer_queries.line(line_id, seen_by=g.person)
    found, sku = line.transfer, line.part.sku
    transfers.drop(line, by=g.person, at=occurred_at())
    return _show(found, f"{sku} is off the list.")


@bp.post("/transfers/<uuid:transfer_id>/picking")
@writes("carry stock")
def pick(transfer_id: UUID) -> ShowAfter:
    """Pick a line, or all."""
    found, form = _found(transfer_id), PickForm.read(request.form)
    if form.line_id is None:
        left = transfers.pick_all(found, by=g.person, at=occurred_at())
        return _show(found, _said_picked(found, left))
    line = transfer_queries.line(form.line_id, seen_by=g.person)
    units = _units(form.unit_ids)
    many = form.quantity if not line.part.serialized else len(units)
    transfers.pick(line, Decimal(many), by=g.person, at=occurred_at(), units=units)
    return _show(line.transfer, _said_picked(line.transfer, ()))


@bp.post("/transfers/<uuid:transfer_id>/departure")
@writes("carry stock")
def send_off(transfer_id: UUID) -> ShowAfter:
    """There is no more to pick."""
    found = _found(transfer_id)
    transfers.send_off(found, by=g.person, at=occurred_at())
    return _show(found, f"On its way to {found.target.called}.")


@bp.post("/transfers/<uuid:transfer_id>/cancellation")
@writes("carry stock")
def cancel(transfer_id: UUID) -> ShowAfter:
    """Nothing of it is carried."""
    found = _found(transfer_id)
    transfers.cancel(found, by=g.person, at=occurred_at())
    return _show(found, f"{found.number} is cancelled.")


@bp.get("/transfers/<uuid:transfer_id>/receipt")
@reads("carry stock")
def new_receipt(transfer_id: UUID) -> ResponseReturnValue:
    """What came, where it isn't all of it."""
    found = _found(transfer_id)
    units = transfer_queries.units_under_way(found.lines)
    return page("stock/transfer_receipt.html", nav="more", transfer=found, units=units)


@bp.post("/transfers/<uuid:transfer_id>/receipt")
@writes("carry stock")
def receive(transfer_id: UUID) -> ShowAfter:
    """It arrived, in full or as counted."""
    found, form = _found(transfer_id), ArrivalForm.read(request.form)
    transfers.receive(
        found,
        by=g.person,
        at=occurred_at(),
        counts=form.counts if "in-full" not in request.form else None,
        units=_units(form.unit_ids),
        note=form.note,
    )
    photos.attach_all(found.subject, request.files.getlist("photos"), by=g.person)
    short = sum(1 for line in found.lines if line.under_way)
    said = f"Received, {short} short. Decide about it when it is known." if short else ""
    return _show(found, said or f"Received in full into {found.target.called}.")


@bp.get("/transfer-lines/<uuid:line_id>/missing")
@reads("carry stock")
def missing(line_id: UUID) -> ResponseReturnValue:
    """The form that says what became of what is missing."""
    line = transfer_queries.line(line_id, seen_by=g.person)
    units = transfer_queries.units_under_way([line])[line.id]
    return page("stock/transfer_missing.html", nav="more", line=line, units=units)


@bp.post("/transfer-lines/<uuid:line_id>/missing")
@writes("carry stock")
def decide(line_id: UUID) -> ShowAfter:
    """Found here, still at the source, or lost."""
    line, form = transfer_queries.line(line_id, seen_by=g.person), MissingForm.read(request.form)
    units = _units(form.unit_ids)
    many = Decimal(len(units)) if line.part.serialized else form.quantity
    transfers.decide(
        line, form.what, many, by=g.person, at=occurred_at(), why=form.why, units=units
    )
    photos.attach_all(line.transfer.subject, request.files.getlist("photos"), by=g.person)
    return _show(line.transfer, f"{line.part.sku}: {form.what.value}.")


@bp.post("/transfer-steps/<uuid:step_id>/reversal")
@writes("carry stock")
def take_back(step_id: UUID) -> ShowAfter:
    """As if it had not been done."""
    step = transfer_queries.step(step_id, seen_by=g.person)
    transfers.take_back(step, by=g.person, at=occurred_at())
    return _show(step.line.transfer, f"{step.line.part.sku}: taken back.")


# --- For other rooms' pages ------------------------------------------------------------------


def on_the_way_to(*, location: Location) -> Markup | str:
    """What is in transit to a place, for its page."""
    lines = transfer_queries.under_way_to(location)
    if not lines and not (location.is_place and g.person.may("carry stock")):
        return ""
    return partial(
        "stock/_on_the_way_to.html",
        location=location,
        lines=lines,
        may_see=lambda one: transfer_queries.may_see(one, g.person),
    )


# --- What is shown ---------------------------------------------------------------------------


def _shown(found: Transfer) -> dict[str, Any]:
    person, to_pick = g.person, found.state == "requested"
    return {
        "transfer": found,
        "may_pick": to_pick and _looks_after(found.source),
        "may_receive": found.to_receive and _looks_after(found.target),
        "may_change": to_pick and (found.asked_by_id == person.id or person.may("move stock")),
        "units": transfer_queries.units_under_way(found.lines),
        "here": _units_to_pick(found) if to_pick else {},
        "on_hand": queries.on_hand_of([one.part_id for one in found.lines], found.source),
        "steps": transfer_queries.steps_of(found),
        "attachments": attachments.of(found.subject),
        "history": timeline.history(found.subject, page=asked_page()),
    }


def _looks_after(place: Location) -> bool:
    may: bool = g.person.may("move stock")
    return may or place.held_by_id == g.person.id


def _units_to_pick(found: Transfer) -> dict[UUID, list[Serial]]:
    """By part: its units at the source."""
    parts = [line.part_id for line in found.lines if line.part.serialized and not line.picked]
    units = queries.serials_of(parts, found.source)
    return {id_: [unit for unit in units if unit.part_id == id_] for id_ in parts}


def _said_picked(found: Transfer, left: Iterable[TransferLine]) -> str:
    names = ", ".join(line.part.sku for line in left)
    if names:
        return f"The rest is picked. Look for {names} one by one."
    if found.to_receive:
        return f"All picked, on its way to {found.target.called}."
    return "Picked."


def _show(found: Transfer, notice: str) -> ShowAfter:
    return show_after(url_for("transfers.transfer", transfer_id=found.id), notice=notice)


# --- What is asked for -----------------------------------------------------------------------


def _found(transfer_id: UUID) -> Transfer:
    return transfer_queries.transfer(transfer_id, seen_by=g.person)


def _units(unit_ids: Iterable[UUID]) -> list[Serial]:
    return [queries.serial_of_id(one) for one in unit_ids]


def _asked_part() -> Part | None:
    part_id = fields.an_id(request.args, "part")
    return catalogue.part(part_id) if part_id else None


def _asked_place(name: str) -> Location | None:
    place_id = fields.an_id(request.args, name)
    return locations.place(place_id) if place_id else None


def _targets() -> list[tuple[UUID, str]]:
    return [(at.id, at.called) for at in locations.listed() if at.active]


def _sources(target: Location | None) -> list[tuple[UUID, str]]:
    """Warehouses first: that is where stock for a van usually lies."""
    return [one for one in _targets() if target is None or one[0] != target.id]


def _load(transfer_id: UUID, person: Any) -> Transfer:
    return transfer_queries.transfer(transfer_id, seen_by=person)


def _load_step(step_id: UUID, person: Any) -> TransferStep:
    return transfer_queries.step(step_id, seen_by=person)


def _title(found: Transfer) -> str:
    return f"{found.number}, {found.source.called} to {found.target.called}"


def _url(found: Transfer) -> str:
    return url_for("transfers.transfer", transfer_id=found.id)


subject.announce(subject.Kind("transfer", load=_load, title=_title, url=_url, model=Transfer))
subject.announce(
    subject.Kind(
        "transfer-step",
        load=_load_step,
        title=lambda one: _title(one.line.transfer),
        url=lambda one: _url(one.line.transfer),
        model=TransferStep,
    )
)
