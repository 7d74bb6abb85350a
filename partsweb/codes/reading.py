"""How scanned bytes are read: GS1 element strings, GTINs in all their lengths, plain codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import biip
from biip.gs1_messages import GS1Message

LONGEST = 200
GTIN_LENGTHS = (8, 12, 13, 14)
COUNT = ("30", "37")
SERIAL = "21"


@dataclass(frozen=True)
class Reading:
    """What a code says of itself: the text, and what of it names a part and a unit.

    `quantity` is the count that the code carries, if it carries one.
    """

    text: str
    gtin: str = ""
    serial: str = ""
    quantity: Decimal | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The codes to look for, as written first: a GTIN has one number and four lengths."""
        number = self.gtin or (self.text if _is_gtin(self.text) else "")
        shorter = number.lstrip("0")
        padded = (shorter.zfill(length) for length in GTIN_LENGTHS if length >= len(shorter))
        return tuple(dict.fromkeys((self.text, *(padded if number else ()))))


def read(text: str) -> Reading:
    """Read what a scanner or a person gave."""
    text = _without_symbology(text.strip()[:LONGEST])
    message = _message(text)
    if message is None:
        return Reading(text)
    found = {element.ai.ai: element.value for element in message.element_strings}
    count = next((found[ai] for ai in COUNT if ai in found), "")
    return Reading(
        text,
        gtin=found.get("01") or found.get("02", ""),
        serial=found.get(SERIAL, ""),
        quantity=Decimal(count) if count.isascii() and count.isdigit() else None,
    )


def _message(text: str) -> GS1Message | None:
    """A GS1 message that names a trade item; digits alone may look like one by chance."""
    try:
        if text.startswith("("):
            message: GS1Message | None = GS1Message.parse_hri(text)
        elif text.startswith("]"):
            message = None
        else:
            message = biip.parse(text).gs1_message
    except (biip.BiipException, ValueError, IndexError):  # its own errors don't cover all input
        return None
    names = {element.ai.ai for element in message.element_strings} if message else set()
    return message if names & {"01", "02"} else None


def _without_symbology(text: str) -> str:
    """Some scanners put the kind of symbol before it: ]E0 is an EAN-13."""
    if len(text) > 3 and text[0] == "]" and text[1].isalpha() and text[2].isdigit():
        return text[3:]
    return text


def _is_gtin(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS
