from __future__ import annotations

import pytest
from flask import Flask

from partsweb.locations import queries
from partsweb.locations.models import Kind
from tests.support.company import (
    a_bin,
    a_part,
    a_person,
    a_technician,
    a_van,
    a_warehouse,
    given,
    in_stock,
    signed_in,
    the,
)


def test_the_list_tells_which_places_there_are_and_who_holds_which_van(app: Flask):
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        a_van("Van 12")
        a_bin("Depot A1", of=a_warehouse("Depot"))

    page = signed_in(app, tess).get("/locations").text.partition("<main")[2]

    assert page.index("Depot") < page.index("Van 3") < page.index("Van 12") < page.index("Bins")
    assert "Tess" in page
    assert "nobody holds it" in page


def test_every_page_names_ones_own_van(app: Flask):
    with given(app):
        tess = a_technician("Tess", van="Van 3")

    assert "<b>Van 3</b>" in signed_in(app, tess).get("/vendors").text


def test_a_place_shows_its_stock_and_what_it_owes_first(app: Flask):
    with given(app):
        tess = a_technician("Tess", van=a_van("Van 3"))
        van = the(queries.van_of(tess))
        in_stock(a_part("A-1", "Fan"), van, 3)
        in_stock(a_part("B-1", "Valve"), van, -1)

    page = signed_in(app, tess).get(f"/locations/{van.id}").text

    assert page.index("Valve") < page.index("Fan")
    assert "−1" in page


def test_a_warehouse_shows_what_lies_in_its_bins(app: Flask):
    with given(app):
        tess, depot = a_technician(), a_warehouse("Depot")
        in_stock(a_part("A-1", "Fan"), a_bin("Depot A1", of=depot), 3)

    page = signed_in(app, tess).get(f"/locations/{depot.id}").text

    assert "Fan" in page
    assert "Depot A1" in page


def test_a_van_is_opened_for_a_technician_and_handed_over(app: Flask):
    with given(app):
        cora, tess, joe = a_person("coordinator"), a_technician("Tess"), a_technician("Joe")
    browser = signed_in(app, cora)

    browser.post("/locations/new", data={"kind": "van", "name": "Van 13", "held_by": str(tess.id)})
    with app.app_context():
        van = the(queries.by_name("Van 13"))
        assert the(queries.van_of(tess)).id == van.id
        assert queries.quarantine_of(van).name == "Van 13 quarantine"
    browser.post(f"/locations/{van.id}/holder", data={"held_by": str(joe.id)})

    with app.app_context():
        assert queries.van_of(tess) is None
        assert the(queries.van_of(joe)).id == van.id


def test_who_holds_a_van_already_gets_no_second_one(app: Flask):
    with given(app):
        cora, tess = a_person("coordinator"), a_technician("Tess", van="Van 3")
        other = a_van("Van 4")

    answer = signed_in(app, cora).post(
        f"/locations/{other.id}/holder", data={"held_by": str(tess.id)}
    )

    assert answer.status_code == 422
    assert "Tess holds Van 3. Take it back first." in answer.text


def test_a_bin_needs_its_warehouse_and_a_name_of_its_own(app: Flask):
    with given(app):
        cora, depot = a_person("coordinator"), a_warehouse("Depot")
    browser = signed_in(app, cora)

    homeless = browser.post("/locations/new", data={"kind": "bin", "name": "A-01"})
    fine = browser.post(
        "/locations/new", data={"kind": "bin", "name": "Depot A-01", "parent": str(depot.id)}
    )
    again = browser.post(
        "/locations/new", data={"kind": "bin", "name": "Depot A-01", "parent": str(depot.id)}
    )

    assert (homeless.status_code, fine.status_code, again.status_code) == (422, 303, 422)
    assert "There is a location called Depot A-01 already." in again.text


@pytest.mark.parametrize("role", ["technician", "dispatcher", "purchasing", "finance"])
def test_only_who_manages_locations_changes_them(app: Flask, role: str):
    with given(app):
        somebody, van = a_person(role), a_van("Van 3")
    browser = signed_in(app, somebody)

    assert browser.get("/locations/new").status_code == 403
    assert browser.post(f"/locations/{van.id}/edit", data={"name": "Mine"}).status_code == 403
    assert browser.get(f"/locations/{van.id}").status_code == 200


def test_a_place_is_renamed_and_taken_out_of_use(app: Flask):
    with given(app):
        cora, van = a_person("coordinator"), a_van("Van 3")

    signed_in(app, cora).post(f"/locations/{van.id}/edit", data={"name": "Old van"})

    with app.app_context():
        found = the(queries.by_name("Old van"))
        assert (found.kind, found.active) == (Kind.VAN, False)
