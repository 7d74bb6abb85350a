"""A label for a part, a place, an order or a unit; and the addresses that stand on labels."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.catalogue.models import Part
from partsweb.codes import own
from partsweb.codes.queries import meanings
from partsweb.kit import subject
from partsweb.kit.door import SIGNED_IN, reads
from partsweb.kit.pages import page
from partsweb.kit.refusal import NotFound
from partsweb.kit.slot import partial
from partsweb.kit.subject import Subject
from partsweb.locations.models import Location
from partsweb.orders.models import Order
from partsweb.stock.models import Serial

bp = Blueprint("labels", __name__)
MOST = 60
# CSS pixels a module; with four around it a label of ours is some 30 mm wide.
SCALE, AROUND = 4, 4


@bp.get("/c/<letter>/<key>")
@bp.get("/C/<letter>/<key>")
@reads(SIGNED_IN)
def opened(letter: str, key: str) -> ResponseReturnValue:
    """What a printed code stands for; a phone's own camera leads here."""
    named = own.named(letter, key)
    if named is None:
        raise NotFound("There is no such label.")
    if named.id:
        return redirect(subject.url(Subject(named.kind, named.id), seen_by=g.person), 303)
    orders = [one for one in meanings(named.number) if one.subject.kind == named.kind]
    if not orders:
        raise NotFound("There is no such order.")
    return redirect(subject.url(orders[0].subject, seen_by=g.person), 303)


@bp.get("/labels/<kind>/<uuid:thing_id>")
@reads(SIGNED_IN)
def label(kind: str, thing_id: UUID) -> ResponseReturnValue:
    """The page that is printed: so many labels as are wanted."""
    if kind not in own.LETTERS:
        raise NotFound("There are no labels for that.")
    about = Subject(kind, thing_id)
    thing = subject.load(about, seen_by=g.person)
    copies = request.args.get("copies", 1, type=int)
    return page(
        "labels/label.html",
        about=about,
        title=subject.kind_of(kind).title(thing),
        back=subject.url(about, seen_by=g.person),
        code=picture(own.address(_origin(), kind, _key(thing))),
        copies=max(1, min(copies, MOST)),
        most=MOST,
    )


def picture(text: str) -> str:
    """A full QR as a picture; phones read one of this size from an arm's length."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="svg", scale=SCALE, border=AROUND, light="#fff")
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


def _key(thing: Any) -> UUID | str:
    key: UUID | str = thing.number if isinstance(thing, Order) else thing.id
    return key


def _origin() -> str:
    origin: str = current_app.config["SETTINGS"].origin
    return origin or request.host_url.rstrip("/")


# --- Where labels are asked for ----------------------------------------------------------------


def of_part(*, part: Part) -> Markup | str:
    """The way to a part's label."""
    return "" if part.placeholder else _way("part", part.id)


def of_location(*, location: Location) -> Markup | str:
    """The way to a place's label."""
    return _way("location", location.id) if location.is_place else ""


def of_order(*, order: Order) -> Markup:
    """The way to an order's label: for its tote, or the bag with its parts."""
    return _way("order", order.id)


def of_serial(*, serial: Serial) -> Markup:
    """The way to a unit's label."""
    return _way("serial", serial.id)


def _way(kind: str, thing_id: UUID) -> Markup:
    return partial("labels/_way.html", kind=kind, thing_id=thing_id)
