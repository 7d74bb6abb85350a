"""What bin/bench --phone times is really done: pages come, parts are found, writes arrive."""

from __future__ import annotations

import hashlib

import pytest
from playwright.sync_api import Browser, Playwright
from sqlalchemy import select

from bench import browser as chromium
from bench import figures, held, phone, slow, waiting, weight
from bench.line import Line
from bench.place import Served
from bench.slow import Slow
from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.orders.models import WorkNote
from tests.journeys.conftest import Site
from tests.journeys.phones import Company, a_phone, sign_in


@pytest.fixture
def served(site: Site) -> Served:
    """The site as the bench knows it."""
    return Served(int(site.server.url.rsplit(":", 1)[1]), site.server.process.pid)


@pytest.fixture
def cookie(browser: Browser, site: Site, company: Company) -> str:
    """Tess's sign-in."""
    with a_phone(browser, site.server, service_workers="block") as context:
        sign_in(context.new_page(), company.login)
        [kept] = [one for one in context.cookies() if one["name"] == "session"]
    return f"session={kept['value']}"


def test_what_waited_arrives_each_note_with_its_own_photo_as_from_the_plain_client(
    playwright: Playwright, site: Site, company: Company, served: Served, cookie: str
):
    first, second = company.order.number, company.other.number
    by_phone = waiting.notes([first, second], 4, waiting.pictures(1))
    by_plain_client = waiting.notes([first, second], 2, waiting.pictures(2))

    waiting.by_phone(playwright, site.app, served, cookie, by_phone)
    waiting.by_plain_client(served, cookie, by_plain_client)

    with site.app.app_context():
        rows = select(WorkNote.order_id, WorkNote.text, Attachment.received_hash).join(
            Attachment, Attachment.subject_id == WorkNote.id
        )
        came = db.session.execute(rows.where(WorkNote.by_id == company.tess.id)).all()
    ids = {first: company.order.id, second: company.other.id}
    assert sorted(map(tuple, came)) == sorted(
        (ids[one.order], one.text, hashlib.sha256(one.photo).hexdigest())
        for one in [*by_phone, *by_plain_client]
    )


def test_the_catalogue_is_fetched_and_searched_at_both_rates(
    browser: Browser, site: Site, company: Company, served: Served, cookie: str
):
    asks = [company.valve.sku, "gas valve", "zzqqxx"]

    found = held.measured(browser, served, cookie, asks)

    assert found.parts >= 1
    assert found.kept > found.plain / 2
    assert [one.rate for one in found.held] == [1, 4]
    for one in found.held:
        assert len(one.searches) == 3
        assert one.empty == 1
    assert f"**{found.parts} parts on the phone" in figures.as_markdown(phone.searches_table(found))


def test_a_page_on_a_slow_line_comes_whole_and_again_from_the_phone(
    browser: Browser, company: Company, served: Served, cookie: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(slow, "SLOW_3G", (0.01, 10_000_000))
    page = Slow("order")
    order = f"/orders/{company.order.number}"

    slow.measured(browser, served, cookie, order, page)

    assert page.first.requests[0] > 10
    assert page.again.requests[0] < 5
    assert page.first.sent[0] > 5 * page.again.sent[0]
    assert page.first.behind[0] > page.first.sent[0]
    assert "| order, again |" in figures.as_markdown(phone.loads_table([page]))


def test_a_line_takes_as_long_as_its_latency_and_its_width_say():
    line = Line(0, 0.4, 400_000)

    first = line.down.arrival(5000, 10.0, line.latency, line.rate)
    second = line.down.arrival(5000, 10.0, line.latency, line.rate)

    assert (round(first, 6), round(second, 6)) == (10.3, 10.4)
    assert line.bytes == 10_000


def test_a_page_is_weighed_with_the_files_of_its_workers(
    browser: Browser, served: Served, cookie: str
):
    files = weight.of_all(chromium.files_of(browser, served, cookie, "/scan"), served, cookie)

    assert {"html", "css", "js", "wasm"} <= {file.kind for file in files}
    for file in files:
        assert file.compressed <= file.size, file.address
