"""GS1: element strings, Digital Link addresses, bare trade numbers. Read by biip.

Sources: GS1 General Specifications 24; GS1 Digital Link URI Syntax 1.5; the short names of keys are
those of its version 1.0, which older labels still bear.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import biip
from biip import ParseResult
from biip.gs1_messages import GS1Message

# What a scanner says in front: the text is a GS1 message.
MESSAGES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
# EAN and UPC are trade numbers of these lengths; ITF may be one.
LENGTHS = {"]E0": (13,), "]E4": (8,), "]I1": (14,)}
ANY_LENGTH = (6, 8, 12, 13, 14)
GTIN = "01"
SHORT_NAMES = {
    "sscc": "00", "gtin": "01", "cpv": "22", "lot": "10", "ser": "21", "itip": "8006",
    "gln": "414", "glnx": "254", "party": "417", "gsrn": "8018", "gsrnp": "8017", "grai": "8003",
    "giai": "8004", "gcn": "255", "gmn": "8013", "cpid": "8010", "cpsn": "8011",
}  # fmt: skip
ADDRESS = re.compile(r"(?:https?|HTTPS?)://[^\s<>{}\\^|`\"]+")
Elements = dict[str, str]


def read(text: str, symbology: str) -> Elements | None:
    """The elements of a message, by application identifier; None where it is none."""
    if ADDRESS.match(text):
        return _linked(text)
    if symbology and symbology not in MESSAGES:
        return None  # a plain matrix code: digits in it are no message by chance
    if text.startswith("("):
        return _of(_hri(text))
    parsed = _parsed(f"{symbology}{text}")
    return _of(parsed.gs1_message) if parsed else None


def trade_number(text: str, symbology: str) -> str:
    """The GTIN that digits alone are, in fourteen digits; empty where they are none."""
    wanted = LENGTHS.get(symbology, ANY_LENGTH if not symbology else ())
    if len(text) not in wanted or not (text.isascii() and text.isdigit()):
        return ""
    parsed = _parsed(text)
    return parsed.gtin.as_gtin_14() if parsed and parsed.gtin else ""


def _linked(address: str) -> Elements | None:
    """A Digital Link, also with shortened trade numbers and with the old names of keys."""
    if not ADDRESS.fullmatch(address):
        return None
    parts = urlsplit(address)
    path = [SHORT_NAMES.get(step, step) for step in parts.path.split("/")]
    if GTIN in path[:-1]:
        place = path.index(GTIN) + 1
        path[place] = _in_full(path[place])
    query = [
        (name, _in_full(value) if name == GTIN else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    plain = (
        parts.scheme.lower(),
        parts.netloc.lower(),
        "/".join(path),
        urlencode(query, quote_via=quote),
        "",
    )
    parsed = _parsed(urlunsplit(plain))
    link = parsed.gs1_digital_link_uri if parsed else None
    if link is None:
        return None
    found = {element.ai.ai: element.value for element in link.element_strings}
    # An identifier that there isn't makes the address something else than a link.
    return None if any(name.isdigit() and name not in found for name, _ in query) else found


def _in_full(number: str) -> str:
    return number.zfill(14) if number.isdigit() and len(number) in {8, 12, 13} else number


def _of(message: GS1Message | None) -> Elements | None:
    return (
        {element.ai.ai: element.value for element in message.element_strings} if message else None
    )


def _hri(text: str) -> GS1Message | None:
    try:
        return GS1Message.parse_hri(text)
    except (biip.BiipException, ValueError, IndexError):
        return None


def _parsed(text: str) -> ParseResult | None:
    try:
        return biip.parse(text)
    except (biip.BiipException, ValueError, IndexError):  # its own errors don't cover all input
        return None
