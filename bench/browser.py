"""What a real Chromium fetches: a first load with an empty cache, and the next one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    sync_playwright,
)

from bench.place import Served
from tests.support.browser import launch_options

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
# In a script on a page: where the page's own scripts lie.
FILES = """const files = document.querySelector("script[type=module]").src.replace("app.js", "");"""
CARRIED = f"""async () => {{
  {FILES}
  await navigator.serviceWorker.ready;
  const {{ remembered }} = await import(`${{files}}lib/outbox-store.js`);
  // The catalogue comes after the day's pages.
  const {{ heldSaid }} = await import(`${{files}}lib/catalogue-store.js`);
  return Boolean((await remembered("carried")) && (await heldSaid()));
}}"""
PATIENCE = 120  # seconds
TEXTS = {"Document": "html", "Stylesheet": "css", "Script": "js"}


@dataclass
class Loaded:
    """One load of a page: files that came over the line, and how many were in the cache."""

    requests: int = 0
    cached: int = 0
    bytes_in: int = 0  # with headers
    of_kind: dict[str, int] = field(default_factory=dict)  # bodies as they went over the line
    shown_after_ms: int = 0

    @property
    def text(self) -> int:
        """HTML, CSS and JavaScript together, compressed."""
        return sum(self.of_kind.get(kind, 0) for kind in TEXTS.values())


def a_phone(browser: Browser, url: str, cookie: str, **more: Any) -> BrowserContext:
    """A phone signed in by the cookie."""
    context = browser.new_context(**(PHONE | more))
    sign_in(context, cookie, url)
    return context


def sign_in(context: BrowserContext, cookie: str, url: str) -> None:
    """By the cookie, at that address."""
    name, value = cookie.split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": url}])


def until(page: Page, look: str) -> Any:
    """What the script on the page says, once it says something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := page.evaluate(look):
            return found
        page.wait_for_timeout(50)
    raise SystemExit(f"This didn't come to be: {look}")


def files_of(browser: Browser, server: Served, cookie: str, address: str) -> list[str]:
    """The page and every file that it and its workers fetch, on a phone that holds nothing."""
    context = a_phone(browser, server.url, cookie, service_workers="block")
    found: dict[str, None] = {}  # each once, in order
    context.on("request", lambda request: found.setdefault(request.url.removeprefix(server.url)))
    page = context.new_page()
    page.goto(f"{server.url}{address}", wait_until="networkidle")
    context.close()
    return [one for one in found if one == address or one.startswith("/static/")]


def loads(url: str, cookie: str, *, address: str = "/") -> tuple[Loaded, Loaded]:
    """Open the page in a fresh Chromium, signed in by the cookie, twice."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        context = browser.new_context(viewport={"width": 390, "height": 844})
        sign_in(context, cookie, url)
        first, second = _load(context, url + address), _load(context, url + address)
        browser.close()
    return first, second


def _load(context: BrowserContext, address: str) -> Loaded:
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    seen = _Seen(network)
    page.goto(address, wait_until="networkidle")
    paints = "performance.getEntriesByName('first-contentful-paint').map(paint => paint.startTime)"
    shown = page.evaluate(paints)
    page.close()
    loaded = seen.loaded()
    loaded.shown_after_ms = round(shown[0]) if shown else 0
    return loaded


class _Seen:
    """What Chromium's own network log says."""

    def __init__(self, network: CDPSession) -> None:
        self.kinds: dict[str, str] = {}
        self.heads: dict[str, int] = {}
        self.lengths: dict[str, int] = {}
        self.cached: set[str] = set()
        network.on("Network.responseReceived", self._answered)
        network.on("Network.requestServedFromCache", lambda told: self._kept(told["requestId"]))
        network.on("Network.loadingFinished", self._finished)

    def _answered(self, told: dict[str, Any]) -> None:
        request, response = told["requestId"], told["response"]
        self.kinds[request] = TEXTS.get(told["type"], "other")
        self.heads[request] = int(response["encodedDataLength"])
        if response.get("fromDiskCache") or response.get("fromPrefetchCache"):
            self._kept(request)

    def _kept(self, request: str) -> None:
        self.cached.add(request)

    def _finished(self, told: dict[str, Any]) -> None:
        self.lengths[told["requestId"]] = int(told["encodedDataLength"])

    def loaded(self) -> Loaded:
        """Added up."""
        came = self.kinds.keys() - self.cached
        result = Loaded(requests=len(came), cached=len(self.kinds.keys() & self.cached))
        for request in came:
            length = self.lengths.get(request, 0)
            body = max(0, length - self.heads[request])
            kind = self.kinds[request]
            result.bytes_in += length
            result.of_kind[kind] = result.of_kind.get(kind, 0) + body
        return result
