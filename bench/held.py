"""The catalogue that a phone holds: what it weighs, and how long making and searching it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from bench.browser import FILES, a_phone
from bench.place import Served
from bench.weight import get
from partsweb.catalogue.models import Part
from partsweb.extensions import db

CATALOGUE = "/phone/catalogue"
RATES = (1, 4)
SEARCHED = 16  # parts, each in six ways
BUILDS = 3
# The modules that the worker runs, on the page: Chromium slows down a page's own thread, and leaves
# its workers alone.
MAKE = f"""async () => {{
  {FILES}
  const store = await import(`${{files}}lib/catalogue-store.js`);
  const {{ PartSearch }} = await import(`${{files}}lib/part-search.js`);
  if (!(await store.heldSaid())) await store.refresh();
  const took = async (work) => {{
    const begun = performance.now();
    const made = await work();
    return [performance.now() - begun, made];
  }};
  const [built, search] = await took(async () => {{
    const {{ lines, words }} = await store.held();
    return new PartSearch(lines, words);
  }});
  const [folded] = await took(() => store.indexed(search.lines));
  window.search = search;
  return {{ built, folded, bytes: (await store.heldSaid()).bytes, parts: search.size }};
}}"""
FIND = """(texts) => texts.map((text) => {
  const begun = performance.now();
  const { parts } = window.search.find(text);
  return [performance.now() - begun, parts.length];
})"""
# The same work at each rate: how much slower the page really is.
SPIN = """() => {
  const begun = performance.now();
  let sum = 0;
  for (let at = 0; at < 2e7; at += 1) sum = (sum + at * at) % 1000003;
  return [performance.now() - begun, sum];
}"""


@dataclass
class Held:
    """At one rate, in milliseconds."""

    rate: int
    spin: float = 0.0
    folded: list[float] = field(default_factory=list)
    built: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    empty: int = 0  # searches that found nothing


@dataclass
class Catalogue:
    """What it weighs, and what was timed on it."""

    parts: int = 0
    plain: int = 0
    sent: int = 0
    kept: int = 0
    held: list[Held] = field(default_factory=list)


def measured(browser: Browser, server: Served, cookie: str, asks: Sequence[str]) -> Catalogue:
    """Fetch the catalogue to a phone, and search it."""
    plain, sent = (len(get(server, CATALOGUE, cookie, coding)) for coding in ("identity", "br"))
    found = Catalogue(plain=plain, sent=sent)
    context = a_phone(browser, server.url, cookie, service_workers="block")
    page = context.new_page()
    page.goto(f"{server.url}/phone")
    said = page.evaluate(MAKE)
    found.parts, found.kept = said["parts"], said["bytes"]
    found.held = [_timed(page, rate, asks) for rate in RATES]
    context.close()
    return found


def _timed(page: Page, rate: int, asks: Sequence[str]) -> Held:
    held = Held(rate)
    network = page.context.new_cdp_session(page)
    network.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    held.spin = page.evaluate(SPIN)[0]
    for _ in range(BUILDS):
        said: dict[str, Any] = page.evaluate(MAKE)
        held.built.append(said["built"])
        held.folded.append(said["folded"])
    for took, found in page.evaluate(FIND, asks):
        held.searches.append(took)
        held.empty += not found
    network.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return held


def asks(app: Flask) -> list[str]:
    """Some parts as people look for them, each in six ways."""
    with app.app_context():
        rows = db.session.execute(select(Part.sku, Part.description).order_by(Part.sku)).all()
    step = max(1, len(rows) // SEARCHED)
    return [ask for sku, what in rows[step // 2 :: step][:SEARCHED] for ask in _ways(sku, what)]


def _ways(sku: str, what: str) -> Iterator[str]:
    words = what.replace(",", "").split()
    longest = max(words, key=len)
    yield sku
    yield sku[:6]
    yield sku[2:-1].replace("-", "")
    yield sku[-5:]
    yield f"{words[0]} {words[-1]}"
    yield longest[:2] + longest[3:]
