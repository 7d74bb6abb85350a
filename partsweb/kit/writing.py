"""One write transaction at a time on SQLite, exact and retried on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from partsweb.extensions import db

T = TypeVar("T")

_writing: ContextVar[bool] = ContextVar("writing", default=False)
# SQLSTATE: serialization failure, deadlock. Whoever meets one begins again.
BEGIN_AGAIN = {"40001", "40P01"}
TRIES = 6


class Gate:
    """Lets one writer through at a time, first come, first served.

    SQLite's own lock is not a queue: at 8 threads an unlucky writer waited 26 s; behind this gate
    0.9 s.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._busy = False

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Wait for one's turn, and let the next one in afterwards."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False


_gate = Gate()


def written(work: Callable[[], T]) -> T:
    """Do the work in one write transaction and commit it; all of it happens, or none.

    Work that met another writer on PostgreSQL is done again from the start, so it must not keep
    anything outside the database.
    """
    for attempt in range(1, TRIES):
        try:
            return _once(work)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in BEGIN_AGAIN:
                raise
            time.sleep(0.01 * 2**attempt)
    return _once(work)


def undone(work: Callable[[], T]) -> T:
    """Do the work to see what comes of it, and take it back: nothing of it is kept.

    Inside a write it is taken back alone; else in a write transaction of its own.
    """
    done: list[T] = []
    if _writing.get():
        part = db.session.begin_nested()
        try:
            done.append(work())
        finally:
            part.rollback()
        return done[0]

    def work_and_stop() -> None:
        done[:] = [work()]
        raise Stopped

    with suppress(Stopped):
        written(work_and_stop)
    return done[0]


class Stopped(Exception):  # noqa: N818 - it isn't an error, it takes a trial back
    """The end of what is only tried."""


def _once(work: Callable[[], T]) -> T:
    # A read that is still open would make SQLite's write fail at once with a stale snapshot.
    db.session.rollback()
    with _turn():
        token = _writing.set(True)
        try:
            done = work()
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            _writing.reset(token)
    return done


@contextmanager
def _turn() -> Iterator[None]:
    if db.engine.dialect.name == "sqlite":
        with _gate.passage():
            yield
    else:
        yield


def prepare_engine(app: Flask) -> None:
    """Give each connection the settings that the ledger relies on."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


def _set_pragmas(connection, record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        # Without it INSERT OR REPLACE deletes a row without asking its triggers.
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: reading first and writing later in one transaction fails.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
