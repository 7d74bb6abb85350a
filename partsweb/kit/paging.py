"""A page of a long list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select

from partsweb.extensions import db

T = TypeVar("T")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the rows, and how many there are."""

    items: Sequence[T]
    number: int
    total: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Whether more rows follow."""
        return self.number < self.pages

    @property
    def has_prev(self) -> bool:
        """Whether rows come before."""
        return self.number > 1


def paged(
    rows: Select[T], *, number: int = 1, size: int = SIZE, counted: Select[Any] | None = None
) -> Page[T]:
    """One page of the selected things, counted; a number too high gives the last page.

    `counted` are the same rows where counting them without their order is cheaper.
    """
    return paged_rows(rows, _first, number=number, size=size, counted=counted)


def paged_at_once(rows: Select[T], *, number: int = 1, size: int = SIZE) -> Page[T]:
    """The same, counted in the same question: where finding the rows is dear, and they are few."""
    number = max(1, number)
    found = _some(rows.add_columns(func.count().over()), number, size)
    if not found and number > 1:
        return paged(rows, number=number, size=size)
    return Page([row[0] for row in found], number, found[0][1] if found else 0, size)


def paged_rows(
    rows: Select[Any],
    made: Callable[[Any], T],
    *,
    number: int = 1,
    size: int | None = SIZE,
    counted: Select[Any] | None = None,
) -> Page[T]:
    """The same of rows with several columns, each made into something; no size: all of them."""
    if size is None:
        every = [made(row) for row in db.session.execute(rows)]
        return Page(every, 1, len(every), max(1, len(every)))
    number = max(1, number)
    items = _some(rows, number, size)
    total = len(items)
    if number > 1 or total == size:
        plain = (rows if counted is None else counted).order_by(None).subquery()
        total = db.session.scalar(select(func.count()).select_from(plain)) or 0
    last = max(1, -(-total // size))
    if number > last:
        number, items = last, _some(rows, last, size)
    return Page([made(row) for row in items], number, total, size)


def _some(rows: Select[Any], number: int, size: int) -> Sequence[Any]:
    return db.session.execute(rows.limit(size).offset((number - 1) * size)).all()


def _first(row: Any) -> Any:
    return row[0]


def asked_page() -> int:
    """The page number in the address, 1 where it is missing or no number."""
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
