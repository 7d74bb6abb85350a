"""Which Chromium drives the journeys, and how it is started."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # its sandbox refuses root, and the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Else it asks the network for things at every start.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_options() -> dict[str, Any]:
    """Playwright's launch options: the system's Chromium, else the one Playwright has."""
    installed = filter(None, map(shutil.which, NAMES))
    chromium = os.environ.get("PARTSWEB_CHROMIUM") or next(installed, None)
    # Without a path Playwright takes its own, if it was downloaded.
    return {"args": list(QUIET), "executable_path": chromium}


@contextlib.contextmanager
def own_chromium(
    playwright: Playwright, profile: Path
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Chromium process that anybody may connect to and let go: its address, and the process."""
    options = launch_options()
    port = profile / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            options["executable_path"] or playwright.chromium.executable_path,
            *options["args"],
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not (port.exists() and port.read_text().count("\n")) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text().splitlines()[0]}", process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
