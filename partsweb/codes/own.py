"""The codes that we print: addresses of ours, short enough for a small QR, in capitals throughout.

`HTTPS://PARTS.EXAMPLE/C/P/<id>`: a phone's own camera opens it, and so does the scan page, on
whichever host it was printed. Capitals, digits and a few signs are QR's alphanumeric mode (ISO/IEC
18004, 7.4.4), which takes a third less room. Ids are in base 32 (RFC 4648), orders by their number.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass
from urllib.parse import quote, unquote
from uuid import UUID

KINDS = {"P": "part", "L": "location", "S": "serial", "O": "order"}
LETTERS = {kind: letter for letter, kind in KINDS.items()}
FORM = re.compile(r"https?://[^/\s]+/c/([plso])/([^/?#\s]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Own:
    """What a code of ours names: a thing by its id, or an order by its number."""

    kind: str
    id: UUID | None = None
    number: str = ""


def address(origin: str, kind: str, key: UUID | str) -> str:
    """The code of a thing: its id, or of an order its number."""
    written = quote(key, safe="") if isinstance(key, str) else _written(key)
    return f"{origin.upper()}/C/{LETTERS[kind]}/{written}"


def read(text: str) -> Own | None:
    """What a scanned text names, if it is a code of ours."""
    found = FORM.fullmatch(text.strip())
    return named(found[1], found[2]) if found else None


def named(letter: str, key: str) -> Own | None:
    """What the end of such an address names."""
    kind = KINDS.get(letter.upper())
    if kind is None:
        return None
    if kind == "order":
        return Own(kind, number=unquote(key))
    try:
        return Own(kind, id=UUID(bytes=b32decode(f"{key.upper()}======")))
    except ValueError:
        return None


def _written(key: UUID) -> str:
    return b32encode(key.bytes).decode().rstrip("=")
