"""Serving an installation; see docs/decisions/0003 for why granian, one process, eight threads."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import segno
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from partsweb import create_app
from partsweb.kit.refusal import Refusal
from partsweb.upkeep import certificates, trusting
from partsweb.upkeep.certificates import Certificates

THREADS = 8
WATCHED_EVERY = 1.0


@dataclass(frozen=True)
class Tls:
    """The certificates to serve with, and what the terminal says of it."""

    files: Certificates
    words: str


def be_https(instance: Path, name: str | None, *, host: str, port: int) -> Tls:
    """Make ready for phones in the same network: certificates, the page to trust them, words."""
    called = (name or certificates.own_name()).lower()
    files = certificates.ready(instance / "https", called)
    address = f"https://{called}:{port}"
    # What passkeys belong to; the processes that serve read it from here.
    os.environ.setdefault("PARTSWEB_ORIGIN", address)
    try:
        trusting.begin(files, address=address, host=host, port=port + 1)
    except OSError as error:
        raise Refusal(f"Port {port + 1} is taken: phones would learn there to trust us.") from error
    return Tls(files, _said(files, address, f"http://{called}:{port + 1}"))


def _said(files: Certificates, address: str, trust: str) -> str:
    picture = io.StringIO()
    segno.make(trust, error="m", micro=False).terminal(picture, compact=True)
    return (
        f"partsweb is at {address}\n\n"
        f"A phone learns first to trust it, once, at {trust}\n{picture.getvalue()}\n"
        f"Fingerprint (SHA-256): {files.fingerprint}\n"
        "Phones find this machine by its name where it answers multicast DNS (macOS, Windows,\n"
        "Linux with avahi); else give one that they find: --name parts.lan"
    )


def serve(*, host: str, port: int, processes: int, embedded: bool, tls: Tls | None = None) -> None:
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
        ssl_cert=tls.files.chain if tls else None,
        ssl_key=tls.files.key if tls else None,
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
