"""Reads the fields of a form as what they mean, or says in words what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from partsweb.kit.exact import read_decimal
from partsweb.kit.refusal import Refusal

Fields = Mapping[str, str]
Word = TypeVar("Word", bound=StrEnum)
LONGEST = 4000
# Beyond these a day has no neighbour, or is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def text(fields: Fields, name: str, *, needed: str = "") -> str:
    """What was typed, without the space around it; `needed` says what is missing."""
    typed = fields.get(name, "").strip()
    if len(typed) > LONGEST:
        raise Refusal(f"That is too long: {LONGEST} characters at most.", field=name)
    if needed and not typed:
        raise Refusal(needed, field=name)
    return typed


def quantity(fields: Fields, name: str = "quantity", called: str = "The quantity") -> Decimal:
    """A number that must be there."""
    return read_decimal(fields.get(name, ""), field=name, name=called)


def amount(fields: Fields, name: str, called: str) -> Decimal | None:
    """A number that may be missing."""
    typed = fields.get(name, "").strip()
    return read_decimal(typed, field=name, name=called) if typed else None


def day(fields: Fields, name: str, *, needed: str = "") -> date | None:
    """A day like 2026-07-02; `needed` says what is missing."""
    typed = text(fields, name, needed=needed)
    if not typed:
        return None
    try:
        on = date.fromisoformat(typed)
    except ValueError:
        raise Refusal("That is not a day. Write it like 2026-07-02.", field=name) from None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Refusal("That day is too far away. Look at the year.", field=name)
    return on


def an_id(fields: Fields, name: str, *, needed: str = "") -> UUID | None:
    """The id of something chosen; what isn't one counts as not chosen."""
    try:
        return UUID(fields.get(name, ""))
    except ValueError:
        if needed:
            raise Refusal(needed, field=name) from None
        return None


def the_id(fields: Fields, name: str, *, needed: str) -> UUID:
    """The id of something that must be chosen."""
    found = an_id(fields, name, needed=needed)
    assert found is not None
    return found


def word(kind: type[Word], fields: Fields, name: str, *, needed: str) -> Word:
    """One of the words of a kind."""
    typed = fields.get(name, "")
    if typed not in set(kind):
        raise Refusal(needed, field=name)
    return kind(typed)
