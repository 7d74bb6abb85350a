"""Scan: a code typed, or sent by a hand-held scanner, and what it stands for."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue import rules
from partsweb.catalogue.asked import asked_like
from partsweb.catalogue.forms import BarcodeForm
from partsweb.codes.queries import recognise_by
from partsweb.codes.reading import read
from partsweb.kit import fields, subject
from partsweb.kit.door import reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.refusal import Refusal
from partsweb.scan import at_hand, queries
from partsweb.scan.purposes import Errand, errand

bp = Blueprint("scan", __name__)
MOST_TO_TEACH = 12


@bp.get("/scan")
@reads("see parts")
def scan() -> ResponseReturnValue:
    """What the code in the address stands for, and the field for the next one."""
    code, wanted = request.args.get("code", "").strip(), _errand()
    found = queries.found(code, seen_by=g.person, on=wanted.order) if code else ()
    unknown = code and not found
    day = cache(lambda: at_hand.at_hand(g.person, wanted.order))
    return page(
        "scan/scan.html",
        "results",
        nav="scan",
        code=code,
        reading=read(code),
        wanted=wanted,
        found=found,
        way=wanted.way(found, code),
        active_order=wanted.order,
        parts=day()[:MOST_TO_TEACH] if unknown else (),
        carried=lambda: at_hand.carried(day(), wanted.order),
        alike=asked_like(code) if unknown else (),
        suggestions=queries.suggestions(code) if unknown else (),
        url_of=lambda one: subject.url(one.meaning.subject, seen_by=g.person),
        title_of=lambda one: subject.kind_of(one.kind).title(one.thing),
    )


def _errand() -> Errand:
    """What the page scans for: as its address says, else as the page before implies."""
    args, headers = request.args, request.headers
    came_from = headers.get("HX-Current-URL", "") or headers.get("Referer", "")
    return errand(args.get("for", ""), args.get("order", ""), came_from, of=g.person)


@bp.get("/scan/lesson")
@reads("teach codes")
def lesson() -> ResponseReturnValue:
    """Which part does the unknown code mean? Leads to the form that teaches it."""
    code, text = request.args.get("code", "").strip(), request.args.get("q", "")
    found = catalogue.found(text)
    return page("scan/lesson.html", "results", nav="scan", code=code, q=text, found=found)


@bp.post("/scan/lesson")
@writes("teach codes")
def teach() -> ShowAfter:
    """Teach the code to one of the day's parts, there where it was scanned."""
    form, part_id = BarcodeForm.read(request.form), fields.an_id(request.form, "part")
    if part_id is None:
        raise Refusal("Choose the part that has it on it.", field="part")
    part, reading = catalogue.part(part_id), read(form.code)
    barcode = rules.add_barcode(part, reading.gtin or reading.text, quantity=form.quantity)
    said = f"{barcode.code} means {part.sku} from now on."
    return show_after(url_for(".scan", code=form.code), notice=said)


recognise_by(queries.recognised)
