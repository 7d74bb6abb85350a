"""What vendors print on their bags: ISO/IEC 15434 format 06, LCSC, TME.

Data identifiers are those of ANSI MH10.8.2. Mouser leaves the record separator out and writes a
greater-than sign before the header; some printers lose the separator or the end of transmission.
"""

from __future__ import annotations

import re

HEADER = re.compile(r"^>?\[\)>\x1e?0?6\x1d?")
FIELD = re.compile(r"^(\d{0,3}[A-Z])(.*)$", re.DOTALL)
LCSC = re.compile(r"^\{(?:\w+:[^,{}]*,?)+\}$")
TME = re.compile(r"\b(QTY|PN|PO|CPO|MFR|MPN):(\S+)")
Fields = dict[str, str]

# By data identifier, by LCSC's keys, by TME's: numbers of the part, the vendor's own first.
PART_NUMBERS = ("30P", "P", "1P", "pc", "pm", "PN", "MPN")
QUANTITY = ("Q", "qty", "QTY")
SERIAL = ("S",)
LOT = ("1T",)


def read(text: str) -> Fields | None:
    """The fields of a vendor's label by their identifiers; None where it is none."""
    if HEADER.match(text):
        return _iso15434(text)
    if LCSC.match(text):
        pairs = (pair.partition(":") for pair in text[1:-1].split(",") if ":" in pair)
        return {name.strip(): value.strip() for name, _, value in pairs}
    found = dict(TME.findall(text))
    return found if {"QTY", "PN"} <= found.keys() or {"QTY", "MPN"} <= found.keys() else None


def first(fields: Fields, names: tuple[str, ...]) -> str:
    """What stands under the first of the names that is there and not empty."""
    return next((fields[name] for name in names if fields.get(name)), "")


def _iso15434(text: str) -> Fields | None:
    body = HEADER.sub("", text).rstrip("\x04\x1e")
    matched = (FIELD.match(part) for part in body.split("\x1d"))
    return {found[1]: found[2].strip("\x1e\x04") for found in matched if found} or None
