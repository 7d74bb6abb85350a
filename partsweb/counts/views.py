"""Counts: begun, counted line by line, looked at, posted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from markupsafe import Markup

from partsweb.approvals.models import Approval, Matter
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes import queries as codes
from partsweb.counts import queries, rules
from partsweb.counts.forms import FoundForm, TallyForm, chosen, reasons
from partsweb.counts.models import Count, CountCorrection, CountLine, CountState, LineState
from partsweb.extensions import db
from partsweb.kit import fields, firm, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after, wants_fragment
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound
from partsweb.kit.sheets import Sheet, download
from partsweb.kit.slot import partial
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.people.models import Person
from partsweb.stock.models import OURS, Balance, Serial
from partsweb.timeline import queries as timeline

bp = Blueprint("counts", __name__)

# What is usual; anything else can be typed.
WHYS = (
    "Used and not logged",
    "Lost or stolen",
    "Damaged, thrown away",
    "Lies in another place",
    "Received and not booked",
    "Wrong unit or pack",
    "Counted wrong before",
    "Not known",
)
SHEET = ("SKU", "Description", "Unit", "Location", "Owner", "Serials", "Counted")


@bp.get("/counts")
@reads("count stock")
def counts() -> ResponseReturnValue:
    """Counts of all places or of one."""
    at = _asked_place()
    found = queries.counts(seen_by=g.person, at=at, page=asked_page())
    return page(
        "counts/counts.html",
        nav="more",
        at=at,
        found=found,
        progress=queries.progress(found.items),
    )


@bp.get("/counts/new")
@reads("count stock")
def new() -> ResponseReturnValue:
    """The places to choose from, or the one that somebody comes from."""
    places = locations.listed() if g.person.may("move stock") else [own_van()]
    if (only := _asked_place()) is not None:
        places = [at for at in places if at == only]
    there = [(at, queries.undone_at(at)) for at in places if at is not None and at.active]
    return page("counts/new_count.html", nav="more", places=there)


@bp.post("/counts/new")
@writes("count stock")
def start() -> ShowAfter:
    """Begin to count the place."""
    place = locations.place(fields.the_id(request.form, "location", needed="Choose the place."))
    begun = rules.start(place, by=g.person, at=occurred_at())
    return _show(begun)


@bp.post("/counts/all")
@writes("move stock")
def start_all() -> ShowAfter:
    """Begin to count every warehouse and van."""
    begun = rules.start_all(by=g.person, at=occurred_at())
    notice = f"{len(begun)} counts begun." if begun else "Every place is being counted already."
    return show_after(url_for(".counts"), notice=notice)


@bp.get("/counts/<uuid:count_id>")
@reads("count stock")
def count(count_id: UUID) -> ResponseReturnValue:
    """The count: the fields to fill in, then what was off, then what came of it."""
    found = _found(count_id)
    if found.state == CountState.COUNTING:
        return page("counts/count.html", _fragment(), nav="more", **_counting(found))
    return page("counts/counted.html", nav="more", **_counted(found))


@bp.post("/count-lines/<uuid:line_id>/tally")
@writes("count stock")
def tally(line_id: UUID) -> ShowAfter:
    """So many were seen; the rest of the page stays as it is."""
    line, form = queries.line(line_id, seen_by=g.person), TallyForm.read(request.form)
    rules.tally(line, form.quantity, by=g.person, at=occurred_at(), numbers=form.numbers)
    block = "now" if "now" in request.form else "line"
    address = url_for(".count", count_id=line.count_id, line=line.id, page=asked_page())
    return show_after(f"{address}#line-{line.id}", block, stay=True)


@bp.get("/counts/<uuid:count_id>/lines/new")
@reads("count stock")
def new_line(count_id: UUID) -> ResponseReturnValue:
    """What is there and the books don’t have there: the part, then how many."""
    found, text, part = _found(count_id), request.args.get("q", ""), _asked_part()
    return page(
        "counts/new_line.html",
        "results",
        nav="more",
        count=found,
        q=text,
        part=part,
        found=() if part else catalogue.search(text),
        places=[(id_, locations.location(id_).called) for id_ in locations.within(found.location)],
        owners=[(one.id, one.name) for one in queries.owners_of(part)] if part else (),
    )


@bp.post("/counts/<uuid:count_id>/lines/new")
@writes("count stock")
def add(count_id: UUID) -> ShowAfter:
    """Add it to the count, with how many are there."""
    found, form = _found(count_id), FoundForm.read(request.form)
    part, seen = catalogue.part(form.part_id), TallyForm.read(request.form)
    place = locations.location(form.location_id or found.location_id)
    line = rules.add(found, part, location=place, owner_id=form.owner_id or OURS)
    rules.tally(line, seen.quantity, by=g.person, at=occurred_at(), numbers=seen.numbers)
    return _show(found, f"{part.sku} is counted.")


@bp.post("/counts/<uuid:count_id>/end")
@writes("count stock")
def finish(count_id: UUID) -> ShowAfter:
    """All is counted: now see what is off."""
    found = _found(count_id)
    rules.finish(
        found, by=g.person, at=occurred_at(), none_there=chosen(request.form, "none-there")
    )
    return _show(found)


@bp.get("/counts/<uuid:count_id>/end")
@reads("count stock")
def end(count_id: UUID) -> ResponseReturnValue:
    """What nobody has counted yet, before the end."""
    found = _found(count_id)
    left = queries.all_lines(found, LineState.OPEN)
    return page("counts/end.html", nav="more", count=found, left=left)


@bp.post("/counts/<uuid:count_id>/recount")
@writes("count stock")
def count_again(count_id: UUID) -> ShowAfter:
    """Count these lines once more, or go on with what isn't counted."""
    found, ids = _found(count_id), chosen(request.form, "line")
    lines = [queries.line(one, seen_by=g.person) for one in ids]
    own = [line for line in lines if line.count_id == found.id]
    rules.count_again(found, own, by=g.person, at=occurred_at())
    return _show(found, "Count these again." if own else "")


@bp.post("/counts/<uuid:count_id>/posting")
@writes("count stock")
def post(count_id: UUID) -> ShowAfter:
    """Let the books have it."""
    found = _found(count_id)
    waiting = rules.post(
        found,
        reasons(request.form),
        limit=firm.count_approval(),
        by=g.person,
        at=occurred_at(),
    )
    notice = f"Posted; {len(waiting)} wait for somebody’s approval." if waiting else "Posted."
    return _show(found, notice)


@bp.post("/counts/<uuid:count_id>/cancellation")
@writes("count stock")
def cancel(count_id: UUID) -> ShowAfter:
    """It comes to nothing."""
    found = _found(count_id)
    rules.cancel(found, by=g.person, at=occurred_at())
    return _show(found, f"{found.number} is {found.state.value}.")


@bp.get("/count-lines/<uuid:line_id>")
@reads("count stock")
def line(line_id: UUID) -> ResponseReturnValue:
    """One line: all that was seen of it, and what followed."""
    found = queries.line(line_id, seen_by=g.person)
    return page(
        "counts/line.html",
        nav="more",
        line=found,
        tallies=queries.tallies_of(found),
        corrections=queries.corrections_of([found]),
        blind=found.count.state == CountState.COUNTING,
    )


@bp.post("/count-lines/<uuid:line_id>/reversal")
@writes("move stock")
def take_back(line_id: UUID) -> ShowAfter:
    """As if the line had not been posted."""
    found = queries.line(line_id, seen_by=g.person)
    rules.take_back(found, by=g.person, at=occurred_at())
    return _show(found.count, f"{found.part.sku} is taken back.")


@bp.get("/counts/<uuid:count_id>/sheet.<ending>")
@reads("count stock")
def sheet(count_id: UUID, ending: str) -> Response:
    """A list to fill in by hand, which can be read in again; without what the books say."""
    found = _found(count_id)
    rows = (
        (
            one.part.sku,
            one.part.description,
            one.part.unit,
            one.location.name,
            one.owner.name if one.owner_id != OURS else "",
            "",
            None,
        )
        for one in queries.all_lines(found)
    )
    return download(Sheet(f"count-{found.number}", SHEET, rows), ending)


# --- For other rooms' pages ------------------------------------------------------------------


def countable(owed: Balance, home_id: UUID) -> Markup | str:
    """On the list of negative stock: the way to counting the place."""
    own = owed.location.held_by_id == g.person.id
    if not (g.person.may("count stock") and (own or g.person.may("move stock"))):
        return ""
    return partial("counts/_countable.html", home_id=home_id)


def counted_at(*, location: Location) -> Markup | str:
    """When a place was counted last, and counting it, for its page."""
    may = g.person.may("move stock") or location.held_by_id == g.person.id
    if not (location.is_place and may and g.person.may("count stock")):
        return ""
    last = queries.last_posted(location)
    return partial(
        "counts/_counted_at.html",
        location=location,
        undone=queries.undone_at(location),
        last=last,
        progress=queries.progress([last])[last.id] if last else None,
    )


def to_decide(*, approval: Approval) -> Markup | str:
    """What a variance is about, for whoever decides."""
    if approval.matter != Matter.COUNT:
        return ""
    line = db.session.get_one(CountLine, approval.subject_id)
    found = queries.variances([line])
    return partial(
        "counts/_to_decide.html",
        line=line,
        variance=found[0] if found else None,
        tallies=queries.tallies_of(line),
    )


# --- What is shown ---------------------------------------------------------------------------


def _fragment() -> str:
    """A scanned code changes the box at the top, a page of lines the lines."""
    return "now" if "code" in request.args else "page"


def _counting(found: Count) -> dict[str, Any]:
    code, saved = request.args.get("code", "").strip(), _asked_line(found)
    only_open = "open" in request.args
    shown = queries.lines(found, only_open=only_open, page=asked_page())
    part, hits, serial = _scanned(found, code)
    about = [*shown.items, *hits, *([saved] if saved else [])]
    return {
        "count": found,
        "lines": shown,
        "only_open": only_open,
        "progress": queries.progress([found])[found.id],
        "units": queries.units_here(about),
        "elsewhere": _elsewhere(about),
        "code": code,
        "part": part,
        "hits": hits,
        "serial": serial,
        "saved": saved,
        "alone": wants_fragment(),
    }


def _scanned(found: Count, code: str) -> tuple[Part | None, list[CountLine], str]:
    """The part that the code stands for, its lines in the count, and the serial that it told."""
    for meaning in codes.meanings(code) if code else ():
        try:
            thing = subject.load(meaning.subject, seen_by=g.person)
        except NotFound:
            continue
        if isinstance(thing, Serial):
            return thing.part, list(queries.lines_of_part(found, thing.part)), thing.number
        if isinstance(thing, Part):
            return thing, list(queries.lines_of_part(found, thing)), meaning.serial
    return None, [], ""


def _counted(found: Count) -> dict[str, Any]:
    lines = queries.all_lines(found)
    open_ = [one for one in lines if one.state in {LineState.COUNTED, LineState.SENT_BACK}]
    to_post = queries.variances(open_)
    waiting = queries.variances([one for one in lines if one.state == LineState.WAITING])
    return {
        "count": found,
        "lines": lines,
        "off": [one for one in to_post if one.difference or one.missing or one.found],
        "agreed": sum(1 for one in to_post if not (one.difference or one.missing or one.found)),
        "waiting": waiting,
        "uncounted": [one for one in lines if one.state == LineState.OPEN],
        "posted": [one for one in lines if one.state in {LineState.POSTED, LineState.TAKEN_BACK}],
        "elsewhere": _elsewhere(open_),
        "progress": queries.progress([found])[found.id],
        "whys": [(why, why) for why in WHYS],
        "limit": firm.count_approval(),
        "history": timeline.history(found.subject, page=asked_page()),
    }


def _elsewhere(lines: list[CountLine]) -> dict[UUID, list[Serial]]:
    return queries.elsewhere([one for one in lines if one.part.serialized])


def _show(found: Count, notice: str = "") -> ShowAfter:
    return show_after(url_for("counts.count", count_id=found.id), notice=notice)


# --- What is asked for -----------------------------------------------------------------------


def _found(count_id: UUID) -> Count:
    return queries.count(count_id, seen_by=g.person)


def _asked_part() -> Part | None:
    part_id = fields.an_id(request.args, "part")
    return catalogue.part(part_id) if part_id else None


def _asked_place() -> Location | None:
    place_id = fields.an_id(request.args, "at")
    return locations.place(place_id) if place_id else None


def _asked_line(found: Count) -> CountLine | None:
    line_id = fields.an_id(request.args, "line")
    line = queries.line(line_id, seen_by=g.person) if line_id else None
    return line if line is not None and line.count_id == found.id else None


def _load(count_id: UUID, person: Person) -> Count:
    return queries.count(count_id, seen_by=person)


def _load_line(line_id: UUID, person: Person) -> CountLine:
    return queries.line(line_id, seen_by=person)


def _load_correction(correction_id: UUID, person: Person) -> CountCorrection:
    found = db.session.get_one(CountCorrection, correction_id)
    queries.line(found.line_id, seen_by=person)
    return found


def _title(found: Count) -> str:
    return f"Count {found.number} of {found.location.called}"


def _url(found: Count) -> str:
    return url_for("counts.count", count_id=found.id)


subject.announce(subject.Kind("count", load=_load, title=_title, url=_url, model=Count))
subject.announce(
    subject.Kind(
        "count-line",
        load=_load_line,
        title=lambda one: _title(one.count),
        url=lambda one: url_for("counts.line", line_id=one.id),
        model=CountLine,
    )
)
subject.announce(
    subject.Kind(
        "count-correction",
        load=_load_correction,
        title=lambda one: _title(one.line.count),
        url=lambda one: url_for("counts.line", line_id=one.line_id),
        model=CountCorrection,
    )
)
