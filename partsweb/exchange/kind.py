"""What every kind of import is: a row's fields, and how a row is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, lazyload

from partsweb.extensions import db
from partsweb.kit.table import Table, batched
from partsweb.people.models import Person

T = TypeVar("T", bound=Table)
Names = dict[str, tuple[str, ...]]
# What is different: field → before, after.
Fields = Mapping[str, tuple[Any, Any]]
# Told how many rows were written since it was told before.
OnRows = Callable[[int], None]
KEYS_AT_ONCE = 500


class Change(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Kept:
    """What became of a row and, where it was changed, of which fields: before and after."""

    change: Change
    fields: Fields = field(default_factory=dict)

    def also(self, fields: Fields) -> Kept:
        """The same, and these fields too."""
        if not fields:
            return self
        change = Change.ADDED if self.change == Change.ADDED else Change.CHANGED
        return Kept(change, {**self.fields, **fields})


ADDED, UNCHANGED = Kept(Change.ADDED), Kept(Change.UNCHANGED)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Kept:
    """What is different now."""
    fields = {name: (before[name], now) for name, now in after.items() if before[name] != now}
    return Kept(Change.CHANGED, fields) if fields else UNCHANGED


class Row(BaseModel):
    """The fields of one row. Those that weren't given keep what is there, see `given`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    # What other systems call a field.
    synonyms: ClassVar[Names] = {}
    # Where an empty cell says no; elsewhere it says nothing.
    empty_is_no: ClassVar[frozenset[str]] = frozenset()

    # Groups of fields of which one must be there, all of it.
    needs_any: ClassVar[tuple[tuple[str, ...], ...]] = ()

    # Fields that mean nothing without another one.
    only_with: ClassVar[dict[str, str]] = {}

    @property
    def key(self) -> Hashable | None:
        """What tells the row from others of the file; None where rows may repeat."""
        return None

    @property
    def title(self) -> str:
        """What people call the row: its code, its number, its name."""
        key = self.key
        return " · ".join(str(one) for one in key if one) if isinstance(key, tuple) else str(key)

    @classmethod
    def read_as(cls, reader: Any) -> list[str]:
        """The fields whose cells that reader of values.py reads."""
        return [field for field, of in cls.model_fields.items() if _reads(of, reader)]

    @classmethod
    def takes(cls, field: str, cell: str) -> bool:
        """Whether the cell can be read as the field."""
        try:
            cls.__pydantic_validator__.validate_assignment(cls.model_construct(), field, cell)
        except ValidationError:
            return False
        return True

    @property
    def given(self) -> dict[str, Any]:
        """The fields that the file says something about."""
        return {field: getattr(self, field) for field in self.model_fields_set}


def _reads(of: Any, reader: Any) -> bool:
    """Whether it is among the validators of a field, or of one of the types that it may have."""
    marks = [*getattr(of, "metadata", ()), *getattr(of, "__metadata__", ())]
    if any(getattr(mark, "func", None) is reader for mark in marks):
        return True
    return any(_reads(one, reader) for one in get_args(getattr(of, "annotation", of)))


R = TypeVar("R", bound=Row)


class Kind(ABC, Generic[R]):
    """Brings in the rows of one file; made anew for each, knowing what is there already."""

    name: ClassVar[str]
    # As in "179 parts added".
    things: ClassVar[str]
    row: ClassVar[type[Row]]

    @abstractmethod
    def __init__(self, rows: Sequence[R]) -> None:
        """Look up, at once, what the rows name."""

    # Who brings the file in; nobody at the command line.
    by: Person | None = None

    @abstractmethod
    def keep(self, row: R) -> Kept:
        """Keep the row; a no is a Refusal that names the field."""

    def finish(self, on_rows: OnRows) -> None:
        """Do what is done once for all rows."""

    def notes(self) -> Iterable[str]:
        """What the person should know of the file, though nothing is wrong with it."""
        return ()


def known_by(column: InstrumentedAttribute[str], keys: Iterable[str]) -> dict[str, Any]:
    """The things that are there already, by one of their columns; alone, without their kin."""
    model = column.class_
    found: dict[str, Any] = {}
    for some in batched(sorted(set(keys)), KEYS_AT_ONCE):
        rows = select(model).where(column.in_(some)).options(lazyload("*"))
        found |= {getattr(thing, column.key): thing for thing in db.session.scalars(rows)}
    return found


def as_it_is(thing: Table, fields: Iterable[str]) -> dict[str, Any]:
    """What stands there: where the file says nothing, and to see whether a rule changed it."""
    return {field: getattr(thing, field) for field in fields}


def counted(words: Iterable[str]) -> str:
    """What there is, the most frequent first: EA 410, ROLL 13."""
    return ", ".join(f"{word} {times}" for word, times in Counter(words).most_common())
