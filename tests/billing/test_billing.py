"""What is billed, what is held and why, and what changes afterwards."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image

from partsweb.billing import queries
from partsweb.billing.models import BilledLine
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders.models import PartEntry, WorkNote
from partsweb.people.models import Person
from tests.support.billing import Firm
from tests.support.company import a_site, an_entry, an_order, given, signed_in
from tests.support.counting import statements


@pytest.fixture
def firm(app: Flask) -> Firm:
    return Firm(app)


def put_on(firm: Firm, invoice: str, *, only: str = "", **more: str) -> str:
    """Fay marks what she sees as billed, or only the lines whose key begins so."""
    address = f"/billing/{firm.order.number}"
    shown = signed_in(firm.app, firm.fay).get(address).text
    keys = [
        key for key in re.findall(r'name="line" value="([^"]+)"', shown) if key.startswith(only)
    ]
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', shown))
    sent = {"invoice": invoice, "line": keys, **seen, **more}
    return firm.do(firm.fay, address, **sent)


def a_photo() -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG")
    file.seek(0)
    return file, "plate.jpg"


def test_what_is_installed_and_worked_is_billed_and_no_more(firm: Firm):
    firm.work("2:15")
    firm.fit(quantity=2)
    with given(firm.app):
        an_entry(firm.order, firm.fan, 3)

    bill = firm.bill

    assert "Ready to bill 958.00" in bill
    assert "Labour 2:15 h at 80.00 180.00" in bill
    assert "Fan C7731 2 × 389.00 778.00" in bill
    assert "not installed yet" in bill


def test_billed_once_however_often_it_is_sent(firm: Firm):
    firm.work("60")
    firm.fit()
    operation = str(uuid4())

    first = put_on(firm, "R-1", operation_id=operation)
    lines = {"line": "labour", "seen-labour": "80", "invoice": "R-1"}
    again = firm.do(firm.fay, f"/billing/{firm.order.number}", **lines)

    assert "2 lines of" in first
    assert "Nothing of" in again
    assert "is ready to bill: it went out already" in again
    assert "Billed so far 469.00" in firm.bill
    assert "Billed" in firm.see(firm.tess, f"/orders/{firm.order.number}")


def test_chosen_lines_go_out_and_the_others_stay(firm: Firm):
    firm.work("60")
    firm.fit()

    put_on(firm, "R-1", only="labour")

    assert "Ready to bill 389.00" in firm.bill
    assert "Billed on R-1 80.00" in firm.bill


def test_what_changed_since_it_was_seen_is_not_billed_unseen(firm: Firm):
    firm.work("60")
    address = f"/billing/{firm.order.number}"
    fields = {"line": "labour", "seen-labour": "80", "invoice": "R-1"}
    firm.work("30")

    said = firm.do(firm.fay, address, **fields)

    assert "The bill has changed since you saw it" in said
    assert "Ready to bill 120.00" in firm.bill


def test_taken_back_after_the_invoice_the_difference_is_a_line_of_its_own(firm: Firm):
    entry = firm.fit(quantity=2)
    put_on(firm, "R-1")
    shown = signed_in(firm.app, firm.tess).get(entry).text
    [one] = set(re.findall(r"/installations/[0-9a-f-]{36}", shown))

    firm.do(firm.tess, f"{one}/reversal", why="Wrong boiler")

    assert "Ready to bill −778.00" in firm.bill
    assert "changed since it was billed" in firm.bill
    put_on(firm, "R-2")
    assert "Billed so far 0.00" in firm.bill
    assert "Nothing is ready to bill" in firm.bill


def test_a_warranty_granted_after_the_invoice_comes_off_the_next_one(firm: Firm):
    entry = firm.fit()
    put_on(firm, "R-1")
    firm.do(firm.tess, f"{entry}/warranty", reason="Bearing")
    asked = firm.bill

    firm.decide("approved in part", "Half is wear", "194.50")

    assert "Ready to bill 0.00" in asked
    assert "Ready to bill −194.50" in firm.bill
    assert firm.order.number in firm.see(firm.fay, "/billing")


def test_an_invoice_that_was_a_mistake_is_taken_off_again(firm: Firm):
    firm.fit()
    put_on(firm, "R-1")

    firm.do(firm.fay, f"/billing/{firm.order.number}/reversal", invoice="R-1")
    twice = firm.do(firm.fay, f"/billing/{firm.order.number}/reversal", invoice="R-1")

    assert "stands on R-1 any more" in twice
    assert "Ready to bill 389.00" in firm.bill
    with firm.app.app_context():
        amounts = [line.amount for line in db.session.query(BilledLine)]
        assert sorted(amounts) == [Decimal(-389), Decimal(389)]


def test_an_invoice_is_one_customers(firm: Firm):
    firm.fit()
    put_on(firm, "R-1")
    with given(firm.app):
        firm.order = an_order(assigned_to=firm.tess)
    firm.fit()

    said = put_on(firm, "R-1")

    assert "R-1 went to Mrs Okafor" in said
    assert "Ready to bill 389.00" in firm.bill


def test_a_compliance_part_waits_for_its_photo(firm: Firm):
    with given(firm.app):
        valve = firm.a_part("VK4105", "Gas valve", list_price="120", compliance=True)
    entry = firm.fit(valve)
    before = firm.bill

    signed_in(firm.app, firm.tess).post(f"{entry}/photos", data={"photos": a_photo()})

    assert "Held, not in it 120.00" in before
    assert "photo or certificate missing" in before
    assert "Ready to bill 120.00" in firm.bill


def test_what_came_back_unused_costs_the_restocking_fee(firm: Firm):
    with given(firm.app):
        entry = an_entry(firm.order, firm.fan, 1, not_used=1)
        entry.restocking_fee = Decimal("12.50")

    assert "Ready to bill 12.50" in firm.bill
    put_on(firm, "R-1")
    assert "Nothing is ready to bill" in firm.bill


def test_without_a_price_of_an_hour_labour_is_held(app: Flask):
    firm = Firm(app, rate="0")
    firm.work("60")

    assert "no price of an hour is set" in firm.bill
    assert "Nothing is ready to bill" in firm.bill


def test_whoever_closes_the_order_is_told_what_is_held(firm: Firm):
    firm.fit(warranty="1", notes="Bearing")

    shown = firm.see(firm.tess, f"/orders/{firm.order.number}/state")

    assert "Still held from its bill: 1 Fan C7731 1 EA · warranty undecided" in shown


def test_the_list_is_narrowed_and_added_up(firm: Firm):
    firm.work("60")
    firm.fit(warranty="1", notes="Bearing")
    with given(firm.app):
        other = an_order("Leak", assigned_to=firm.tess)
        fan: PartEntry = an_entry(other, firm.fan, 2)
    firm.do(firm.tess, f"/entries/{fan.id}/installation", quantity=2, source=firm.van.id)

    ready = firm.see(firm.fay, "/billing")
    held = firm.see(firm.fay, "/billing?show=held")
    found = firm.see(firm.fay, f"/billing?q={other.number}")
    never = firm.see(firm.fay, "/billing?until=2020-01-01")

    assert "Orders 2" in ready
    assert "Held 389.00 Orders 1" in held
    assert other.number not in held
    assert firm.order.number not in found
    assert "Nothing fits these filters" in never


def test_the_list_as_a_file_says_each_line(firm: Firm):
    firm.work("60")
    firm.fit()

    lines = signed_in(firm.app, firm.fay).get("/billing/lines.csv").text.splitlines()

    assert len(lines) == 3
    assert f"{firm.order.number}," in lines[1]
    assert ",ready to bill,part,C7731,Fan,1,EA,389,0.00,389.00,," in lines[2]


def test_the_list_asks_no_more_for_many_orders_than_for_few(firm: Firm):
    def with_a_fan(many: int) -> int:
        for _ in range(many):
            order = an_order(assigned_to=firm.tess)
            an_entry(order, firm.fan, 1, installed=1).cost = Decimal(389)
        db.session.commit()
        browser = signed_in(firm.app, firm.fay)
        with statements(firm.app) as sent:
            shown = browser.get("/billing")
        assert f"<dd>{389 * db.session.query(PartEntry).count():,}.00</dd>" in shown.text
        return len(sent)

    with given(firm.app):
        few = with_a_fan(2)
    with given(firm.app):
        many = with_a_fan(12)

    assert many <= few <= 15


def test_evidence_of_many_orders_is_looked_for_at_once(firm: Firm):
    def with_a_sensor(orders: int) -> tuple[int, Decimal]:
        """How much the bills ask, and what they hold."""
        for _ in range(orders):
            order = an_order(assigned_to=firm.tess)
            an_entry(order, sensor, 1, installed=1, waiting=0, cost=Decimal(20))
        db.session.commit()
        db.session.expunge_all()
        with statements(firm.app) as sent:
            held = queries.standing().held
        return len(sent), held

    with given(firm.app):
        sensor = firm.a_part("S-1", "Flame sensor", compliance=True)
        few, held_of_few = with_a_sensor(2)
        sensor = db.session.get_one(Part, sensor.id)
        firm.tess = db.session.get_one(Person, firm.tess.id)
        many, held_of_many = with_a_sensor(6)

    assert many == few
    assert (held_of_few, held_of_many) == (40, 160)


def test_finance_begins_with_how_many_orders_are_to_be_billed_where_drafting_all_takes_too_long(
    firm: Firm,
):
    with given(firm.app):
        site = a_site("Abbey School")
        for _ in range(queries.AT_A_GLANCE + 1):
            order = an_order(assigned_to=firm.tess, site=site)
            db.session.add(
                WorkNote(
                    order=order, text="Serviced", minutes=60, by=firm.tess, occurred_at=clock.now()
                )
            )

    begin = firm.see(firm.fay, "/")
    listed = firm.see(firm.fay, "/billing")

    assert "Not billed yet" in begin
    assert "301 orders" in begin
    assert "24,080.00" not in begin
    assert "Ready to bill 24,080.00" in listed
    with firm.app.app_context():
        assert queries.standing(at_most=301).ready == 24_080


@pytest.mark.parametrize("role", ["tess"])
def test_what_an_order_comes_to_is_the_offices_affair(firm: Firm, role: str):
    firm.work("60")
    firm.fit()
    browser = signed_in(firm.app, getattr(firm, role))

    assert browser.get("/billing").status_code == 403
    assert browser.get(f"/billing/{firm.order.number}").status_code == 403
    assert "469.00" not in browser.get(f"/orders/{firm.order.number}/details").text
