"""What is made without signal is used without signal; the office sees it as it was done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.orders.models import PartEntry
from partsweb.phone.models import OperationException
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.journeys.conftest import Site
from tests.journeys.phones import Company, send_now


def request_valves(page: Page, company: Company, quantity: str) -> None:
    page.goto(f"/orders/{company.order.number}/parts/new?part={company.valve.id}")
    expect(page.get_by_role("heading", name="Gas valve")).to_be_visible()
    page.get_by_role("textbox", name=re.compile("^Quantity")).fill(quantity)
    page.get_by_role("button", name=re.compile("^Request")).tap()
    expect(page.get_by_role("heading", name="Saved on this phone")).to_be_visible()


def step(page: Page, company: Company, name: str) -> None:
    """The next step of the part that waits in the order's Work Logs."""
    page.goto(f"/orders/{company.order.number}")
    page.locator("waiting-entries").get_by_role("link", name=name).first.tap()
    expect(page.get_by_role("heading", name=re.compile(f"{name}.*Gas valve"))).to_be_visible()


def entries_of(company: Company) -> list[PartEntry]:
    return list(db.session.scalars(select(PartEntry).filter_by(order_id=company.order.id)))


def test_a_part_asked_for_is_fitted_and_the_rest_cancelled_before_the_office_knows_of_it(
    tess: Page, company: Company, site: Site, tmp_path: Path
):
    photo = tmp_path / "plate.jpg"
    Image.new("RGB", (300, 200), "#8a5").save(photo)
    tess.context.set_offline(True)

    request_valves(tess, company, "3")
    step(tess, company, "Install")
    tess.get_by_label("Quantity", exact=True).fill("2")
    tess.get_by_role("button", name="Install", exact=True).tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    step(tess, company, "Photos")
    tess.locator("input[type=file]").set_input_files(photo)
    tess.get_by_role("button", name="Add them").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    step(tess, company, "Cancel")
    tess.get_by_label("Quantity", exact=True).fill("1")
    tess.get_by_role("button", name="Cancel the request").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.set_offline(False)
    send_now(tess)

    with site.app.app_context():
        assert refusals_of(company) == []
        [entry] = entries_of(company)
        assert (entry.quantity, entry.installed, entry.cancelled, entry.waiting) == (3, 2, 1, 0)
        [fitted] = entry.installations
        assert fitted.by_id == company.tess.id
        assert stock.on_hand(company.valve, company.van) == 3
        assert db.session.scalar(select(Attachment).filter_by(subject_id=entry.id)) is not None
        assert list(audit.differences()) == []


def test_a_correction_keeps_the_thing_that_later_work_names(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    request_valves(tess, company, "0")  # refused: more than nothing
    step(tess, company, "Install")
    tess.get_by_label("Quantity", exact=True).fill("1")
    tess.get_by_role("button", name="Install", exact=True).tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()
    tess.context.set_offline(False)
    send_now(tess)
    expect(tess.locator("signal-line")).to_have_text("1 needs you")

    tess.goto("/phone")
    tess.get_by_role("button", name="Correct it").tap()
    expect(tess.get_by_text("A quantity is more than nothing")).to_be_visible()
    tess.get_by_role("textbox", name=re.compile("^Quantity")).fill("1")
    tess.get_by_role("button", name=re.compile("^Request")).tap()

    expect(tess.locator("signal-line")).to_have_text("Up to date")
    with site.app.app_context():
        [entry] = entries_of(company)
        assert (entry.quantity, entry.installed) == (1, 1)
        rows = select(OperationException.resolution).filter_by(person_id=company.tess.id)
        assert db.session.scalars(rows).all() == ["corrected and sent again"]


def test_with_signal_but_a_queue_the_form_of_an_unknown_entry_is_there(
    tess: Page, company: Company, site: Site
):
    tess.context.set_offline(True)
    request_valves(tess, company, "0")
    tess.context.set_offline(False)
    send_now(tess)
    expect(tess.locator("signal-line")).to_have_text("1 needs you")
    [thing] = things_of(tess)

    tess.goto(f"/entries/{thing}/installation")

    expect(tess.get_by_role("heading", name="Install: Gas valve")).to_be_visible()


def refusals_of(company: Company) -> Sequence[str]:
    rows = select(OperationException.refusal).filter_by(person_id=company.tess.id)
    return db.session.scalars(rows).all()


def things_of(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """async () => {
          const files = document.querySelector("script[type=module]").src.replace("app.js", "");
          const { store } = await import(`${files}lib/outbox.js`);
          const user = document.querySelector("meta[name=person]").content;
          const said = (fields) => fields.find(([name]) => name === "thing_id")?.[1];
          return (await store.entriesOf(user)).map((entry) => said(entry.fields));
        }"""
    )
    return found
