"""What a browser must fetch before the start page is whole, counted without a browser.

Follows what the page and its scripts name: style sheets, scripts, the modules they import, and the
files of the custom elements on the page (js/lib/on-demand.js). bench/browser.py asks a real
Chromium the same question.
"""

from __future__ import annotations

import contextlib
import http.client
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import urljoin

from bench.pages import BROWSER
from bench.place import Served

# Fetches an address: the bytes as they go over the line, and the text they stand for.
Fetch = Callable[[str], tuple[bytes, str]]

IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"';]*["'](\.[^"']+)["']""", re.MULTILINE)
ENDINGS = ("css", "js", "wasm", "svg", "png")
LIMIT = 60 * 1024  # HTML, CSS and JavaScript of a first load, compressed


@dataclass(frozen=True)
class Fetched:
    """One file of a first load."""

    kind: str
    address: str
    compressed: int
    size: int


class _Page(HTMLParser):
    """The addresses and the custom elements that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[str] = []
        self.scripts: list[str] = []
        self.elements: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what the tag makes a browser fetch."""
        found = dict(attributes)
        if tag == "link" and found.get("rel") == "stylesheet":
            self.sheets.append(found.get("href") or "")
        elif tag == "script" and found.get("src"):
            self.scripts.append(found["src"] or "")
        elif "-" in tag:
            self.elements.add(tag)


def first_load(fetch: Fetch, address: str = "/") -> list[Fetched]:
    """Every HTML, CSS and JavaScript file of the first load of that page."""
    wire, text = fetch(address)
    page = _Page()
    page.feed(text)
    files = [Fetched("html", address, len(wire), len(text.encode()))]
    files += [_file("css", sheet, fetch)[0] for sheet in page.sheets]
    scripts = dict(_scripts(page.scripts, fetch))
    entry = next(script for script in scripts if script.endswith("/js/app.js"))
    on_demand = [urljoin(entry, f"elements/{name}.js") for name in sorted(page.elements)]
    scripts |= dict(_scripts([file for file in on_demand if file not in scripts], fetch))
    return files + list(scripts.values())


def of_all(addresses: list[str], server: Served, cookie: str) -> list[Fetched]:
    """These files as the server sends them; what isn't named as another kind is a page."""
    made = []
    for address in addresses:
        ending = PurePosixPath(address).suffix.removeprefix(".")
        sent, plain = (len(get(server, address, cookie, coding)) for coding in ("br", "identity"))
        made.append(Fetched(ending if ending in ENDINGS else "html", address, sent, plain))
    return made


def get(server: Served, address: str, cookie: str, coding: str) -> bytes:
    """The body of an answer as it goes over the line."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {**BROWSER, "Cookie": cookie, "Accept-Encoding": coding}
    with contextlib.closing(connection):
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{address} answered {answer.status}")
    return body


def total(files: Sequence[Fetched]) -> int:
    """Their bytes as they go over the line, without headers."""
    return sum(file.compressed for file in files)


def _scripts(addresses: list[str], fetch: Fetch) -> Iterator[tuple[str, Fetched]]:
    """Each script and what it imports, once."""
    waiting, seen = list(addresses), set(addresses)
    while waiting:
        address = waiting.pop(0)
        file, text = _file("js", address, fetch)
        yield address, file
        imported = {urljoin(address, name) for name in IMPORT.findall(text)} - seen
        waiting += sorted(imported)
        seen |= imported


def _file(kind: str, address: str, fetch: Fetch) -> tuple[Fetched, str]:
    wire, text = fetch(address)
    return Fetched(kind, address, len(wire), len(text.encode())), text
