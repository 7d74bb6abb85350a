"""Serving an installation; see docs/decisions/0003 for why granian, one process, eight threads."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import IO, Any

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from partsweb import create_app
from partsweb.kit.refusal import Refusal

THREADS = 8
WATCHED_EVERY = 1.0


def serve(*, host: str, port: int, processes: int, embedded: bool) -> None:
    """Serve until told to stop (Ctrl-C, SIGTERM); answers under way are finished.

    On the embedded database there is one process: the gate for writers is in it.
    """
    if embedded:
        processes = 1
    logging.getLogger("_granian").addFilter(_leave_out_thread_advice)
    Granian(
        "partsweb.upkeep.serving:made_for_serving",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]
        workers_kill_timeout=20,
        static_path_mount=None,
    ).serve()


def _leave_out_thread_advice(record: logging.LogRecord) -> bool:
    """Its warning that eight threads are many for few cores: ours mostly wait for the disk."""
    return "Python threads" not in record.getMessage()


def made_for_serving() -> Flask:
    """The application in a serving process, which ends when the one that watches it ends."""
    _end_with_parent()
    app = create_app()
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        app.extensions["partsweb.lock"] = hold(Path(app.instance_path))
    return app


def hold(instance: Path) -> IO[Any]:
    """Hold the instance's embedded database: a second server on it refuses to start."""
    lock = (instance / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Refusal(
            f"partsweb is served from {instance} already. The embedded database allows one "
            "server; set DATABASE_URL to a PostgreSQL for more."
        ) from None
    return lock


def _end_with_parent() -> None:
    """Granian's worker outlives a killed parent and would go on holding the database."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCHED_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
