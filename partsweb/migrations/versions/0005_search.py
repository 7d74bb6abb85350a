"""An index of trigrams over the words of parts, which follows each change in the same transaction.

PostgreSQL keeps it by itself. On SQLite it is a full-text table over `part_words`, a copy of the words under numbers
that never change (a row's own number may, when the file is compacted), and triggers keep both in step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from partsweb.kit.refusal import Refusal

revision = "0005"
down_revision = "0004"

WITHOUT_EXTENSION = (
    "Search needs PostgreSQL's extension pg_trgm, and this user may not create it, or the server "
    "doesn't have it (it is part of PostgreSQL's contrib package). Let the owner of the database "
    "say CREATE EXTENSION pg_trgm; in it once, then run partsweb init again. Nothing was changed."
)


def upgrade() -> None:
    """Apply this step."""
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        _index_on_postgresql()


def _index_on_postgresql() -> None:
    there = sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    if op.get_bind().scalar(there) is None:
        try:
            op.execute("CREATE EXTENSION pg_trgm")
        except DBAPIError as error:
            raise Refusal(WITHOUT_EXTENSION) from error
    op.execute("CREATE INDEX ix_parts_words ON parts USING gin (words gin_trgm_ops)")


def _index_on_sqlite() -> None:
    op.execute(
        "CREATE TABLE part_words (number INTEGER PRIMARY KEY, "
        "part_id CHAR(32) NOT NULL UNIQUE, words TEXT NOT NULL)"
    )
    op.execute(
        "CREATE VIRTUAL TABLE part_search USING fts5("
        "words, content='part_words', content_rowid='number', tokenize='trigram', detail='none')"
    )
    op.execute("INSERT INTO part_words (part_id, words) SELECT id, words FROM parts")
    op.execute("INSERT INTO part_search (part_search) VALUES ('rebuild')")
    for name, happens, then in TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} AFTER {happens} BEGIN {then}; END")


FORGET = (
    "INSERT INTO part_search (part_search, rowid, words) VALUES ('delete', old.number, old.words)"
)
LEARN = "INSERT INTO part_search (rowid, words) VALUES (new.number, new.words)"
TRIGGERS = (
    (
        "parts_are_found",
        "INSERT ON parts",
        "INSERT INTO part_words (part_id, words) VALUES (new.id, new.words)",
    ),
    (
        "parts_are_found_anew",
        "UPDATE OF words ON parts WHEN old.words <> new.words",
        "UPDATE part_words SET words = new.words WHERE part_id = new.id",
    ),
    ("parts_are_lost", "DELETE ON parts", "DELETE FROM part_words WHERE part_id = old.id"),
    ("part_words_are_learnt", "INSERT ON part_words", LEARN),
    ("part_words_are_learnt_anew", "UPDATE ON part_words", f"{FORGET}; {LEARN}"),
    ("part_words_are_forgotten", "DELETE ON part_words", FORGET),
)
