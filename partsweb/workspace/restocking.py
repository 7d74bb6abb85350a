"""The restock list as a page: what to buy or move, how much, from whom."""

from __future__ import annotations

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.kit import fields
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotAllowed
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.purchasing import needs
from partsweb.purchasing.needs import Done
from partsweb.workspace.forms import chosen

bp = Blueprint("restocking", __name__)


@bp.get("/parts/restock")
@reads("buy parts")
def restock_list() -> ResponseReturnValue:
    """What is down to its reorder point and on no paper yet."""
    at = _place()
    return page(
        "workspace/restock.html",
        "results",
        nav="parts",
        found=needs.needs(at=at, page=asked_page()),
        at=at,
        places=locations.warehouses_and_vans(),
    )


@bp.post("/parts/restock")
@writes("buy parts")
def restock() -> ShowAfter:
    """Put what was chosen on drafts and transfers, and show what is left."""
    at, wanted = _place(), chosen(request.form)
    if any(one.source_id for one in wanted) and not g.person.may("move stock"):
        raise NotAllowed("Moving stock is for coordinators. Choose a vendor, or leave it.")
    done = needs.restock(wanted, by=g.person, at=occurred_at())
    return show_after(url_for(".restock_list", at=at.id if at else None), notice=_said(done))


def _place() -> Location | None:
    place_id = fields.an_id(request.args, "at")
    return locations.place(place_id) if place_id else None


def _said(done: Done) -> str:
    """Where it stands now: Bought on PO-000012, PO-000013. Asked for on TR-000004."""
    bought = ", ".join(one.number for one in done.drafts)
    moved = ", ".join(one.number for one in done.transfers)
    told = [f"On the draft {bought}."] if bought else []
    told += [f"Asked for on {moved}."] if moved else []
    if done.met:
        told.append(f"{done.met} stood on paper already, by somebody else.")
    return " ".join(told)
