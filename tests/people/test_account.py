from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.extensions import db
from partsweb.people.models import Person
from tests.support.company import a_person, a_technician, given, signed_in

OLD, NEW = "boiler gravel tuesday", "kettle marble friday"


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_account_lists_where_one_is_signed_in_and_which_is_this_one(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    client = signed_in(app, tess)
    signed_in(app, tess)
    signed_in(app, a_stranger(app))

    page = client.get("/account").text

    assert page.count("This one") == 1
    assert len(re.findall(r'action="/account/sign-ins/', page)) == 1


def a_stranger(app: Flask) -> Person:
    with given(app):
        return a_person("finance")


def test_one_browser_is_signed_out_from_another(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    phone, lost = signed_in(app, tess), signed_in(app, tess)
    end = re.search(r'action="(/account/sign-ins/[^"]+)"', phone.get("/account").text)
    assert end is not None

    phone.post(end[1])

    assert is_signed_in(phone)
    assert not is_signed_in(lost)


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom")
    phone, other = signed_in(app, tess), signed_in(app, tom)
    signed_in(app, tess)
    end = re.search(r'action="(/account/sign-ins/[^"]+)"', phone.get("/account").text)
    assert end is not None

    answer = other.post(end[1])

    assert answer.status_code == 404
    assert is_signed_in(phone)


def test_signing_out_everywhere_else_keeps_this_browser(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    phone, *others = (signed_in(app, tess) for _ in range(3))

    phone.post("/account/other-sign-ins/end")

    assert is_signed_in(phone)
    assert not any(is_signed_in(other) for other in others)


def test_a_new_password_signs_out_every_other_browser(app: Flask, client: FlaskClient):
    with given(app):
        tess = a_technician("Tess", login="tess", password=OLD)
    phone, tablet = signed_in(app, tess), signed_in(app, tess)

    answer = phone.post("/account/password", data={"old": OLD, "password": NEW})

    assert answer.location == "/account"
    assert is_signed_in(phone)
    assert not is_signed_in(tablet)
    assert client.post("/signin", data={"login": "tess", "password": OLD}).status_code == 422
    assert client.post("/signin", data={"login": "tess", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("not the old one", NEW, "That is not your password now."),
        (OLD, "short", "at least 10 characters"),
        (OLD, "partsweb-demo-only", "That is the demo&#39;s password."),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_nor_to_a_poor_one(
    app: Flask, old: str, new: str, words: str
):
    with given(app):
        tess = a_technician("Tess", password=OLD)
        before = tess.password_hash
    phone, tablet = signed_in(app, tess), signed_in(app, tess)

    answer = phone.post("/account/password", data={"old": old, "password": new})

    assert answer.status_code == 422
    assert words in answer.text
    assert is_signed_in(tablet)
    with app.app_context():
        assert db.session.get_one(Person, tess.id).password_hash == before
