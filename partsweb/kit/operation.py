"""Makes a write happen once, however often a phone sends it.

The operation's row is inserted first, in the same transaction as its effect. Whoever finds it there
already gets the first answer, rendered anew; other content under the same id is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Request
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import Table, insert_if_absent

# The forms' version; the previous one is still accepted, for phones that lay in a drawer.
FORM_VERSION = 1
# What says of an operation that it is sent, not what is in it.
OF_SENDING = ("operation_id", "form_version", "_file")


class Operation(Table):
    """One write that somebody did, and where its result stands."""

    __tablename__ = "operations"
    __table_args__ = (Index(None, "device_id", "device_number"),)

    # No foreign key: people stand above the kit.
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str]
    fingerprint: Mapped[str]
    form_version: Mapped[int] = mapped_column(default=FORM_VERSION)
    location: Mapped[str] = mapped_column(default="")
    block: Mapped[str] = mapped_column(default="")
    notice: Mapped[str] = mapped_column(default="")
    device_id: Mapped[str] = mapped_column(default="")
    device_number: Mapped[int | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class RefusedNumber(Table):
    """A device's running number whose operation was refused or withdrawn: it isn't missing."""

    __tablename__ = "refused_numbers"

    device_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Sent:
    """What a client said of one write: its id, what is in it, when and where it was done."""

    id: UUID
    act: str
    fingerprint: str
    occurred_at: datetime
    device_id: str
    device_number: int | None
    # It waited on a phone, and its form is closed.
    replayed: bool = False
    # The refused operation that this one corrects.
    replaces: UUID | None = None


def read(request: Request, act: str, arguments: dict[str, Any]) -> Sent:
    """Read the write's id, time and device; a client that sends none gets an id made here."""
    fields = request.form
    return Sent(
        id=_uuid(fields.get("operation_id", "")) or uuid4(),
        act=act,
        fingerprint=_fingerprint(request, act, arguments),
        occurred_at=clock.believed(fields.get("occurred_at", "")),
        device_id=fields.get("device_id", "")[:64],
        device_number=_number(fields.get("device_number", "")),
        replayed=request.headers.get("Replayed") == "true",
        replaces=_uuid(fields.get("replaces", "")),
    )


def begin(sent: Sent, *, by: UUID) -> bool:
    """Record the operation unless it is there already; says whether this is the first time."""
    first = insert_if_absent(
        Operation,
        person_id=by,
        id=sent.id,
        act=sent.act,
        fingerprint=sent.fingerprint,
        form_version=FORM_VERSION,
        location="",
        block="",
        notice="",
        device_id=sent.device_id,
        device_number=sent.device_number,
        occurred_at=sent.occurred_at,
        recorded_at=clock.now(),
    )
    if not first and recorded(sent.id, by=by).fingerprint != sent.fingerprint:
        raise Refusal("This was sent before with other content. Reload the page and enter it anew.")
    return first


def note_refused(device_id: str, number: int | None) -> None:
    """Remember that the device's number came, though nothing came of it."""
    if device_id and number is not None:
        insert_if_absent(RefusedNumber, device_id=device_id, number=number)


def recorded(operation_id: UUID, *, by: UUID) -> Operation:
    """The person's own operation of that id."""
    return db.session.get_one(Operation, (by, operation_id))


def _fingerprint(request: Request, act: str, arguments: dict[str, Any]) -> str:
    """Of the fields as sent and the files' hashes, never of the raw body: boundaries differ."""
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in OF_SENDING]
    content = [act, sorted((key, str(value)) for key, value in arguments.items()), fields]
    content.append(list(_files(request)))
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _files(request: Request) -> Iterable[tuple[str, str, str]]:
    for name, file in request.files.items(multi=True):
        content = hashlib.file_digest(file.stream, "sha256")  # type: ignore[arg-type]
        file.stream.seek(0)
        yield name, file.filename or "", content.hexdigest()


def _uuid(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("This form's id is damaged. Reload the page and enter it anew.") from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
