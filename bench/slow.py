"""Pages on a slow line: the first time, and again."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from bench.browser import CARRIED, a_phone, until
from bench.line import SLOW_3G, Line, slow_line
from bench.place import Served

LOADED = """() => {
  const [{ loadEventEnd }] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return loadEventEnd && paint && { shown: paint.startTime, loaded: loadEventEnd };
}"""


@dataclass
class Loads:
    """One page loaded so often."""

    shown: list[float] = field(default_factory=list)
    loaded: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    behind: list[float] = field(
        default_factory=list
    )  # bytes that came later, for times without signal


@dataclass
class Slow:
    """A page on a slow line, times in milliseconds."""

    name: str
    first: Loads = field(default_factory=Loads)
    again: Loads = field(default_factory=Loads)


def measured(browser: Browser, server: Served, cookie: str, address: str, into: Slow) -> None:
    """Open the page on a new phone, wait until that holds the day, and open it again."""
    with slow_line(server.port, *SLOW_3G) as line:
        context = a_phone(browser, line.url, cookie)
        page = context.new_page()
        _load(page, line, address, into.first)
        line.slow = False  # what follows takes its time, and nobody waits for it
        until(page, CARRIED)
        into.first.behind.append(line.bytes - into.first.sent[-1])
        line.slow = True
        _load(page, line, address, into.again)
        context.close()


def _load(page: Page, line: Line, address: str, into: Loads) -> None:
    line.count_anew()
    page.goto(f"{line.url}{address}", wait_until="load")
    into.requests.append(line.requests)
    into.sent.append(line.bytes)
    said = until(page, LOADED)
    into.shown.append(said["shown"])
    into.loaded.append(said["loaded"])
