"""A backup is one file, and comes back whole on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb import create_app, migrations
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.models import METADATA
from partsweb.people import queries as people
from partsweb.stock import audit
from partsweb.timeline import rules as timeline
from partsweb.upkeep import backup
from tests.support.company import (
    a_part,
    a_technician,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
)


@pytest.fixture
def empty(tmp_path: Path, databases) -> Iterator[Flask]:
    """Another installation, new."""
    with databases.copy(tmp_path / "other") as url:
        app = create_app({"DATABASE_URL": url, "INSTANCE": str(tmp_path / "other")})
        yield app
        with app.app_context():
            db.engine.dispose()


def test_everything_comes_back(app: Flask, empty: Flask, tmp_path: Path):
    _a_days_work(app)
    photo = Path(app.instance_path) / "attachments" / "ab" / "abc"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    file = tmp_path / "monday.zip"

    _backup(app, file)
    _restore(empty, file)

    assert _rows(app) == _rows(empty)
    assert (Path(empty.instance_path) / "attachments" / "ab" / "abc").read_bytes() == b"a photo"
    with empty.app_context():
        assert list(audit.differences()) == []


def test_work_goes_on_after_a_restore(app: Flask, empty: Flask, tmp_path: Path):
    _a_days_work(app)
    file = tmp_path / "monday.zip"
    _backup(app, file)
    _restore(empty, file)

    with given(empty):
        in_stock(a_part("NEW"), a_warehouse("Another"), 3)
        order = an_order()
        timeline.record(order.subject, "noted", "It goes on", by=None)

        assert list(audit.differences()) == []


@pytest.mark.only("postgresql")
def test_what_began_on_sqlite_goes_on_on_postgresql(app: Flask, tmp_path: Path):
    small = create_app({"INSTANCE": str(tmp_path / "small"), "DATABASE_URL": ""})
    with small.app_context():
        migrations.upgrade(db.engine)
    _a_days_work(small)
    file = tmp_path / "monday.zip"

    _backup(small, file)
    _restore(app, file)

    assert _rows(small) == _rows(app)


def test_a_backup_overwrites_nothing(app: Flask, tmp_path: Path):
    file = tmp_path / "monday.zip"
    file.write_text("last week's")

    with pytest.raises(Refusal, match="there already"):
        _backup(app, file)

    assert file.read_text() == "last week's"


def test_a_used_installation_is_not_restored_over(app: Flask, empty: Flask, tmp_path: Path):
    _a_days_work(app)
    _a_days_work(empty)
    file = tmp_path / "monday.zip"
    _backup(app, file)

    with pytest.raises(Refusal, match="has data already"):
        _restore(empty, file)

    with empty.app_context():
        assert len(people.everybody()) == 1


def _a_days_work(app: Flask) -> None:
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        fan, valve, depot = a_part(serialized=True), a_part(), a_warehouse()
        in_stock(fan, depot, 1, cost="61.20", serials=["0042"])
        in_stock(valve, depot, "2.5", cost="0.001")
        order = an_order("Größe ½″, “naïve” 漢字", assigned_to=tess)
        an_entry(order, valve, 2)
        timeline.record(order.subject, "noted", "A note", by=tess)


def _backup(app: Flask, file: Path) -> None:
    with app.app_context():
        backup.backup(file, Path(app.instance_path) / "attachments", progress=lambda _: None)


def _restore(app: Flask, file: Path) -> None:
    with app.app_context():
        backup.restore(file, Path(app.instance_path) / "attachments", progress=lambda _: None)


def _rows(app: Flask) -> dict[str, list[Any]]:
    with app.app_context():
        return {
            table.name: [
                tuple(row)
                for row in db.session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in METADATA.sorted_tables
        }
