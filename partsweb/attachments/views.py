"""Photos and papers, for whoever may see what they hang on."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, g, send_file
from flask.typing import ResponseReturnValue

from partsweb.attachments import queries, rules
from partsweb.attachments.models import Attachment
from partsweb.kit import subject
from partsweb.kit.door import SIGNED_IN, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after

bp = Blueprint("attachments", __name__)
# Even if something in a file were taken for a page, it could do nothing and reach nobody.
SANDBOX = "sandbox; default-src 'none'"


@bp.get("/attachments/<uuid:attachment_id>")
@reads(SIGNED_IN)
def attachment(attachment_id: UUID) -> ResponseReturnValue:
    """One photo, large, or one paper: what it hangs on, who added it, and its removal."""
    found = queries.attachment(attachment_id, seen_by=g.person)
    hangs_on = found.subject
    return page(
        "attachments/attachment.html",
        attachment=found,
        hangs_on=subject.title(hangs_on, seen_by=g.person),
        back=subject.url(hangs_on, seen_by=g.person),
        removable=rules.may_remove(found, by=g.person),
    )


@bp.get("/attachments/<uuid:attachment_id>/file")
@reads(SIGNED_IN)
def file(attachment_id: UUID) -> ResponseReturnValue:
    """The photo, or the PDF as a download: browsers show no PDF inside a sandbox."""
    found = queries.attachment(attachment_id, seen_by=g.person)
    return _sent(found, queries.file_of(found), found.media_type)


@bp.get("/attachments/<uuid:attachment_id>/thumbnail")
@reads(SIGNED_IN)
def thumbnail(attachment_id: UUID) -> ResponseReturnValue:
    """The small picture."""
    found = queries.attachment(attachment_id, seen_by=g.person)
    return _sent(found, queries.thumbnail_of(found), "image/webp")


@bp.post("/attachments/<uuid:attachment_id>/removal")
@writes(SIGNED_IN)
def remove(attachment_id: UUID) -> ShowAfter:
    """Take it off the thing that it hangs on, and show that."""
    found = queries.attachment(attachment_id, seen_by=g.person)
    back = subject.url(found.subject, seen_by=g.person)

    rules.remove(found, by=g.person)

    return show_after(back, notice=f"{found.name} was removed.")


def _sent(found: Attachment, path: Path, media_type: str) -> Response:
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=not found.is_photo,
        download_name=found.name,
        etag=found.stored,
        last_modified=found.added_at,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    # What an address stands for never changes; only who may see it can.
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
