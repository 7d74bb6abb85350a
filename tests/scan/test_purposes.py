from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue import rules
from partsweb.kit import clock
from partsweb.orders.models import OrderState
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
    signed_in,
)
from tests.support.counting import statements


class Company:
    """Tess with a started order that wants a valve, and a fan on its way."""

    def __init__(self) -> None:
        self.depot = a_warehouse()
        self.van = a_van("Van 3")
        self.tess = a_technician("Tess", van=self.van)
        self.cora = a_person("coordinator")
        self.valve, self.fan = a_part("VK4105", "Gas valve", serialized=True), a_part("FAN", "Fan")
        rules.add_barcode(self.valve, "9501101530003")
        self.order = an_order(
            assigned_to=self.tess, state=OrderState.IN_PROGRESS, started_at=clock.now()
        )
        self.entry = an_entry(self.order, self.valve, 1)
        self.paper = a_purchase_order(a_vendor(), (self.fan, 4, "1"), ship_to=self.depot)


@pytest.fixture
def company(app: Flask) -> Company:
    with given(app):
        return Company()


def way(browser: FlaskClient, address: str) -> str:
    """Where the answer leads at once."""
    found = re.search(r'data-way="([^"]*)"', browser.get(address).text)
    return found[1].replace("&amp;", "&") if found else ""


def chosen(browser: FlaskClient, address: str, **headers: str) -> str:
    """For what the page scans."""
    text = browser.get(address, headers=headers).text
    found = re.search(r'name="for" value="([a-z-]+)" checked', text)
    return found[1] if found else ""


def test_a_code_of_what_the_order_waits_for_leads_to_its_form_with_the_serial(
    app: Flask, company: Company
):
    tess = signed_in(app, company.tess)

    led = way(tess, "/scan?for=install&code=010950110153000321SN-42")

    assert led == f"/entries/{company.entry.id}/installation?serials=SN-42"
    assert "SN-42" in tess.get(led).text


def test_of_two_entries_of_a_part_the_one_that_is_ready_is_fitted(app: Flask, company: Company):
    with given(app):
        ready = an_entry(company.order, company.valve, 1, ready=1)

    led = way(signed_in(app, company.tess), "/scan?for=install&code=vk4105")

    assert led == f"/entries/{ready.id}/installation"


def test_what_was_not_requested_is_said_and_can_be_fitted_now(app: Flask, company: Company):
    page = signed_in(app, company.tess).get("/scan?for=install&code=fan").text

    assert "isn’t requested on" in page
    assert f"Fit it now on {company.order.number}" in page
    assert "data-way" not in page


def test_a_code_of_what_is_to_come_leads_to_its_receipt(app: Flask, company: Company):
    cora = signed_in(app, company.cora)
    receipt = f"/purchasing/{company.paper.number}/receipts/new"

    assert way(cora, "/scan?for=receive&code=fan") == f"{receipt}?scan=1"
    assert way(cora, f"/scan?for=receive&code={company.paper.number}") == f"{receipt}?scan=1"


def test_where_two_deliveries_bring_the_part_one_is_asked(app: Flask, company: Company):
    with given(app):
        other = a_purchase_order(a_vendor("Other"), (company.fan, 1, "1"), ship_to=company.depot)

    page = signed_in(app, company.cora).get("/scan?for=receive&code=fan").text

    assert "data-way" not in page
    assert f"Receive on {company.paper.number}" in page
    assert f"Receive on {other.number}" in page


def test_looking_up_leads_nowhere_by_itself(app: Flask, company: Company):
    assert way(signed_in(app, company.tess), "/scan?code=vk4105") == ""


@pytest.mark.parametrize(
    ("page", "purpose"),
    [
        ("/", "look-up"),
        ("/purchasing/{paper}/receipts/new", "receive"),
        ("/orders/{order}", "install"),
        ("/entries/{entry}", "install"),
        ("/orders", "look-up"),
    ],
)
def test_the_page_one_comes_from_implies_what_for(
    app: Flask, company: Company, page: str, purpose: str
):
    names: dict[str, Any] = {
        "paper": company.paper.number,
        "order": company.order.number,
        "entry": company.entry.id,
    }
    came_from = {"HX-Current-URL": "http://localhost" + page.format(**names)}

    assert chosen(signed_in(app, company.tess), "/scan", **came_from) == purpose


def test_who_may_not_install_isnt_offered_it(app: Flask, company: Company):
    with given(app):
        buyer = a_person("purchasing")

    page = signed_in(app, buyer).get(f"/scan?for=install&order={company.order.number}").text

    assert 'value="install"' not in page


def test_a_technician_teaches_a_code_where_it_was_scanned(app: Flask, company: Company):
    tess = signed_in(app, company.tess)
    assert str(company.valve.id) in tess.get("/scan?code=4006381333931").text

    known = {"code": "4006381333931", "part": str(company.valve.id), "quantity": "5"}
    said = tess.post("/scan/lesson", data=known, follow_redirects=True).text

    assert "04006381333931 means VK4105 from now on" in said
    assert "a pack of 5" in said
    with app.app_context():
        assert [one.sku for one in catalogue.search("4006381333931")] == ["VK4105"]


def test_a_code_that_means_something_already_is_not_taught_again(app: Flask, company: Company):
    taught = {"code": "9501101530003", "part": str(company.fan.id)}

    answer = signed_in(app, company.tess).post("/scan/lesson", data=taught, follow_redirects=True)

    assert "9501101530003 means" not in answer.text
    with app.app_context():
        assert [one.sku for one in catalogue.coded("9501101530003")] == ["VK4105"]


def test_the_page_carries_the_days_parts_with_their_codes(app: Flask, company: Company):
    with given(app):
        in_stock(a_part("ELBOW", "Elbow"), company.van, 3)

    page = signed_in(app, company.tess).get("/scan").text

    carried = page.partition('at-hand="')[2].partition('"')[0]
    assert "9501101530003" in carried
    assert f"/entries/{company.entry.id}/installation" in carried
    assert "ELBOW" in carried


def test_many_parts_in_the_van_cost_no_more_questions(app: Flask, company: Company):
    tess = signed_in(app, company.tess)
    tess.get("/scan")
    with statements(app) as few:
        tess.get("/scan")
    with given(app):
        for number in range(8):
            part = a_part(f"P{number}", "Part")
            in_stock(part, company.van, 2)
            a_purchase_order(a_vendor(f"V{number}"), (part, 1, "1"), ship_to=company.depot)

    with statements(app) as many:
        tess.get("/scan")

    assert len(many) == len(few)
