"""Recomputes what search looks through."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from partsweb.catalogue import queries
from partsweb.catalogue.models import Part
from partsweb.extensions import db

WRONG_INDEX = "The search index finds other parts than there are: partsweb reindex"


def differences() -> Iterator[str]:
    """Every part that search finds by other words than it has; whether the index is whole."""
    known = select(Part.id, Part.sku, Part.words)
    right = queries.all_words()
    for part_id, sku, words in db.session.execute(known):
        if words != right[part_id]:
            yield f"Part {sku} is found by other words than it has: partsweb reindex"
    if db.engine.dialect.name == "sqlite":
        yield from _index_of_sqlite()
    elif db.session.scalar(text("SELECT to_regclass('ix_parts_words')")) is None:
        yield "Search has no index: it is slow, and finds all the same."


def _index_of_sqlite() -> Iterator[str]:
    copied = text(
        "SELECT (SELECT count(*) FROM parts) <> (SELECT count(*) FROM part_words) OR EXISTS ("
        "SELECT 1 FROM parts LEFT JOIN part_words ON part_id = id"
        " WHERE part_words.words IS NOT parts.words)"
    )
    if db.session.scalar(copied):
        yield WRONG_INDEX
        return
    # SQLite takes the check for a write, which can't follow a read in one transaction.
    with db.engine.connect() as connection:
        try:
            check = "INSERT INTO part_search (part_search, rank) VALUES ('integrity-check', 1)"
            connection.exec_driver_sql(check)
        except DatabaseError:
            yield WRONG_INDEX
