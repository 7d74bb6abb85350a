"""The phone: its own search, what waits on it, slow lines, what pages weigh; bin/bench --phone."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Playwright, sync_playwright
from rich.console import Console
from rich.table import Table

from bench import browser as chromium
from bench import dataset, figures, held, slow, waiting, weight
from bench.held import Catalogue
from bench.pages import READER, order_of
from bench.place import Place, Served, cookie_of, make_place, signed_in
from bench.slow import Loads, Slow
from bench.waiting import Drained
from partsweb.kit.writing import written
from tests.support.browser import launch_options

BEGIN, END = "<!-- phone figures -->", "<!-- /phone figures -->"
KINDS = ("html", "css", "js", "wasm")


@dataclass(frozen=True)
class At:
    """Where it is measured, and as whom."""

    app: Flask
    playwright: Playwright
    browser: Browser
    server: Served
    cookie: str


def main(arguments: Sequence[str]) -> None:
    """Measure one thing after the other in a real Chromium, and report."""
    wanted = _arguments(arguments)
    about = figures.about(rounds=wanted.rounds)
    with tempfile.TemporaryDirectory(prefix="partsweb-bench-") as folder:
        place = make_place(Path(folder), os.environ.get("PARTSWEB_INSTANCE"))
        tables = list(_measured(place, wanted))
    Console(width=120).print(*tables, sep="\n")
    if wanted.keep:
        figures.put(BEGIN, END, about, tables)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench --phone", description=__doc__)
    parser.add_argument("--parts", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--writes", type=int, default=50, help="that wait (default 50)")
    parser.add_argument("--rounds", type=int, default=3, help="of writes and loads (default 3)")
    parser.add_argument("--keep", action="store_true", help="put them into docs/performance.md")
    return parser.parse_args(arguments)


def _measured(place: Place, wanted: argparse.Namespace) -> Iterable[Table]:
    app = place.app()
    cookie = cookie_of(signed_in(app, READER))
    with sync_playwright() as playwright, place.served() as server:
        browser = playwright.chromium.launch(**launch_options())
        at = At(app, playwright, browser, server, cookie)
        pages = {"start page": "/", "order": f"/orders/{order_of(app, READER)}"}
        yield _loads(at, pages, wanted.rounds)
        yield _weights(at, pages | {"scan": "/scan"})
        yield _waiting(at, wanted.writes, wanted.rounds)
        # The last, since the phones above would carry all these parts along.
        yield _searches(at, wanted.parts)
        browser.close()


# --- Pages on a slow line ----------------------------------------------------------------------


def _loads(at: At, pages: dict[str, str], rounds: int) -> Table:
    measured = []
    for name, address in pages.items():
        page = Slow(name)
        measured.append(page)
        for number in range(rounds):
            _say(f"round {number + 1}: {name} on a slow line")
            slow.measured(at.browser, at.server, at.cookie, address, page)
    return loads_table(measured)


def loads_table(pages: Sequence[Slow]) -> Table:
    """Each page the first time and again, beside each other."""
    heads = ("", "shown ms", "loaded ms", "requests", "bytes", "loaded ÷ first", "bytes ÷ first")
    table = figures.table_of("Pages at 400 ms and 400 kbit/s", *heads, "bytes behind it")
    for page in pages:
        first, again = page.first, page.again
        table.add_row(f"{page.name}, first", *_load(first), "–", "–", _whole(first.behind))
        ratios = _ratio(again.loaded, first.loaded), _ratio(again.sent, first.sent)
        table.add_row(f"{page.name}, again", *_load(again), *ratios, "–")
    return table


def _load(loads: Loads) -> list[str]:
    return [_whole(one) for one in (loads.shown, loads.loaded, loads.requests, loads.sent)]


# --- What pages weigh ---------------------------------------------------------------------------


def _weights(at: At, pages: dict[str, str]) -> Table:
    table = figures.table_of("What pages weigh, plain → as sent", "", *KINDS, "together")
    for name, address in pages.items():
        _say(f"weight: {name}")
        named = chromium.files_of(at.browser, at.server, at.cookie, address)
        files = weight.of_all(named, at.server, at.cookie)
        of_kind = [[file for file in files if file.kind == kind] for kind in KINDS]
        together = [file for some in of_kind for file in some]
        table.add_row(name, *map(_weight, [*of_kind, together]))
    return table


def _weight(files: Sequence[weight.Fetched]) -> str:
    plain = sum(file.size for file in files)
    return f"{plain:,} → {weight.total(files):,}" if files else "–"


# --- What waits ---------------------------------------------------------------------------------


def _waiting(at: At, writes: int, rounds: int) -> Table:
    heads = ("", "phone, ms a write", "plain client, ms a write", "phone ÷ plain", "(rounds)")
    table = figures.table_of(f"{writes} writes that waited", *heads)
    for name, photos in (("notes", False), ("notes with a photo", True)):
        drained = Drained(name)
        for number in range(rounds):
            _say(f"round {number + 1}: {writes} {name}")
            waiting.measured(
                at.playwright, at.app, at.server, at.cookie, drained, writes, photos=photos
            )
        ratios = drained.ratios
        table.add_row(
            name,
            f"{statistics.median(drained.phone):.1f}",
            f"{statistics.median(drained.plain):.1f}",
            f"{statistics.median(ratios):.2f}",
            f"{min(ratios):.2f}–{max(ratios):.2f}",
        )
    return table


# --- Searching without signal -------------------------------------------------------------------


def _searches(at: At, parts: int) -> Table:
    _say(f"{parts:,} parts")
    with at.app.app_context():
        written(lambda: dataset.add_parts(parts))
    _say("searching")
    found = held.measured(at.browser, at.server, at.cookie, held.asks(at.app))
    return searches_table(found)


def searches_table(found: Catalogue) -> Table:
    """What the catalogue weighs, and its times at each rate."""
    title = (
        f"{found.parts:,} parts on the phone: {found.plain:,} bytes, {found.sent:,} as sent, "
        f"{found.kept:,} kept"
    )
    heads = ("CPU", "really slower", "folded ms", "built ms", "a search, p50 ms", "p95 ms")
    table = figures.table_of(title, *heads, "searches", "found nothing")
    usual = found.held[0].spin
    for one in found.held:
        table.add_row(
            f"{one.rate}×",
            f"{one.spin / usual:.1f}×",
            _whole(one.folded),
            _whole(one.built),
            f"{figures.percentile(one.searches, 50):.1f}",
            f"{figures.percentile(one.searches, 95):.1f}",
            str(len(one.searches)),
            str(one.empty),
        )
    return table


def _whole(numbers: Sequence[float]) -> str:
    return f"{statistics.median(numbers):,.0f}" if numbers else "–"


def _ratio(ours: Sequence[float], beside: Sequence[float]) -> str:
    return f"{statistics.median(mine / its for mine, its in zip(ours, beside, strict=True)):.2f}"


def _say(what: str) -> None:
    print(what, file=sys.stderr)
