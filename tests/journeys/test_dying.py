"""Servers and phones die at the worst moment; what was entered is applied once all the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

import partsweb
from tests.journeys.conftest import Site
from tests.journeys.phones import (
    Company,
    a_phone,
    address_of,
    carried,
    enqueue,
    files_of,
    log_note,
    notes,
    posts,
    send_now,
    sign_in,
    waiting_on,
)
from tests.support.browser import own_chromium


@pytest.fixture(autouse=True)
def _running_again(site: Site) -> Iterator[None]:
    """Whatever died in a test lives again after it."""
    yield
    if site.server.process.poll() is not None:
        site.server.start()


def test_with_the_server_stopped_the_day_goes_on(tess: Page, company: Company, site: Site):
    site.server.kill()

    tess.goto(f"/orders/{company.other.number}")  # never opened before
    expect(tess.get_by_text("Fan is loud").first).to_be_visible()
    log_note(tess, company.order.number, "Nobody answers")
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    site.server.start()
    send_now(tess)

    assert notes(site.app, company.order) == ["Nobody answers"]


def test_a_server_that_dies_between_commit_and_answer_twice_applies_it_once(
    browser: Browser, company: Company, site: Site
):
    died: list[int] = []

    def die(route: Route) -> None:
        if not posts(route):
            return route.continue_()
        died.append(route.fetch(max_retries=3).status)  # it has committed
        site.server.kill()
        return route.abort()

    # The browser's own waking of the service worker would send at its own times.
    with a_phone(browser, site.server, service_workers="block") as context:
        tess = context.new_page()
        sign_in(tess, company.login)
        tess.route("**/notes/new", die)
        log_note(tess, company.order.number, "Valve sticks")
        expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible(
            timeout=15_000
        )
        site.server.start()
        send_now(tess)  # dies again, on the replay
        assert died == [200, 204]
        assert waiting_on(tess) == ["Valve sticks"]
        tess.unroute_all()
        site.server.start()

        send_now(tess)

        assert waiting_on(tess) == []
        assert notes(site.app, company.order) == ["Valve sticks"]


def test_a_line_that_takes_and_never_answers(tess: Page, company: Company, site: Site):
    with site.server.frozen():
        begun = time.monotonic()
        tess.goto(f"/orders/{company.order.number}")
        expect(tess.get_by_text("Boiler, no hot water").first).to_be_visible()
        assert time.monotonic() - begun < 6
        log_note(tess, company.order.number, "Lie-fi")
        expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()

    expect(tess.locator("signal-line")).to_have_text("Up to date", timeout=15_000)
    assert notes(site.app, company.order) == ["Lie-fi"]


def test_a_killed_browser_begins_again_without_signal_and_has_everything(
    playwright: Playwright, company: Company, site: Site, tmp_path: Path
):
    with chromium(playwright, tmp_path) as (context, process):
        page = context.new_page()
        page.set_viewport_size({"width": 390, "height": 844})
        sign_in(page, company.login, address_of(site.server))
        carried(page)
        site.server.kill()
        page.goto(f"{address_of(site.server)}/orders/{company.order.number}/notes/new")
        page.get_by_label("What was done").fill("Before the kill")
        page.get_by_role("button", name="Log the note").click()
        expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    with chromium(playwright, tmp_path) as (context, _):
        page = context.new_page()
        page.goto(f"{address_of(site.server)}/orders/{company.order.number}")
        expect(page.get_by_text("waiting", exact=True)).to_be_visible()
        page.goto(f"{address_of(site.server)}/orders/{company.other.number}")
        expect(page.get_by_text("Fan is loud").first).to_be_visible()
        site.server.start()
        send_now(page)
        # The last cookie may have died with the browser.
        if waiting_on(page):
            expect(page.locator("signal-line")).to_have_text("Sign in to send 1")
            sign_in(page, company.login, address_of(site.server))
            send_now(page)

        assert notes(site.app, company.order) == ["Before the kill"]


def test_a_deploy_in_between_keeps_the_queue_and_takes_the_old_form(
    tess: Page, company: Company, site: Site, tmp_path: Path
):
    tess.goto(f"/orders/{company.order.number}/notes/new")
    before = tess.locator("script[type=module]").first.get_attribute("src")
    tess.context.set_offline(True)
    enqueue(tess, company.order.number, "Kept by the old release")
    deploy(site, tmp_path)

    tess.context.set_offline(False)
    tess.get_by_label("What was done").fill("From the old form")
    tess.get_by_role("button", name="Log the note").tap()
    tess.wait_for_url(f"**/orders/{company.order.number}", timeout=15_000)

    assert notes(site.app, company.order) == ["Kept by the old release", "From the old form"]
    tess.goto("/")
    assert tess.locator("script[type=module]").first.get_attribute("src") != before
    site.server.kill()


def test_a_new_version_is_offered_and_never_taken_over_something_typed(
    tess: Page, company: Company, site: Site, tmp_path: Path
):
    tess.goto(f"/orders/{company.order.number}/notes/new")
    before = files_of(tess)
    tess.get_by_label("What was done").fill("Half a sentence")
    deploy(site, tmp_path)

    # As when the phone is taken out of the pocket.
    tess.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tess.get_by_text("A new version is ready.")).to_be_visible()
    tess.get_by_role("button", name="Use it now").tap()
    expect(tess.get_by_text("Send or finish what you typed first")).to_be_visible()
    expect(tess.get_by_label("What was done")).to_have_value("Half a sentence")
    assert files_of(tess) == before
    tess.get_by_role("button", name="Log the note").tap()
    tess.wait_for_url(f"**/orders/{company.order.number}")
    expect(tess.get_by_text("Half a sentence").first).to_be_visible()
    tess.get_by_role("button", name="Use it now").tap()

    expect(tess.get_by_text("A new version is ready.")).to_have_count(0)
    assert files_of(tess) != before
    expect(tess.get_by_text("Half a sentence").first).to_be_visible()
    assert notes(site.app, company.order) == ["Half a sentence"]
    site.server.kill()


def test_from_the_home_screen_it_begins_with_the_server_stopped(
    tess: Page, company: Company, site: Site
):
    said = tess.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    ways = [said["start_url"], *(one["url"] for one in said["shortcuts"])]
    context = tess.context
    # What a browser happens to have beside it doesn't count.
    context.new_cdp_session(tess).send("Network.clearBrowserCache")
    tess.close()
    site.server.kill()

    shown = {}
    for way in ways:
        page = context.new_page()
        page.goto(way)
        # Its files are there, too, and run.
        expect(page.locator("signal-line")).to_contain_text("No signal since")
        shown[way] = page.locator("#page").inner_text()
        page.close()

    assert ways == ["/", "/scan", "/"]
    assert company.order.number in shown["/"]
    assert "Look up" in shown["/scan"]


# --- How it is done --------------------------------------------------------------------------


def deploy(site: Site, folder: Path) -> None:
    """Stop the server, and start the next release in its place."""
    next_release = shutil.copytree(Path(partsweb.__file__).parent, folder / "partsweb")
    app_js = next_release / "static/js/app.js"
    app_js.write_text(app_js.read_text() + "\n// the next release\n")
    site.server.kill()
    site.server.start(PYTHONPATH=str(folder))


@contextlib.contextmanager
def chromium(
    playwright: Playwright, folder: Path
) -> Iterator[tuple[BrowserContext, subprocess.Popen[bytes]]]:
    """A Chromium process of its own, with what it kept in the folder."""
    with own_chromium(playwright, folder / "profile") as (address, process):
        browser = playwright.chromium.connect_over_cdp(address)
        yield browser.contexts[0], process
        with contextlib.suppress(Exception):
            browser.close()
