"""What all tables share: column types, ids, and rows that are never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Date, Enum, Integer, MetaData, Text, Uuid
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from partsweb.extensions import db
from partsweb.kit.clock import Instant
from partsweb.kit.exact import Exact

T = TypeVar("T")

# SQLite numbers rows by itself only for INTEGER keys.
RowNumber = BigInteger().with_variant(Integer, "sqlite")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# States and kinds are kept as the words that people read, in an open text column.
_Word = Enum(
    StrEnum,
    native_enum=False,
    create_constraint=False,
    length=40,
    values_callable=lambda words: [word.value for word in words],
)


class Table(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Decimal: Exact(),
        datetime: Instant(),
        date: Date(),
        UUID: Uuid(),
        str: Text(),
        StrEnum: _Word,
    }


class WithId:
    """A thing with an id of its own, which a phone may have minted."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


def insert_if_absent(model: type[Table], **values: Any) -> bool:
    """Insert the row unless its key is there already; says whether it was inserted."""
    return insert_all_absent(model, [values]) == 1


def insert_all_absent(model: type[Table], rows: Sequence[dict[str, Any]]) -> int:
    """Insert those rows whose keys aren't there yet; says how many."""
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # One statement run for each row: one of all their values takes SQLAlchemy longer to put
    # together than the database to do.
    absent = insert(Table.metadata.tables[model.__tablename__]).on_conflict_do_nothing()
    # Without being told, SQLAlchemy doesn't know how many rows PostgreSQL inserted.
    told = absent.execution_options(preserve_rowcount=True)
    done = db.session.connection().execute(told, list(rows))
    return int(done.rowcount)


def batched(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, so many at once."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
