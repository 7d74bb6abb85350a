"""Anything that photos, events, barcodes or decisions can hang on.

Lower rooms (timeline, attachments, codes) keep a subject as kind and id; the room that owns the
kind says here how it is loaded as seen by a person, what it is called and where it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.interfaces import LoaderOption

from partsweb.extensions import db
from partsweb.kit.refusal import NotFound


@dataclass(frozen=True)
class Subject:
    """A thing by its kind and id."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Kind:
    """How things of one kind are loaded, called and addressed.

    `load(id, person)` raises NotFound for what the person may not see. `model` is its table's
    class where `load` gets the row by its id: then many can be read at once, see `bring`, and
    `beside` says what of their kin `load`, `title` and `url` look at.
    """

    name: str
    load: Callable[[UUID, Any], Any]
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    model: type[Any] | None = None
    beside: Sequence[LoaderOption] = ()


_kinds: dict[str, Kind] = {}


def announce(kind: Kind) -> None:
    """Make a kind known; a room does it once, when it is imported."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """The kind by its name; an unknown one is simply not there."""
    try:
        return _kinds[name]
    except KeyError:
        raise NotFound("There is no such thing.") from None


def load(subject: Subject, *, seen_by: Any) -> Any:
    """The thing itself, as far as the person may see it."""
    return kind_of(subject.kind).load(subject.id, seen_by)


def bring(subjects: Iterable[Subject]) -> list[Any]:
    """Read many things at once. While the answer is kept, `load` finds each of them in hand.

    Says nothing about who may see them: that is for `load`.
    """
    ids: dict[str, set[UUID]] = defaultdict(set)
    for one in subjects:
        ids[one.kind].add(one.id)
    return [row for name in ids if name in _kinds for row in _all_of(_kinds[name], ids[name])]


def _all_of(kind: Kind, ids: set[UUID]) -> Iterable[Any]:
    if kind.model is None:
        return ()
    return db.session.scalars(
        select(kind.model).where(kind.model.id.in_(ids)).options(*kind.beside)
    )


def title(subject: Subject, *, seen_by: Any) -> str:
    """What the thing is called."""
    kind = kind_of(subject.kind)
    return kind.title(kind.load(subject.id, seen_by))


def url(subject: Subject, *, seen_by: Any) -> str:
    """Where the thing stands."""
    kind = kind_of(subject.kind)
    return kind.url(kind.load(subject.id, seen_by))
