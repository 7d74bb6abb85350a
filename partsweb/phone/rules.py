"""Nothing that a technician enters is refused into the void."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR
from partsweb.phone import queries
from partsweb.phone.models import ExceptionFile, OperationException
from partsweb.timeline import rules as timeline

CORRECTED = "corrected and sent again"


@dataclass(frozen=True)
class Received:
    """An operation as it came: where to, its fields in order, its files as kept by hash."""

    operation_id: UUID
    url: str
    page: str
    title: str
    fields: Sequence[tuple[str, str]]
    files: Sequence[ExceptionFile]
    occurred_at: datetime


def keep(received: Received, refusal: str, *, by: UUID) -> OperationException:
    """Keep what couldn't be applied, whole; the coordinator is told, once."""
    known = queries.open_one(received.operation_id, of=by)
    if known is not None:
        known.refusal = refusal
        return known
    kept = OperationException(
        person_id=by,
        operation_id=received.operation_id,
        url=received.url,
        page=received.page,
        title=received.title,
        fields=json.dumps(list(received.fields)),
        refusal=refusal,
        occurred_at=received.occurred_at,
        recorded_at=clock.now(),
        files=list(received.files),
    )
    db.session.add(kept)
    db.session.flush()
    said = f"Couldn’t be applied: {kept.title or 'an entry'} by {kept.person.name}. {refusal}"
    timeline.tell_role(COORDINATOR, kept.subject, said)
    return kept


def correct(operation_id: UUID, *, by: UUID) -> None:
    """Its owner sends it again, corrected; refuses where somebody has dealt with it meanwhile."""
    kept = queries.open_one(operation_id, of=by)
    if kept is None:
        return  # refused while its form was open: nothing was kept
    _refuse_resolved(kept)
    kept.resolved_at, kept.resolved_by_id, kept.resolution = clock.now(), by, CORRECTED
    db.session.flush()


def resolve(kept: OperationException, how: str, *, by: Person, at: datetime) -> None:
    """Somebody dealt with it by hand, and says how; its owner is told."""
    db.session.refresh(kept, with_for_update={"of": OperationException})
    _refuse_resolved(kept)
    if not how.strip():
        raise Refusal("Say what was done about it.", field="how")
    kept.resolved_at, kept.resolved_by, kept.resolution = at, by, how.strip()
    db.session.flush()
    if by.id != kept.person_id:
        timeline.tell(kept.person, kept.subject, f"{by.name} dealt with it: {kept.title}. {how}")


def _refuse_resolved(kept: OperationException) -> None:
    if kept.resolved_at is not None:
        who = kept.resolved_by.name if kept.resolved_by else "Somebody"
        raise Refusal(f"{who} has dealt with it already: {kept.resolution}. Nothing was changed.")
