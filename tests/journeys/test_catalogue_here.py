"""Without signal any part of the catalogue is found on the phone, and asked for."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from partsweb.catalogue import rules as catalogue
from partsweb.extensions import db
from partsweb.orders.models import OrderState, PartEntry
from tests.journeys.conftest import PASSWORD
from tests.journeys.phones import PHONE, Company, signed_in
from tests.support.company import a_part, a_technician, a_van, an_order, given, in_stock
from tests.support.server import Server

HELD = """async () => {
  for (let tries = 0; tries < 100; tries++) {
    if (await caches.match("/phone/catalogue/words", { cacheName: "catalogue" })) return true;
    await new Promise((go) => setTimeout(go, 100));
  }
}"""


def test_a_part_is_found_by_the_middle_of_a_number_and_asked_for_without_signal(
    browser: Browser, live_server: Server, app: Flask
):
    with given(app):
        van = a_van("Van 3")
        tess = a_technician("Tess", login="tess", password=PASSWORD, van=van)
        valve = a_part("VK4105", "Gas valve", unit="PCS")
        catalogue.add_barcode(valve, "HW-88231-7")
        in_stock(a_part("VK4106", "Gas valve, adjustable"), van, 2)
        order = an_order("Boiler", assigned_to=tess, state=OrderState.IN_PROGRESS).number
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), **PHONE
    )
    context.set_default_timeout(10_000)
    page = signed_in(context, "tess")
    assert page.evaluate(HELD)
    context.set_offline(True)

    page.goto(f"/orders/{order}/parts/new")
    page.get_by_label("SKU, words, vendor no.").fill("gas valve")
    rows = page.locator("#results .row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("2 in your van")
    page.get_by_label("SKU, words, vendor no.").fill("8231")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    rows.get_by_role("link").tap()
    expect(page.get_by_role("heading", name="Gas valve")).to_be_visible()
    expect(page.get_by_text("PCS")).to_be_visible()
    page.get_by_role("button", name="Request 1").tap()
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    expect(page.get_by_text("Request 1 — Gas valve")).to_be_visible()

    context.set_offline(False)
    expect(page.locator("signal-line")).to_have_text("Up to date")
    with app.app_context():
        [entry] = db.session.scalars(select(PartEntry)).all()
        assert entry.part.sku == "VK4105"
    context.close()


def test_where_there_is_no_answer_the_phone_answers(
    browser: Browser, live_server: Server, app: Flask
):
    with given(app):
        tess = a_technician("Tess", login="tess", password=PASSWORD, van=a_van("Van 3"))
        a_part("VK4105", "Gas valve")
        order = an_order("Boiler", assigned_to=tess, state=OrderState.IN_PROGRESS).number
    context = browser.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), **PHONE
    )
    page: Page = signed_in(context, "tess")
    assert page.evaluate(HELD)
    page.goto(f"/orders/{order}/parts/new")
    live_server.process.kill()

    page.get_by_label("SKU, words, vendor no.").fill("vlave")

    expect(page.locator("#results .row")).to_have_count(1)
    expect(page.get_by_text("spelled much like it")).to_be_visible()
    context.close()


def test_a_catalogue_that_was_damaged_on_the_phone_is_fetched_whole_again(
    tess: Page, company: Company
):
    tess.goto("/phone")
    tess.evaluate(
        """async (sku) => {
          const cache = await caches.open("catalogue");
          for (const name of ["/phone/catalogue", "/phone/catalogue/words"]) {
            const held = await cache.match(name);
            const text = (await held.text()).replaceAll(new RegExp(sku, "gi"), "X");
            await cache.put(name, new Response(text, { headers: held.headers }));
          }
        }""",
        company.valve.sku,
    )
    expect(tess.locator("[data-pages]")).to_contain_text("pages")
    tess.get_by_role("button", name="Get it now").tap()
    expect(tess.locator("[data-pages]")).to_have_text("Being fetched …")
    expect(tess.locator("[data-pages]")).to_contain_text("pages, just now")
    tess.context.set_offline(True)

    tess.goto(f"/orders/{company.order.number}/parts/new")
    tess.get_by_role("searchbox").fill(company.valve.sku)

    expect(tess.get_by_text("From the catalogue on this phone.")).to_be_visible()
    expect(tess.locator("#results .row")).to_have_count(1)
