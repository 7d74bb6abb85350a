"""Reads a cell as what it means, or says in words what is wrong with it."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from partsweb.exchange import days as days_of
from partsweb.kit.exact import read_decimal, rounded
from partsweb.kit.refusal import Refusal

YES = {"1", "yes", "y", "true", "t", "x", "on"}
NO = {"0", "no", "n", "false", "f", "off", ""}
# 1,234.50 and 1.234,50: which mark is which is certain only where both are there.
GROUPED = re.compile(
    r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:'\d{3})+(?:\.\d+)?"
)
UNCERTAIN = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
# (3.50) and 3.50-, as books have what is below zero.
BOOKED, AFTER = re.compile(r"\([\d.,' ]+\)"), re.compile(r"[\d.,' ]+-")
# So many digits only a binary number has; it is off by less than that.
NOISY, NOISE = re.compile(r"[+-]?(?=(?:\D?\d){15})\d*[.,]\d+"), Decimal("1e-9")
SIGN = re.compile(r"^(?:[$€£¥]|[A-Z]{3}(?=[\s\d]))\s*|\s*(?:[$€£¥]|(?<=[\s\d])[A-Z]{3})$")
HOLDS = re.compile(
    r"([\d.,]+) *[^\W\d_]+\.?|[^\W\d_ ]+\.? *\(([\d.,]+)\)|[^\W\d_ ]+ ?/ ?([\d.,]+)"
    r"|(?:pack|box|case|bag|roll|set|bundle|carton|pkt?)s? of ([\d.,]+)",
    re.IGNORECASE,
)
CLOCK = re.compile(
    r"[T ]+(\d{1,2}):(\d{2})(?::[\d.]+)? ?(?:([ap])\.?m\.?)?[Z\d:+-]*$", re.IGNORECASE
)
FIRST_YEAR, LAST_YEAR = 1900, 2199
# One unit, one word: as AdventureWorks and most others abbreviate them.
UNITS = {
    word: unit
    for unit, words in {
        "EA": "EACH EAC EACHES",
        "PC": "PCS PCE PIECE PIECES",
        "BOX": "BOXES BX",
        "PACK": "PACKS PK PKT PACKET",
        "PAIR": "PAIRS PR",
        "ROLL": "ROLLS",
        "SET": "SETS",
        "FT": "FOOT FEET",
        "M": "METER METERS METRE METRES MTR",
        "KG": "KGS KILOGRAM KILOGRAMS",
        "L": "LITER LITERS LITRE LITRES LTR",
        "GAL": "GALLON GALLONS",
        "DZ": "DOZEN DOZ",
    }.items()
    for word in words.split()
}
LONGEST = 4000


def text(cell: str) -> str:
    """Words, without the space around them."""
    words = cell.strip()
    if len(words) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return words


def code(cell: str) -> str:
    """A code as it is written: leading zeros, case and inner spaces are part of it."""
    words = cell.strip()
    if any(not c.isprintable() for c in words):
        raise ValueError(f"{shown(words)} has a character that can't be seen")
    return words


def unit(cell: str) -> str:
    """EA, however it is padded, cased or spelt."""
    words = " ".join(cell.split()).upper().rstrip(".")
    return UNITS.get(words, words)


def number(cell: str) -> Decimal:
    """An exact decimal; `.0000`, `64.`, `1,234.50` and `(3)`, which is −3, are numbers."""
    words = _plain(cell)
    if GROUPED.fullmatch(words):
        thousands = min(",.'", key=lambda mark: words.find(mark) % 1000)
        words = words.replace(thousands, "")
    elif UNCERTAIN.fullmatch(words):
        plain = words.replace(",", "")
        raise ValueError(f"{shown(words)} may mean {plain}: write it without the comma")
    try:
        return read_decimal(_without_noise(words), field="", name=shown(cell.strip()))
    except Refusal as refusal:
        said = "is not a number" if "not a number" in refusal.text else refusal.text.rstrip(".")
        raise ValueError(said if "'" in said else f"{shown(cell.strip())} {said}") from None


def _plain(cell: str) -> str:
    """The number without what accountants put around it."""
    words = cell.strip().replace("\u2212", "-").replace("\u00a0", "").replace("\u202f", "")
    if BOOKED.fullmatch(words):
        return f"-{words[1:-1]}"
    if AFTER.fullmatch(words):
        return f"-{words[:-1]}"
    return words


def _without_noise(words: str) -> str:
    """0.30000000000000004 is 0.3: a binary number written out, nobody means so many places."""
    if not NOISY.fullmatch(words):
        return words
    value = Decimal(words.replace(",", "."))
    near = rounded(value)
    return format(near, "f") if abs(value - near) < NOISE * max(Decimal(1), abs(value)) else words


def amount_of_money(cell: str) -> Decimal:
    """A price or an amount, with the sign of its currency or without."""
    return amount(SIGN.sub("", cell.strip()).strip())


def currency(cell: str) -> str:
    """A currency by its three letters."""
    words = cell.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", words):
        raise ValueError(f"{shown(cell.strip())} is no currency like EUR")
    return words


def pack(cell: str) -> Decimal:
    """How many are in it: `10`, `500 feet`, `Boxes (10)`, `CS/30`, `pack of 6`."""
    words = cell.strip()
    found = HOLDS.fullmatch(words)
    held = amount(next(filter(None, found.groups())) if found else words)
    if held == 0:
        raise ValueError(f"{shown(words)}: a pack holds more than nothing")
    return held


def amount(cell: str) -> Decimal:
    """A price or an amount."""
    value = number(cell)
    if value < 0:
        raise ValueError(f"{shown(cell.strip())} is below zero")
    return value


def days(cell: str) -> int:
    """A number of days."""
    value = amount(cell)
    if value != int(value):
        raise ValueError(f"{shown(cell.strip())} is not a whole number of days")
    return int(value)


def yes(cell: str) -> bool:
    """Yes or no, in any of the ways that systems write it."""
    words = cell.strip().casefold()
    if words not in YES | NO:
        raise ValueError(f"{shown(cell.strip())} is neither yes nor no")
    return words in YES


def yes_or_day(cell: str) -> bool:
    """Yes, or the day since when."""
    words = cell.strip()
    return yes(words) if words.casefold() in YES | NO else bool(day(words))


def day(cell: str) -> date:
    """A day. 04/05/2026 is refused where its column doesn't tell which of them is the month."""
    words = cell.strip()
    try:
        found = days_of.read(words)
    except ValueError:
        raise ValueError(f"{shown(words)} is not a day of the calendar") from None
    if found is None and days_of.either(words):
        raise ValueError(f"{shown(words)} may be two days: write it like 2026-05-04")
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{shown(words)} is not a day like 2026-05-04")
    return found


def moment(cell: str) -> datetime:
    """A day, with the time where one is written, else noon; by the clock on the firm's wall."""
    found = CLOCK.search(cell)
    on = day(cell[: found.start()] if found else cell)
    if not found:
        return datetime.combine(on, time(12))
    hour = int(found[1]) % 12 + 12 * (found[3].lower() == "p") if found[3] else int(found[1])
    try:
        return datetime.combine(on, time(hour, int(found[2])))
    except ValueError:
        raise ValueError(f"{shown(cell.strip())} is no time of day") from None


def codes(cell: str) -> tuple[str, ...]:
    """Serials of one row: by comma, semicolon or line."""
    return tuple(filter(None, (code(one) for one in re.split(r"[,;\n]", cell))))


def shown(cell: str) -> str:
    """A cell as a message quotes it."""
    return f"'{cell[:40]}{'…' if len(cell) > 40 else ''}'"


Code = Annotated[str, BeforeValidator(code)]
Words = Annotated[str, BeforeValidator(text)]
Unit = Annotated[str, BeforeValidator(unit)]
Quantity = Annotated[Decimal, BeforeValidator(number)]
Amount = Annotated[Decimal, BeforeValidator(amount)]
Money = Annotated[Decimal, BeforeValidator(amount_of_money)]
Currency = Annotated[str, BeforeValidator(currency)]
Pack = Annotated[Decimal, BeforeValidator(pack)]
Days = Annotated[int, BeforeValidator(days)]
Yes = Annotated[bool, BeforeValidator(yes)]
YesOrDay = Annotated[bool, BeforeValidator(yes_or_day)]
Day = Annotated[date, BeforeValidator(day)]
Moment = Annotated[datetime, BeforeValidator(moment)]
Codes = Annotated[tuple[str, ...], BeforeValidator(codes)]
