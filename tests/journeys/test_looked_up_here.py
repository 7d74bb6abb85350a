"""Without signal a part is looked up wherever one does, and printed labels open their thing."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from partsweb.catalogue import rules as catalogue
from partsweb.codes import own
from partsweb.extensions import db
from partsweb.orders.models import Installation
from partsweb.stock import queries as stock
from tests.journeys.conftest import Site
from tests.journeys.phones import Company, address_of, send_now
from tests.journeys.test_camera import READ as READ_PICTURE
from tests.support.company import a_part, given, in_stock

LABEL = "https://parts.example"
READ = """(camera, text) => camera.dispatchEvent(
  new CustomEvent("code-read", { bubbles: true, detail: { text, format: "", kind: "" } }))"""


@pytest.fixture
def more(site: Site, company: Company) -> tuple[str, UUID]:
    """A fan that nobody holds, by its SKU; a unit in the van, by its id."""
    with given(site.app):
        fan = a_part(f"C77{company.valve.sku}", "Combustion fan", unit="PCS")
        catalogue.add_barcode(fan, f"HW-{fan.sku}-88231")
        pump = a_part(f"PUMP-{company.login}", "Pump", serialized=True)
        in_stock(pump, company.van, 1, serials=["SN-1"])
        return fan.sku, stock.serials_at(pump, company.van)[0].id


def test_in_the_parts_workspace_the_phones_own_catalogue_answers(
    more: tuple[str, UUID], tess: Page, company: Company
):
    tess.context.set_offline(True)
    tess.goto("/parts")

    found(tess, f"{more[0]}-882").get_by_role("link").tap()

    expect(tess.get_by_role("heading", name="Combustion fan")).to_be_visible()
    expect(tess.get_by_text("PCS")).to_be_visible()
    expect(tess.get_by_text(f"HW-{more[0]}-88231")).to_be_visible()
    expect(tess.get_by_text("As this phone knows it, without signal.")).to_be_visible()
    tess.get_by_role("link", name=f"Ask for it on {company.order.number}").tap()
    expect(tess.get_by_role("button", name="Request 1")).to_be_visible()


def test_what_was_found_in_the_van_is_fitted(
    more: tuple[str, UUID], tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}/van")
    tess.get_by_role("searchbox").fill("combustion")
    expect(tess.get_by_text("No part has all of that in it")).to_be_visible()

    found(tess, company.valve.sku.lower()).get_by_role("link").tap()
    tess.get_by_role("button", name="Install 1").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.set_offline(False)
    send_now(tess)

    with site.app.app_context():
        [fitted] = db.session.scalars(select(Installation).filter_by(by_id=company.tess.id)).all()
        assert fitted.entry.part_id == company.valve.id


def test_a_printed_label_opens_its_thing_on_the_phone(
    more: tuple[str, UUID], tess: Page, company: Company
):
    tess.context.set_offline(True)

    for kind, key, says in (
        ("order", company.other.number, "Fan is loud"),
        ("location", company.van.id, company.van.name),
        ("serial", more[1], "SN-1"),
        ("part", company.valve.id, company.valve.sku),
    ):
        tess.goto("/scan")
        camera = tess.locator("code-camera:defined").first
        camera.wait_for(state="attached")
        camera.evaluate(READ, own.address(LABEL, kind, key))
        tess.wait_for_url(lambda address: "/scan" not in address)
        expect(tess.locator("#page")).to_contain_text(says)


def test_a_label_as_it_is_printed_is_read_by_the_phones_own_reader(
    more: tuple[str, UUID], tess: Page, company: Company, site: Site
):
    things = {
        "part": company.valve.id,
        "location": company.van.id,
        "order": company.order.id,
        "serial": more[1],
    }
    tess.emulate_media(media="print")
    for kind, thing_id in things.items():
        tess.goto(f"/labels/{kind}/{thing_id}")
        label = base64.b64encode(tess.locator(".label-out").screenshot()).decode()

        [read] = tess.evaluate(READ_PICTURE, ["png", label])

        key = company.order.number if kind == "order" else thing_id
        assert read["text"] == own.address(address_of(site.server), kind, key)
        assert read["format"].startswith("QR")


def found(phone: Page, words: str) -> Locator:
    """The one row that the phone's own search shows."""
    phone.get_by_role("searchbox").fill(words)
    row = phone.locator("#results .row")
    expect(phone.get_by_text("From the catalogue on this phone.")).to_be_visible()
    expect(row).to_have_count(1)
    return row
