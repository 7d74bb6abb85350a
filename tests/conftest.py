"""The ground of every test: an app on a database of its own, a server, a phone.

PARTSWEB_TEST_DATABASE=sqlite|postgresql   which database (default sqlite)
PARTSWEB_TEST_POSTGRES_URL                 a server to use; without it one is started
PARTSWEB_LONG=1, PARTSWEB_QUICK=1          long series too, or short ones
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule

from tests.support.browser import launch_options
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.postgres import running_server
from tests.support.server import Server, serving

DATABASE = os.environ.get("PARTSWEB_TEST_DATABASE", "sqlite")
LONG = os.environ.get("PARTSWEB_LONG") == "1"
QUICK = os.environ.get("PARTSWEB_QUICK") == "1"
SERVER_URL = "PARTSWEB_TEST_POSTGRES_URL"
started = contextlib.ExitStack()

# A laptop under load is slow now and then: no deadlines. The same examples in every run, unless
# a long series is asked for: a red check must be about the change.
# The rules are the same on both databases; PostgreSQL, slower here, gets fewer.
hypothesis.settings.register_profile(
    "usual",
    deadline=None,
    max_examples=40 if DATABASE == "sqlite" else 15,
    stateful_step_count=30,
    derandomize=True,
)
hypothesis.settings.register_profile(
    "quick", deadline=None, max_examples=8, stateful_step_count=20, derandomize=True
)
hypothesis.settings.register_profile(
    "long", deadline=None, max_examples=1000, stateful_step_count=100
)
hypothesis.settings.load_profile("long" if LONG else "quick" if QUICK else "usual")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before xdist's workers start and inherit its address."""
    if DATABASE not in {"sqlite", "postgresql"}:
        raise pytest.UsageError(f"PARTSWEB_TEST_DATABASE={DATABASE}: sqlite or postgresql")
    if DATABASE == "postgresql" and SERVER_URL not in os.environ and not config.option.collectonly:
        os.environ[SERVER_URL] = started.enter_context(running_server())


def pytest_unconfigure() -> None:
    """Stop what was started."""
    started.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark journeys by their folder; leave out what isn't meant for this run.

    Left out, not skipped: a skipped test is one that should have run and couldn't.
    """
    journeys = Path(__file__).parent / "journeys"
    for item in items:
        if journeys in item.path.parents:
            item.add_marker("journey")

    def meant(item: pytest.Item) -> bool:
        only = item.get_closest_marker("only")
        if only is not None and DATABASE not in only.args:
            return False
        # What asks for no database has been tested beside SQLite.
        if DATABASE == "postgresql" and "databases" not in getattr(item, "fixturenames", ()):
            return False
        return LONG or item.get_closest_marker("long") is None

    left_out = [item for item in items if not meant(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if meant(item)]


# --- Databases and the app -------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Databases]:
    """This worker's migrated template, and copies of it."""
    with contextlib.ExitStack() as stack:
        made: Databases
        if DATABASE == "postgresql":
            made = postgres = PostgresDatabases(os.environ[SERVER_URL], worker_id)
            stack.callback(postgres.remove)
        else:
            made = SqliteDatabases(tmp_path_factory.mktemp("databases"))
        _migrate(made.template)
        yield made


def _migrate(url: str) -> None:
    from partsweb import migrations

    engine = create_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test has an app of its own; compiling templates for each would be most of its time."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_once() -> None:
    """For each app werkzeug compiles two functions a route: a fifth of a second in all."""
    known: dict[tuple[object, ...], Any] = {}
    compiled = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), str(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = once  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> None:
    """A good password hash takes a fifth of a second on purpose, at every sign-in."""
    from partsweb.people import rules

    rules._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database for this test."""
    with databases.copy(tmp_path / "instance") as url:
        yield url


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on this test's database."""
    with _app(database_url, tmp_path / "instance") as app:
        yield app


def _share_compiled(engines: Iterable[Engine]) -> None:
    """Every test has an engine of its own; compiling its statements would be a third of the test.

    What was compiled is found again by statement and dialect, so both have to be the same.
    """
    for engine in engines:
        first = _first_engines.setdefault(engine.dialect.driver, engine)
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache


_first_engines: dict[str, Engine] = {}


@contextlib.contextmanager
def _app(database_url: str, instance: Path, **settings: Any) -> Iterator[Flask]:
    from partsweb import create_app
    from partsweb.extensions import db

    app = create_app(
        {
            "DATABASE_URL": database_url,
            "INSTANCE": str(instance),
            "SECRET_KEY": "only for tests",
            "TESTING": True,
            **settings,
        }
    )
    app.test_client_class = Client
    with app.app_context():
        _share_compiled(db.engines.values())
    try:
        yield app
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


class Client(FlaskClient):
    """A browser on one of our own pages, as far as a server can tell; headers given win."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        self.environ_base["CONTENT_LENGTH"] = "0"  # as browsers send with an empty form


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who isn't signed in."""
    return app.test_client()


# --- A real server and a real browser --------------------------------------------------------


@pytest.fixture
def live_server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """`partsweb serve` on this test's database."""
    with serving(tmp_path / "instance", database_url) as server:
        yield server


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts Chromium."""
    return launch_options()
