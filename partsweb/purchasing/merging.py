"""What was bought as a placeholder was bought as the part that it turned out to be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.people.models import Person
from partsweb.purchasing import coming, received
from partsweb.purchasing.models import Discrepancy, PurchaseLine, PurchaseOrder
from partsweb.purchasing.ordering import lock
from partsweb.timeline import rules as timeline


def follow(request: CatalogueRequest, *, into: Part, by: Person, at: datetime) -> None:
    """Every line of it is one of the part now, at the price and with the arrivals that it has."""
    part = request.part
    for order in coming.with_lines_of(part):
        lock(order)
        for line in (one for one in order.lines if one.part_id == part.id):
            _refuse(order, line, into)
            line.part = into
        text = f"{request.name} is {into.description} {into.sku}"
        timeline.record(order.subject, "catalogue-merged", text, by=by, at=at)
    came = update(Discrepancy).where(Discrepancy.came_part_id == part.id)
    db.session.execute(came.values(came_part_id=into.id))
    db.session.flush()


def _refuse(order: PurchaseOrder, line: PurchaseLine, into: Part) -> None:
    if received.open_conflicts_of([line]):
        raise Refusal(
            f"{order.number} has a serial of {line.part.sku} that the books have elsewhere. Say "
            "there how that came to be, then merge.",
            field="part",
        )
    if into.serialized and line.quantity != line.quantity.to_integral_value():
        raise Refusal(
            f"{into.sku} comes in whole units, and {order.number} has {qty(line.quantity)} of it. "
            "Change or close that first.",
            field="part",
        )
