"""Blank forms that a phone carries along, for things that it holds no page of.

Without signal its service worker shows one in place of the form of an address (js/lib/keeping.js):
of a part that was never opened, or of an entry that was itself made a minute ago on this phone.
"""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from partsweb.catalogue.models import Part
from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.locations.views import own_van
from partsweb.orders import open_requests, places, queries
from partsweb.orders.models import Fate

bp = Blueprint("blank", __name__)


@bp.get("/blank/installation")
@reads("install parts")
def installation() -> ResponseReturnValue:
    """Log what was fitted."""
    fates = [(one.value, one.value.capitalize()) for one in Fate]
    return page("orders/blank_install.html", parts=_known_parts(), sources=_places(), fates=fates)


@bp.get("/blank/cancellation")
@reads("request parts")
def cancellation() -> ResponseReturnValue:
    """Cancel what was asked for."""
    return page("orders/blank_cancel.html")


@bp.get("/blank/photos")
@reads("work on orders")
def photos() -> ResponseReturnValue:
    """Add photos and certificates."""
    return page("orders/blank_photos.html")


@bp.get("/blank/part")
@reads("see parts")
def part() -> ResponseReturnValue:
    """A part, as the phone's own catalogue knows it."""
    return page("orders/blank_part.html", nav="parts", order=queries.active_order(g.person))


def _places() -> list[Location]:
    """The own van, then the warehouses: where one takes parts from."""
    van = own_van()
    depots = [one for one in locations.warehouses_and_vans() if one.kind == Kind.WAREHOUSE]
    return [*([van] if van else []), *depots]


def _known_parts() -> list[Part]:
    """The van's parts and those of one's own orders, so that the form can say what it is about."""
    van = own_van()
    held = [part for part, _ in places.van_stock(van)] if van else []
    known = [*held, *open_requests.parts_asked_by(g.person)]
    return list({part.id: part for part in known}.values())
