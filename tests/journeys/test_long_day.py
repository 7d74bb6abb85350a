"""An hour in a basement: forty acts of one technician on three orders; then there is signal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import func, select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit.writing import written
from partsweb.orders.models import Order, OrderState, PartEntry
from partsweb.phone import queries as phones
from partsweb.phone.models import OperationException
from partsweb.stock import queries as stock
from partsweb.stock import transfers
from partsweb.timeline.models import Event
from partsweb.upkeep import audit
from tests.journeys.conftest import Site
from tests.journeys.phones import (
    Company,
    a_phone,
    device_of,
    send_now,
    signed_in,
)
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_vendor,
    a_warehouse,
    an_order,
    given,
    in_stock,
)

BETWEEN = timedelta(seconds=100)


class Day(Company):
    """Three orders; a delivery to the van; a transfer on its way into it."""

    def __init__(self) -> None:
        super().__init__()
        self.third = an_order("Leak at the pump", assigned_to=self.tess)
        self.depot = a_warehouse(f"Depot of {self.van.name}")
        self.pump = a_part(f"PU-{self.van.name}", "Pump")
        self.seal = a_part(f"SE-{self.van.name}", "Seal")
        in_stock(self.valve, self.van, 20)  # with the 5 that were there
        in_stock(self.seal, self.depot, 10)
        vendor = a_vendor(f"Northgas {self.van.name}")
        self.paper = a_purchase_order(vendor, (self.pump, 6, "40.00"), ship_to=self.van)
        at = datetime.now(UTC) - timedelta(hours=3)
        self.sent = transfers.ask(
            self.depot, self.van, [(self.seal, self.seal_count)], by=self.tess, at=at
        )

    @property
    def seal_count(self):

        return Decimal(4)


@pytest.fixture
def day(site: Site) -> Day:
    """The day as the office prepared it."""

    def prepared() -> Day:
        made = Day()
        office = a_person("coordinator", name="Otto")
        transfers.pick_all(made.sent, by=office, at=datetime.now(UTC) - timedelta(hours=2))
        return made

    with given(site.app):
        return written(prepared)


@pytest.fixture
def tess(browser: Browser, site: Site, day: Day) -> Iterator[Page]:
    """Her phone, signed in, with the day's pages on it."""
    with a_phone(browser, site.server) as context:
        yield signed_in(context, day.login)


class Phone:
    """Does one act after the other without signal, each some minutes after the last."""

    def __init__(self, page: Page, began: datetime) -> None:
        self.page = page
        self.now = began
        self.acts: list[datetime] = []

    def press(self, name: str | re.Pattern[str]) -> None:
        self.now += BETWEEN
        self.page.clock.set_fixed_time(self.now)
        self.page.get_by_role("button", name=name).last.tap()
        expect(self.page.get_by_role("heading", name="Saved on this phone")).to_be_visible()
        self.acts.append(self.now)

    def note(self, order: str, text: str, photo: Path | None = None) -> None:
        self.page.goto(f"/orders/{order}/notes/new")
        self.page.get_by_label("What was done").fill(text)
        if photo:
            self.choose(self.page.locator("input[type=file]"), photo)
        self.press("Log the note")

    def request(self, order: str, part: str, many: str) -> str:
        self.page.goto(f"/orders/{order}/parts/new?part={part}")
        self.quantity(many)
        self.press(re.compile("^Request"))
        self.page.goto(f"/orders/{order}")
        steps = self.page.locator("waiting-entries [data-step=installation]")
        return str(steps.last.get_attribute("href")).split("/")[2]

    def do(
        self, entry: str, step: str, button: str, many: str = "", photo: Path | None = None
    ) -> None:
        self.page.goto(f"/entries/{entry}/{step}")
        if many:
            self.quantity(many)
        if photo:
            self.choose(self.page.locator("input[type=file]").first, photo)
        self.press(button)

    def quantity(self, many: str) -> None:
        self.page.get_by_role("textbox", name=re.compile("^Quantity")).fill(many)

    def choose(self, field: Locator, photo: Path) -> None:
        field.set_input_files(photo)
        expect(self.page.locator("file-picks[aria-busy]")).to_have_count(0)

    def state(self, order: str, word: str) -> None:
        self.page.goto(f"/orders/{order}/state")
        self.page.get_by_role("radio", name=word, exact=True).check(force=True)
        self.press("Set state")


def test_an_hour_without_signal_arrives_as_it_was_done(
    tess: Page, day: Day, site: Site, tmp_path: Path
):
    photos = [a_photo(tmp_path / f"{number}.jpg", number) for number in range(6)]
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=75)
    tess.context.set_offline(True)
    phone = Phone(tess, began)
    numbers = [day.order.number, day.other.number, day.third.number]

    for index, order in enumerate(numbers):
        phone.note(order, f"Arrived at {order}", photos[index])
        if order != day.order.number:
            phone.state(order, OrderState.IN_PROGRESS.value)
        for _ in range(2):
            entry = phone.request(order, str(day.valve.id), "3")
            phone.do(
                entry, "installation", "Install", many="2", photo=photos[3] if index == 0 else None
            )
            phone.do(entry, "cancellation", "Cancel the request", many="1")
            phone.do(entry, "photos", "Add them", photo=photos[4])
        tess.goto(f"/orders/{order}/installations/new?part={day.valve.id}")
        phone.quantity("1")
        phone.press(re.compile("^Install"))
        phone.note(order, "Tested, no leak")
    tess.goto(f"/purchasing/{day.paper.number}/receipts/new")
    tess.get_by_role("checkbox", name="Damaged").check()
    # The first of the page is the scanner's own.
    phone.choose(tess.locator("form.arrivals input[type=file]").first, photos[5])
    phone.press(re.compile("^Receive"))
    tess.goto(f"/transfers/{day.sent.id}")
    phone.press("Received in full")
    phone.state(day.other.number, OrderState.COMPLETED.value)
    assert len(phone.acts) >= 38
    expect(tess.locator("signal-line")).to_contain_text(f"{len(phone.acts)} kept here")

    tess.context.set_offline(False)
    send_now(tess)

    with site.app.app_context():
        refused = select(OperationException.refusal).filter_by(person_id=day.tess.id)
        assert db.session.scalars(refused).all() == []
        assert list(audit.differences()) == []
        assert device_of(tess) not in dict(phones.gaps())
        assert stock.on_hand(day.valve, day.van) == 25 - 3 * (2 * 2 + 1)
        assert stock.on_hand(day.pump, day.van) == 5
        assert stock.on_hand(day.seal, day.van) == 4
        entries = db.session.scalars(
            select(PartEntry).join(PartEntry.order).where(Order.number.in_(numbers))
        ).all()
        assert Counter(
            (int(one.quantity), int(one.installed), int(one.cancelled)) for one in entries
        ) == {
            (3, 2, 1): 6,
            (0, 1, 0): 3,
        }
        told = set(db.session.scalars(select(Event.occurred_at).filter_by(by_id=day.tess.id)))
        photo_acts = 6  # a photo on an entry tells nothing on the timeline
        assert len([at for at in phone.acts if at in told]) == len(phone.acts) - photo_acts
        added = db.session.scalar(
            select(func.count()).select_from(Attachment).filter_by(added_by_id=day.tess.id)
        )
        assert added == 3 + 2 + 6 + 1


def a_photo(path: Path, number: int) -> Path:
    """A different one for each number."""
    Image.new("RGB", (2400, 1800), (40 * number, 120, 90)).save(path)
    return path
