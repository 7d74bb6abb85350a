"""An import's file is kept and looked at before the write begins: reading it takes seconds."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from werkzeug.datastructures import FileStorage, MultiDict

from partsweb.attachments import reading
from partsweb.exchange import looking
from partsweb.exchange.looking import ROOM, Look
from partsweb.kit import files
from partsweb.kit.refusal import Refusal

FIELD = "file"
MEGABYTE = 1024 * 1024
LARGEST = 40 * MEGABYTE


@dataclass(frozen=True)
class Came:
    """A table that came in."""

    name: str
    stored: str
    size: int
    look: Look


# As long as the request that brought the file.
_came: WeakKeyDictionary[FileStorage, Came | Refusal] = WeakKeyDictionary()


def files_came_in(came: MultiDict[str, FileStorage]) -> None:
    """Keep and read the file of the form; a no waits until the rule asks."""
    file = came.get(FIELD)
    if file is not None and file.filename:
        try:
            _came[file] = _keep(file)
        except Refusal as refusal:
            _came[file] = refusal


def came_in(file: FileStorage | None) -> Came:
    """What came in, or the no."""
    if file is None or not file.filename:
        raise Refusal("Choose a file first.", field=FIELD)
    found = _came.get(file) or _keep(file)
    if isinstance(found, Refusal):
        raise Refusal(found.text, field=FIELD)
    return found


def _keep(file: FileStorage) -> Came:
    called = reading.shown(file.filename or "")
    content = file.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refusal(f"{called} has more than {LARGEST // MEGABYTE} MB. Take it in parts.")
    if not content:
        raise Refusal(f"{called} is empty.")
    stored = files.keep(ROOM, content, ending="")
    return Came(called, stored, len(content), looking.look_at(stored, called))
