"""Today and More."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from partsweb.kit import clock
from partsweb.kit.door import SIGNED_IN, reads
from partsweb.kit.pages import page
from partsweb.locations.views import own_van
from partsweb.orders.collecting import needs_choice
from partsweb.today import queries
from partsweb.today.sections import sections_of

bp = Blueprint("today", __name__)


@bp.get("/")
@reads(SIGNED_IN)
def start() -> ResponseReturnValue:
    """What is next for this person."""
    sections = sections_of(g.person)
    return page(
        "today/start.html",
        sections=sections,
        greeting=_greeting(),
        day_now=clock.today(),
        nav="today",
    )


@bp.get("/to-collect")
@reads("see orders")
def to_collect() -> ResponseReturnValue:
    """What lies ready for one's own orders, and where."""
    found = queries.set_aside_for(g.person)
    by_home = [(home, list(rows)) for home, rows in groupby(found, lambda row: row[0])]
    return page(
        "today/to_collect.html",
        by_home=by_home,
        own=own_van(),
        choose=lambda entry, kept: needs_choice(entry, kept.location, kept.quantity),
        nav="today",
    )


@bp.get("/more")
@reads(SIGNED_IN)
def more() -> ResponseReturnValue:
    """Everything else that the person may do."""
    return page("today/more.html", nav="more")


def _greeting() -> str:
    hour = clock.now().astimezone(clock.zone()).hour
    if hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"
