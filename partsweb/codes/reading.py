"""How scanned bytes are read: as GS1, as a vendor's label, as a plain code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from partsweb.codes import gs1, vendor_labels

LONGEST = 400
GTIN_LENGTHS = (8, 12, 13, 14)
COUNT = ("30", "37")


@dataclass(frozen=True)
class Reading:
    """What a code says of itself: the text, and what of it names a part and a unit.

    `part_numbers` are the vendor's and the maker's, `quantity` the count that the code carries.
    `elements` are a message's by GS1 application identifier, `fields` a vendor label's by its own.
    """

    text: str
    gtin: str = ""
    serial: str = ""
    lot: str = ""
    quantity: Decimal | None = None
    part_numbers: tuple[str, ...] = ()
    elements: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The codes to look for, as written first: a GTIN has one number and four lengths."""
        number = self.gtin or (self.text if _is_gtin(self.text) else "")
        shorter = number.lstrip("0")
        padded = (shorter.zfill(length) for length in GTIN_LENGTHS if length >= len(shorter))
        return tuple(dict.fromkeys((self.text, *(padded if number else ()), *self.part_numbers)))


def read(text: str) -> Reading:
    """Read what a scanner or a person gave."""
    symbology, text = _parted(text.strip(" \t\r\n")[:LONGEST])
    elements = gs1.read(text.strip("\x1d") if not symbology else text, symbology)
    number = gs1.trade_number(text, symbology)
    if elements or number:
        sure = bool(symbology) or "\x1d" in text or not text.isdigit()
        return _message(text, elements or {}, number, sure=sure)
    fields = vendor_labels.read(text)
    return _label(text, fields) if fields else Reading(text.strip("\x1d"))


def _message(text: str, elements: Mapping[str, str], number: str, *, sure: bool) -> Reading:
    """Digits alone may look like a message by chance: then only one that names a part is believed.

    A SKU of digits that begins with 21 isn't a serial.
    """
    if not (sure or {"01", "02"} & elements.keys()):
        return Reading(text.strip("\x1d"), gtin=number, elements=elements)
    return Reading(
        text.strip("\x1d"),
        gtin=elements.get("01") or elements.get("02") or number,
        serial=elements.get("21", ""),
        lot=elements.get("10", ""),
        quantity=_number(next((elements[ai] for ai in COUNT if ai in elements), "")),
        elements=elements,
    )


def _label(text: str, fields: Mapping[str, str]) -> Reading:
    numbers = (fields.get(name, "") for name in vendor_labels.PART_NUMBERS)
    known = dict(fields)
    return Reading(
        text,
        serial=vendor_labels.first(known, vendor_labels.SERIAL),
        lot=vendor_labels.first(known, vendor_labels.LOT),
        quantity=_number(vendor_labels.first(known, vendor_labels.QUANTITY)),
        part_numbers=tuple(dict.fromkeys(filter(None, numbers))),
        fields=fields,
    )


def _parted(text: str) -> tuple[str, str]:
    """Some scanners put the kind of symbol before the text: ]E0 is an EAN-13."""
    if len(text) >= 3 and text[0] == "]" and text[1].isalpha() and text[2].isdigit():
        return text[:3], text[3:]
    return "", text


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text and text.isascii() and text.isdigit() else None
    except InvalidOperation:
        return None


def _is_gtin(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS
