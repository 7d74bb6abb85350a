"""Measure partsweb's pages beside a bare one; bin/bench runs this."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from flask import Flask

from bench import browser, figures, large, phone, scanning, weight
from bench.figures import Report, Speed
from bench.load import NEW_ID, Ask, Load, Measured, measure
from bench.pages import BARE, READER, Measure, measures
from bench.place import Served, bare_page, cookie_of, make_place, signed_in
from tests.support.counting import statements

OTHERS = {"--large": large.main, "--scan": scanning.main, "--phone": phone.main}
CODINGS = ("identity", "gzip", "br")
DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
WARM_UP = 0.5  # seconds a page before the first round


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a place, serve it beside the bare page, measure, report.

    --large is bench/large.py, --scan is bench/scanning.py, --phone is bench/phone.py.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, other in OTHERS.items():
        if name in given:
            given.remove(name)
            other(given)
            return
    wanted = _arguments(given)
    for name in ("DATABASE_URL", "PARTSWEB_DATABASE_URL"):
        os.environ.pop(name, None)  # the bench measures the embedded database
    with tempfile.TemporaryDirectory(prefix="partsweb-bench-") as folder:
        report = _run(wanted, Path(folder))
    report.show()
    if wanted.json:
        wanted.json.write_text(json.dumps(report.figures(), indent=1) + "\n", encoding="utf-8")
    if wanted.keep:
        report.keep(DOCS)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each slice (default 1)")
    parser.add_argument("--rounds", type=int, default=5, help="slices of each page (default 5)")
    parser.add_argument("--connections", type=int, default=4, help="at once (default 4)")
    parser.add_argument("--only", default="", help="pages whose name has this word")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--keep", action="store_true", help="put them into docs/performance.md")
    parser.add_argument("--no-browser", action="store_true", help="without Chromium")
    return parser.parse_args(arguments)


def _run(wanted: argparse.Namespace, folder: Path) -> Report:
    settings = {name: getattr(wanted, name) for name in ("seconds", "rounds", "connections")}
    place = make_place(folder, os.environ.get("PARTSWEB_INSTANCE"))
    about = figures.about(database="SQLite", **settings)
    app = place.app()
    pages = measures(app, wanted.only)
    speeds = {page.name: Speed(page.name, page.beside) for page in pages}
    for page in pages:
        _count(app, page, speeds[page.name])
    cookie = cookie_of(signed_in(app, READER))
    with place.served() as server, bare_page(folder) as bare_server:
        first_load = {coding: _weigh(server, cookie, coding) for coding in CODINGS}
        loads = None
        if not wanted.no_browser:
            loads = browser.loads(server.url, cookie)
        bare = _in_turn(wanted, pages, speeds, server, bare_server)
    return Report(about, [*bare, *speeds.values()], first_load, loads)


# --- Speed -----------------------------------------------------------------------------------


def _in_turn(
    wanted: argparse.Namespace,
    pages: Sequence[Measure],
    speeds: dict[str, Speed],
    server: Served,
    bare_server: Served,
) -> list[Speed]:
    """Each page right after its bare one, round by round: noise hits both."""
    bare = {name: Speed(name, name) for name in BARE}

    def slice_of(measured: Measure, by: Served, seconds: float) -> tuple[Measured, float | None]:
        before = by.cpu_seconds()
        done = measure(Load(by.port, list(measured.asks), 200, seconds, wanted.connections))
        after = by.cpu_seconds()
        return done, None if before is None or after is None else after - before

    for page in pages:
        slice_of(BARE[page.beside], bare_server, WARM_UP)
        slice_of(page, server, WARM_UP)
    for number in range(wanted.rounds):
        for page in pages:
            print(f"round {number + 1}: {page.name}", file=sys.stderr)
            beside, cpu = slice_of(BARE[page.beside], bare_server, wanted.seconds)
            bare[page.beside].add(beside, cpu, beside=beside)
            speeds[page.name].add(*slice_of(page, server, wanted.seconds), beside=beside)
    return [speed for speed in bare.values() if speed.latencies]


# --- Queries and bytes -----------------------------------------------------------------------


def _count(app: Flask, page: Measure, speed: Speed) -> None:
    """What one request costs: statements to the database, bytes of its answer."""
    speed.size = len(_answer(app, page.asks[0], "identity"))  # the first one also compiles
    with statements(app) as sent:
        speed.compressed = len(_answer(app, page.asks[0], "br"))
    speed.queries = len(sent)


def _answer(app: Flask, ask: Ask, coding: str) -> bytes:
    client = app.test_client(use_cookies=False)
    headers = {**ask.headers, "Accept-Encoding": coding}
    body = ask.body.replace(NEW_ID, str(uuid4()))
    answer = client.open(ask.path, method=ask.method, headers=headers, data=body)
    if answer.status_code != 200:
        raise SystemExit(f"{ask.path} answered {answer.status_code}\n{answer.text}")
    return bytes(answer.data)


def _weigh(server: Served, cookie: str, coding: str) -> list[weight.Fetched]:
    """The first load's files as this server sends them in that coding."""

    def fetch(address: str) -> tuple[bytes, str]:
        sent, plain = (
            weight.get(server, address, cookie, accepted) for accepted in (coding, "identity")
        )
        return sent, plain.decode()

    return weight.first_load(fetch)


if __name__ == "__main__":
    main()
