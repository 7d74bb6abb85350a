"""What an order's Work Logs tell: its part entries, what is set apart for them, their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from partsweb.attachments import queries as attachments
from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.orders.models import Installation, Order, PartEntry, WorkNote
from partsweb.stock.models import Allocation


@dataclass(frozen=True)
class Log:
    """An order's part entries with all that its Work Logs tell of them."""

    entries: Sequence[PartEntry]
    apart: dict[UUID, list[Allocation]]
    photos: dict[UUID, list[Attachment]]

    def lacks_evidence(self, entry: PartEntry) -> bool:
        """Whether it was installed without the evidence that it needs."""
        return _lacks_evidence(entry, any(self.photos.get(of) for of in _evidence_of(entry)))


def log(order: Order) -> Log:
    """The order's part entries, the newest last; a fixed number of questions to the database."""
    rows = select(PartEntry).where(PartEntry.order_id == order.id)
    entries = db.session.scalars(
        rows.order_by(PartEntry.requested_at, PartEntry.id).options(
            selectinload(PartEntry.installations)
        )
    ).all()
    subjects = [one for entry in entries for one in _evidence_of(entry)]
    subjects += [note.id for note in order.notes]
    return Log(entries, set_apart(entries), photos(subjects))


def set_apart(entries: Sequence[PartEntry]) -> dict[UUID, list[Allocation]]:
    """What is set apart for each entry, and where."""
    rows = select(Allocation).where(
        Allocation.subject_kind == "part-entry",
        Allocation.subject_id.in_([entry.id for entry in entries]),
        Allocation.quantity > ZERO,
    )
    found: dict[UUID, list[Allocation]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.subject_id, []).append(row)
    return found


def photos(subject_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """Photos and papers by the thing that they hang on."""
    return attachments.of_ids(subject_ids)


def evidence_missing(entry: PartEntry) -> bool:
    """Whether a compliance part was installed and neither photo nor certificate is there yet."""
    if not (entry.part.compliance and entry.installed > ZERO):
        return False
    return _lacks_evidence(entry, bool(photos(_evidence_of(entry))))


def without_evidence(entries: Iterable[PartEntry]) -> frozenset[UUID]:
    """Those of the entries that were installed without the evidence that they need."""
    needing = {one.id: [one.id] for one in entries if one.part.compliance and one.installed > ZERO}
    if not needing:
        return frozenset()
    fitted = select(Installation.entry_id, Installation.id).where(
        Installation.entry_id.in_(needing), Installation.taken_back_at.is_(None)
    )
    for entry_id, one in db.session.execute(fitted):
        needing[entry_id].append(one)
    there = photos([one for subjects in needing.values() for one in subjects])
    return frozenset(
        entry_id for entry_id, subjects in needing.items() if not any(map(there.get, subjects))
    )


def _evidence_of(entry: PartEntry) -> list[UUID]:
    return [entry.id, *(one.id for one in entry.installations if one.taken_back_at is None)]


def _lacks_evidence(entry: PartEntry, there: bool) -> bool:  # noqa: FBT001
    return entry.part.compliance and entry.installed > ZERO and not there


def last_work(order_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When something was fitted or noted on each order the last time."""
    fitted = (
        select(PartEntry.order_id, func.max(Installation.occurred_at))
        .join(Installation, Installation.entry_id == PartEntry.id)
        .where(PartEntry.order_id.in_(order_ids), Installation.taken_back_at.is_(None))
        .group_by(PartEntry.order_id)
    )
    noted = (
        select(WorkNote.order_id, func.max(WorkNote.occurred_at))
        .where(WorkNote.order_id.in_(order_ids))
        .group_by(WorkNote.order_id)
    )
    found: dict[UUID, datetime] = {}
    for rows in (fitted, noted):
        for order_id, at in db.session.execute(rows):
            found[order_id] = max(at, found.get(order_id, at))
    return found
