"""What is made of a file that somebody sends: a clean photo or a checked PDF, or a no in words.

Pure: bytes in, bytes out. It is slow, so it is done before a write's transaction begins (intake).
What a file is, its bytes say; its name and what a browser claims are not believed.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from partsweb.attachments import pdfs, photos
from partsweb.kit.refusal import Refusal

MEGABYTE = 1024 * 1024
LARGEST_PHOTO = 25 * MEGABYTE
LARGEST_PDF = 20 * MEGABYTE
LONGEST_NAME = 100
JPEG = "image/jpeg"
PDF = "application/pdf"
ENDINGS = {JPEG: ".jpg", PDF: ".pdf"}

# A photo of 60 megapixels needs a few hundred megabytes while it is decoded, and a large PDF
# seconds: two at a time leave threads for everybody else's pages.
_at_work = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Clean:
    """What is kept of a file. `thumbnail` is a small WebP picture; a PDF has none."""

    name: str
    media_type: str
    content: bytes
    thumbnail: bytes
    received_hash: str


def read(content: bytes, name: str) -> Clean:
    """Make a clean photo, or a checked PDF, of what was sent."""
    called = shown(name)
    if not content:
        raise Refusal(f"{called} is empty. Choose it again.")
    media_type = _media_type(content)
    if media_type == PDF:
        _refuse_larger(content, LARGEST_PDF, called)
        with _at_work:
            pdfs.check(content, called)
        clean, thumbnail = content, b""
    elif media_type == JPEG:
        _refuse_larger(content, LARGEST_PHOTO, called)
        with _at_work:
            clean, thumbnail = photos.clean(content, called)
    else:
        raise Refusal(
            f"{called} is neither a photo nor a PDF. Save it as a PDF, or take a photo of it."
        )
    received = hashlib.sha256(content).hexdigest()
    return Clean(renamed(name, media_type), media_type, clean, thumbnail, received)


def shown(name: str) -> str:
    """A file's name fit to be shown: no folders, nothing invisible, not endless."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ")
    path = PurePosixPath(" ".join(visible.split()).lstrip("."))
    return path.stem[:LONGEST_NAME] + path.suffix[:10] or "The file"


def _media_type(content: bytes) -> str:
    """What it will be kept as, empty where it is nothing that we take."""
    if photos.is_photo(content):
        return JPEG
    return PDF if pdfs.is_pdf(content) else ""


def _refuse_larger(content: bytes, limit: int, called: str) -> None:
    if len(content) > limit:
        size = -(-len(content) // MEGABYTE)
        raise Refusal(
            f"{called} has {size} MB; {limit // MEGABYTE} MB is the most. Send a smaller version."
        )


def renamed(name: str, media_type: str) -> str:
    """With the ending of what it became: IMG_1.heic is kept as a JPEG."""
    called = shown(name)
    stem = PurePosixPath(called).stem if called != "The file" else "photo"
    return stem + ENDINGS[media_type]
