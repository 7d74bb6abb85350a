"""What lies where, how it came there, and setting it right by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes.queries import recognise_by
from partsweb.kit import subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.kit.sheets import Cell, Sheet, download
from partsweb.kit.slot import partial
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.stock import queries, rules, transfer_queries, transfers
from partsweb.stock.forms import AdjustmentForm, LevelForm, TransferForm
from partsweb.stock.models import OURS, Balance, Movement, Serial
from partsweb.stock.queries import Held

bp = Blueprint("stock", __name__)
SHOWN_ON_A_PART = 5
NEGATIVE = (
    "SKU",
    "Description",
    "Location",
    "On hand",
    "Unit",
    "Used on",
    "Quantity",
    "When",
    "By",
)


@bp.get("/stock/negative")
@reads("see stock")
def negative() -> ResponseReturnValue:
    """Places that owe stock, and what it was used on."""
    found = queries.negative_balances(page=asked_page())
    causes = queries.causes_of_negative(found.items)
    taken = [moved for some in causes for moved in some]
    rows = list(zip(found.items, causes, strict=True))
    carried = transfer_queries.on_the_way_to_owed()
    return page(
        "stock/negative.html",
        nav="parts",
        found=found,
        rows=rows,
        carried=carried,
        may_see=transfer_queries.may_see,
        **_shown(taken),
    )


@bp.get("/stock/negative.<ending>")
@reads("see stock")
def negative_file(ending: str) -> ResponseReturnValue:
    """The same as a file, a line for each thing that was taken."""
    return download(negative_sheet(), ending)


@bp.get("/stock/movements")
@reads("see stock")
def movements() -> ResponseReturnValue:
    """The latest movements, everywhere or of one place."""
    place = _asked_location("at")
    within = locations.within(place) if place else ()
    moved = queries.movements(at=within, page=asked_page())
    return page(
        "stock/movements.html",
        nav="parts",
        location=place,
        part=None,
        **_shown(moved.items),
        moved=moved,
    )


@bp.get("/parts/<uuid:part_id>/movements")
@reads("see stock")
def part_movements(part_id: UUID) -> ResponseReturnValue:
    """A part's movements."""
    part = catalogue.part(part_id)
    moved = queries.movements_of(part, page=asked_page())
    return page(
        "stock/movements.html",
        nav="parts",
        location=None,
        part=part,
        **_shown(moved.items),
        moved=moved,
    )


@bp.get("/movements/<int:movement_id>")
@reads("see stock")
def movement(movement_id: int) -> ResponseReturnValue:
    """One movement, whole."""
    moved = queries.movement(movement_id)
    back = queries.reversal_of(moved)
    return page(
        "stock/movement.html", nav="parts", moved=moved, reversal=back, cause=cause_of(moved)
    )


@bp.get("/movements/<int:movement_id>/reversal")
@reads("move stock")
def ask_back(movement_id: int) -> ResponseReturnValue:
    """The form that takes a movement back."""
    moved = queries.movement(movement_id)
    return page("stock/reversal.html", nav="parts", moved=moved, cause=cause_of(moved))


@bp.post("/movements/<int:movement_id>/reversal")
@writes("move stock")
def take_back(movement_id: int) -> ShowAfter:
    """Take it back, and show it."""
    moved = queries.movement(movement_id)
    rules.take_back(moved, by=g.person, at=occurred_at(), note=request.form.get("note", "").strip())
    return show_after(url_for(".movement", movement_id=moved.id), notice="It is taken back.")


@bp.get("/serials")
@reads("see stock")
def serials() -> ResponseReturnValue:
    """Units by their number."""
    text, part_id = request.args.get("q", ""), _uuid(request.args.get("part", ""))
    part = catalogue.part(part_id) if part_id else None
    found = queries.serials(text, of=part, page=asked_page())
    return page("stock/serials.html", "results", nav="parts", q=text, part=part, found=found)


@bp.get("/serials/<uuid:serial_id>")
@reads("see stock")
def serial(serial_id: UUID) -> ResponseReturnValue:
    """Where a unit is now, and its life."""
    one = queries.serial_of_id(serial_id)
    moved = queries.life_of(one, page=asked_page())
    return page("stock/serial.html", nav="parts", serial=one, moved=moved, **_shown(moved.items))


@bp.get("/stock/transfers/new")
@reads("carry stock")
def new_transfer() -> ResponseReturnValue:
    """The form that moves stock from place to place, once the part is chosen."""
    part = _asked_part()
    if part is None:
        return _pick_part("Move stock")
    held, source = queries.held(part), _asked_location("from")
    units = queries.serials_at(part, source) if source and part.serialized else ()
    return page(
        "stock/transfer.html",
        nav="parts",
        part=part,
        held=held,
        source=source,
        units=units,
        sources=[(_key(at), _said(at)) for at in held],
        targets=_targets(but=source),
        ours=OURS,
    )


@bp.post("/stock/transfers/new")
@writes("carry stock")
def transfer() -> ShowAfter:
    """Move it in one act, and show the part."""
    part, form = _part_to_move(), TransferForm.read(request.form)
    source, target = (locations.place(id_) for id_ in (form.source_id, form.target_id))
    units = [queries.serial_of_id(id_) for id_ in form.serial_ids]
    transfers.move_at_once(
        part,
        form.quantity,
        source=source,
        target=target,
        by=g.person,
        at=occurred_at(),
        units=units,
        owner_id=form.owner_id,
    )
    many = len(units) or form.quantity
    left = queries.on_hand(part, source)
    notice = f"{qty(many)} moved to {target.called}. {source.called} has {qty(left)} left."
    return show_after(_part_url(part), notice=notice)


@bp.get("/stock/adjustments/new")
@reads("move stock")
def new_adjustment() -> ResponseReturnValue:
    """The form that sets the books right, once the part is chosen."""
    part = _asked_part()
    if part is None:
        return _pick_part("Set stock right")
    return page(
        "stock/adjustment.html",
        nav="parts",
        part=part,
        at=_asked_location("at"),
        places=_where_and_how_many(part),
        ours=OURS,
    )


@bp.post("/stock/adjustments/new")
@writes("move stock")
def adjust() -> ShowAfter:
    """Set the books right, and show the part."""
    part, form = _part_to_move(), AdjustmentForm.read(request.form)
    place = locations.place(form.location_id)
    rules.adjust(
        part,
        place,
        form.difference,
        why=form.why,
        by=g.person,
        at=occurred_at(),
        numbers=form.numbers,
        owner_id=form.owner_id,
    )
    notice = f"{place.called} has {qty(queries.on_hand(part, place))} now."
    return show_after(_part_url(part), notice=notice)


@bp.get("/parts/<uuid:part_id>/reorder-levels")
@reads("move stock")
def levels(part_id: UUID) -> ResponseReturnValue:
    """Where the part is restocked, and the form for one more place."""
    part = catalogue.part(part_id)
    return page(
        "stock/levels.html",
        nav="parts",
        part=part,
        levels=queries.levels_of(part),
        places=_targets(),
        at=_asked_location("at"),
    )


@bp.post("/parts/<uuid:part_id>/reorder-levels")
@writes("move stock")
def set_level(part_id: UUID) -> ShowAfter:
    """Say when the place is restocked."""
    part, form = catalogue.part(part_id), LevelForm.read(request.form)
    place = locations.place(form.location_id)
    rules.set_reorder_level(part, place, point=form.point, maximum=form.maximum)
    notice = f"{place.called} is restocked at {qty(form.point)}."
    return show_after(url_for(".levels", part_id=part.id), notice=notice)


@bp.post("/parts/<uuid:part_id>/reorder-levels/<uuid:location_id>/removal")
@writes("move stock")
def drop_level(part_id: UUID, location_id: UUID) -> ShowAfter:
    """The place isn't restocked any more."""
    part, place = catalogue.part(part_id), locations.location(location_id)
    rules.drop_reorder_level(part, place)
    notice = f"{place.called} is not restocked any more."
    return show_after(url_for(".levels", part_id=part.id), notice=notice)


def negative_sheet() -> Sheet:
    """Places that owe stock, with what it was used on, as far as the reader may see it."""
    owed = queries.negative_balances(size=None).items
    causes = queries.causes_of_negative(owed)
    titles = subject.bring(one.cause for some in causes for one in some if one.cause)
    rows = [
        _owed_row(balance, moved)
        for balance, some in zip(owed, causes, strict=True)
        for moved in (some or (None,))
    ]
    del titles  # kept in hand until the causes' titles were read
    return Sheet("Negative stock", NEGATIVE, rows)


def _owed_row(balance: Balance, moved: Movement | None) -> Sequence[Cell]:
    place, part = balance.location, balance.part
    known = (part.sku, part.description, place.called, balance.quantity, part.unit)
    if moved is None:
        return (*known, "", None, None, "")
    who = moved.by.name if moved.by else ""
    return (*known, cause_of(moved)[0], moved.quantity, moved.occurred_at, who)


# --- For other rooms' pages ------------------------------------------------------------------


def part_stock(*, part: Part) -> Markup:
    """Where a part is, for its page."""
    return partial(
        "stock/_part_stock.html",
        part=part,
        whereabouts=sorted(queries.whereabouts(part), key=lambda at: at.location != own_van()),
        apart=queries.apart(part),
        under_way=transfer_queries.under_way_of(part),
        consigned=queries.consigned(part),
        levels={level.location_id: level for level, _ in queries.levels_of(part)},
    )


def part_history(*, part: Part) -> Markup:
    """A part's last movements, for its page."""
    moved = queries.movements_of(part, size=SHOWN_ON_A_PART)
    return partial("stock/_part_history.html", part=part, moved=moved, **_shown(moved.items))


def location_stock(*, location: Location) -> Markup:
    """What lies at a location, what it owes first, for its page."""
    stock = queries.stock_of(locations.within(location), page=asked_page())
    return partial("stock/_location_stock.html", location=location, stock=stock, ours=OURS)


def cause_of(moved: Movement) -> tuple[str, str]:
    """What a movement was done for: its title and address, as far as the reader may see it."""
    if moved.cause is None:
        return "", ""
    try:
        kind = subject.kind_of(moved.cause.kind)
        found = kind.load(moved.cause.id, g.person)
    except NotFound:
        return "somebody else’s order", ""
    return kind.title(found), kind.url(found)


# --- What is asked for -----------------------------------------------------------------------


def _key(at: Held) -> str:
    return f"{at.location.id}/{at.owner.id}"


def _said(at: Held) -> str:
    whose = f" of {at.owner.name}" if at.owner.vendor_id else ""
    return f"{at.location.called} · {qty(at.quantity)}{whose}"


def _targets(*, but: Location | None = None) -> list[tuple[UUID | str, str]]:
    """Places in use, to choose from."""
    places = [at for at in locations.listed() if at.active and (but is None or at.id != but.id)]
    return [("", "Choose"), *((at.id, at.called) for at in places)]


def _where_and_how_many(part: Part) -> list[tuple[str, str]]:
    """Where the books have the part, then every other place."""
    held = queries.held(part)
    known = {at.location.id for at in held if at.owner.id == OURS}
    others = [at for at in locations.listed() if at.active and at.id not in known]
    there = [(_key(at), _said(at)) for at in held]
    return [("", "Choose"), *there, *((f"{at.id}/{OURS}", f"{at.called} · none") for at in others)]


def _shown(moved: Sequence[Movement]) -> dict[str, Any]:
    """What a list of movements needs beside them; their causes are read together."""
    causes = subject.bring(one.cause for one in moved if one.cause)
    return {"taken_back": queries.taken_back(moved), "cause_of": cause_of, "causes": causes}


def _asked_part() -> Part | None:
    part_id = _uuid(request.args.get("part", ""))
    return catalogue.part(part_id) if part_id else None


def _part_to_move() -> Part:
    part = _asked_part()
    if part is None:
        raise Refusal("Choose the part first.")
    return part


def _pick_part(title: str) -> ResponseReturnValue:
    text = request.args.get("q", "")
    found = catalogue.found(text)
    return page("stock/pick_part.html", "results", nav="parts", title=title, q=text, found=found)


def _asked_location(name: str) -> Location | None:
    location_id = _uuid(request.args.get(name, ""))
    return locations.location(location_id) if location_id else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _part_url(part: Part) -> str:
    return url_for("catalogue.part", part_id=part.id)


def _serial_title(one: Serial) -> str:
    return f"{one.part.sku} serial {one.number}"


subject.announce(
    subject.Kind(
        "serial",
        load=lambda serial_id, person: queries.serial_of_id(serial_id),
        title=_serial_title,
        url=lambda one: url_for("stock.serial", serial_id=one.id),
    )
)
recognise_by(queries.recognised)
