"""Putting photos, slips and certificates on things."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import update
from werkzeug.datastructures import FileStorage

from partsweb.attachments import intake
from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotAllowed
from partsweb.kit.subject import Subject
from partsweb.people.models import Person


def attach(
    subject: Subject, file: FileStorage, *, by: Person, purpose: str = "photo"
) -> Attachment:
    """Put a photo or PDF on a thing that the person was shown; refused in words if it is none."""
    kept = intake.taken_in(file)
    attached = Attachment(
        subject_kind=subject.kind,
        subject_id=subject.id,
        purpose=purpose,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        received_hash=kept.received_hash,
        stored=kept.stored,
        thumbnail=kept.thumbnail,
        added_by_id=by.id,
        added_at=clock.now(),
    )
    db.session.add(attached)
    db.session.flush()
    return attached


def attach_all(
    subject: Subject, files: Iterable[FileStorage], *, by: Person, purpose: str = "photo"
) -> list[Attachment]:
    """Put all that were chosen on the thing; a field that was left empty brings none."""
    chosen = [file for file in files if file.filename]
    intake.refuse_too_many(chosen)
    return [attach(subject, file, by=by, purpose=purpose) for file in chosen]


def hang_over(subject: Subject, *, to: Subject) -> None:
    """What hangs on one thing hangs on another from now on."""
    rows = update(Attachment).where(
        Attachment.subject_kind == subject.kind,
        Attachment.subject_id == subject.id,
        Attachment.removed_at.is_(None),
    )
    db.session.execute(rows.values(subject_kind=to.kind, subject_id=to.id))


def may_remove(attachment: Attachment, *, by: Person) -> bool:
    """Whoever added it, or the office."""
    return attachment.added_by_id == by.id or by.may("remove photos of others")


def remove(attachment: Attachment, *, by: Person) -> None:
    """Take it off the thing. The bytes are kept: what was once shown can be asked about."""
    if not may_remove(attachment, by=by):
        raise NotAllowed(f"Only {attachment.added_by.name} or the office can remove it.")
    attachment.removed_at = attachment.removed_at or clock.now()
