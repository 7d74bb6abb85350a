"""Scan: a code typed, or sent by a hand-held scanner, and what it stands for."""

from __future__ import annotations

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.asked import asked_like
from partsweb.codes.queries import recognise_by
from partsweb.codes.reading import read
from partsweb.kit import subject
from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.orders import queries as orders
from partsweb.scan import queries

bp = Blueprint("scan", __name__)


@bp.get("/scan")
@reads("see parts")
def scan() -> ResponseReturnValue:
    """What the code in the address stands for, and the field for the next one."""
    code = request.args.get("code", "").strip()
    found = queries.found(code, seen_by=g.person) if code else ()
    return page(
        "scan/scan.html",
        "results",
        nav="scan",
        code=code,
        reading=read(code),
        found=found,
        active_order=orders.active_order(g.person) if code and not found else None,
        alike=asked_like(code) if code and not found else (),
        suggestions=queries.suggestions(code) if code and not found else (),
        url_of=lambda one: subject.url(one.meaning.subject, seen_by=g.person),
        title_of=lambda one: subject.kind_of(one.kind).title(one.thing),
    )


@bp.get("/scan/lesson")
@reads("keep the catalogue")
def lesson() -> ResponseReturnValue:
    """Which part does the unknown code mean? Leads to the form that teaches it."""
    code, text = request.args.get("code", "").strip(), request.args.get("q", "")
    found = catalogue.found(text)
    return page("scan/lesson.html", "results", nav="scan", code=code, q=text, found=found)


recognise_by(queries.recognised)
