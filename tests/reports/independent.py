"""Parts Usage computed in another way: plain rows of the tables, decimals, dictionaries.

Nothing of partsweb's own reading is used, so that a mistake there can't hide here.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from partsweb.extensions import db


class Used(NamedTuple):
    """How much of a part, and at what cost."""

    quantity: Decimal
    cost: Decimal


# What the report's groups are, and the column of the joined row that says it.
GROUPS = {"technician": "by", "location": "place", "customer": "customer", "order": "order"}


def usage(since: date, until: date, *, by: str) -> dict[tuple[str, str], Used]:
    """For each (group, part) what was used on these days; what comes to nothing isn't there."""
    installed = {_id(row.id) for row in _all("SELECT id FROM locations WHERE kind = 'installed'")}
    movements = {row.id: row for row in _all("SELECT * FROM movements")}
    about = _installations()
    sums: dict[tuple[str, str], Used] = defaultdict(lambda: Used(Decimal(0), Decimal(0)))
    for row in movements.values():
        if _is_use(row, movements) and since <= _day(row.posted_on) <= until:
            sign = 1 if _id(row.target_id) in installed else -1
            _add(sums, _key(row, sign, about, by), sign * row.quantity, sign * row.value)
    for learnt in _all("SELECT * FROM cost_corrections"):
        row = movements[learnt.movement_id]
        if _is_use(row, movements) and since <= _day(learnt.posted_on) <= until:
            sign = 1 if _id(row.target_id) in installed else -1
            _add(sums, _key(row, sign, about, by), 0, sign * learnt.value)
    return {key: used for key, used in sums.items() if any(used)}


def _is_use(row: Any, movements: dict[int, Any]) -> bool:
    """An install, or the reversal of one."""
    return row.reason == "install" or (
        row.reason == "reversal" and movements[row.reverses_id].reason == "install"
    )


def _key(row: Any, sign: int, about: dict[str, dict[str, str]], by: str) -> tuple[str, str]:
    ends = {1: row.source_id, -1: row.target_id}
    said = about[_id(row.cause_id)] | {"place": _home(_id(ends[sign]))}
    return said[GROUPS[by]], _id(row.part_id)


def _installations() -> dict[str, dict[str, str]]:
    """Who fitted it, on which order, for whom: by the installation's own row."""
    rows = _all(
        "SELECT i.id, i.by_id, o.id AS order_id, s.customer_id FROM installations i, "
        "part_entries e, orders o, sites s "
        "WHERE e.id = i.entry_id AND o.id = e.order_id AND s.id = o.site_id"
    )
    return {
        _id(row.id): {
            "by": _id(row.by_id),
            "order": _id(row.order_id),
            "customer": _id(row.customer_id),
        }
        for row in rows
    }


def _home(place_id: str) -> str:
    places = {_id(row.id): row for row in _all("SELECT id, kind, parent_id FROM locations")}
    place = places[place_id]
    return _id(place.parent_id) if place.kind == "bin" else place_id


def _add(sums: dict[Any, Used], key: tuple[str, str], quantity: int, cost: int) -> None:
    """The tables hold whole millionths."""
    so_far = sums[key]
    million = Decimal(1000000)
    sums[key] = Used(so_far.quantity + quantity / million, so_far.cost + cost / million)


def _all(statement: str) -> list[Any]:
    return list(db.session.execute(text(statement)))


def _id(value: Any) -> str:
    return str(value).replace("-", "")


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
