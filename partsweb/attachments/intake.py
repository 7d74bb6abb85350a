"""Files are read and kept before a write's transaction begins; the rules then only add rows.

Decoding a photo takes up to a second, and on SQLite nobody else can write meanwhile. So the door of
every write says that files came in, this room reads them, and `taken_in` gives a rule what was made
of its file, or the no.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from werkzeug.datastructures import FileStorage, MultiDict

from partsweb.attachments import reading
from partsweb.attachments.reading import Clean
from partsweb.kit import files
from partsweb.kit.refusal import Refusal

ROOM = "attachments"
MOST_FILES = 10
MOST_LATELY = 500


@dataclass(frozen=True)
class Kept:
    """A file that was read, and the names under which its bytes lie."""

    name: str
    media_type: str
    size: int
    received_hash: str
    stored: str
    thumbnail: str

    @property
    def lie_under(self) -> list[str]:
        """The names of its files; a PDF has no small picture."""
        return [name for name in (self.stored, self.thumbnail) if name]


# What was made of bytes, by their hash: a phone sends a photo, then the write that names it, and
# again where an answer was lost. Another process reads it anew.
_lately: dict[str, Kept] = {}
_remembering = threading.Lock()

# As long as the request that brought the file.
_taken_in: WeakKeyDictionary[FileStorage, Kept | Refusal] = WeakKeyDictionary()


def files_came_in(came: MultiDict[str, FileStorage]) -> None:
    """Read and keep the files of a form. A no waits until a rule asks: not all are attachments."""
    chosen = [file for _, file in came.items(multi=True) if file.filename]
    refuse_too_many(chosen)
    for file in chosen:
        try:
            _taken_in[file] = _keep(file)
        except Refusal as refusal:
            _taken_in[file] = refusal


def taken_in(file: FileStorage) -> Kept:
    """What was made of the file; read now where nobody did."""
    found = _taken_in.get(file) or _keep(file)
    if isinstance(found, Refusal):
        raise Refusal(found.text, field=file.name or "")
    return found


def refuse_too_many(chosen: list[FileStorage]) -> None:
    """A form brings so many files and no more: reading them all takes too long."""
    if len(chosen) > MOST_FILES:
        raise Refusal(
            f"{len(chosen)} files at once are too many. Send {MOST_FILES} at most, then the rest.",
            field=chosen[0].name or "",
        )


def read_ahead(content: bytes) -> None:
    """Read and keep what a write will name soon. A no waits for that write."""
    with suppress(Refusal):
        _made_of(content, "")


def _keep(file: FileStorage) -> Kept:
    content = file.stream.read()
    file.stream.seek(0)
    return _made_of(content, file.filename or "")


def _made_of(content: bytes, name: str) -> Kept:
    known = _lately.get(hashlib.sha256(content).hexdigest())
    if known and all((files.folder(ROOM) / name).exists() for name in known.lie_under):
        return replace(known, name=reading.renamed(name, known.media_type))
    made = _made(reading.read(content, name))
    with _remembering:
        _lately[made.received_hash] = made
        if len(_lately) > MOST_LATELY:
            del _lately[next(iter(_lately))]
    return made


def _made(clean: Clean) -> Kept:
    small = clean.thumbnail
    return Kept(
        name=clean.name,
        media_type=clean.media_type,
        size=len(clean.content),
        received_hash=clean.received_hash,
        stored=files.keep(ROOM, clean.content, ending=reading.ENDINGS[clean.media_type]),
        thumbnail=files.keep(ROOM, small, ending=".webp") if small else "",
    )
