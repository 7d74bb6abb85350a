"""How many touches a delivery takes, on a phone, from the start page."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from partsweb.attachments import queries as attachments
from partsweb.extensions import db
from partsweb.locations import queries as locations
from partsweb.purchasing.models import Discrepancy
from partsweb.stock import queries as stock
from tests.journeys.conftest import PASSWORD, PhoneOf
from tests.journeys.touches import Touches
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_vendor,
    a_warehouse,
    given,
    the,
)

# domain.md §5: for any number of plain lines, and more for each damaged one.
TAPS, SCANS, MORE_A_DAMAGED_LINE = 4, 1, 3
LINES = 8


def test_a_delivery_takes_four_taps_and_a_scan_and_three_taps_more_a_damaged_line(
    app: Flask, phone_of: PhoneOf, tmp_path: Path
):
    with given(app):
        a_person("coordinator", login="carla", password=PASSWORD)
        depot, parts = a_warehouse(), [a_part(f"P-{n}", f"Part {n}") for n in range(LINES)]
        wanted = [(part, 5, "1.00") for part in parts]
        order = a_purchase_order(a_vendor(), *wanted, ship_to=depot)
    photo = tmp_path / "dent.jpg"
    Image.new("RGB", (800, 600), "#8a5").save(photo)
    touches = Touches(phone_of("carla"))
    phone = touches.phone

    touches.tap(phone.get_by_role("link", name="Scan"))
    touches.scan(order.number)
    touches.tap(phone.locator("#results").get_by_role("link", name="Receive"))
    for position in (1, 4):
        line = phone.locator("fieldset.arrival").nth(position)
        touches.tick(line.get_by_label("Damaged", exact=True))
        expect(line.get_by_text("Photo of the damage")).to_be_visible()
        touches.photo(line.locator("input[type=file][name^=damaged_photos]"), photo)
    touches.tap(phone.get_by_role("button", name=f"Receive {LINES * 5}"))
    expect(phone).to_have_url(re.compile(f"/purchasing/{order.number}$"))

    assert touches.scans <= SCANS
    assert touches.taps <= TAPS + 2 * MORE_A_DAMAGED_LINE
    with app.app_context():
        place = the(locations.by_name("Depot"))
        counted = [stock.on_hand(part, place) for part in parts]
        assert counted == [Decimal(4 if n in (1, 4) else 5) for n in range(LINES)]
        for found in db.session.scalars(select(Discrepancy)):
            assert len(attachments.of(found.subject)) == 1
