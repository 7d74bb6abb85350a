"""Labels as hands hold them, before a camera that plays a film: what is read is read right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import BrowserType, Page

from tests.journeys.conftest import PASSWORD
from tests.support.browser import launch_options
from tests.support.company import a_technician, a_van, given
from tests.support.films import ean13, film, focusing, noisy, playing, qr, scene, stripes
from tests.support.server import Server

VALVE, FAN, BOILER = "4006381333931", "9501101530003", "VK4105-77"
REMEMBER = """
addEventListener("code-read", ({ detail }) => (window.taken ??= []).push(detail.text), true);
"""


@pytest.fixture
def tess(app: Flask) -> None:
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD, van=a_van("Van 3"))


def _taken(
    browser_type: BrowserType, server: Server, path: Path, *, wanted: int, patience: float
) -> set[str]:
    """What the scan page takes of the film, until it has so many or its time is up."""
    options = launch_options()
    options["args"] += playing(path)
    browser = browser_type.launch(**options)
    try:
        page = _scan_page(browser.new_context(base_url=server.url, **_phone()).new_page())
        for _ in range(int(patience * 10)):
            taken = page.evaluate("window.taken ?? []")
            if len(set(taken)) >= wanted:
                page.wait_for_timeout(700)  # a wrong one may follow
                break
            page.wait_for_timeout(100)
        return set(page.evaluate("window.taken ?? []"))
    finally:
        browser.close()


def _phone() -> dict[str, Any]:
    return {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def _scan_page(page: Page) -> Page:
    page.add_init_script(REMEMBER)
    page.goto("/signin?next=/scan")
    page.get_by_label("Sign-in name").fill("tess")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.locator("code-camera[state=looking]").wait_for()
    return page


def test_labels_that_are_tilted_blurred_and_noisy_are_read_and_none_wrongly(
    tess: None, browser_type: BrowserType, live_server: Server, tmp_path: Path
):
    frames: list[Image.Image] = [
        *focusing(ean13(VALVE), tilt=38),
        *focusing(qr(BOILER, scale=8), tilt=20),
        *focusing(ean13(FAN, module=3), tilt=-12),
    ]
    path = film(frames, tmp_path / "labels.mjpeg", each=2)

    taken = _taken(browser_type, live_server, path, wanted=3, patience=15)

    assert taken == {VALVE, BOILER, FAN}


def test_of_walls_grilles_and_labels_out_of_focus_nothing_is_taken(
    tess: None, browser_type: BrowserType, live_server: Server, tmp_path: Path
):
    blurred = [
        scene(ean13(VALVE), tilt=tilt, blur=14, noise=40, moved=(tilt, 0)) for tilt in (0, 30)
    ]
    grilles = [noisy(stripes(shift), 30) for shift in range(0, 18, 3)]
    path = film([*grilles, *blurred], tmp_path / "nothing.mjpeg", each=4)

    taken = _taken(browser_type, live_server, path, wanted=1, patience=3)

    assert taken == set()
