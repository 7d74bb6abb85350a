"""Files to attach, and a thing to hang them on that only its owner sees."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from pypdf import PdfWriter
from werkzeug.datastructures import FileStorage

from partsweb.kit import subject
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Kind, Subject
from partsweb.people.models import Person


def a_photo(width: int = 64, height: int = 48, kind: str = "JPEG", **more: Any) -> bytes:
    """A photo: red at the left, blue at the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    written = io.BytesIO()
    image.save(written, kind, **more)
    return written.getvalue()


def a_pdf(prepare: Callable[[PdfWriter], object] = lambda _: None) -> bytes:
    """A PDF of one empty page, and what else is prepared in it."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    prepare(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def a_file(content: bytes, name: str = "boiler.jpg") -> FileStorage:
    """A file as a form brings it."""
    return FileStorage(io.BytesIO(content), filename=name, name="photos")


class Shed:
    """A thing with papers."""

    def __init__(self, owner: UUID) -> None:
        self.subject = Subject("shed", uuid4())
        self.owner = owner


_sheds: dict[UUID, Shed] = {}


def a_shed(owner: Person) -> Shed:
    """A shed that only this person sees."""
    shed = Shed(owner.id)
    _sheds[shed.subject.id] = shed
    return shed


def _load(shed_id: UUID, person: Person) -> Shed:
    shed = _sheds.get(shed_id)
    if shed is None or shed.owner != person.id:
        raise NotFound("There is no such shed.")
    return shed


subject.announce(Kind("shed", _load, lambda _: "Shed 3", lambda _: "/"))
