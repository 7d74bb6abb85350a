"""What waits for a decision, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.extensions import db
from partsweb.kit import subject
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.people.models import Person


def approval(approval_id: UUID, *, seen_by: Person) -> Approval:
    """One question, for who asked it and for those who decide."""
    found = db.session.get(Approval, approval_id)
    if found is None or not (seen_by.may("decide") or found.asked_by_id == seen_by.id):
        raise NotFound("There is no such question.")
    return found


def to_decide(*, page: int = 1) -> Page[Approval]:
    """What waits for a decision, the oldest first."""
    rows = select(Approval).where(Approval.decision == Decision.OPEN)
    return paged(rows.order_by(Approval.asked_at, Approval.id), number=page)


def decided(*, page: int = 1) -> Page[Approval]:
    """What was decided, the latest first."""
    rows = select(Approval).where(Approval.decided_at.is_not(None))
    return paged(rows.order_by(Approval.decided_at.desc(), Approval.id), number=page)


def of(about: Subject, matter: Matter) -> Sequence[Approval]:
    """All that was asked about the thing, the latest first."""
    rows = select(Approval).where(
        Approval.subject_kind == about.kind,
        Approval.subject_id == about.id,
        Approval.matter == matter,
    )
    return db.session.scalars(rows.order_by(Approval.asked_at.desc(), Approval.id)).all()


def latest(about: Subject, matter: Matter) -> Approval | None:
    """How it stands with the thing: the last question about it."""
    return next(iter(of(about, matter)), None)


subject.announce(
    subject.Kind(
        "approval",
        load=lambda approval_id, person: approval(approval_id, seen_by=person),
        title=lambda found: found.text,
        url=lambda found: f"/approvals/{found.id}",
    )
)
