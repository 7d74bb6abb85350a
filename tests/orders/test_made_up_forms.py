"""Forms that no page of ours made: what they name is there, and yet it can't be."""

from __future__ import annotations

import pytest
from flask import Flask

from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
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


@pytest.mark.parametrize("kind", [Kind.VENDOR, Kind.ADJUSTMENT, Kind.SCRAP])
def test_parts_come_from_a_place_and_go_to_one(app: Flask, kind: Kind):
    with given(app):
        van = a_van("Van 3")
        tess, valve = a_technician("Tess", van=van), a_part("VK4105")
        in_stock(valve, van, 5)
        entry = an_entry(an_order(assigned_to=tess), valve, 2)
        nowhere = locations.single(kind)
    browser, at = signed_in(app, tess), f"/entries/{entry.id}"

    fitted = browser.post(f"{at}/installation", data={"quantity": "1", "source": str(nowhere.id)})
    gone = browser.post(f"{at}/not-used", data={"quantity": "1", "to": str(nowhere.id)})

    assert (fitted.status_code, gone.status_code) == (404, 404)
    with app.app_context():
        assert stock.on_hand(valve, van) == 5
        assert list(audit.differences()) == []


def test_a_unit_of_another_part_is_not_carried_in_its_name(app: Flask):
    with given(app):
        van, depot = a_van("Van 3"), a_van("Van 4")
        tess, dora = a_technician("Tess", van=van), a_person("dispatcher")
        fan, pump = a_part("C7731", serialized=True), a_part("P15", serialized=True)
        in_stock(fan, depot, 1, serials=["F-1"])
        in_stock(pump, depot, 1, serials=["P-1"])
        entry = an_entry(an_order(assigned_to=tess), fan)
        unit = stock.serial(pump, "P-1")
        assert unit is not None

    answer = signed_in(app, dora).post(
        f"/entries/{entry.id}/answer",
        data={
            "act": "move to van",
            "quantity": "1",
            "source": str(depot.id),
            "serial": str(unit.id),
        },
    )

    assert answer.status_code == 422
    assert "Serial P-1 is not one of C7731." in answer.text
    with app.app_context():
        assert stock.on_hand(fan, depot) == stock.on_hand(pump, depot) == 1
        assert list(audit.differences()) == []


def test_a_site_that_is_no_id_leads_to_the_search(app: Flask):
    with given(app):
        dora = a_person("dispatcher")

    answer = signed_in(app, dora).get("/orders/new?site=somewhere")

    assert answer.status_code == 200
