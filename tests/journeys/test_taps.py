"""How many touches a technician's jobs take, from the start page, with an order started."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import select

from partsweb.catalogue import rules as catalogue
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders.models import Fate, Installation, OrderState, PartEntry
from partsweb.stock import queries as stock
from tests.journeys.conftest import Site
from tests.journeys.phones import PASSWORD, a_phone, sign_in
from tests.journeys.touches import Touches
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    the,
)

_numbers = itertools.count(1)


class Firm:
    """Tess has started an order; valves and a fan lie in her van, more is on its way."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.login, self.office = f"taps{number}", f"depot{number}"
        self.van = a_van(f"Van T{number}")
        tess = a_technician("Tess", login=self.login, password=PASSWORD, van=self.van)
        a_person("coordinator", login=self.office, password=PASSWORD)
        self.valve = a_part(f"VT{number:04d}", "Gas valve")
        self.fan = a_part(f"FT{number:04d}", "Combustion fan", serialized=True)
        self.gtin = with_check_digit(f"095011015{number:04d}")
        catalogue.add_barcode(self.fan, self.gtin)
        in_stock(self.valve, self.van, 5)
        in_stock(self.fan, self.van, 1, serials=["0042-V"])
        self.order = an_order(
            assigned_to=tess, state=OrderState.IN_PROGRESS, started_at=clock.now()
        )
        self.depot = a_warehouse(f"Depot T{number}")
        lines = [(self.valve, 5, "1.00"), (self.fan, 2, "61.20")]
        self.paper = a_purchase_order(a_vendor(f"Vendor T{number}"), *lines, ship_to=self.depot)

    def label(self, serial: str) -> str:
        """What the maker prints on a fan: the trade number and the unit's own."""
        return f"01{self.gtin}21{serial}"


def with_check_digit(digits: str) -> str:
    """A GTIN-14 of thirteen digits (GS1 General Specifications 7.9)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


@pytest.fixture
def firm(site: Site) -> Firm:
    with given(site.app):
        return Firm()


@pytest.fixture
def tess(browser: Browser, site: Site, firm: Firm) -> Iterator[Touches]:
    with a_phone(browser, site.server) as context:
        page = context.new_page()
        sign_in(page, firm.login)
        yield Touches(page)


def test_a_part_is_asked_for_in_four_taps_and_a_scan(tess: Touches, firm: Firm, site: Site):
    tess.tap(link(tess, "Scan"))
    tess.scan(firm.valve.sku)
    tess.tap(link(tess, "Ask for it"))
    tess.tap(tess.phone.get_by_role("button", name=re.compile("^Request")))
    expect(tess.phone.get_by_text("1 × " + firm.valve.sku + " requested")).to_be_visible()

    assert tess.taps <= 4
    assert tess.scans <= 1
    assert asked_for(firm, site.app) == [(firm.valve.sku, Decimal(1))]


def test_a_part_is_asked_for_by_search_in_five_taps_and_four_keys(
    tess: Touches, firm: Firm, site: Site
):
    tess.tap(link(tess, "Continue"))
    tess.tap(link(tess, "Add Part"))
    tess.type(tess.phone.get_by_role("searchbox"), firm.valve.sku[-4:])
    tess.tap(tess.phone.get_by_role("link", name=re.compile(firm.valve.sku)))
    tess.tap(tess.phone.get_by_role("button", name=re.compile("^Request")))
    expect(tess.phone.get_by_text(re.compile("requested"))).to_be_visible()

    assert tess.taps <= 5
    assert tess.keys <= 4
    assert asked_for(firm, site.app) == [(firm.valve.sku, Decimal(1))]


def test_a_part_is_fitted_in_two_taps_and_a_scan(tess: Touches, firm: Firm, site: Site):
    with given(site.app):
        an_entry(firm.order, firm.fan, 1)

    tess.tap(link(tess, "Scan"))
    tess.scan(firm.label("0042-V"))
    tess.tap(button(tess, "Install on"))
    expect(tess.phone.get_by_text(re.compile("installed"))).to_be_visible()

    assert tess.taps <= 2
    assert tess.scans <= 1
    [fitted] = fitted_on(firm, site.app)
    assert fitted == ("0042-V", Fate.NONE, "", firm.van.name)


def test_a_part_that_nobody_asked_for_is_fitted_now(tess: Touches, firm: Firm, site: Site):
    tess.tap(link(tess, "Scan"))
    tess.scan(firm.valve.sku)
    tess.tap(button(tess, "Fit it now on"))
    expect(tess.phone.get_by_text(re.compile("installed"))).to_be_visible()

    assert tess.taps <= 2
    assert tess.scans <= 1
    with site.app.app_context():
        assert stock.on_hand(firm.valve, firm.van) == 4


def test_a_unit_is_swapped_in_three_taps_and_two_scans(tess: Touches, firm: Firm, site: Site):
    tess.tap(link(tess, "Scan"))
    tess.scan(firm.label("0042-V"))
    tess.tap(link(tess, "Swap"))
    expect(tess.phone.get_by_role("dialog")).to_be_visible()
    tess.send(firm.label("OLD-7"))
    expect(tess.phone.get_by_role("dialog")).to_have_count(0)
    tess.tap(button(tess, "Install"))
    expect(tess.phone.get_by_text(re.compile("installed"))).to_be_visible()

    assert tess.taps <= 3
    assert tess.scans <= 2
    [fitted] = fitted_on(firm, site.app)
    assert fitted == ("0042-V", Fate.RETURNED_TO_STOCK, "OLD-7", firm.van.name)


def test_a_part_from_the_van_without_a_label_is_fitted_in_three_taps(tess: Touches, firm: Firm):
    tess.tap(link(tess, "From my van"))
    tess.tap(tess.phone.get_by_role("link", name=re.compile(firm.valve.sku)))
    tess.tap(button(tess, "Install"))
    expect(tess.phone.get_by_text(re.compile("installed"))).to_be_visible()

    assert tess.taps <= 3
    assert tess.keys == 0


def test_a_delivery_with_units_takes_four_taps_a_scan_and_one_more_a_unit(
    browser: Browser, firm: Firm, site: Site
):
    with a_phone(browser, site.server) as context:
        cora = Touches(context.new_page())
        sign_in(cora.phone, firm.office)
        told = cora.phone.locator("[data-told]")

        cora.tap(link(cora, "Scan"))
        cora.scan(firm.paper.number)
        cora.tap(cora.phone.locator("#results").get_by_role("link", name="Receive"))
        expect(
            cora.phone.locator("scan-lines:defined code-field[check]:defined").first
        ).to_be_visible()
        cora.send(firm.label("0042-A"))
        expect(told).to_contain_text(f"{firm.fan.sku}, 0042-A: 1 of 2")
        cora.send("0042-B")
        expect(told).to_contain_text("0042-B: 2 of 2")
        cora.tap(button(cora, "Receive 7"))
        expect(cora.phone.get_by_text("7 received.")).to_be_visible()

        assert cora.taps <= 4
        assert cora.scans <= 1 + 2
    with site.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert stock.on_hand(firm.fan, firm.depot) == 2


def test_what_arrived_is_counted_scan_after_scan_and_what_is_odd_is_said(
    browser: Browser, firm: Firm, site: Site
):
    with a_phone(browser, site.server) as context:
        cora = Touches(context.new_page())
        sign_in(cora.phone, firm.office)
        cora.phone.goto(f"/purchasing/{firm.paper.number}/receipts/new")
        expect(
            cora.phone.locator("scan-lines:defined code-field[check]:defined").first
        ).to_be_visible()
        told, listed = cora.phone.locator("[data-told]"), cora.phone.locator("[check] .codes li")

        said = [
            (firm.valve.sku, f"{firm.valve.sku}: 1 of 5"),
            (firm.valve.sku, f"{firm.valve.sku}: 2 of 5"),
            ("https://example.org/x", "No line here is known by"),
            (firm.gtin, "now its serials"),
            ("0042-V", "0042-V: 1 of 2"),
            ("0042-V", "is in the list already"),
            ("0042-B", "0042-B: 2 of 2"),
        ]
        for code, words in said:
            cora.send(code)
            expect(told).to_contain_text(words)

        expect(listed.filter(has_text="0042-V")).to_contain_text(
            f"the books have it in {firm.van.name}"
        )
        expect(listed.filter(has_text="0042-B")).to_contain_text("new")
        cora.tap(button(cora, "Receive 4"))
        expect(cora.phone.get_by_text("3 received; 1 not received")).to_be_visible()
    with site.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 2
        assert [unit.number for unit in stock.serials_at(firm.fan, firm.depot)] == ["0042-B"]


def link(touches: Touches, name: str) -> Locator:
    return touches.phone.get_by_role("link", name=name, exact=True).first


def button(touches: Touches, name: str) -> Locator:
    return touches.phone.get_by_role("button", name=re.compile(f"^{name}"))


def asked_for(firm: Firm, app: Flask) -> list[tuple[str, Decimal]]:
    """What her order asks for."""
    with app.app_context():
        rows = select(PartEntry).where(PartEntry.order_id == firm.order.id)
        return [(one.part.sku, one.quantity) for one in db.session.scalars(rows)]


def fitted_on(firm: Firm, app: Flask) -> list[tuple[str, Fate, str, str]]:
    """Unit, the original's fate and serial, and from where."""
    with app.app_context():
        rows = select(Installation).join(PartEntry).where(PartEntry.order_id == firm.order.id)
        return [
            (the(one.serial).number, one.fate, one.original_serial, one.source.name)
            for one in db.session.scalars(rows)
        ]
