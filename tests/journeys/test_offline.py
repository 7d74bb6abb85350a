"""A basement: what is entered without signal is kept, sent once, in order, and never lost."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.orders.models import Installation, WorkNote
from partsweb.phone import queries as phones
from partsweb.phone.models import OperationException
from partsweb.stock import queries as stock
from partsweb.timeline.models import Event
from partsweb.upkeep import audit
from tests.journeys.conftest import Site
from tests.journeys.phones import (
    Company,
    a_phone,
    address_of,
    device_of,
    enqueue,
    files_of,
    kept_so_far,
    log_note,
    notes,
    posts,
    send_now,
    sign_in,
    waiting_on,
)


@pytest.fixture
def alone(browser: Browser, site: Site, company: Company) -> Iterator[Page]:
    """Her phone without a service worker, which would send at times of its own."""
    with a_phone(browser, site.server, service_workers="block") as context:
        page = context.new_page()
        sign_in(page, company.login)
        yield page


def test_an_order_that_was_never_opened_is_there_without_signal(tess: Page, company: Company):
    tess.context.set_offline(True)

    tess.goto(f"/orders/{company.other.number}")

    expect(tess.get_by_text("Fan is loud").first).to_be_visible()


def test_a_note_with_a_photo_waits_and_arrives_once_byte_for_byte(
    tess: Page, company: Company, site: Site, tmp_path: Path
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
    assert notes(site.app, *company.orders) == []

    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    with site.app.app_context():
        [kept] = db.session.scalars(select(Attachment).filter_by(added_by_id=company.tess.id)).all()
        assert kept.received_hash == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert notes(site.app, *company.orders) == ["Drained, refilled"]


def test_an_install_without_signal_keeps_the_time_it_was_done(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}/installations/new?part={company.valve.id}")
    tess.get_by_role("button", name="Install 1").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()

    tess.wait_for_timeout(1500)
    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    with site.app.app_context():
        assert stock.on_hand(company.valve, company.van) == 4
        [fitted] = db.session.scalars(select(Installation).filter_by(by_id=company.tess.id)).all()
        assert fitted.recorded_at - fitted.occurred_at > timedelta(seconds=1)
        assert list(audit.differences()) == []


def test_an_answer_that_was_lost_after_the_commit_counts_once(
    tess: Page, company: Company, site: Site
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
    assert notes(site.app, *company.orders) == ["Valve sticks"]


@pytest.mark.parametrize("status", [200, 404, 413, 503])
def test_what_is_no_answer_of_ours_leaves_everything_where_it_is(
    tess: Page, company: Company, site: Site, status: int
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
    assert notes(site.app, *company.orders) == ["Kept all the same"]


def test_fifty_writes_arrive_in_the_order_in_which_they_were_made(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    for number in range(50):
        enqueue(tess, company.order.number, f"note {number:02d}")
    expect(tess.locator("signal-line")).to_contain_text("50 kept here")

    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date", timeout=60_000)
    with site.app.app_context():
        logged = db.session.scalars(
            select(Event.body)
            .where(Event.what == "note-written", Event.by_id == company.tess.id)
            .order_by(Event.id)
        ).all()
        assert sorted(notes(site.app, *company.orders)) == [
            f"note {number:02d}" for number in range(50)
        ]
        assert list(logged) == sorted(logged)
        assert device_of(tess) not in dict(phones.gaps())


def test_photos_lie_beside_what_waits_and_go_with_it(tess: Page, company: Company, site: Site):
    look = """async ([files]) => {
      const { store } = await import(`${files}lib/outbox.js`);
      const user = document.querySelector("meta[name=person]").content;
      const database = await new Promise((open) => {
        const asked = indexedDB.open("partsweb");
        asked.onsuccess = () => open(asked.result);
      });
      const apart = await new Promise((tell) => {
        const asked = database.transaction("meta").objectStore("meta").getAllKeys();
        asked.onsuccess = () => tell(asked.result.filter((key) => Array.isArray(key)).length);
      });
      database.close();
      const waiting = (await store.entriesOf(user)).flatMap((entry) => entry.files);
      return { apart, inside: waiting.filter(({ bytes }) => bytes).length };
    }"""
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    for number in range(3):
        enqueue(tess, company.order.number, f"note {number}", photo=a_photo(number))
    assert tess.evaluate(look, [files_of(tess)]) == {"apart": 3, "inside": 0}

    tess.context.set_offline(False)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert tess.evaluate(look, [files_of(tess)]) == {"apart": 0, "inside": 0}
    assert photos_of(site, company) == {f"note {n}": digest(a_photo(n)) for n in range(3)}


def test_a_photo_that_the_last_release_kept_inside_its_entry_is_sent(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    enqueue(tess, company.order.number, "kept before", photo=a_photo(7))
    tess.evaluate(
        """async ([files]) => {
          const { store } = await import(`${files}lib/outbox.js`);
          const user = document.querySelector("meta[name=person]").content;
          const [{ id }] = await store.entriesOf(user);
          const whole = await store.whole(id);
          await store.remove(id);
          const database = await new Promise((open) => {
            const asked = indexedDB.open("partsweb");
            asked.onsuccess = () => open(asked.result);
          });
          const writing = database.transaction("entries", "readwrite");
          writing.objectStore("entries").put(whole);
          await new Promise((done) => (writing.oncomplete = done));
          database.close();
        }""",
        [files_of(tess)],
    )

    tess.context.set_offline(False)
    send_now(tess)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert photos_of(site, company) == {"kept before": digest(a_photo(7))}


def test_two_tabs_that_send_at_once_send_once(tess: Page, company: Company, site: Site):
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
    assert sorted(notes(site.app, *company.orders)) == [f"note {number}" for number in range(5)]


def test_a_refused_entry_holds_up_only_its_order_and_is_corrected_once(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")
    enqueue(tess, company.order.number, "Took long", minutes="9999")
    enqueue(tess, company.order.number, "After it")
    enqueue(tess, company.other.number, "Another order")

    tess.context.set_offline(False)
    send_now(tess)

    expect(tess.locator("signal-line")).to_have_text("1 needs you")
    assert notes(site.app, *company.orders) == ["Another order"]
    with site.app.app_context():
        [kept] = db.session.scalars(
            select(OperationException).filter_by(person_id=company.tess.id)
        ).all()
        assert "more than a day" in kept.refusal
        assert ("text", "Took long") in phones.said(kept)

    tess.goto("/phone")
    tess.get_by_role("button", name="Correct it").tap()
    expect(tess.get_by_label("What was done")).to_have_value("Took long")
    tess.get_by_label("Time spent").fill("35")
    tess.get_by_role("button", name="Log the note").tap()

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert sorted(notes(site.app, *company.orders)) == [
        "After it",
        "Another order",
        "Took long",
    ]
    with site.app.app_context():
        [kept] = db.session.scalars(
            select(OperationException).filter_by(person_id=company.tess.id)
        ).all()
        assert kept.resolution == "corrected and sent again"


def test_on_a_shared_phone_nobody_sends_or_sees_what_is_somebody_elses(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    log_note(tess, company.order.number, "Mine alone")
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.clear_cookies()
    tess.context.set_offline(False)

    sign_in(tess, company.office)
    send_now(tess)
    expect(tess.locator("signal-line")).to_have_text("Up to date")
    tess.goto("/phone")
    expect(tess.get_by_text("Everything is sent")).to_be_visible()
    assert notes(site.app, *company.orders) == []

    tess.context.clear_cookies()
    sign_in(tess, company.login)
    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert notes(site.app, *company.orders) == ["Mine alone"]


def test_signing_out_takes_ones_pages_off_the_phone(tess: Page, company: Company):
    tess.goto("/more")
    tess.get_by_role("button", name="Sign out").tap()
    tess.wait_for_url("**/signin")

    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}")

    expect(tess.get_by_text("No signal here")).to_be_visible()


def test_the_office_sees_that_a_number_never_came(tess: Page, company: Company, site: Site):
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

    with site.app.app_context():
        assert dict(phones.gaps())[device_of(tess)] == 1


def exceptions_of(company: Company) -> Sequence[OperationException]:
    """What of hers couldn't be applied."""
    rows = select(OperationException).filter_by(person_id=company.tess.id)
    return db.session.scalars(rows).all()


@pytest.mark.parametrize("answer", [302, 401])
def test_led_astray_or_signed_out_everything_stays(
    alone: Page, company: Company, site: Site, answer: int
):
    alone.goto(f"/orders/{company.order.number}/notes/new")
    if answer == 302:
        astray = {"Location": "/ping"}
        alone.route(
            "**/notes/new",
            lambda route: (
                route.fulfill(status=302, headers=astray) if posts(route) else route.continue_()
            ),
        )
    else:
        alone.context.clear_cookies()
    alone.get_by_label("What was done").fill("Still here")
    alone.get_by_role("button", name="Log the note").tap()
    said = "Saved on this phone" if answer == 302 else "You have been signed out"
    expect(alone.get_by_text(said).first).to_be_visible(timeout=15_000)
    assert waiting_on(alone) == ["Still here"]
    alone.unroute_all()

    if answer == 401:
        sign_in(alone, company.login)
    send_now(alone)

    assert waiting_on(alone) == []
    assert notes(site.app, company.order) == ["Still here"]


def test_a_double_tap_counts_once(tess: Page, company: Company, site: Site):
    tess.goto(f"/orders/{company.order.number}/notes/new")
    tess.get_by_label("What was done").fill("Once")

    tess.evaluate(
        "() => { const button = document.querySelector('main [type=submit]');"
        " button.click(); button.click(); }"
    )

    tess.wait_for_url(f"**/orders/{company.order.number}")
    tess.wait_for_load_state("networkidle")
    assert notes(site.app, company.order) == ["Once"]


def test_a_tap_while_the_page_is_still_waking_up_is_kept(tess: Page, company: Company, site: Site):
    # htmx goes through a page in a task of its own, after the page can be tapped.
    tess.add_init_script("""{
      const soon = window.setTimeout;
      window.setTimeout = (act, wait, ...more) => soon(act, wait ?? 60_000, ...more);
    }""")
    tess.goto(f"/orders/{company.order.number}/notes/new")
    expect(tess.locator("main form[enctype]")).not_to_have_attribute("data-htmx-powered", "true")
    tess.context.set_offline(True)

    tess.get_by_label("What was done").fill("Early")
    tess.get_by_role("button", name="Log the note").tap()

    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.set_offline(False)
    send_now(tess)
    assert notes(site.app, company.order) == ["Early"]


@pytest.mark.parametrize("signal", [True, False])
def test_five_rapid_submits_are_five_writes(tess: Page, company: Company, site: Site, signal: bool):
    tess.goto(f"/orders/{company.order.number}/notes/new")
    tess.context.set_offline(not signal)

    tess.evaluate("""() => {
      const form = document.querySelector("main form[enctype]");
      const forms = [0, 1, 2, 3, 4].map((number) => {
        const copy = form.cloneNode(true);
        copy.removeAttribute("data-htmx-powered");
        copy.elements.text.value = `scan ${number}`;
        form.after(copy);
        htmx.process(copy);
        return copy;
      });
      for (const copy of forms) copy.requestSubmit();
    }""")
    assert kept_so_far(tess, 5)
    tess.context.set_offline(False)
    send_now(tess)

    assert notes(site.app, company.order) == [f"scan {number}" for number in range(5)]


def test_two_tabs_and_the_service_worker_send_once(tess: Page, company: Company, site: Site):
    worker = tess.context.new_cdp_session(tess)
    registrations: list[str] = []
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(one["registrationId"] for one in said["registrations"]),
    )
    worker.send("ServiceWorker.enable")
    other = tess.context.new_page()
    other.goto(f"/orders/{company.other.number}")
    tess.context.set_offline(True)
    for number in range(6):
        enqueue(tess, company.order.number, f"note {number}")
    sent: list[str] = []
    tess.context.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)

    tess.context.set_offline(False)
    sync = {"registrationId": registrations[0], "tag": "outbox", "lastChance": False}
    worker.send("ServiceWorker.dispatchSyncEvent", {"origin": address_of(site.server), **sync})
    send_now(tess)
    send_now(other)

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    assert notes(site.app, company.order) == [f"note {number}" for number in range(6)]
    assert len(sent) == 6


def test_without_a_service_worker_writes_wait_all_the_same(
    browser: Browser, company: Company, site: Site
):
    with a_phone(browser, site.server, service_workers="block") as context:
        page = context.new_page()
        sign_in(page, company.login)
        page.goto(f"/orders/{company.order.number}/notes/new")
        context.set_offline(True)
        page.get_by_label("What was done").fill("No controller")
        page.get_by_role("button", name="Log the note").tap()
        expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()

        context.set_offline(False)

        expect(page.locator("signal-line")).to_have_text("Up to date")
        assert notes(site.app, company.order) == ["No controller"]


def test_without_scripts_a_note_with_a_photo_goes_straight_to_the_office(
    browser: Browser, company: Company, site: Site, tmp_path: Path
):
    photo = tmp_path / "plate.jpg"
    Image.new("RGB", (600, 400), "#8a5").save(photo)
    with a_phone(browser, site.server, java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, company.login)
        page.goto(f"/orders/{company.order.number}/notes/new")
        page.get_by_label("What was done").fill("No scripts")
        page.locator("input[type=file]").set_input_files(photo)
        page.get_by_role("button", name="Log the note").tap()

        expect(page.get_by_text("No scripts")).to_be_visible()
        assert notes(site.app, company.order) == ["No scripts"]


def a_photo(number: int) -> bytes:
    """A different one for each number."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (40 * number % 256, 120, 90)).save(content, "JPEG")
    return content.getvalue()


def digest(content: bytes) -> str:
    """What it is known by."""
    return hashlib.sha256(content).hexdigest()


def photos_of(site: Site, company: Company) -> dict[str, str]:
    """Which photo hangs on which of her notes."""
    with site.app.app_context():
        rows = select(WorkNote.text, Attachment.received_hash).join(
            Attachment, Attachment.subject_id == WorkNote.id
        )
        found = db.session.execute(rows.where(Attachment.added_by_id == company.tess.id)).all()
    assert len(found) == len(dict(found))
    return dict(found)
