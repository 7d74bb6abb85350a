"""What was brought in before."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.stock.models import OURS, Movement, Reason, Serial

At = tuple[UUID, UUID]


def opened() -> dict[At, Decimal]:
    """The opening balance by part and location, as it stands after corrections."""
    columns = (Movement.part_id, Movement.source_id, Movement.target_id, Movement.quantity)
    found: dict[At, Decimal] = defaultdict(lambda: ZERO)
    ours = select(*columns).where(Movement.owner_id == OURS, _is_opening())
    for part_id, source_id, target_id, quantity in db.session.execute(ours):
        found[part_id, source_id] -= quantity
        found[part_id, target_id] += quantity
    return dict(found)


def opened_units() -> dict[tuple[UUID, str], UUID]:
    """Where each unit lay when the books began, by part and serial."""
    rows = (
        select(Serial.part_id, Serial.number, Movement.target_id)
        .join(Movement, Movement.serial_id == Serial.id)
        .where(Movement.reason == Reason.OPENING)
    )
    return {(part_id, number): target_id for part_id, number, target_id in db.session.execute(rows)}


def _is_opening() -> ColumnElement[bool]:
    openings = select(Movement.id).where(Movement.reason == Reason.OPENING)
    return or_(Movement.reason == Reason.OPENING, Movement.reverses_id.in_(openings))
