from __future__ import annotations

from flask import Flask

from tests.support.company import (
    a_part,
    a_purchase_order,
    a_technician,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)


def test_a_company_can_be_made(app: Flask):
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        depot, valve = a_warehouse(), a_part("VK4105", "Gas valve", list_price="389")
        in_stock(valve, depot, 8, cost="11.80")
        an_entry(an_order(assigned_to=tess), valve, 4, ready=1)
        a_purchase_order(a_vendor(), (valve, 10, "12.40"), ship_to=depot)

    client = signed_in(app, tess)

    assert client.get("/").status_code == 200
    assert client.get("/more").status_code == 200
    assert client.post("/signout").status_code == 303
