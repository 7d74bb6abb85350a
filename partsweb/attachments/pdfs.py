"""PDFs: kept as received, when they open without a password and do nothing by themselves."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from partsweb.kit.refusal import Refusal

if TYPE_CHECKING:
    from pypdf import PdfReader
    from pypdf.generic import DictionaryObject

# Some writers put a few bytes before the header; readers look that far.
HEADER_WITHIN = 1024
MOST_OBJECTS = 200_000
# What runs a script or a programme, or sends what was filled in.
ACTING = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMediaExecute"}


def is_pdf(content: bytes) -> bool:
    """Whether the bytes begin like a PDF."""
    return b"%PDF-" in content[:HEADER_WITHIN]


def check(content: bytes, called: str) -> None:
    """Refuse what can't be opened, needs a password, or acts by itself."""
    from pypdf import PdfReader  # not at start-up: it takes long, and PDFs are few

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        locked = reader.is_encrypted
        empty = not locked and len(reader.pages) == 0
        acts = not locked and _acts(reader)
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - parsers fail in every way there is; each means this
        raise Refusal(
            f"{called} is damaged and can't be opened. Save it as a PDF again, or take a photo of "
            "it."
        ) from None
    if locked:
        raise Refusal(f"{called} is protected by a password. Save it as a PDF without one.")
    if empty:
        raise Refusal(f"{called} has no pages. Choose another file.")
    if acts:
        raise Refusal(
            f"{called} contains a script or starts a programme. Print it to a new PDF, and send "
            "that."
        )


def _acts(reader: PdfReader) -> bool:
    return any(_is_acting(found) for found in _everything_in(reader.trailer))


def _is_acting(found: DictionaryObject) -> bool:
    return str(found.get("/S", "")) in ACTING or "/JS" in found


def _everything_in(start: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached, each once; pages are not decoded."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [start]
    steps = 0
    while waiting:
        found = waiting.pop()
        steps += 1
        if steps > MOST_OBJECTS * 20:
            raise Refusal("A PDF is too large to be checked. Send its first pages only.")
        if isinstance(found, IndirectObject):
            key = (found.idnum, found.generation)
            if key not in seen:
                seen.add(key)
                waiting.append(found.get_object())
        elif isinstance(found, DictionaryObject):
            yield found
            waiting.extend(_parts(found))
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _parts(found: DictionaryObject) -> Iterable[Any]:
    """Its values as they are written: references stay references, so each is followed once."""
    return dict.values(found)
