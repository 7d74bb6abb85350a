"""Files in: upload, columns, check, done; and what earlier ones changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, after_this_request, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.exchange import history, intake, looking, offers, proposing, reports, steps, working
from partsweb.exchange.forms import ReadingForm
from partsweb.exchange.models import Import, Stage
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.sheets import download

bp = Blueprint("exchange", __name__)
ACT = offers.CATALOGUE


@bp.get("/imports")
@reads(ACT)
def imports() -> ResponseReturnValue:
    """What can be brought in, and what was."""
    found = history.imports(seen_by=g.person, page=asked_page())
    offered = offers.offered(to=g.person)
    return page("exchange/imports.html", nav="more", offered=offered, found=found)


@bp.get("/imports/new/<kind>")
@reads(ACT)
def new(kind: str) -> ResponseReturnValue:
    """Choose the file; what it may have in it."""
    offer = offers.offer(kind, to=g.person)
    return page("exchange/new.html", nav="more", offer=offer, called=offers.called)


@bp.post("/imports/new/<kind>")
@writes(ACT, takes_in=intake.files_came_in)
def begin(kind: str) -> ShowAfter:
    """Keep the file, and show what its columns are taken for."""
    offer = offers.offer(kind, to=g.person)
    came = intake.came_in(request.files.get(intake.FIELD))

    begun = steps.begin(came, offer, by=g.person, at=occurred_at())

    return show_after(url_for(".columns", import_id=begun.id))


@bp.get("/imports/templates/<kind>.<ending>")
@reads(ACT)
def template(kind: str, ending: str) -> Response:
    """An empty table to fill in."""
    return download(offers.offer(kind, to=g.person).template, ending)


@bp.get("/imports/<uuid:import_id>")
@reads(ACT)
def one(import_id: UUID) -> ResponseReturnValue:
    """How it stands: what is wrong, what it would change, what it changed."""
    found = history.an_import(import_id, seen_by=g.person)
    if found.stage == Stage.COLUMNS:
        return redirect(url_for(".columns", import_id=found.id))
    return page(
        "exchange/import.html",
        nav="more",
        of=found,
        offer=offers.offer(found.kind, to=g.person),
        told=found.told,
        progress=working.progress(found),
        silent=working.is_silent(found),
    )


@bp.get("/imports/<uuid:import_id>/columns")
@reads(ACT)
def columns(import_id: UUID) -> ResponseReturnValue:
    """Which column is which field, and the first rows as they will be understood."""
    found = history.an_import(import_id, seen_by=g.person)
    offer = offers.offer(found.kind, to=g.person)
    if found.over or found.at_work:
        return redirect(found.url)
    proposal = proposing.propose(found, offer)
    return page(
        "exchange/columns.html",
        nav="more",
        of=found,
        offer=offer,
        proposal=proposal,
        called=offers.called,
    )


@bp.post("/imports/<uuid:import_id>/columns")
@writes(ACT)
def read_as(import_id: UUID) -> ShowAfter:
    """Take what was said of its columns; then look again, or check all of it."""
    found = history.an_import(import_id, seen_by=g.person)
    offer = offers.offer(found.kind, to=g.person)
    form = ReadingForm.read(request.form, offer)
    return _check(found, form, offer) if form.check else _look_again(found, form)


@bp.post("/imports/<uuid:import_id>/check")
@writes(ACT)
def check_again(import_id: UUID) -> ShowAfter:
    """Check it as it is: what it leans on may be there now."""
    return _begin_check(history.an_import(import_id, seen_by=g.person))


@bp.post("/imports/<uuid:import_id>/keeping")
@writes(ACT)
def keep(import_id: UUID) -> ShowAfter:
    """Bring it in."""
    found = history.an_import(import_id, seen_by=g.person)
    steps.keep(found, by=g.person, at=occurred_at())
    if working.is_small(found):
        working.keep(found)
    else:
        _afterwards(working.keep_beside, found.id)
    return show_after(found.url)


@bp.post("/imports/<uuid:import_id>/end")
@writes(ACT)
def give_up(import_id: UUID) -> ShowAfter:
    """Nobody wants it any more."""
    found = history.an_import(import_id, seen_by=g.person)
    steps.give_up(found, by=g.person, at=occurred_at())
    return show_after(url_for(".imports"), notice=f"{found.name} was given up. Nothing was kept.")


@bp.get("/imports/<uuid:import_id>/problems.<ending>")
@reads(ACT)
def problems(import_id: UUID, ending: str) -> Response:
    """Every problem, as a file."""
    return download(reports.problems(history.an_import(import_id, seen_by=g.person)), ending)


@bp.get("/imports/<uuid:import_id>/changes.<ending>")
@reads(ACT)
def changes(import_id: UUID, ending: str) -> Response:
    """Every row that is new or changed something, as a file."""
    return download(reports.changes(history.an_import(import_id, seen_by=g.person)), ending)


def _look_again(found: Import, form: ReadingForm) -> ShowAfter:
    _take(found, form)
    return show_after(url_for(".columns", import_id=found.id))


def _check(found: Import, form: ReadingForm, offer: offers.Offer) -> ShowAfter:
    if form.is_of_other_rows(found):
        return _look_again(found, form)
    form.refuse_gaps(offer)
    _take(found, form)
    return _begin_check(found)


def _begin_check(found: Import) -> ShowAfter:
    cut_off = working.is_silent(found)
    steps.check(found, by=g.person, at=occurred_at(), was_cut_off=cut_off)
    if working.is_small(found):
        working.check(found)
    else:
        _afterwards(working.check_beside, found.id)
    return show_after(found.url)


def _take(found: Import, form: ReadingForm) -> None:
    before, reading = found.reading, form.as_kept(found)
    steps.read_as(found, reading, found.rows, by=g.person, at=occurred_at())
    if before != found.reading:
        found.rows = looking.look(found).rows


def _afterwards(work: Any, import_id: UUID) -> None:
    """Begin once the write is kept: whoever works on it must find it so."""

    def begin(response: Response) -> Response:
        work(import_id)
        return response

    after_this_request(begin)
