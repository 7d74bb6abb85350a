"""What waits on a phone, what it carries along, and what couldn't be applied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import intake as attachments
from partsweb.extensions import db
from partsweb.kit import assets, files, operation
from partsweb.kit.door import SIGNED_IN, occurred_at, open_to_all, reads, writes
from partsweb.kit.operation import Sent
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.kit.safety import own_path
from partsweb.phone import packing, queries, rules, uploads
from partsweb.phone.carrying import pages_for, van_of
from partsweb.phone.models import ExceptionFile, Upload
from partsweb.phone.rules import Received

bp = Blueprint("phone", __name__)
ROOM = "exceptions"
SMALL = ("_title", "_page", "_file")


@bp.get("/ping")
@reads(SIGNED_IN)
def ping() -> ResponseReturnValue:
    """There is signal, it is us, and it is you: a captive portal can't say that."""
    return jsonify(person=str(g.person.id))


@bp.get("/phone/ahead")
@reads(SIGNED_IN)
def ahead() -> ResponseReturnValue:
    """The pages that a phone fetches ahead."""
    return jsonify(pages=pages_for(g.person), van=van_of(g.person))


@bp.get("/phone/catalogue")
@reads("see parts")
def catalogue() -> ResponseReturnValue:
    """The catalogue for searching without signal: whole, or what changed since a version."""
    held = request.args.get("since", "")
    if held == packing.version():
        return "", 204
    since = _moment_of(held)
    text = packing.changed(since) if since else packing.whole()
    return Response(text, mimetype="text/plain")


def _moment_of(version: str) -> datetime | None:
    """The moment in a version of today's format; None: it has to be fetched whole."""
    form, _, rest = version.partition(".")
    seconds = rest.rpartition(".")[0]
    if form != str(packing.FORMAT) or not re.fullmatch(r"[0-9]{9,11}\.[0-9]{6}", seconds):
        return None
    return datetime.fromtimestamp(float(seconds), UTC)


@bp.get("/sw.js")
@open_to_all
def service_worker() -> ResponseReturnValue:
    """The service worker of this release; at the root, since it answers for all pages."""
    text = render_template("phone/sw.js", files=assets.needed_offline(), release=assets.release())
    return Response(text, mimetype="text/javascript")


@bp.get("/manifest.webmanifest")
@open_to_all
def manifest() -> ResponseReturnValue:
    """How the app is called and looks once it is on the home screen."""
    text = render_template("phone/manifest.json")
    return Response(text, mimetype="application/manifest+json")


@bp.get("/phone")
@reads(SIGNED_IN)
def phone() -> ResponseReturnValue:
    """What this phone holds and what waits on it; the page's scripts fill it in."""
    return page("phone/phone.html", nav="more")


@bp.get("/offline")
@open_to_all
def offline() -> ResponseReturnValue:
    """Shown without signal in place of a page that this phone doesn't hold."""
    return page("phone/offline.html")


@bp.post("/phone/withdrawals")
@writes(SIGNED_IN)
def withdraw() -> ShowAfter:
    """The owner took something back that was never sent; its running number isn't missing."""
    numbers = (one for one in request.form.getlist("number") if one.isdecimal() and len(one) < 10)
    for number in numbers:
        operation.note_refused(g.sent.device_id, int(number))
    return show_after(url_for(".phone"))


def _read_ahead(_: object) -> None:
    """A photo is read when it comes: writes go one after the other, files needn't."""
    attachments.read_ahead(request.get_data())


@bp.post("/phone/files")
@writes(SIGNED_IN, takes_in=_read_ahead)
def upload() -> ShowAfter:
    """A file, as bytes, before the write that names it."""
    digest = uploads.keep(request.get_data(), by=g.person.id, at=g.sent.occurred_at)
    return show_after(url_for(".uploaded", digest=digest))


@bp.get("/phone/files/<digest>")
@reads(SIGNED_IN)
def uploaded(digest: str) -> ResponseReturnValue:
    """Whether that file of one's own is here."""
    kept = db.session.get(Upload, (g.person.id, digest))
    if kept is None:
        raise NotFound("There is no such file.")
    return jsonify(hash=kept.hash, size=kept.size)


@bp.get("/exceptions")
@reads(queries.SEE_ALL)
def exceptions() -> ResponseReturnValue:
    """What couldn't be applied, and the gaps in what phones sent."""
    resolved = "resolved" in request.args
    return page(
        "phone/exceptions.html",
        "results",
        nav="more",
        resolved=resolved,
        found=queries.exceptions(resolved=resolved, page=asked_page()),
        gaps=() if resolved else queries.gaps(),
    )


@bp.get("/exceptions/<uuid:exception_id>")
@reads(SIGNED_IN)
def exception(exception_id: UUID) -> ResponseReturnValue:
    """One, with everything in it."""
    found = queries.exception(exception_id, seen_by=g.person)
    return page("phone/exception.html", nav="more", exception=found, said=queries.said(found))


@bp.get("/exceptions/<uuid:exception_id>/files/<uuid:file_id>")
@reads(SIGNED_IN)
def exception_file(exception_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file as it was received: to be kept, never to be shown by the browser."""
    found = queries.file(exception_id, file_id, seen_by=g.person)
    path = files.folder(ROOM) / found.stored
    return send_file(path, "application/octet-stream", as_attachment=True, download_name=found.name)


@bp.post("/exceptions/<uuid:exception_id>/resolution")
@writes(queries.SEE_ALL)
def resolve(exception_id: UUID) -> ShowAfter:
    """Somebody dealt with it by hand."""
    found = queries.exception(exception_id, seen_by=g.person)
    rules.resolve(found, request.form.get("how", ""), by=g.person, at=occurred_at())
    return show_after(url_for(".exceptions"), notice="Resolved.")


# --- What doors tell -------------------------------------------------------------------------


def keep_whole(sent: Sent, *, refusal: Refusal, by: UUID) -> None:
    """An operation that came later was refused: keep all of it."""
    form = request.form
    fields = [(name, value) for name, value in form.items(multi=True) if name not in SMALL]
    received = Received(
        operation_id=sent.id,
        url=request.path,
        # Somebody else is led there later.
        page=own_path(form.get("_page", "")[:1000], ""),
        title=form.get("_title", "")[:200],
        fields=fields,
        files=list(_files()),
        occurred_at=sent.occurred_at,
    )
    rules.keep(received, refusal.text, by=by)


def close_corrected(sent: Sent, *, by: UUID) -> None:
    """An operation corrects one that was refused."""
    if sent.replaces is not None:
        rules.correct(sent.replaces, by=by)


def _files() -> Iterator[ExceptionFile]:
    for position, (field, file) in enumerate(request.files.items(multi=True)):
        if file.filename:
            file.stream.seek(0)
            content = file.stream.read()
            stored = files.keep(ROOM, content, ending="")
            yield ExceptionFile(
                position=position,
                field=field,
                name=file.filename[:200],
                stored=stored,
                size=len(content),
            )
