"""The shape of a database is known without loading what changes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import create_engine

from partsweb import migrations
from partsweb.extensions import db


def test_the_newest_step_is_the_last_by_its_files_name():
    steps = ScriptDirectory.from_config(migrations.configuration())

    assert migrations.newest() == steps.get_current_head()


def test_a_database_is_current_once_it_took_the_newest_step(app: Flask, tmp_path: Path):
    empty = create_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with app.app_context():
        assert migrations.is_current(db.engine)

    assert not migrations.is_current(empty)
    empty.dispose()


def test_commands_start_without_what_changes_the_shape():
    loaded = "import sys, partsweb.cli; print('alembic' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "False"
