"""Every page that a role can reach by links: whole, accessible, within the screen.

A crawler signs in as each role of the demo company and follows links to one page of each kind
(two in long series).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from tests.conftest import LONG
from tests.support import demo
from tests.support.server import Server, serving

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ROLES = ("technician", "dispatcher", "coordinator", "purchasing", "supervisor", "finance", "admin")
OF_EACH_KIND = 2 if LONG else 1
# Whole pages only: files are shown by the browser itself.
NOT_PAGES = re.compile(r"\.(csv|xlsx)$|/attachments/|^/static/")
# A kind of page goes under the microscope for this many roles of a worker: each sees other things.
ROLES_A_KIND = 7 if LONG else 1
examined: Counter[str] = Counter()
TALL = 2400  # what is half under the sticky bar at 844 px isn't too small, only scrolled


@pytest.fixture(scope="module")
def demo_server(
    databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Flask]]:
    """The demo company, served."""
    from partsweb import create_app

    instance = tmp_path_factory.mktemp("demo")
    with databases.copy(instance) as url:
        app = create_app({"DATABASE_URL": url, "INSTANCE": str(instance)})
        demo.fill(app)
        with serving(instance, url) as server:
            yield server, app


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_whole_and_accessible(demo_server, browser: Browser, role: str):
    server, app = demo_server
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": 390, "height": TALL},
        is_mobile=True,
        has_touch=True,
        # axe is put into the page from outside; the policy itself is held by tests/test_house.py
        bypass_csp=True,
        reduced_motion="reduce",
        # the day ahead, fetched at every sign-in, is what tests/journeys/test_offline.py looks at
        service_workers="block",
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    _sign_in(page, role)

    seen = list(_crawl(page, app, wrong))

    context.close()
    assert len(seen) > 8, seen
    assert wrong == []


def _sign_in(page: Page, role: str) -> None:
    page.goto("/signin")
    page.get_by_label("Sign-in name").fill(role)
    page.get_by_label("Password").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


def _crawl(page: Page, app: Flask, wrong: list[str]) -> Iterator[str]:
    """Breadth first from the start page; what is wrong with a page is said in `wrong`."""
    kinds: Counter[str] = Counter()
    waiting, known = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        kind = _kind(app, path)
        if kinds[kind] >= OF_EACH_KIND:
            continue
        kinds[kind] += 1
        answer = page.goto(path)
        assert answer is not None
        if answer.status != 200:
            wrong.append(f"{path}: a link leads to {answer.status}")
            continue
        wrong += _faults(page, path)
        if examined[kind] < ROLES_A_KIND:
            examined[kind] += 1
            wrong += _barriers(page, path)
        yield path
        for link in _links(page):
            if link not in known:
                known.add(link)
                waiting.append(link)


def _links(page: Page) -> list[str]:
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    found = []
    for href in hrefs:
        parts = urlsplit(urljoin(page.url, href))
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.netloc == urlsplit(page.url).netloc and not NOT_PAGES.search(parts.path):
            found.append(path)
    return found


def _kind(app: Flask, path: str) -> str:
    parts = urlsplit(path)
    adapter = app.url_map.bind("localhost")
    try:
        endpoint, _ = adapter.match(parts.path, method="GET")
    except HTTPException:
        return f"no page: {path}"
    # A search and a filter are pages of another kind than the plain list.
    asked = ",".join(sorted(re.findall(r"(\w+)=", parts.query)))
    return f"{endpoint}?{asked}"


def _faults(page: Page, path: str) -> list[str]:
    found = []
    if not re.fullmatch(r".+ · partsweb", page.title()):
        found.append(f"{path}: its title is {page.title()!r}")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": TALL})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            found.append(f"{path}: {over} px too wide at {width}")
    page.set_viewport_size({"width": 390, "height": TALL})
    return found


def _barriers(page: Page, path: str) -> list[str]:
    """What keeps somebody out: whatever axe finds."""
    found = []
    page.add_script_tag(path=AXE)
    report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for violation in report["violations"]:
        where = violation["nodes"][0]["html"][:160]
        found.append(f"{path}: {violation['id']}: {violation['help']}: {where}")
    return found
