"""What is due to vendors for consigned stock that was installed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from partsweb.catalogue import agreement_queries as agreements
from partsweb.catalogue.models import Agreement
from partsweb.kit import fields, slot
from partsweb.kit.door import reads
from partsweb.kit.exact import ZERO
from partsweb.kit.pages import page
from partsweb.kit.refusal import Refusal
from partsweb.kit.sheets import Cell, Sheet, download
from partsweb.settlement import queries
from partsweb.settlement.queries import Due, Wanted

bp = Blueprint("settlement", __name__)
COLUMNS = (
    "Vendor",
    "Agreement",
    "SKU",
    "Description",
    "Quantity",
    "Serial",
    "Agreed price",
    "Due",
    "Order",
    "Installed",
    "Posted",
)


@bp.get("/consignment")
@reads("see prices")
def dues() -> ResponseReturnValue:
    """By agreement and part, with each installation under it."""
    wanted = _wanted()
    found = queries.dues(wanted)
    return page(
        "settlement/dues.html",
        "results",
        nav="more",
        wanted=wanted,
        found=found,
        summed=queries.by_agreement(found),
        total=sum((due.amount for due in found), ZERO),
        agreements=agreements.agreements(),
    )


@bp.get("/consignment/dues.<ending>")
@reads("see prices")
def export(ending: str) -> ResponseReturnValue:
    """Each installation as a line of a file."""
    found = queries.dues(_wanted())
    return download(Sheet("consignment-dues", COLUMNS, [_row(due) for due in found]), ending)


def on_agreement(agreement: Agreement) -> str:
    """For an agreement's page: what lies here, and what is due."""
    found = queries.dues(Wanted(agreement_id=agreement.id))
    return slot.partial(
        "settlement/_on_agreement.html",
        agreement=agreement,
        lying=queries.lying_here(agreement),
        total=sum((due.amount for due in found), ZERO),
    )


def _row(due: Due) -> list[Cell]:
    return [
        due.owner.name,
        due.agreement.number if due.agreement else "",
        due.moved.part.sku,
        due.moved.part.description,
        due.moved.quantity,
        due.moved.serial.number if due.moved.serial else "",
        due.price,
        due.amount,
        due.order.number,
        due.moved.occurred_at,
        due.moved.posted_on,
    ]


def _wanted() -> Wanted:
    """What makes no sense in an address is left out."""
    return Wanted(_day("since"), _day("until"), fields.an_id(request.args, "agreement"))


def _day(name: str) -> date | None:
    with suppress(Refusal):
        return fields.day(request.args, name)
    return None
