"""The camera: how long until a code is taken, and what reading a frame costs; bin/bench --scan."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from rich.console import Console
from rich.table import Table

from bench import figures
from bench.browser import CARRIED, a_phone, until
from bench.pages import READER
from bench.place import Place, Served, cookie_of, make_place, signed_in
from tests.support import films
from tests.support.browser import launch_options

BEGIN, END = "<!-- scan figures -->", "<!-- /scan figures -->"
EAN, TEXT = "4006381333931", "VK4105-77"
PATIENCE = 30  # seconds for a code to be taken
WATCH_MS = 1500  # frames after it are timed, too
# Counted from the moment the address was opened; what a frame cost, the element says itself.
WATCH = """
addEventListener("code-read", ({ detail }) => {
  window.firstRead ??= { text: detail.text, at: performance.now() };
}, true);
window.frameTimes = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.dataset.ms) frameTimes.push(Number(target.dataset.ms));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ms"] });
"""


@dataclass(frozen=True)
class Clip:
    """What the camera sees, and the only thing that may be read in it."""

    name: str
    frames: Callable[[], Iterable[Image.Image]]
    text: str


CLIPS = (
    Clip("QR, still", lambda: [films.scene(films.qr(TEXT), tilt=12)], TEXT),
    Clip("EAN-13, still", lambda: [films.scene(films.ean13(EAN))], EAN),
    Clip("EAN-13, tilted 38°", lambda: [films.scene(films.ean13(EAN), tilt=38)], EAN),
    Clip("QR, blurred and noisy", lambda: [_poor(films.qr(TEXT), 3)], TEXT),
    Clip("EAN-13, blurred and noisy", lambda: [_poor(films.ean13(EAN), 1.5)], EAN),
    Clip("EAN-13, a hand coming to rest", lambda: films.focusing(films.ean13(EAN)), EAN),
)


def _poor(label: Image.Image, blur: float) -> Image.Image:
    return films.scene(label, tilt=8, blur=blur, noise=20)


@dataclass
class Timed:
    """One clip over all rounds, in milliseconds."""

    name: str
    cold: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    wrong: int = 0


def main(arguments: Sequence[str]) -> None:
    """Play each clip to a new browser, with and without a server, and report."""
    wanted = _arguments(arguments)
    clips = [clip for clip in CLIPS if wanted.only.casefold() in clip.name.casefold()]
    about = figures.about(rounds=wanted.rounds)
    with tempfile.TemporaryDirectory(prefix="partsweb-bench-") as folder:
        place = make_place(Path(folder), os.environ.get("PARTSWEB_INSTANCE"))
        cookie = cookie_of(signed_in(place.app(), READER))
        with sync_playwright() as playwright:
            timed = [_measure(playwright, clip, place, cookie, wanted.rounds) for clip in clips]
    table = _table(timed)
    Console(width=120).print(table)
    if wanted.keep:
        figures.put(BEGIN, END, about, [table])


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench --scan", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each clip (default 3)")
    parser.add_argument("--only", default="", help="clips whose name has this word")
    parser.add_argument("--keep", action="store_true", help="put them into docs/performance.md")
    return parser.parse_args(arguments)


def _measure(playwright: Playwright, clip: Clip, place: Place, cookie: str, rounds: int) -> Timed:
    timed = Timed(clip.name)
    path = films.film(list(clip.frames()), place.instance / "film.mjpeg", each=3)
    for number in range(rounds):
        print(f"round {number + 1}: {clip.name}", file=sys.stderr)
        with place.served() as server:
            browser = playwright.chromium.launch(
                **{**launch_options(), "args": [*launch_options()["args"], *films.playing(path)]}
            )
            context = a_phone(browser, server.url, cookie)
            context.add_init_script(WATCH)
            _take(timed, timed.cold, clip, context, server)
            until(context.pages[0], CARRIED)
        # The server is gone: page, scripts and wasm come from what the phone holds.
        _take(timed, timed.kept, clip, context, server)
        browser.close()
    return timed


def _take(
    timed: Timed, into: list[float], clip: Clip, context: BrowserContext, server: Served
) -> None:
    """Open the scan page and note when the code was taken."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{server.url}/scan")
    first = _first_read(page)
    if first is None or first["text"] != clip.text:
        timed.wrong += 1
        print(f"not {clip.text}: {first}", file=sys.stderr)
        return
    into.append(float(first["at"]))
    page.wait_for_timeout(WATCH_MS)
    timed.frames += page.evaluate("frameTimes")


def _first_read(page: Page) -> dict[str, float | str] | None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found: dict[str, float | str] | None = page.evaluate("window.firstRead")
        if found:
            return found
        page.wait_for_timeout(50)
    return None


def _table(timed: Sequence[Timed]) -> Table:
    heads = ("", "cold ms", "from the phone ms", "ms a frame", "p95", "frames", "unread or wrong")
    table = figures.table_of("Scan page: opened until the code is taken", *heads)
    for one in timed:
        table.add_row(
            one.name,
            _shown(one.cold, 50, 0),
            _shown(one.kept, 50, 0),
            _shown(one.frames, 50, 1),
            _shown(one.frames, 95, 1),
            str(len(one.frames)),
            str(one.wrong),
        )
    return table


def _shown(times: Sequence[float], percent: int, places: int) -> str:
    return f"{figures.percentile(times, percent):.{places}f}" if times else "–"
