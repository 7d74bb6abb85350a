"""Cores: what is to be shipped until when, what came back, and who bears the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.catalogue.models import Part
from partsweb.codes.queries import recognise_by
from partsweb.kit import fields, slot, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound
from partsweb.kit.sheets import Cell, Sheet, download
from partsweb.returns import queries, rules
from partsweb.returns.forms import SettlingForm, ShippingForm, read_view
from partsweb.returns.models import Core, Payer
from partsweb.timeline import queries as timeline

bp = Blueprint("returns", __name__)
PAYERS = [(Payer.ORDER.value, "The order’s own cost"), (Payer.CUSTOMER.value, "The customer")]
COLUMNS = (
    "Core",
    "SKU",
    "Description",
    "Quantity",
    "Serial",
    "Vendor",
    "Due",
    "State",
    "RMA",
    "Charge",
    "Credited",
    "Not credited",
    "Borne by",
    "Why",
)


@bp.get("/cores")
@reads("see orders")
def cores() -> ResponseReturnValue:
    """What is to be shipped, what is on its way, what somebody has to bear."""
    show = read_view(request.args)
    found = queries.cores(show, seen_by=g.person, page=asked_page())
    return page(
        "returns/cores.html",
        "panel",
        nav="more",
        show=show,
        found=found,
        counts=queries.counts(seen_by=g.person),
        exposure=queries.exposure() if g.person.may("see prices") else None,
    )


@bp.get("/cores/list.<ending>")
@reads("see prices")
def export(ending: str) -> ResponseReturnValue:
    """The same as a file."""
    found = queries.all_cores(read_view(request.args), seen_by=g.person)
    return download(Sheet("cores", COLUMNS, _rows(found)), ending)


@bp.get("/cores/<uuid:core_id>")
@reads("see orders")
def core(core_id: UUID) -> ResponseReturnValue:
    """One core: where it lies, until when it has to go, what is next."""
    found = queries.core(core_id, seen_by=g.person)
    return page(
        "returns/core.html",
        nav="more",
        core=found,
        payers=PAYERS,
        about=_order_of(found),
        history=timeline.history(found.subject, page=asked_page()),
    )


@bp.post("/cores/<uuid:core_id>/tag")
@writes("return cores")
def tag(core_id: UUID) -> ShowAfter:
    """It has its label."""
    found = queries.core(core_id, seen_by=g.person)
    rules.tag(found, fields.text(request.form, "rma"), by=g.person, at=occurred_at())
    return _show(found)


@bp.post("/cores/<uuid:core_id>/shipping")
@writes("return cores")
def ship(core_id: UUID) -> ShowAfter:
    """It is on its way."""
    found, form = queries.core(core_id, seen_by=g.person), ShippingForm.read(request.form)
    rules.ship(
        found,
        by=g.person,
        at=occurred_at(),
        rma=form.rma,
        carrier=form.carrier,
        tracking=form.tracking,
    )
    return _show(found)


@bp.post("/cores/<uuid:core_id>/credit")
@writes("settle cores")
def settle(core_id: UUID) -> ShowAfter:
    """The vendor gives something back, or nothing."""
    found, form = queries.core(core_id, seen_by=g.person), SettlingForm.read(request.form)
    by, at = g.person, occurred_at()
    if form.rejected:
        rules.reject(found, by=by, at=at, payer=form.payer, why=form.why)
    else:
        rules.credit(found, form.amount, by=by, at=at, payer=form.payer, why=form.why)
    return _show(found)


@bp.post("/cores/<uuid:core_id>/charge")
@writes("settle cores")
def give_up(core_id: UUID) -> ShowAfter:
    """It won't come back."""
    found, form = queries.core(core_id, seen_by=g.person), SettlingForm.read(request.form)
    rules.give_up(found, by=g.person, at=occurred_at(), payer=form.payer, why=form.why)
    return _show(found)


@bp.post("/cores/<uuid:core_id>/step-back")
@writes("return cores")
def step_back(core_id: UUID) -> ShowAfter:
    """That was a mistake."""
    found = queries.core(core_id, seen_by=g.person)
    rules.step_back(found, by=g.person, at=occurred_at())
    return _show(found)


# --- On other pages ---------------------------------------------------------------------------


def on_order(order: subject.Subject) -> str:
    """For an order's page: what was left over on it."""
    found = queries.of_orders([order.id])[order.id]
    return slot.partial("returns/_on_order.html", cores=found, person=g.person) if found else ""


def on_scan(thing: Any, part: Part | None, serial: str) -> str:
    """For what was scanned: return it, in one tap, where it is a core."""
    found: Sequence[Core] = ()
    if isinstance(thing, Core) and thing.to_ship:
        found = [thing]
    elif part is not None and g.person.may("return cores"):
        found = queries.to_ship(part, serial, seen_by=g.person)
    return slot.partial("returns/_on_scan.html", cores=found) if found else ""


def _order_of(found: Core) -> dict[str, str]:
    """The order, where the person may open it; whoever was sent with a core may not."""
    try:
        title = subject.title(found.about, seen_by=g.person)
    except NotFound:
        return {}
    return {"title": title, "url": subject.url(found.about, seen_by=g.person)}


def _rows(found: Sequence[Core]) -> list[list[Cell]]:
    return [
        [
            one.number,
            one.part.sku,
            one.part.description,
            one.quantity,
            one.serial,
            one.vendor.name if one.vendor else "",
            one.due_on,
            one.state.value,
            one.rma,
            one.amount,
            one.credited,
            one.uncredited,
            one.payer.value if one.payer else "",
            one.why,
        ]
        for one in found
    ]


def _show(found: Core) -> ShowAfter:
    said = f"{found.number} is {found.state.value}."
    return show_after(url_for(".core", core_id=found.id), notice=said)


recognise_by(queries.recognised)
