"""A new phone is let in by a code that somebody else shows; decisions ask who it is once more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Approval, Matter
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people import challenges, invitations
from partsweb.people.models import Invitation, Passkey, Person, SignIn
from tests.support.company import a_person, a_technician, an_order, given, signed_in

SECRET = "only for tests"
PASSWORD = "three words of hers"


def a_code(app: Flask, person: Person, *, by: Person) -> str:
    with given(app):
        made = invitations.invite(person, by=by)
    return invitations.code_of(made, secret=SECRET)


def joined(client: FlaskClient, code: str, password: str = PASSWORD) -> int:
    answer = client.post("/join/completion", data={"code": code, "password": password})
    return answer.status_code


def test_who_scans_the_code_sees_name_and_van_and_is_in_with_one_tap(app: Flask):
    with given(app):
        sue, tess = a_person("supervisor"), a_technician("Tess", van="Van 3")
    code = a_code(app, tess, by=sue)
    phone = app.test_client()

    shown = phone.post("/join", data={"code": code}).text
    came_in = joined(phone, code)

    assert "Hello, Tess" in shown
    assert "Van 3" in shown
    assert came_in == 303
    assert phone.get("/account").status_code == 200


def test_a_code_works_once(app: Flask):
    with given(app):
        sue, tess = a_person("supervisor"), a_technician("Tess")
    code = a_code(app, tess, by=sue)
    joined(app.test_client(), code)

    again = app.test_client().post("/join", data={"code": code})

    assert "doesn’t work any more" in again.text or "doesn&#39;t work any more" in again.text
    assert joined(app.test_client(), code) == 422


def test_a_code_works_for_ten_minutes(app: Flask):
    with given(app):
        sue, tess = a_person("supervisor"), a_technician("Tess")
    code = a_code(app, tess, by=sue)

    with clock.set_to(clock.now() + timedelta(minutes=11)):
        assert joined(app.test_client(), code) == 422
    with clock.set_to(clock.now() + timedelta(minutes=9)):
        assert joined(app.test_client(), code) == 303


def test_a_made_up_code_lets_nobody_in(app: Flask):
    with given(app):
        sue, tess = a_person("supervisor"), a_technician("Tess")
    code = a_code(app, tess, by=sue)
    name, _, proof = code.partition(".")

    for wrong in ("", name, f"{name}.", f"{name}.{proof[:-2]}xx", f"x.{proof}", "ä.ä"):
        assert joined(app.test_client(), wrong) == 422, wrong


def test_a_refused_password_leaves_the_code_good(app: Flask):
    with given(app):
        sue, tess = a_person("supervisor"), a_technician("Tess")
    code = a_code(app, tess, by=sue)

    assert joined(app.test_client(), code, "short") == 422
    assert joined(app.test_client(), code) == 303


def test_nobody_gains_rights_by_a_code_that_he_shows(app: Flask):
    with given(app):
        dora, ada = a_person("dispatcher"), a_person("admin")
        tess, both = a_technician("Tess"), a_person("technician", "supervisor")
    client = signed_in(app, dora)

    answers = {
        somebody.login: client.post(f"/people/{somebody.id}/invitations").status_code
        for somebody in (tess, both, ada, dora)
    }

    assert answers == {tess.login: 303, both.login: 422, ada.login: 422, dora.login: 422}


def test_only_who_made_a_code_sees_it_and_its_address_is_in_no_page(app: Flask):
    with given(app):
        sue, sam, tess = a_person("supervisor"), a_person("supervisor"), a_technician("Tess")
    code = a_code(app, tess, by=sue)
    with app.app_context():
        invitation = db.session.query(Invitation).one().id

    own = signed_in(app, sue).get(f"/invitations/{invitation}")
    other = signed_in(app, sam).get(f"/invitations/{invitation}")

    assert (own.status_code, other.status_code) == (200, 404)
    assert "data:image/svg+xml" in own.text
    assert code.partition(".")[2] not in own.text


def test_a_challenge_is_for_one_purpose_once_and_soon(app: Flask):
    with app.app_context():
        made = challenges.new("sign in", secret=SECRET)
        with pytest.raises(Refusal, match="something else"):
            challenges.spend(made, "confirm", secret=SECRET)
        with pytest.raises(Refusal, match="something else"):
            challenges.spend(made, "sign in", secret="another secret")
        late = clock.now() + timedelta(minutes=6)
        with clock.set_to(late), pytest.raises(Refusal, match="too long"):
            challenges.spend(made, "sign in", secret=SECRET)
        challenges.spend(made, "sign in", secret=SECRET)
        with pytest.raises(Refusal, match="used already"):
            challenges.spend(made, "sign in", secret=SECRET)


@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"response": 1}', '{"id": "x"}'])
def test_a_damaged_passkey_answer_is_refused_in_words(app: Flask, answer: str):
    said = app.test_client().post("/signin/passkey", data={"passkey": answer})

    assert said.status_code == 422
    assert "be read. Try again" in said.text


# --- Showing once more who it is -------------------------------------------------------------


def a_question(by: Person) -> Approval:
    about = an_order().subject
    return approvals.ask(about, Matter.WARRANTY, "Warranty: fan", by=by, at=clock.now())


def signed_in_long_ago(app: Flask, person: Person) -> FlaskClient:
    client = signed_in(app, person)
    with app.app_context():
        for one in db.session.query(SignIn):
            one.started_at = clock.now() - timedelta(hours=3)
        db.session.commit()
    return client


def test_who_signed_in_long_ago_confirms_by_password_before_deciding(app: Flask):
    with given(app):
        sue = a_person("supervisor", password=PASSWORD)
        one = a_question(a_technician())
    client = signed_in_long_ago(app, sue)

    before = client.post(f"/approvals/{one.id}", data={"decision": "approved"})
    client.post("/account/confirmation", data={"password": PASSWORD})
    after = client.post(f"/approvals/{one.id}", data={"decision": "approved"})

    assert (before.status_code, after.status_code) == (422, 303)
    assert "Show once more that it is you" in before.text
    with app.app_context():
        assert db.session.get_one(Approval, one.id).confirmed_by == "password"


def test_a_wrong_password_confirms_nothing_and_counts(app: Flask):
    with given(app):
        sue = a_person("supervisor", password=PASSWORD)
    client = signed_in_long_ago(app, sue)

    answers = [
        client.post("/account/confirmation", data={"password": "guessed wrong"}) for _ in range(11)
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert "not your password" in answers[0].text
    assert "Too many wrong passwords" in answers[-1].text


def test_who_has_a_passkey_is_asked_for_it_even_right_after_signing_in(app: Flask):
    with given(app):
        sue = a_person("supervisor")
        one = a_question(a_technician())
        made = {"credential_id": "abc", "public_key": b"x", "sign_count": 0, "name": "Phone"}
        db.session.add(Passkey(person_id=sue.id, added_at=clock.now(), **made))
    client = signed_in(app, sue)

    answer = client.post(f"/approvals/{one.id}", data={"decision": "approved"})

    assert answer.status_code == 422
    assert re.search(r"<passkey-form options=\"/account/confirmation/options", answer.text)
