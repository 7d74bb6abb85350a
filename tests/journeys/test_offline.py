"""A basement: what is entered without signal is kept, sent once, in order, and never lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.orders.models import Installation, OrderState, WorkNote
from partsweb.phone import queries as phones
from partsweb.phone.models import OperationException
from partsweb.stock import queries as stock
from partsweb.timeline.models import Event
from partsweb.upkeep import audit
from tests.journeys.conftest import PASSWORD
from tests.support.company import a_part, a_person, a_technician, a_van, an_order, given, in_stock
from tests.support.server import Server

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


class Company:
    """Tess with Van 3, a started order, another one, and valves in the van."""

    def __init__(self) -> None:
        self.van = a_van("Van 3")
        self.tess = a_technician("Tess", login="tess", password=PASSWORD, van=self.van)
        a_person("coordinator", name="Cora", login="cora", password=PASSWORD)
        self.valve = a_part("VK4105", "Gas valve")
        in_stock(self.valve, self.van, 5)
        self.order = an_order(
            "Boiler, no hot water", assigned_to=self.tess, state=OrderState.IN_PROGRESS
        )
        self.other = an_order("Fan is loud", assigned_to=self.tess)


@pytest.fixture
def company(app: Flask) -> Company:
    with given(app):
        return Company()


@pytest.fixture
def tess(browser: Browser, live_server: Server, company: Company) -> Iterator[Page]:
    """Her phone, signed in, with the day's pages on it."""
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), **PHONE
    )
    context.set_default_timeout(10_000)
    yield signed_in(context, "tess")
    context.close()


def signed_in(context: BrowserContext, login: str) -> Page:
    page = context.new_page()
    sign_in(page, login)
    carried(page)
    return page


def carried(page: Page) -> None:
    """Wait until the service worker has fetched the day's pages."""
    look = """async () => {
      await navigator.serviceWorker.ready;
      const files = document.querySelector("script[type=module]").src.replace("app.js", "");
      const { remembered } = await import(`${files}lib/outbox-store.js`);
      for (let tries = 0; tries < 150 && !(await remembered("carried")); tries++) {
        await new Promise((go) => setTimeout(go, 100));
      }
      return Boolean(await remembered("carried"));
    }"""
    assert page.evaluate(look)


def notes(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(WorkNote.text).order_by(WorkNote.occurred_at)))


def test_an_order_that_was_never_opened_is_there_without_signal(tess: Page, company: Company):
    tess.context.set_offline(True)

    tess.goto(f"/orders/{company.other.number}")

    expect(tess.get_by_text("Fan is loud").first).to_be_visible()


def test_a_note_with_a_photo_waits_and_arrives_once_byte_for_byte(
    tess: Page, company: Company, app: Flask, tmp_path: Path
):
    photo = tmp_path / "plate.jpg"
    Image.new("RGB", (1600, 1200), "#8a5").save(photo)
    tess.context.set_offline(True)

    tess.goto(f"/orders/{company.order.number}/notes/new")
    tess.get_by_label("What was done").fill("Drained, refilled")
    tess.locator("input[type=file]").set_input_files(photo)
    tess.get_by_role("button", name="Log the note").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    expect(tess.locator("signal-line")).to_contain_text("1 kept here")
    tess.goto(f"/orders/{company.order.number}")
    expect(tess.get_by_text("waiting", exact=True)).to_be_visible()
    assert notes(app) == []

    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    with app.app_context():
        [kept] = db.session.scalars(select(Attachment)).all()
        assert kept.received_hash == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert notes(app) == ["Drained, refilled"]


def test_an_install_without_signal_keeps_the_time_it_was_done(
    tess: Page, company: Company, app: Flask
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}/installations/new?part={company.valve.id}")
    tess.get_by_role("button", name="Install 1").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()

    tess.wait_for_timeout(1500)
    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    with app.app_context():
        assert stock.on_hand(company.valve, company.van) == 4
        [fitted] = db.session.scalars(select(Installation)).all()
        assert fitted.recorded_at - fitted.occurred_at > timedelta(seconds=1)
        assert list(audit.differences()) == []


def test_an_answer_that_was_lost_after_the_commit_counts_once(
    tess: Page, company: Company, app: Flask
):
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().text())
        route.abort()

    tess.route("**/notes/new", lambda route: lose(route) if posts(route) else route.continue_())
    log_note(tess, company.order.number, "Valve sticks")
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible(timeout=15_000)
    assert len(lost) == 1
    tess.unroute_all()

    tess.goto("/phone")
    send_now(tess)

    expect(tess.get_by_text("Everything is sent")).to_be_visible()
    assert notes(app) == ["Valve sticks"]


@pytest.mark.parametrize("status", [200, 404, 413, 503])
def test_what_is_no_answer_of_ours_leaves_everything_where_it_is(
    tess: Page, company: Company, app: Flask, status: int
):
    portal = "<html><body>Welcome to the hotel's network</body></html>"

    def answer(route: Route) -> None:
        if posts(route):
            route.fulfill(status=status, body=portal, content_type="text/html")
        else:
            route.continue_()

    tess.route("**/notes/new", answer)
    log_note(tess, company.order.number, "Kept all the same")
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible(timeout=15_000)
    assert "hotel" not in tess.content()
    tess.unroute_all()

    tess.goto("/")
    send_now(tess)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert notes(app) == ["Kept all the same"]


def test_fifty_writes_arrive_in_the_order_in_which_they_were_made(
    tess: Page, company: Company, app: Flask
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    for number in range(50):
        enqueue(tess, company.order.number, f"note {number:02d}")
    expect(tess.locator("signal-line")).to_contain_text("50 kept here")

    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date", timeout=60_000)
    with app.app_context():
        logged = db.session.scalars(
            select(Event.body).where(Event.what == "note-written").order_by(Event.id)
        ).all()
        assert sorted(notes(app)) == [f"note {number:02d}" for number in range(50)]
        assert list(logged) == sorted(logged)
        assert list(phones.gaps()) == []


def test_two_tabs_that_send_at_once_send_once(tess: Page, company: Company, app: Flask):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    other = tess.context.new_page()
    other.goto(f"/orders/{company.other.number}")
    for number in range(5):
        enqueue(tess, company.order.number, f"note {number}")

    tess.context.set_offline(False)
    send_now(tess)
    send_now(other)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    expect(other.locator("signal-line")).to_have_text("Up to date")
    assert sorted(notes(app)) == [f"note {number}" for number in range(5)]


def test_a_refused_entry_holds_up_only_its_order_and_is_corrected_once(
    tess: Page, company: Company, app: Flask
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    enqueue(tess, company.order.number, "Took long", minutes="9999")
    enqueue(tess, company.order.number, "After it")
    enqueue(tess, company.other.number, "Another order")

    tess.context.set_offline(False)
    send_now(tess)

    expect(tess.locator("signal-line")).to_have_text("1 needs you")
    assert notes(app) == ["Another order"]
    with app.app_context():
        [kept] = db.session.scalars(select(OperationException)).all()
        assert "more than a day" in kept.refusal
        assert ("text", "Took long") in phones.said(kept)

    tess.goto("/phone")
    tess.get_by_role("button", name="Correct it").tap()
    expect(tess.get_by_label("What was done")).to_have_value("Took long")
    tess.get_by_label("Time spent").fill("35")
    tess.get_by_role("button", name="Log the note").tap()

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert sorted(notes(app)) == ["After it", "Another order", "Took long"]
    with app.app_context():
        [kept] = db.session.scalars(select(OperationException)).all()
        assert kept.resolution == "corrected and sent again"


def test_on_a_shared_phone_nobody_sends_or_sees_what_is_somebody_elses(
    tess: Page, company: Company, app: Flask
):
    tess.context.set_offline(True)
    log_note(tess, company.order.number, "Mine alone")
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.clear_cookies()
    tess.context.set_offline(False)

    sign_in(tess, "cora")
    send_now(tess)
    expect(tess.locator("signal-line")).to_have_text("Up to date")
    tess.goto("/phone")
    expect(tess.get_by_text("Everything is sent")).to_be_visible()
    assert notes(app) == []

    tess.context.clear_cookies()
    sign_in(tess, "tess")
    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert notes(app) == ["Mine alone"]


def test_signing_out_takes_ones_pages_off_the_phone(tess: Page, company: Company):
    tess.goto("/more")
    tess.get_by_role("button", name="Sign out").tap()
    tess.wait_for_url("**/signin")

    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")

    expect(tess.get_by_text("No signal here")).to_be_visible()


def test_a_phone_that_is_full_says_so_and_keeps_what_was_typed(tess: Page, company: Company):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}/notes/new")
    tess.evaluate("""() => { IDBObjectStore.prototype.add = () => {
        throw new DOMException("full", "QuotaExceededError"); }; }""")

    tess.get_by_label("What was done").fill("Not to be lost")
    tess.get_by_role("button", name="Log the note").tap()

    expect(tess.get_by_text("NOT saved")).to_be_visible()
    expect(tess.get_by_label("What was done")).to_have_value("Not to be lost")


def test_the_office_sees_that_a_number_never_came(tess: Page, company: Company, app: Flask):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    enqueue(tess, company.order.number, "Lost with the phone's storage")
    tess.evaluate(
        "async ([files]) => { const { store } = await import(`${files}lib/outbox.js`);"
        "const [one] = await store.entriesOf(document.querySelector('meta[name=person]').content);"
        "await store.remove(one.id); }",
        [files_of(tess)],
    )
    enqueue(tess, company.order.number, "Came")
    tess.context.set_offline(False)
    send_now(tess)
    expect(tess.locator("signal-line")).to_have_text("Up to date")

    with app.app_context():
        assert [missing for _, missing in phones.gaps()] == [1]


# --- How it is done --------------------------------------------------------------------------


def posts(route: Route) -> bool:
    return route.request.method == "POST"


def files_of(page: Page) -> str:
    source: str = page.evaluate("document.querySelector('script[type=module]').src")
    return source.replace("app.js", "")


def log_note(page: Page, order: str, text: str) -> None:
    page.goto(f"/orders/{order}/notes/new")
    page.get_by_label("What was done").fill(text)
    page.get_by_role("button", name="Log the note").tap()


def enqueue(page: Page, order: str, text: str, minutes: str = "") -> None:
    """A note as its form would send it, without the form."""
    page.evaluate(
        """async ([files, order, text, minutes]) => {
          const { entryOf, store } = await import(`${files}lib/outbox.js`);
          const { newOperation } = await import(`${files}lib/operation.js`);
          const body = new FormData();
          const said = { ...newOperation(), text, minutes };
          for (const [name, value] of Object.entries(said)) body.set(name, value);
          const url = `/orders/${order}/notes/new`;
          const user = document.querySelector("meta[name=person]").content;
          await store.add(await entryOf(body, { url, page: url, title: text, lane: order, user }));
          document.querySelector("signal-line").count();
        }""",
        [files_of(page), order, text, minutes],
    )


def send_now(page: Page) -> None:
    page.evaluate(
        """async ([files]) => {
          const { drain } = await import(`${files}lib/outbox.js`);
          await drain(document.querySelector("meta[name=person]").content);
        }""",
        [files_of(page)],
    )


def sign_in(page: Page, login: str) -> None:
    page.goto("/signin")
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).tap()
    page.wait_for_url("**/")
