"""Today and More."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from partsweb.kit.door import SIGNED_IN, reads
from partsweb.kit.pages import page

bp = Blueprint("today", __name__)


@bp.get("/")
@reads(SIGNED_IN)
def start() -> ResponseReturnValue:
    """What is next for this person."""
    return page("today/start.html", nav="today", me=g.person)


@bp.get("/more")
@reads(SIGNED_IN)
def more() -> ResponseReturnValue:
    """Everything else that the person may do."""
    return page("today/more.html", nav="more", me=g.person)
