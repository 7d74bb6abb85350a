"""The pages of catalogue requests: asked, looked at, and answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import queries as attachments
from partsweb.attachments import rules as papers
from partsweb.catalogue import asked, asking, queries
from partsweb.catalogue.forms import AskForm, PartForm
from partsweb.catalogue.models import CatalogueRequest
from partsweb.catalogue.views import bp, choices
from partsweb.kit import fields, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.timeline import queries as timeline


@bp.get("/catalogue-requests")
@reads("see parts")
def catalogue_requests() -> ResponseReturnValue:
    """Parts that were asked for: what waits for an answer, the oldest first, or what has one."""
    answered = request.args.get("show") == "answered"
    found = asked.catalogue_requests(seen_by=g.person, answered=answered, page=asked_page())
    photos = attachments.of_ids([one.id for one in found.items])
    return page(
        "catalogue/requests.html", nav="parts", found=found, answered=answered, photos=photos
    )


@bp.get("/catalogue-requests/new")
@reads("request parts")
def new_request() -> ResponseReturnValue:
    """Ask for a part without an order."""
    words = request.args.get("q", "")
    return page("catalogue/ask.html", nav="parts", **asking_for(words))


@bp.post("/catalogue-requests/new")
@writes("request parts")
def ask() -> ShowAfter:
    """Ask for it, and show how it stands."""
    form = AskForm.read(request.form)
    made = asking.ask(form.description, by=g.person, at=occurred_at(), **known(form))
    papers.attach_all(made.subject, request.files.getlist("photos"), by=g.person)
    return _show(made, f"{made.name} is asked for. The coordinator sees it.")


@bp.get("/catalogue-requests/<uuid:request_id>")
@reads("see parts")
def catalogue_request(request_id: UUID) -> ResponseReturnValue:
    """What is known of it, on which orders it is waited for, and what it may be."""
    found = asked.catalogue_request(request_id, seen_by=g.person)
    keeps = g.person.may("keep the catalogue")
    return page(
        "catalogue/request.html",
        nav="parts",
        asked=found,
        photos=attachments.of(found.subject),
        likely=asked.likely_parts(found) if keeps else (),
        alike=asked.asked_like(found.description, but=found) if keeps and found.open else (),
        history=timeline.history(found.subject),
    )


@bp.get("/catalogue-requests/<uuid:request_id>/creation")
@reads("keep the catalogue")
def creation(request_id: UUID) -> ResponseReturnValue:
    """The form that takes it into the catalogue, with what is known filled in."""
    found = asked.catalogue_request(request_id, seen_by=g.person)
    return page("catalogue/create.html", nav="parts", asked=found, **choices())


@bp.post("/catalogue-requests/<uuid:request_id>/creation")
@writes("keep the catalogue")
def create(request_id: UUID) -> ShowAfter:
    """The placeholder becomes the part; its photos too, if that is ticked."""
    found, form = asked.catalogue_request(request_id, seen_by=g.person), PartForm.read(request.form)
    made = asking.create(
        found,
        form.sku,
        by=g.person,
        at=occurred_at(),
        description=form.description,
        category=form.category,
        unit=form.unit,
        serialized=form.serialized,
        compliance=form.compliance,
        core_charge=form.core_charge,
        list_price=form.list_price,
        barcode=fields.text(request.form, "barcode"),
    )
    if "photos" in request.form:
        papers.hang_over(found.subject, to=made.subject)
    url = url_for(".part", part_id=made.id)
    return show_after(url, notice=f"{made.sku} is in the catalogue. Whoever waits for it is told.")


@bp.get("/catalogue-requests/<uuid:request_id>/merge")
@reads("keep the catalogue")
def merging(request_id: UUID) -> ResponseReturnValue:
    """Find the part that it is, then say so."""
    found, words = asked.catalogue_request(request_id, seen_by=g.person), request.args.get("q", "")
    chosen = fields.an_id(request.values, "part")
    into = queries.part(chosen) if chosen else None
    parts = queries.search(words) if words else asked.likely_parts(found)
    return page(
        "catalogue/merge.html",
        "results",
        nav="parts",
        asked=found,
        into=into,
        references=queries.references_of(into) if into else (),
        words=words,
        parts=parts,
    )


@bp.post("/catalogue-requests/<uuid:request_id>/merge")
@writes("keep the catalogue")
def merge(request_id: UUID) -> ShowAfter:
    """It is that part: all that was done goes over to it."""
    found = asked.catalogue_request(request_id, seen_by=g.person)
    into = queries.part(fields.the_id(request.form, "part", needed="Choose the part that it is."))
    asking.merge(found, into, by=g.person, at=occurred_at(), teach="teach" in request.form)
    return _show(found, f"{found.name} is {into.sku}. Whoever waits for it is told.")


@bp.get("/catalogue-requests/<uuid:request_id>/decline")
@reads("keep the catalogue")
def declining(request_id: UUID) -> ResponseReturnValue:
    """The form that declines it."""
    found = asked.catalogue_request(request_id, seen_by=g.person)
    return page("catalogue/decline.html", nav="parts", asked=found)


@bp.post("/catalogue-requests/<uuid:request_id>/decline")
@writes("keep the catalogue")
def decline(request_id: UUID) -> ShowAfter:
    """It will not be added, and why."""
    found = asked.catalogue_request(request_id, seen_by=g.person)
    asking.decline(found, fields.text(request.form, "why"), by=g.person, at=occurred_at())
    return show_after(
        url_for(".catalogue_requests"), notice=f"{found.name} is declined. Whoever asked is told."
    )


def asking_for(words: str) -> dict[str, Any]:
    """What the form for a missing part offers; the words of the search become its description."""
    return {
        "words": words,
        "code": request.args.get("code", ""),
        "vendors": queries.vendors(),
        "alike": asked.asked_like(words or request.args.get("code", "")),
    }


def known(form: AskForm) -> dict[str, Any]:
    """What is known of a part that is asked for, as `ask` takes it."""
    return {
        "vendor": queries.vendor(form.vendor_id) if form.vendor_id else None,
        "vendor_name": form.vendor_name,
        "vendor_number": form.vendor_number,
        "maker": form.maker,
        "maker_number": form.maker_number,
        "code": form.code,
        "notes": form.notes,
        "serialized": form.serialized,
        "another": form.another,
    }


def _show(found: CatalogueRequest, notice: str) -> ShowAfter:
    return show_after(url_for(".catalogue_request", request_id=found.id), notice=notice)


def _url(found: CatalogueRequest) -> str:
    return url_for("catalogue.catalogue_request", request_id=found.id)


subject.announce(
    subject.Kind(
        "catalogue-request",
        load=lambda id_, person: asked.catalogue_request(id_, seen_by=person),
        title=lambda found: f"{found.name} {found.description}",
        url=_url,
        model=CatalogueRequest,
    )
)
