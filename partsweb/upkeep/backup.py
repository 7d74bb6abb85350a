"""One file with everything: the database's rows, the attachments, the settings.

A backup is a zip with `manifest.json`, a JSON-lines file a table and the attachments' bytes, read
in one transaction, so it can be restored on either database. The secret key isn't in it: people
sign in again.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, func, insert, select, text
from sqlalchemy import Table as SqlTable

from partsweb import migrations
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.models import METADATA

FORMAT = 1
ROWS_AT_ONCE = 500
Progress = Callable[[str], None]


def backup(file: Path, attachments: Path, *, progress: Progress) -> int:
    """Write everything into a new file; says how many rows. The server may go on meanwhile."""
    if file.exists():
        raise Refusal(f"{file} is there already. A backup doesn't overwrite another.")
    unfinished = file.with_name(file.name + ".unfinished")
    # Everything is in it: for its owner's eyes only.
    unfinished.touch(mode=0o600)
    rows = 0
    with (
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        db.engine.connect() as connection,
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        for table in METADATA.sorted_tables:
            progress(table.name)
            rows += _write_table(archive, connection, table)
        progress("attachments")
        for path in sorted(path for path in attachments.rglob("*") if path.is_file()):
            archive.write(path, f"attachments/{path.relative_to(attachments)}")
        archive.writestr("manifest.json", json.dumps(_manifest(connection, rows)))
    unfinished.rename(file)
    return rows


def restore(file: Path, attachments: Path, *, progress: Progress) -> int:
    """Bring everything back into an empty database; says how many rows."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        if manifest["format"] != FORMAT:
            raise Refusal(f"{file} was made by another version of partsweb.")
        migrations.upgrade(db.engine, manifest["revision"])
        with db.engine.begin() as connection:
            _refuse_used(connection)
            rows = sum(_read_table(archive, connection, table, progress) for table in _tables())
            _go_on_numbering(connection)
        for name in archive.namelist():
            if name.startswith("attachments/") and ".." not in Path(name).parts:
                archive.extract(name, attachments.parent)
    migrations.upgrade(db.engine)
    if rows != manifest["rows"]:
        raise Refusal(f"{file} names {manifest['rows']} rows, {rows} were found in it.")
    return rows


def _tables() -> list[SqlTable]:
    return list(METADATA.sorted_tables)


def _manifest(connection: Connection, rows: int) -> dict[str, Any]:
    revision = migrations.shape_of(connection)
    return {"format": FORMAT, "revision": revision, "rows": rows, "made": clock.now().isoformat()}


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: SqlTable) -> int:
    written = 0
    # What refers to another row of its own table comes after it: a bin after its warehouse.
    own = [key.parent.is_not(None) for key in table.foreign_keys if key.column.table is table]
    order = [*own, *table.primary_key.columns]
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as target:
        rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
            select(table).order_by(*order)
        )
        for row in rows:
            target.write(json.dumps([_plain(value) for value in row]).encode() + b"\n")
            written += 1
    return written


def _read_table(
    archive: zipfile.ZipFile, connection: Connection, table: SqlTable, progress: Progress
) -> int:
    progress(table.name)
    read = 0
    columns = list(table.columns)
    for rows in _batches(archive, table.name):
        values = [
            {column.name: _typed(column, value) for column, value in zip(columns, row, strict=True)}
            for row in rows
        ]
        connection.execute(insert(table), values)
        read += len(values)
    return read


def _batches(archive: zipfile.ZipFile, name: str) -> Iterator[list[list[Any]]]:
    rows: list[list[Any]] = []
    with archive.open(f"tables/{name}.jsonl") as source:
        for line in source:
            rows.append(json.loads(line))
            if len(rows) == ROWS_AT_ONCE:
                yield rows
                rows = []
    if rows:
        yield rows


def _refuse_used(connection: Connection) -> None:
    """Only into a new database; the rows that every book begins with come from the backup."""
    people = METADATA.tables["people"]
    if connection.scalar(select(func.count()).select_from(people)):
        raise Refusal("This installation has data already. Restore into a new one.")
    for name in ("owners", "locations"):
        connection.execute(METADATA.tables[name].delete())


def _go_on_numbering(connection: Connection) -> None:
    """PostgreSQL numbers from a counter that inserted numbers don't move."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and keys[0].type.python_type is int:
            name, key = table.name, keys[0].name
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', '{key}'), "  # noqa: S608
                    f"COALESCE((SELECT max({key}) FROM {name}), 0) + 1, false)"
                )
            )


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    kind = column.type.python_type
    if issubclass(kind, Enum):
        return kind(value)
    if kind in (Decimal, UUID):
        return kind(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return base64.b64decode(value) if kind is bytes else value
