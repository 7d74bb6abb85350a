"""The Parts workspace."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.catalogue.models import Part
from partsweb.kit import clock
from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.kit.paging import asked_page
from partsweb.kit.slot import partial
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.locations.views import own_van
from partsweb.orders import queries as orders
from partsweb.workspace import queries
from partsweb.workspace.forms import EVERYWHERE, asked
from partsweb.workspace.queries import Asked

bp = Blueprint("workspace", __name__)
COLUMNS = ("SKU", "Description", "Category", "Unit", "Place", "On hand", "Allocated", "Available")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    )


@bp.get("/parts/stock.csv")
@reads("see stock")
def stock_list() -> ResponseReturnValue:
    """The same as a file for a spreadsheet: a line for every part and place."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(COLUMNS)
    for part, place, on_hand, allocated in queries.stock_list(_asked()):
        words = (part.sku, part.description, part.category, part.unit, place.called)
        lines.writerow(
            (*map(_as_text, words), *map(_plain, (on_hand, allocated, on_hand - allocated)))
        )
    name = f"stock-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # The mark tells spreadsheets that it is UTF-8.
    return Response("\ufeff" + written.getvalue(), mimetype="text/csv", headers=headers)


def part_act(*, part: Part) -> Markup | str:
    """What is next with a part, for its page: asking for it on the order that was started."""
    order = orders.active_order(g.person) if g.person.may("request parts") else None
    return partial("workspace/_part_act.html", part=part, order=order) if order else ""


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
            "sort": wanted.sort or None,
        }
        return url_for(endpoint, **(known | changes))

    return address


def _as_text(words: str) -> str:
    return f"'{words}" if words.startswith(FORMULA) else words


def _plain(number: Any) -> str:
    return format(number, "f")
