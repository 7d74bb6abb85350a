"""PDFs: kept as received, when they open without a password and do nothing by themselves."""

from __future__ import annotations

import subprocess
import sys

from partsweb.attachments import inspecting
from partsweb.kit.refusal import Refusal

# Some writers put a few bytes before the header; readers look that far.
HEADER_WITHIN = 1024
# What another kind of file begins with: a page, a script, a programme, an archive.
BEGIN_OTHERWISE = (b"<", b"#!", b"MZ", b"PK", b"\x7fELF", b"Rar!", b"7z", b"\x1f\x8b", b"\x89PNG")
END_OF_ARCHIVE = b"PK\x05\x06"
# Its own limits are tighter; this is for a process that doesn't even start.
MOST_SECONDS = 15.0
SAID = {
    inspecting.LOCKED: "is protected by a password. Save it as a PDF without one.",
    inspecting.EMPTY: "has no pages. Choose another file.",
    inspecting.ACTS: (
        "contains a script or starts a programme. Print it to a new PDF, and send that."
    ),
    inspecting.DAMAGED: (
        "is damaged and can't be opened. Save it as a PDF again, or take a photo of it."
    ),
    inspecting.TOO_MUCH: (
        "takes too long to be checked. Print it to a new PDF, or send its first pages only."
    ),
}


def is_pdf(content: bytes) -> bool:
    """Whether the bytes begin like a PDF."""
    return b"%PDF-" in content[:HEADER_WITHIN]


def check(content: bytes, called: str) -> None:
    """Refuse what can't be opened, needs a password, acts by itself or is something else too."""
    if _is_something_else_too(content):
        raise Refusal(f"{called} holds another file too. Print it to a new PDF, and send that.")
    found = _inspected(content)
    if found != inspecting.FINE:
        raise Refusal(f"{called} {SAID[found]}")


def _is_something_else_too(content: bytes) -> bool:
    """Whether another programme would take it for its own, by its beginning or its end."""
    after = content[content.rfind(b"%%EOF") :]
    return content.lstrip().startswith(BEGIN_OTHERWISE) or END_OF_ARCHIVE in after


def _inspected(content: bytes) -> str:
    """What the other process says; that it was ended for taking too much says it too."""
    call = [sys.executable, "-I", inspecting.__file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            call, input=content, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return inspecting.TOO_MUCH
    said = done.stdout.decode(errors="replace")
    return said if said in SAID or said == inspecting.FINE else inspecting.TOO_MUCH
