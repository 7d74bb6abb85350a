"""A phone without room, by a real quota: what it cannot keep stands in its form."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.phone import queries as phones
from tests.journeys.conftest import Site
from tests.journeys.phones import (
    Company,
    a_phone,
    address_of,
    device_of,
    enqueue,
    files_of,
    notes,
    send_now,
    sign_in,
    signed_in,
    waiting_on,
)

ROOM = 4_000_000  # for all that partsweb keeps; the day's pages take half of it
# Somebody else's entry that is larger than what is left: now the browser knows that nothing is.
FILL = """async ([files]) => {
  const { store } = await import(`${files}lib/outbox.js`);
  const noise = Uint8Array.from({ length: 5e6 }, () => 256 * Math.random());
  const large = { id: "large", user: "nobody", fields: [], files: [{ bytes: noise.buffer }] };
  return store.add(large).then(() => "kept", (error) => error.name);
}"""


@dataclass
class Small:
    """A phone with little room."""

    page: Page
    session: CDPSession
    origin: str

    def give(self, room: int) -> None:
        """So much is all that partsweb may keep."""
        asked = {"origin": self.origin, "quotaSize": room}
        self.session.send("Storage.overrideQuotaForOrigin", asked)

    def fill(self) -> None:
        """Nothing more can be kept."""
        self.give(1000)
        assert self.page.evaluate(FILL, [files_of(self.page)]) == "QuotaExceededError"


@pytest.fixture
def small(browser: Browser, site: Site, company: Company) -> Iterator[Small]:
    with a_phone(browser, site.server) as context:
        # A browser believes for a while what it has left: said before anything is kept.
        page = context.new_page()
        page.goto("/manifest.webmanifest")
        phone = Small(page, context.new_cdp_session(page), address_of(site.server))
        phone.give(ROOM)
        phone.page = signed_in(context, company.login)
        yield phone


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Of more than there is room for: noise doesn't get smaller."""
    path = tmp_path / "noise.jpg"
    noise = random.Random(1).randbytes(1800 * 1800 * 3)
    Image.frombytes("RGB", (1800, 1800), noise).save(path, quality=95)
    return path


def test_what_a_full_phone_cant_keep_stands_in_its_form_until_there_is_room(
    small: Small, company: Company, site: Site, photo: Path
):
    page, logged = small.page, small.page.get_by_role("button", name="Log the note")
    page.goto(f"/orders/{company.order.number}/notes/new")
    page.context.set_offline(True)
    page.get_by_label("What was done").fill("Not to be lost")
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator("file-picks[aria-busy]")).to_have_count(0)

    logged.tap()

    expect(page.get_by_text("NOT saved")).to_be_visible()
    expect(page.get_by_label("What was done")).to_have_value("Not to be lost")
    expect(page.get_by_text("noise.jpg")).to_be_visible()
    assert waiting_on(page) == []

    small.give(10 * ROOM)
    logged.tap()
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    page.context.set_offline(False)
    send_now(page)

    assert waiting_on(page) == []
    assert notes(site.app, company.order) == ["Not to be lost"]
    with site.app.app_context():
        [kept] = db.session.scalars(select(Attachment).filter_by(added_by_id=company.tess.id)).all()
        assert kept.received_hash == hashlib.sha256(photo.read_bytes()).hexdigest()
        assert device_of(page) not in dict(phones.gaps())


def test_a_full_phone_sends_what_it_has_and_knows_what_was_refused(
    small: Small, company: Company, site: Site, tmp_path: Path
):
    page = small.page
    plate = tmp_path / "plate.jpg"
    Image.new("RGB", (600, 400), "#8a5").save(plate)
    page.context.set_offline(True)
    page.goto(f"/orders/{company.order.number}/notes/new")
    page.locator("input[type=file]").set_input_files(plate)
    page.get_by_label("What was done").fill("With a photo")
    page.get_by_role("button", name="Log the note").tap()
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    enqueue(page, company.order.number, "Took long", minutes="9999")
    enqueue(page, company.other.number, "Another order")
    small.fill()

    page.context.set_offline(False)
    send_now(page)

    expect(page.locator("signal-line")).to_have_text("1 needs you")
    assert waiting_on(page) == ["Took long"]
    assert notes(site.app, *company.orders) == ["With a photo", "Another order"]


def test_on_a_full_phone_nobody_reads_the_pages_of_who_had_it_before(
    small: Small, company: Company
):
    page = small.page
    page.context.clear_cookies()
    small.fill()
    sign_in(page, company.office)

    page.context.set_offline(True)
    page.goto(f"/orders/{company.other.number}")

    expect(page.get_by_text("No signal here")).to_be_visible()
