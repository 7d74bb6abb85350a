"""The whole journey in a firm of four, asked for by the vendor's reference."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from partsweb.orders.models import OrderState
from tests.journeys.conftest import PASSWORD, PhoneOf
from tests.journeys.journey import Wanted, from_request_to_installed, the_books_agree
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_technician,
    a_vendor,
    a_warehouse,
    an_order,
    given,
)


def test_two_fans_from_request_to_installed(app: Flask, phone_of: PhoneOf, tmp_path: Path):
    with given(app):
        tess = a_technician("Tess", van="Van 3", login="tess", password=PASSWORD)
        for role in ("dispatcher", "coordinator", "purchasing"):
            a_person(role, login=role, password=PASSWORD)
        a_warehouse("Depot")
        fan = a_part("C7731", "Combustion fan", serialized=True)
        a_price(fan, a_vendor("Northgas"), "61.20", number="NG-4711")
        number = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS).number
    wanted = Wanted("C7731", "Combustion fan", search="4711", order=number, depot="Depot")

    from_request_to_installed(wanted, phone_of, tmp_path)

    the_books_agree(app, wanted)
