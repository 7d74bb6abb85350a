"""Several people, each with a phone of their own, at one server."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page, expect

from partsweb.kit.writing import written
from tests.conftest import _app
from tests.journeys.films import film
from tests.journeys.phones import Company, a_phone, signed_in
from tests.support.browser import launch_options
from tests.support.company import given
from tests.support.databases import Databases
from tests.support.server import Server, serving

PASSWORD = "a password for tests"
PhoneOf = Callable[[str], Page]
# The phone's camera sees pictures, each for a second; without any there is no camera.
PhoneAt = Callable[..., Page]

expect.set_options(timeout=10_000)


@dataclass(frozen=True)
class Site:
    """An installation that many tests share: starting one takes longer than most of them."""

    app: Flask
    server: Server


@pytest.fixture(scope="session")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests that bring a company of their own."""
    instance = tmp_path_factory.mktemp("site")
    with (
        databases.copy(instance) as url,
        _app(url, instance) as app,
        serving(instance, url) as server,
    ):
        yield Site(app, server)


@pytest.fixture
def company(site: Site) -> Company:
    """Tess and hers, told apart from everybody else's by their names."""
    # In one write from its beginning: an earlier test's phone may still be sending.
    with given(site.app):
        return written(Company)


@pytest.fixture
def tess(browser: Browser, site: Site, company: Company) -> Iterator[Page]:
    """Her phone, signed in, with the day's pages on it."""
    with a_phone(browser, site.server) as context:
        yield signed_in(context, company.login)


@pytest.fixture
def phone_of(browser: Browser, live_server: Server) -> Iterator[PhoneOf]:
    """Somebody's phone, signed in by name and password; its pages may have no script errors."""
    errors: list[str] = []
    contexts = []

    def take_out(login: str) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            timezone_id="Europe/London",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                errors.append(f"{page.url}: {said.text}")
                if "Content Security Policy" in said.text
                else None
            ),
        )
        page.goto("/signin")
        page.get_by_label("Sign-in name").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).tap()
        page.wait_for_url("**/")
        return page

    yield take_out
    for context in contexts:
        context.close()
    assert errors == []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's journeys share one worker and its server; the crawl, the longest, goes to both."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            crawled = re.search(r"-(\w+)\]$", item.name) if "every_page" in item.path.stem else None
            half = len(crawled[1]) % 2 if crawled else 0
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{half}"))


@pytest.fixture
def phone_at(browser_type: BrowserType, live_server: Server, tmp_path: Path) -> Iterator[PhoneAt]:
    """A phone on a page, whose camera looks at something."""
    with contextlib.ExitStack() as stack:

        def look(
            *pictures: Image.Image | None, login: str = "tess", address: str = "/scan"
        ) -> Page:
            options = launch_options()
            options["args"] += ["--use-fake-ui-for-media-stream"]
            seen = [one for one in pictures if one is not None]
            if seen:
                options["args"] += [
                    "--use-fake-device-for-media-stream",
                    f"--use-file-for-fake-video-capture={film(seen, tmp_path / 'film.mjpeg')}",
                ]
            browser = browser_type.launch(**options)
            stack.callback(browser.close)
            page = browser.new_context(
                base_url=live_server.url,
                viewport={"width": 390, "height": 844},
                is_mobile=True,
                has_touch=True,
            ).new_page()
            page.goto(f"/signin?next={address}")
            page.get_by_label("Sign-in name").fill(login)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).tap()
            return page

        yield look
