"""What hangs on things."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from partsweb.attachments.intake import ROOM
from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit import files, subject
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.people.models import Person


def of(thing: Subject, *, purpose: str = "") -> Sequence[Attachment]:
    """What hangs on the thing, oldest first; the caller has shown that it may be seen."""
    rows = select(Attachment).where(
        Attachment.subject_kind == thing.kind,
        Attachment.subject_id == thing.id,
        Attachment.removed_at.is_(None),
    )
    if purpose:
        rows = rows.where(Attachment.purpose == purpose)
    return db.session.scalars(rows.order_by(Attachment.added_at, Attachment.id)).all()


def of_all(things: Sequence[Subject]) -> Sequence[Attachment]:
    """What hangs on any of the things, oldest first; the caller has shown that they may be seen."""
    rows = select(Attachment).where(
        Attachment.subject_id.in_([one.id for one in things]), Attachment.removed_at.is_(None)
    )
    return db.session.scalars(rows.order_by(Attachment.added_at, Attachment.id)).all()


def of_ids(ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """What hangs on the things of these ids, by id, oldest first."""
    rows = select(Attachment).where(Attachment.subject_id.in_(ids), Attachment.removed_at.is_(None))
    found: dict[UUID, list[Attachment]] = {}
    for one in db.session.scalars(rows.order_by(Attachment.added_at, Attachment.id)):
        found.setdefault(one.subject_id, []).append(one)
    return found


def attachment(attachment_id: UUID, *, seen_by: Person) -> Attachment:
    """One attachment, for whoever may see the thing that it hangs on."""
    found = db.session.get(Attachment, attachment_id)
    if found is None or found.removed_at is not None:
        raise NotFound("There is no such photo or paper. It may have been removed.")
    subject.load(found.subject, seen_by=seen_by)
    return found


def file_of(attachment: Attachment) -> Path:
    """Where its bytes lie."""
    return _there(attachment.stored)


def thumbnail_of(attachment: Attachment) -> Path:
    """Where its small picture lies; a PDF has none."""
    if not attachment.thumbnail:
        raise NotFound("There is no small picture of a PDF.")
    return _there(attachment.thumbnail)


def _there(name: str) -> Path:
    path = files.folder(ROOM) / name
    if not path.exists():
        raise NotFound("Its file is missing on this server. It may still lie in a backup.")
    return path
