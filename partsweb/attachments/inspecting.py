"""Looks into a PDF, in a process of its own: run with the PDF on its standard input.

A hostile PDF may keep a parser busy for ever or fill the memory; a process can be limited and
ended. It knows nothing of partsweb, so it starts quickly, and answers with one word.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject

FINE, LOCKED, EMPTY, ACTS, DAMAGED, TOO_MUCH = "fine", "locked", "empty", "acts", "damaged", "much"
SECONDS = 8
MEMORY = 1024 * 1024 * 1024
MOST_STEPS = 4_000_000
# What runs a script or a programme, or sends what was filled in.
ACTING = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMediaExecute"}


class TooMuch(Exception):  # noqa: N818 - it is an answer
    """More than can be looked at."""


def inspect(content: bytes) -> str:
    """What the PDF is, in a word."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return LOCKED
        if len(reader.pages) == 0:
            return EMPTY
        return ACTS if any(map(_is_acting, _everything_in(reader.trailer))) else FINE
    except (MemoryError, TooMuch):
        return TOO_MUCH
    except Exception:  # noqa: BLE001 - parsers fail in every way there is; each means this
        return DAMAGED


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
        if steps > MOST_STEPS:
            raise TooMuch
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


def main() -> None:
    """Read, look, say the word."""
    for what, limit in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY)):
        with contextlib.suppress(OSError, ValueError):  # not every system has every limit
            resource.setrlimit(what, (limit, limit))
    sys.stdout.write(inspect(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
