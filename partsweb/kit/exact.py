"""Exact decimals: quantities and money, in Python and in either database."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from partsweb.kit.refusal import Refusal

PLACES = 6
STEP = Decimal(1).scaleb(-PLACES)
MILLION = 10**PLACES
LARGEST = Decimal(10) ** 12
ZERO = Decimal(0)


class Exact(TypeDecorator[Decimal]):
    """A decimal with up to six places, kept as a whole number of millionths.

    SQLite has no decimals and adds NUMERIC columns as floats; whole numbers add exactly on both
    databases, also inside `UPDATE … SET quantity = quantity + :delta`. See docs/decisions.
    """

    impl = BigInteger
    cache_ok = True
    python_type = Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        """Refuse floats and more places than we keep: nothing is rounded behind one's back."""
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("a quantity or an amount is never a float")
        scaled = Decimal(value).scaleb(PLACES)
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"{value} has more than {PLACES} decimal places")
        return whole

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Millionths back to a decimal, without needless zeros."""
        if value is None:
            return None
        # Most are whole, and pages read thousands.
        whole, rest = divmod(value, MILLION)
        return plain(Decimal(value).scaleb(-PLACES)) if rest else Decimal(int(whole))


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    value = value.normalize()
    return value if value.as_tuple().exponent <= 0 else value.quantize(Decimal(1))  # type: ignore[operator]


def rounded(value: Decimal) -> Decimal:
    """To the nearest millionth, halves to even: for the result of a division."""
    return plain(value.quantize(STEP, rounding=ROUND_HALF_EVEN))


def read_decimal(text: str, *, field: str, name: str) -> Decimal:
    """Read a number as a person types it, with a point or a comma as the decimal mark."""
    typed = text.strip().replace("\u00a0", "").replace(" ", "")
    if "," in typed and "." not in typed:
        typed = typed.replace(",", ".")
    try:
        value = Decimal(typed)
    except InvalidOperation:
        raise Refusal(f"{name} is not a number: {text.strip()[:40]}", field=field) from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Refusal(f"{name} is too large: {text.strip()[:40]}", field=field)
    if value != value.quantize(STEP):
        raise Refusal(f"{name} has more than {PLACES} decimal places.", field=field)
    return plain(value)
