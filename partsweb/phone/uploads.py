"""Files that phones send before the writes that name them, so that no retry sends them again.

They are known by the hash of what was received, and can be named only by who sent them. The write
itself meets them as if they had come with it.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime, timedelta
from uuid import UUID

from flask import abort, request
from sqlalchemy import delete, exists, select
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from partsweb.extensions import db
from partsweb.kit import clock, files
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import insert_if_absent
from partsweb.phone.models import Upload

ROOM = "uploads"
# A phone may lie in a drawer; it sends a file again that was swept.
KEPT_FOR = timedelta(days=60)
MISSING = 412
# Each is read into memory; a delivery with a photo of every line stays far below.
MOST_NAMED = 60


def keep(content: bytes, *, by: UUID, at: datetime) -> str:
    """Keep what was received, and say its hash."""
    if not content:
        raise Refusal("The file is empty. Choose it again.")
    digest = hashlib.sha256(content).hexdigest()
    stored = files.keep(ROOM, content, ending="")
    insert_if_absent(
        Upload, person_id=by, hash=digest, stored=stored, size=len(content), received_at=at
    )
    return digest


def bring_in(named: tuple[str, ...], *, by: UUID) -> None:
    """Put the files that a write names beside those that came with it."""
    if len(named) > MOST_NAMED:
        abort(413)
    brought = list(request.files.items(multi=True))
    brought.extend(_file(text, by) for text in named)
    request.__dict__["files"] = ImmutableMultiDict(brought)


def _file(text: str, by: UUID) -> tuple[str, FileStorage]:
    try:
        field, name, media_type, digest = map(str, json.loads(text))
    except (ValueError, TypeError):
        abort(400, "A file is named in a way that can't be read.")
    kept = db.session.get(Upload, (by, digest))
    if kept is None or not (path := files.folder(ROOM) / kept.stored).exists():
        # No answer to the write: the phone sends the file again, then the write.
        abort(MISSING, "A file that this names isn't here.")
    content = io.BytesIO(path.read_bytes())
    return field, FileStorage(content, name, field, content_type=media_type)


def sweep() -> int:
    """Forget what nobody will name any more; says how many."""
    old = select(Upload).where(Upload.received_at < clock.now() - KEPT_FOR)
    swept = list(db.session.scalars(old))
    for one in swept:
        db.session.execute(delete(Upload).filter_by(person_id=one.person_id, hash=one.hash))
        if not db.session.scalar(select(exists().where(Upload.hash == one.hash))):
            (files.folder(ROOM) / one.stored).unlink(missing_ok=True)
    return len(swept)
