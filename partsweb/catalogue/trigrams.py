"""Looks for pieces of text in the words of parts by an index of trigrams, on either database.

PostgreSQL keeps the index by itself and takes it for LIKE. SQLite's is a table of its own, which
triggers keep in step; it is asked first, and LIKE makes sure. See decision 0012.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, Uuid, and_, column, or_, select, table, text
from sqlalchemy.sql.expression import literal_column

from partsweb.catalogue.models import Part
from partsweb.extensions import db

# Stands for anything between two pieces; no folded text has it.
GAP = "*"
# Spellings of one piece; one of them must be there.
Piece = Sequence[str]

_words = table("part_words", column("number"), column("part_id", Uuid()))
_index = table("part_search", column("rowid"))


def found_by(ways: Sequence[Sequence[Piece]]) -> ColumnElement[bool]:
    """The parts that have all the pieces of one of the ways in their words."""
    certain = or_(*(and_(*(or_(*map(_like, piece)) for piece in way)) for way in ways))
    if db.session.get_bind().dialect.name != "sqlite":
        return certain
    asked = [_match(way) for way in ways]
    if not all(asked):  # one or two characters have no trigram: every part is looked at
        return certain
    rows = select(_index.c.rowid).where(
        literal_column("part_search", Text()).op("MATCH")(" OR ".join(asked))
    )
    return and_(Part.id.in_(select(_words.c.part_id).where(_words.c.number.in_(rows))), certain)


def rebuild() -> None:
    """Make the index anew from the words of the parts."""
    if db.session.get_bind().dialect.name != "sqlite":
        index = "ix_parts_words ON parts USING gin (words gin_trgm_ops)"
        db.session.execute(text("DROP INDEX IF EXISTS ix_parts_words"))
        db.session.execute(text(f"CREATE INDEX {index}"))
        return
    for statement in (
        "INSERT INTO part_search (part_search) VALUES ('rebuild')",
        "DELETE FROM part_words",
        "INSERT INTO part_words (part_id, words) SELECT id, words FROM parts",
    ):
        db.session.execute(text(statement))


def has_trigram(words: str) -> bool:
    """Whether an index of trigrams can help to find the words."""
    return any(len(piece) >= 3 for piece in words.split(GAP))


def _like(words: str) -> ColumnElement[bool]:
    if GAP not in words:
        return Part.words.contains(words, autoescape=True)
    escaped = words.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return Part.words.like(f"%{escaped.replace(GAP, '%')}%", escape="/")


def _match(way: Sequence[Piece]) -> str:
    """What SQLite's index is asked; empty where none of the pieces has a trigram."""
    asked = [
        f"({' OR '.join(f'({_trigrams(spelling)})' for spelling in piece)})"
        for piece in way
        if all(map(has_trigram, piece))
    ]
    return f"({' AND '.join(asked)})" if asked else ""


def _trigrams(words: str) -> str:
    return " AND ".join(
        f'"{piece[start : start + 3]}"'
        for piece in words.split(GAP)
        for start in range(len(piece) - 2)
    )
