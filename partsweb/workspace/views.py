"""The Parts workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.catalogue.models import Part
from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.kit.paging import asked_page
from partsweb.kit.sheets import Sheet, download
from partsweb.kit.slot import partial
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.locations.views import own_van
from partsweb.orders import queries as orders
from partsweb.workspace import queries
from partsweb.workspace import stock_list as exported
from partsweb.workspace.forms import EVERYWHERE, asked
from partsweb.workspace.queries import Asked
from partsweb.workspace.rows import deliveries_of

bp = Blueprint("workspace", __name__)


@bp.get("/parts")
@reads("see parts")
def parts() -> ResponseReturnValue:
    """One table of parts: found by SKU, words or vendor's number, with what is where."""
    wanted, places = _asked(), locations.listed()
    return page(
        "workspace/parts.html",
        "results",
        nav="parts",
        asked=wanted,
        table=queries.table(wanted, places, seen_by=g.person, page=asked_page()),
        places=_choices(places, wanted.at),
        chosen=wanted.at.id if wanted.at else EVERYWHERE,
        address=_address(wanted),
        near=locations.nearest_warehouse(van) if (van := own_van()) else None,
    )


@bp.get("/parts/stock.<ending>")
@reads("see stock")
def stock_list(ending: str) -> ResponseReturnValue:
    """The same as a file: a line for every part, place and owner."""
    with_value = g.person.may("see prices")
    lines = exported.lines(_asked(), with_value=with_value)
    return download(Sheet("stock", exported.columns(with_value=with_value), lines), ending)


def part_act(*, part: Part) -> Markup | str:
    """What is next with a part: asking for it on the order that was started, or receiving it."""
    order = orders.active_order(g.person) if g.person.may("request parts") else None
    delivery = None
    if order is None and g.person.may("receive parts"):
        delivery = next(iter(deliveries_of(part, seen_by=g.person)), None)
    return partial("workspace/_part_act.html", part=part, order=order, delivery=delivery)


def _asked() -> Asked:
    starts_in_van = not g.person.may("see all orders")
    return asked(request.args, own=own_van() if starts_in_van else None)


def _choices(listed: Sequence[Location], at: Location | None) -> list[tuple[Any, str]]:
    """What can be filtered by; a bin that somebody came from stays chosen."""
    places = [place for place in listed if place.active and place.kind != Kind.BIN]
    if at is not None and at.id not in {place.id for place in places}:
        places.append(at)
    return [(EVERYWHERE, "Everywhere"), *((place.id, place.called) for place in places)]


def _address(wanted: Asked) -> Any:
    """The table's address with one thing changed: `address(sort="sku")`."""

    def address(endpoint: str = ".parts", **changes: Any) -> str:
        known = {
            "q": wanted.text or None,
            "at": wanted.at.id if wanted.at else EVERYWHERE,
            "below": 1 if wanted.below else None,
            "negative": 1 if wanted.negative else None,
            "on_order": 1 if wanted.on_order else None,
            "late": 1 if wanted.late else None,
            "sort": wanted.sort or None,
        }
        return url_for(endpoint, **(known | changes))

    return address
