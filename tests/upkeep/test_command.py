"""The console command: what it prints, and with which code it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from partsweb.extensions import db
from partsweb.people import queries as people
from partsweb.people import rules
from tests.support.company import a_part, a_warehouse, given, in_stock
from tests.support.server import serving


def test_an_audit_of_good_books_ends_with_0(app: Flask, database_url: str):
    with given(app):
        in_stock(a_part(), a_warehouse(), 2)

    done = _partsweb(app, database_url, "audit")

    assert (done.returncode, done.stdout) == (0, "The books agree with their movements.\n")


def test_an_audit_that_finds_something_ends_with_1_and_says_what(app: Flask, database_url: str):
    with given(app):
        in_stock(a_part("VK4105"), a_warehouse(), 2)
        db.session.execute(text("UPDATE balances SET quantity = 3000000 WHERE quantity > 0"))

    done = _partsweb(app, database_url, "audit")

    assert done.returncode == 1
    assert "Balance of VK4105 in Depot says 3" in done.stdout


def test_somebody_who_was_added_can_sign_in(app: Flask, database_url: str):
    os.environ["PARTSWEB_NEW_PASSWORD"] = "a long password"
    try:
        done = _partsweb(app, database_url, "users", "add", "Boss", "--role", "admin")
    finally:
        del os.environ["PARTSWEB_NEW_PASSWORD"]

    assert done.stdout == "Boss can sign in as boss.\n"
    with app.app_context():
        boss = people.by_login("boss")
        assert rules.password_is(boss, "a long password")
        assert boss is not None
        assert boss.roles == {"admin"}


def test_a_database_of_an_older_shape_is_said_in_words(tmp_path: Path):
    environment = os.environ | {"PARTSWEB_INSTANCE": str(tmp_path), "DATABASE_URL": ""}

    done = _run(environment, "audit")

    assert done.returncode == 1
    assert "partsweb init" in done.stderr


def test_the_secret_key_is_for_its_owner_only(tmp_path: Path):
    environment = os.environ | {"PARTSWEB_INSTANCE": str(tmp_path), "DATABASE_URL": ""}

    _run(environment, "init")

    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.only("sqlite")
def test_a_second_server_on_the_embedded_database_refuses_to_start(app: Flask, database_url: str):
    with serving(Path(app.instance_path), database_url):
        second = _partsweb(app, database_url, "serve", "--port", "1")

    assert second.returncode == 1
    assert "served from" in second.stderr


def _partsweb(app: Flask, database_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PARTSWEB_INSTANCE": app.instance_path,
        "DATABASE_URL": database_url,
    }
    return _run(environment, *words)


def _run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("partsweb")), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
