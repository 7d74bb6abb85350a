from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.locations import queries as locations
from partsweb.people.models import Person
from tests.support.company import a_person, a_technician, a_van, given, signed_in

PASSWORD = "boiler gravel tuesday"


@pytest.fixture
def naomi(app: Flask) -> Person:
    with given(app):
        return a_person("admin", name="Naomi Pryce", login="naomi")


@pytest.fixture
def admin(app: Flask, naomi: Person) -> FlaskClient:
    return signed_in(app, naomi)


def person_called(login: str) -> Person:
    return db.session.scalars(select(Person).where(Person.login == login)).one()


def form_of(person: Person, **changed: Any) -> dict[str, Any]:
    """What the person's page sends; None leaves a field out."""
    fields = {"name": person.name, "phone": person.phone, "active": "1"}
    fields |= {f"role-{role}": "1" for role in person.roles}
    return {name: value for name, value in (fields | changed).items() if value is not None}


def test_an_admin_adds_somebody_who_can_sign_in_at_once(
    app: Flask, admin: FlaskClient, client: FlaskClient
):
    added = {"name": "Huw Prosser", "login": "Huw", "password": PASSWORD}
    roles = {"role-technician": "1", "role-supervisor": "1"}

    answer = admin.post("/admin/people/new", data=added | roles)

    assert answer.status_code == 303
    assert "Huw Prosser can sign in as huw." in admin.get(answer.location).text
    assert client.post("/signin", data={"login": "huw", "password": PASSWORD}).status_code == 303
    with app.app_context():
        assert person_called("huw").roles == {"technician", "supervisor"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"role-technician": None}, "Choose at least one role."),
        ({"login": "naomi"}, "The sign-in name naomi is taken."),
        ({"name": " "}, "A person needs a name"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "partsweb-demo-only"}, "That is the demo&#39;s password."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    app: Flask, admin: FlaskClient, wrong: dict[str, Any], words: str
):
    typed = {"name": "Huw Prosser", "login": "huw", "phone": "01632 960123", "password": PASSWORD}
    sent = typed | {"role-technician": "1"} | wrong

    answer = admin.post("/admin/people/new", data={k: v for k, v in sent.items() if v is not None})

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="01632 960123"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(Person.login)).all() == ["naomi"]


def test_roles_are_given_and_taken(app: Flask, admin: FlaskClient):
    with given(app):
        tess = a_technician("Tess", login="tess")

    admin.post(
        f"/admin/people/{tess.id}",
        data=form_of(tess, **{"role-technician": None, "role-finance": "1"}),
    )

    with app.app_context():
        assert person_called("tess").roles == {"finance"}


def test_who_may_not_sign_in_any_more_is_signed_out_at_once(app: Flask, admin: FlaskClient):
    with given(app):
        tess = a_technician("Tess")
    phone = signed_in(app, tess)

    admin.post(f"/admin/people/{tess.id}", data=form_of(tess, active=None))

    assert phone.get("/").status_code == 303


@pytest.mark.parametrize("lost", [{"active": None}, {"role-admin": None, "role-finance": "1"}])
def test_an_admin_can_not_lock_himself_out(
    app: Flask, naomi: Person, admin: FlaskClient, lost: dict[str, Any]
):
    answer = admin.post(f"/admin/people/{naomi.id}", data=form_of(naomi, **lost))

    assert answer.status_code == 422
    assert "You can&#39;t take your own access away." in answer.text
    assert admin.get("/admin").status_code == 200


def test_a_forgotten_password_is_given_anew(app: Flask, admin: FlaskClient, client: FlaskClient):
    with given(app):
        tess = a_technician("Tess", login="tess")
    phone = signed_in(app, tess)

    admin.post(f"/admin/people/{tess.id}/password", data={"password": PASSWORD})

    assert phone.get("/").status_code == 303, "whoever had the phone is signed out"
    assert client.post("/signin", data={"login": "tess", "password": PASSWORD}).status_code == 303


def test_a_lost_phone_is_signed_out_by_an_admin(app: Flask, admin: FlaskClient):
    with given(app):
        tess = a_technician("Tess")
    phone = signed_in(app, tess)

    answer = admin.post(f"/admin/people/{tess.id}/sign-ins/end")

    assert "Nowhere at the moment." in admin.get(answer.location).text
    assert phone.get("/").status_code == 303


def test_people_are_found_by_name_sign_in_name_and_role(app: Flask, admin: FlaskClient):
    with given(app):
        a_technician("Tomasz Zieliński", login="tz")
        a_person("finance", name="Ingrid Solberg", login="ingrid")

    for words in ("tomasz", "TZ", "technician", "tomasz tech"):
        page = admin.get(f"/admin?q={words}").text
        assert "Tomasz" in page, words
        assert "Ingrid" not in page, words

    assert "Nobody found" in admin.get("/admin?q=nobody").text


def test_results_come_as_a_fragment_while_typing(admin: FlaskClient):
    asked = {"HX-Request": "true", "HX-Request-Type": "partial"}

    answer = admin.get("/admin?q=naomi", headers=asked)

    assert answer.text.lstrip().startswith('<div id="results">')
    assert "Naomi Pryce" in answer.text


def test_a_technician_changes_vans_and_the_other_one_is_free(app: Flask, admin: FlaskClient):
    with given(app):
        old, new = a_van("Van 3"), a_van("Van 4")
        tess, tom = a_technician("Tess", van=old), a_technician("Tom", van=new)
    page = f"/admin/people/{tess.id}"
    assert "Van 4, held by Tom" in admin.get(f"{page}/van").text

    answer = admin.post(f"{page}/van", data={"van": str(new.id)})

    assert answer.location == page
    with app.app_context():
        assert van_of(tess) == "Van 4"
        assert van_of(tom) is None


def test_a_van_is_taken_back(app: Flask, admin: FlaskClient):
    with given(app):
        tess = a_technician("Tess", van="Van 3")

    admin.post(f"/admin/people/{tess.id}/van", data={"van": ""})

    with app.app_context():
        assert van_of(tess) is None
    assert "None yet" in admin.get(f"/admin/people/{tess.id}").text


def van_of(person: Person) -> str | None:
    held = locations.van_of(person)
    return held.name if held else None
