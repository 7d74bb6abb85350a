"""Where it is measured: a demo company of its own, partsweb serving it, the bare page beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from partsweb import create_app
from partsweb.kit.writing import written
from partsweb.people import queries as people
from partsweb.people import rules
from tests.support.server import serving

PATIENCE = 60  # seconds for a server to come up; the machine may be busy
AGENT = "the bench"


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float | None:
        """What it and its worker took of the processors so far; only Linux says."""
        try:
            return sum(map(_cpu_seconds, [self.pid, *_children(self.pid)]))
        except OSError:
            return None


def _cpu_seconds(pid: int) -> float:
    # proc(5): user and system time are the 12th and 13th field after the name in parentheses.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@dataclass(frozen=True)
class Place:
    """A copy of an instance that is the bench's own, never anybody's real one."""

    instance: Path

    @property
    def database_url(self) -> str:
        """Its database."""
        return f"sqlite:///{self.instance / 'partsweb.db'}"

    def app(self) -> Flask:
        """The application in this process, on the same data."""
        return create_app({"INSTANCE": str(self.instance), "DATABASE_URL": self.database_url})

    @contextlib.contextmanager
    def served(self) -> Iterator[Served]:
        """`partsweb serve` on it."""
        with serving(self.instance, self.database_url, PARTSWEB_ORIGIN="") as server:
            yield Served(int(server.url.rsplit(":", 1)[1]), server.process.pid)


def make_place(folder: Path, given: str | None) -> Place:
    """A copy of the given instance, else a new demo company."""
    place = Place(folder / "instance")
    if given:
        _copy(Path(given), place.instance)
    else:
        _fill(place)
    return place


def _copy(given: Path, own: Path) -> None:
    shutil.copytree(given, own, ignore=shutil.ignore_patterns("*.db*", "*.lock", "*.log"))
    with (
        contextlib.closing(sqlite3.connect(given / "partsweb.db")) as source,
        contextlib.closing(sqlite3.connect(own / "partsweb.db")) as target,
    ):
        source.backup(target)


def _fill(place: Place) -> None:
    partsweb = Path(sys.executable).with_name("partsweb")
    own = {"PARTSWEB_INSTANCE": str(place.instance), "DATABASE_URL": place.database_url}
    for act in ("init", "demo"):
        subprocess.run([partsweb, act], env=os.environ | own, stdout=sys.stderr, check=True)


# --- Signing in ------------------------------------------------------------------------------


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser in this process, signed in as that person without typing the password."""
    with app.app_context():
        person = people.by_login(login)
        if person is None:
            raise SystemExit(f"Nobody signs in as {login} in this instance.")
        token = written(lambda: rules.start_sign_in(person, user_agent=AGENT))
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def cookie_of(client: FlaskClient) -> str:
    """The same sign-in for any other client: the instance's secret signs for both."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


# --- The bare page ---------------------------------------------------------------------------


@contextlib.contextmanager
def bare_page(folder: Path) -> Iterator[Served]:
    """The bare application, served like partsweb."""
    port = free_port()
    own = {"BARE_DATABASE": str(folder / "bare.db"), "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare"], env=os.environ | own, start_new_session=True
    )
    try:
        _await(f"http://127.0.0.1:{port}/", process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} didn't come up")
