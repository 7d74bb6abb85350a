"""Amounts in another currency: taken at the rate that the person says, or refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from partsweb.exchange import values
from partsweb.exchange.columns import Columns
from partsweb.exchange.hints import Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.result import Problem
from partsweb.exchange.tables import Line
from partsweb.kit.exact import rounded
from partsweb.kit.words import currency

FIELD = "currency"
CODE = re.compile(r"\b([A-Z]{3})\b")
ENDLESS = re.compile(r"\d*\.\d{7,}")
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD"}
# Several countries write $.
DOLLARS = frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD"})


def converted(
    lines: Sequence[Line],
    cells: Sequence[dict[str, str]],
    row: type[Row],
    columns: Columns,
    hints: Hints,
    problems: list[Problem],
) -> list[str]:
    """Put every amount into the firm's currency, in place; says at which rate how many were."""
    ours, taken = currency(), Counter[str]()
    notes = _rounded(lines, cells, row, columns)
    fields = [field for field in row.read_as(values.amount_of_money) if field in columns.sources]
    for line, told in zip(lines, cells, strict=True):
        for field in fields:
            theirs = _currency(told, field, ours)
            if theirs in ("", ours) or not _amount(told[field]):
                continue
            if theirs not in hints.rates:
                where = (columns.name_of(field), field, told[field])
                problems.append(Problem(line.number, _unknown(theirs, ours), *where))
                continue
            amount = rounded(_amount(told[field]) * hints.rates[theirs])
            told[field] = format(amount, "f")
            taken[theirs] += 1
    return notes + [
        f"{times} amounts in {theirs} were taken at {hints.rates[theirs]} {ours}"
        for theirs, times in taken.items()
    ]


def _rounded(
    lines: Sequence[Line], cells: Sequence[dict[str, str]], row: type[Row], columns: Columns
) -> list[str]:
    """A price of one that was computed from a pack's has endless places; six of them are kept."""
    notes: list[str] = []
    for field in row.read_as(values.amount_of_money):
        long = [
            at for at, told in enumerate(cells) if ENDLESS.fullmatch(told.get(field, "").strip())
        ]
        for at in long:
            cells[at][field] = format(rounded(Decimal(cells[at][field].strip())), "f")
        if long:
            where = f"row {lines[long[0]].number}"
            notes.append(
                f"{columns.name_of(field)}: {len(long)} amounts have more than six places and were "
                f"rounded to six, such as {cells[long[0]][field]} in {where}"
            )
    return notes


def _currency(told: dict[str, str], field: str, ours: str) -> str:
    """By the amount's own sign, else by what the row says."""
    cell = told.get(field, "")
    sign = next((code for sign, code in SIGNS.items() if sign in cell), "")
    code = CODE.search(cell)
    if code:
        return code[1]
    if sign == "USD" and ours in DOLLARS:
        sign = ""
    return sign or told.get(FIELD, "").strip().upper()


def _amount(cell: str) -> Decimal:
    """The amount; what can't be read is refused elsewhere, with better words."""
    try:
        return values.amount_of_money(cell) if cell.strip() else Decimal(0)
    except ValueError:
        return Decimal(0)


def _unknown(theirs: str, ours: str) -> str:
    return (
        f"is in {theirs}, and money here is {ours}. Say what one {theirs} is worth (--rate "
        f"{theirs}=…), leave out such rows (--where) or the amounts (--map)"
    )
