"""Which Chromium drives the journeys, and how it is started."""

from __future__ import annotations

import os
import shutil
from typing import Any

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
