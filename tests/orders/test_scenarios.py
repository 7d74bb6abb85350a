"""Scenario 9, through the pages: 10 on hand, 2 logged, sent three times; and by a colleague too."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.kit import clock
from partsweb.orders.models import Order
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_van,
    an_order,
    given,
    in_stock,
    signed_in,
)

PASSWORD = "a password for tests"
YESTERDAY = f"{clock.now() - timedelta(days=1):%Y-%m-%d}"


class Firm:
    """Tess with ten valves in Van 3 and an order, Theo with ten in Van 7, and a dispatcher."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with given(app):
            self.van, self.other_van = a_van("Van 3"), a_van("Van 7")
            self.tess = a_technician("Tess", van=self.van, login="tess", password=PASSWORD)
            self.theo = a_technician("Theo", van=self.other_van)
            self.dora = a_person("dispatcher")
            self.valve = a_part("VK4105", "Gas valve")
            in_stock(self.valve, self.van, 10)
            in_stock(self.valve, self.other_van, 10)
            self.order: Order = an_order(assigned_to=self.tess)

    def log(self, browser: FlaskClient, **fields: str) -> str:
        """Log two valves on the order; what the browser then shows."""
        url = f"/orders/{self.order.number}/installations/new?part={self.valve.id}"
        sent = {"part": str(self.valve.id), "quantity": "2", **fields}
        return browser.post(url, data=sent, follow_redirects=True).text

    def timeline(self, browser: FlaskClient) -> str:
        """The order's story."""
        return browser.get(f"/orders/{self.order.number}/timeline").text


@pytest.fixture
def firm(app: Flask) -> Firm:
    return Firm(app)


def test_sent_three_times_also_after_a_new_sign_in_and_from_a_second_tab(firm: Firm):
    operation = {
        "operation_id": str(uuid4()),
        "occurred_at": f"{YESTERDAY}T10:12:00+00:00",
        "source": str(firm.van.id),
    }
    phone = firm.app.test_client()
    _sign_in(phone)

    firm.log(phone, **operation)
    second_tab = firm.log(phone, **operation)  # tabs share one sign-in
    phone.post("/signout")
    signed_out = phone.get("/").status_code
    _sign_in(phone)
    after_a_new_sign_in = firm.log(phone, **operation)

    assert signed_out == 303
    for shown in (second_tab, after_a_new_sign_in):
        assert "2 × VK4105 installed." in shown
    assert "<b>8</b>" in phone.get(f"/locations/{firm.van.id}").text
    assert firm.timeline(phone).count("Installed 2 × Gas valve") == 1


@pytest.mark.parametrize(("minute", "flagged"), [("10:27", True), ("10:28", False)])
def test_a_colleague_logging_the_same_within_15_minutes_is_applied_and_flagged(
    firm: Firm, minute: str, flagged: bool
):
    first = {"source": str(firm.van.id), "occurred_at": f"{YESTERDAY}T10:12:00+00:00"}
    firm.log(signed_in(firm.app, firm.tess), **first)
    dora, theo = signed_in(firm.app, firm.dora), signed_in(firm.app, firm.theo)
    dora.post(f"/orders/{firm.order.number}/plan", data={"technician": firm.theo.id})

    second = {
        "source": str(firm.other_van.id),
        "occurred_at": f"{YESTERDAY}T{minute}:00+00:00",
    }
    shown = firm.log(theo, **second)

    assert "2 × VK4105 installed." in shown
    assert "<b>8</b>" in theo.get(f"/locations/{firm.other_van.id}").text
    assert ("marked as a possible duplicate" in shown) is flagged
    said = "Possible duplicate: Theo and Tess both logged 2 × Gas valve VK4105"
    assert (said in firm.timeline(dora)) is flagged
    assert (said in dora.get("/").text) is flagged


def _sign_in(browser: FlaskClient) -> None:
    browser.post("/signin", data={"login": "tess", "password": PASSWORD})
