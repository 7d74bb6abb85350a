"""What no person types: refused in words, never an error of ours, on either database."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.kit.safety import own_path
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_van,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize(
    "address",
    [
        "/orders/%00",
        "/scan?code=%00",
        "/serials?q=" + "a" * 60_000,
        "/orders/new?q=" + "a+" * 3000,
    ],
)
def test_an_address_that_is_no_text_or_has_no_end_is_refused(app: Flask, address: str):
    with given(app):
        boss = a_person("supervisor")

    answer = signed_in(app, boss).get(address)

    assert answer.status_code == 400
    assert "This address can&#39;t be read" in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/orders?on=9999-12-31", 200), ("/orders?on=0001-01-01", 200), (f"/movements/{2**63}", 404)],
)
def test_a_day_or_number_beyond_the_last_is_simply_not_there(app: Flask, address: str, status: int):
    with given(app):
        boss = a_person("supervisor")

    assert signed_in(app, boss).get(address).status_code == status


def test_a_name_that_is_no_text_signs_nobody_in(client: FlaskClient):
    answer = client.post("/signin", data={"login": "te\0ss", "password": "boiler"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"text": "fit\0ted"}, 422),
        ({"text": "Fitted.", "why": "x" * 1001}, 422),
        ({"text": "Fitted.", "device_number": "9" * 15}, 303),
        ({"text": "Fitted.", "occurred_at": "0001-01-01T00:00:00+14:00"}, 303),
    ],
)
def test_what_a_broken_phone_sends_is_kept_or_refused_in_words(
    app: Flask, sent: dict[str, str], status: int
):
    with given(app):
        tess = a_technician()
        order = an_order(assigned_to=tess)
    browser = signed_in(app, tess)

    answer = browser.post(f"/orders/{order.number}/notes/new", data=sent)

    assert answer.status_code == status
    assert browser.get(f"/orders/{order.number}/timeline").status_code == 200


@pytest.mark.parametrize("quantity", ["999999999999", "99999999999"])
def test_a_barcode_in_the_field_for_the_quantity_changes_nothing(app: Flask, quantity: str):
    with given(app):
        van, valve = a_van("Van 3"), a_part("VK4105")
        tess = a_technician("Tess", van=van)
        in_stock(valve, van, 5, cost="389")
        entry = an_entry(an_order(assigned_to=tess), valve, 2)

    answer = signed_in(app, tess).post(
        f"/entries/{entry.id}/installation", data={"quantity": quantity, "source": str(van.id)}
    )

    assert answer.status_code == 422
    with app.app_context():
        assert stock.on_hand(valve, van) == 5
        assert list(audit.differences()) == []


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "/\t\\evil.example", "/\t/evil.example", "/a\nb"],
)
def test_nobody_is_led_to_another_site(wanted: str):
    assert own_path(wanted, "/") == "/"


def test_a_way_back_over_two_lines_is_not_followed(app: Flask):
    with given(app):
        tess = a_technician()
        order = an_order(assigned_to=tess)

    answer = signed_in(app, tess).post(
        f"/follow-ups/order/{order.id}/new",
        data={"title": "Call her", "next": "/a\nSet-Cookie: a=b"},
        headers=PARTIAL,
    )

    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/orders/{order.number}"
