"""`partsweb serve` as a process of its own, as it runs for people."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A server that runs, dies and comes back at the same address."""

    url: str
    instance: Path
    database_url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What it printed so far."""
        return (self.instance / "serve.log").read_text(errors="replace")

    def kill(self) -> None:
        """As when the power goes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start(self, **more: str) -> None:
        """Come back at the same address."""
        self.process = _process(self.instance, self.environment | more)
        _await_first_page(self)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes what is sent and answers nothing."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def serving(instance: Path, database_url: str, **environment: str) -> Iterator[Server]:
    """Serve a migrated database on a free port until the block ends; SIGTERM must end it."""
    instance.mkdir(parents=True, exist_ok=True)
    port = str(_free_port())
    known = {"PARTSWEB_INSTANCE": str(instance), "DATABASE_URL": database_url, "PORT": port}
    settings = known | environment
    process = _process(instance, settings)
    scheme = "https" if "PARTSWEB_HTTPS" in environment else "http"
    server = Server(f"{scheme}://127.0.0.1:{port}", instance, database_url, settings, process)
    try:
        _await_first_page(server)
        yield server
    finally:
        _stop(server)


def _process(instance: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (instance / "serve.log").open("ab") as log:
        return subprocess.Popen(
            [Path(sys.executable).with_name("partsweb"), "serve"],
            env=os.environ | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_first_page(server: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/signin", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers: whatever is wrong, a test says it better
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLError):
                return  # its certificate is a test's own business
            time.sleep(0.05)
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"partsweb serve didn't come up:\n{server.log}")


def _stop(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(server.process.pid, signal.SIGKILL)
        raise
