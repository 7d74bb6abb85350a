"""Open the demo's main pages in Chromium and keep small pictures of them.

Called by bin/screenshots. Names are fixed, so that README.md finds them.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from bench.place import cookie_of, make_place, signed_in
from partsweb.catalogue import queries as catalogue
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.orders import queries as orders
from partsweb.orders.models import Order, PartEntry
from partsweb.people import queries as people
from partsweb.purchasing.models import Discrepancy, PurchaseOrder, PurchaseState
from tests.support.browser import launch_options

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
PHONE, DESK = (390, 844), (1280, 800)
LARGEST = 60 * 1024
# Fewer colours until the file is small enough; the pages have few.
COLOURS = (128, 64, 32, 16)


@dataclass(frozen=True)
class Shot:
    """One picture: who looks at what, on what."""

    name: str
    role: str
    address: str
    size: tuple[int, int] = PHONE
    dark: bool = False
    at: str = ""  # scroll so that this CSS selector is seen


def shots() -> Iterator[Shot]:
    """Every picture; the things on them are looked up in the demo."""
    yield Shot("signin", "", "/signin")
    yield Shot("today", "technician", "/")
    yield Shot("today-dark", "technician", "/", dark=True)
    yield from _technician()
    yield from _office()
    yield from _desk()


def _technician() -> Iterator[Shot]:
    marcus = people.by_login("technician")
    assert marcus is not None
    order = orders.active_order(marcus)
    assert order is not None
    own, part = f"/orders/{order.number}", catalogue.by_sku("VK4105")
    assert part is not None
    yield Shot("orders", "technician", "/orders")
    yield Shot("order", "technician", own)
    yield Shot("order-dark", "technician", own, dark=True)
    yield Shot("order-timeline", "technician", f"{own}/timeline")
    yield Shot("add-part", "technician", f"{own}/parts/new?q=electrode")
    yield Shot("request", "technician", f"{own}/parts/new?part={_electrode()}")
    yield Shot("install", "technician", f"/entries/{_ready(order).id}/installation")
    yield Shot("parts", "technician", "/parts?q=valve")
    yield Shot("part", "technician", f"/parts/{part.id}")
    yield Shot("scan", "technician", "/scan")


def _office() -> Iterator[Shot]:
    waiting = orders.requests().items[0]
    expected = _purchase_order(PurchaseState.ORDERED)
    partly = _purchase_order(PurchaseState.PARTLY_RECEIVED)
    damaged = db.session.scalars(select(Discrepancy)).first()
    yield Shot("today-dispatcher", "dispatcher", "/")
    yield Shot("today-coordinator", "coordinator", "/")
    yield Shot("requests", "coordinator", "/requests")
    yield Shot("answer", "coordinator", f"/entries/{waiting.id}/answer")
    yield Shot("purchasing", "purchasing", "/purchasing")
    yield Shot("purchase-order", "purchasing", f"/purchasing/{partly}")
    yield Shot("receive", "coordinator", f"/purchasing/{expected}/receipts/new")
    if damaged is not None:
        yield Shot("discrepancy", "purchasing", f"/discrepancies/{damaged.id}")


def _desk() -> Iterator[Shot]:
    expected = _purchase_order(PurchaseState.PARTLY_RECEIVED)
    yield Shot("desk-orders", "dispatcher", "/orders", DESK)
    yield Shot("desk-parts", "coordinator", "/parts?at=everywhere", DESK)
    yield Shot("desk-purchase-order", "purchasing", f"/purchasing/{expected}", DESK)
    yield Shot("desk-requests", "coordinator", "/requests", DESK, dark=True)


def _ready(order: Order) -> PartEntry:
    return next(entry for entry in order.entries if entry.ready > ZERO)


def _electrode() -> str:
    part = catalogue.by_sku("IGN-77")
    assert part is not None
    return str(part.id)


def _purchase_order(state: PurchaseState) -> str:
    rows = select(PurchaseOrder.number).where(PurchaseOrder.state == state)
    found = db.session.scalars(rows.order_by(PurchaseOrder.number.desc())).first()
    if found is None:
        raise SystemExit(f"The demo has no purchase order that is {state.value}.")
    return found


# --- Taking them ------------------------------------------------------------------------------


def main(only: list[str]) -> None:
    """Take the pictures asked for, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="partsweb-screenshots-") as folder:
        place = make_place(Path(folder), os.environ.pop("PARTSWEB_INSTANCE", None))
        app = place.app()
        with app.app_context():
            wanted = [shot for shot in shots() if not only or shot.name in only]
        with place.served() as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())
            for shot in wanted:
                _keep(shot, _taken(shot, browser, app, server.url))
            browser.close()


def _taken(shot: Shot, browser: Browser, app: Flask, url: str) -> bytes:
    width, height = shot.size
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
        has_touch=shot.size == PHONE,
    )
    if shot.role:
        client: FlaskClient = signed_in(app, shot.role)
        name, value = cookie_of(client).split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    picture = _picture(page, shot)
    context.close()
    return picture


def _picture(page: Page, shot: Shot) -> bytes:
    answer = page.goto(shot.address, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{shot.name}: {shot.address} answered {answer and answer.status}")
    if shot.at:
        page.locator(shot.at).first.scroll_into_view_if_needed()
    return page.screenshot()


def _keep(shot: Shot, picture: bytes) -> None:
    """The picture with as many colours as its size allows."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    small = b""
    for colours in COLOURS:
        written = io.BytesIO()
        palette = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(written, "PNG", optimize=True)
        small = written.getvalue()
        if len(small) <= LARGEST:
            break
    (FOLDER / f"{shot.name}.png").write_bytes(small)
    print(f"{shot.name}.png  {len(small) / 1024:.0f} KB, {colours} colours")


if __name__ == "__main__":
    main(sys.argv[1:])
