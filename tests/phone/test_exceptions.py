"""What a phone sent later and couldn't be applied is kept whole, and safe for whoever opens it."""

from __future__ import annotations

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.phone.models import OperationException
from tests.support.company import a_person, a_technician, an_order, given, signed_in

LATER = {"HX-Request": "true", "HX-Request-Type": "partial", "Replayed": "true"}


@pytest.mark.parametrize(
    ("said", "led_to"),
    [
        ("/orders/SR-000145/notes/new", "/orders/SR-000145/notes/new"),
        ("https://elsewhere.example/", ""),
        ("//elsewhere.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_the_coordinator_is_led_only_to_pages_of_ours(app: Flask, said: str, led_to: str):
    with given(app):
        tess, cora = a_technician("Tess"), a_person("coordinator")
        order = an_order(assigned_to=tess)

    answer = signed_in(app, tess).post(
        f"/orders/{order.number}/notes/new", data={"text": "", "_page": said}, headers=LATER
    )

    assert answer.headers["Operation-Outcome"] == "refused"
    with app.app_context():
        [kept] = db.session.scalars(db.select(OperationException)).all()
        assert kept.page == led_to
    shown = signed_in(app, cora).get(f"/exceptions/{kept.id}").text
    assert ("Where it was entered" in shown) == bool(led_to)
    assert "elsewhere.example" not in shown
