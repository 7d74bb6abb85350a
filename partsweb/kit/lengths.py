"""How long what is typed may be: the field on the page and the door ask the same table.

A field goes by its name, which means the same on every form; `serials-<line>` is `serials`. A name
that isn't listed is a line, or long where a word of it says that people write sentences there.
"""

from __future__ import annotations

LINE = 200
LONG = 4000
LENGTHS = {
    # What a passkey made or signed, as JSON.
    "passkey": 16_000,
    # what tells things apart, as rules and labels have it
    "sku": 80,
    "login": 60,
    "code": 200,
    "unit": 20,
    "name": 120,
    "phone": 60,
    "email": 254,
    "postcode": 20,
    "slip_number": 60,
    "new_number": 100,
    "original_serial": 100,
    "why": 1000,
    # what comes by the hundred, one a line
    "serials": 20_000,
    "damaged_serials": 20_000,
    "wrong_serials": 20_000,
    # what nobody types
    "next": 1000,
    "password": 1000,
    "old": 1000,
}
SENTENCES = {"text", "note", "notes", "description", "reason", "details", "instructions"}


def longest(name: str) -> int:
    """So many characters at most."""
    field = name.split("-", 1)[0]
    usual = LONG if SENTENCES & set(field.split("_")) else LINE
    return LENGTHS.get(field, usual)


def length(text: str) -> int:
    """As a browser counts: a line's end, which it sends as two characters, is one."""
    return len(text.replace("\r\n", "\n"))
