from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from partsweb import create_app
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.people.models import SignIn, SignInFailure
from tests.support.company import a_person, a_technician, given, signed_in

PASSWORD = "boiler gravel tuesday"


def sign_in(client: FlaskClient, login: str, password: str, **more: str):
    return client.post("/signin", data={"login": login, "password": password, **more})


def wrong_passwords(app: Flask, login: str, times: int, *, address: str = "192.0.2.7") -> None:
    """So many wrong ones a moment ago, as another process would have counted them."""
    with given(app):
        for _ in range(times):
            db.session.add(SignInFailure(login=login, address=address, at=clock.now()))


def test_a_name_and_its_password_lead_to_the_start_page(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)

    answer = sign_in(client, " Tess ", PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("login", "password"), [("tess", "something else"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_words(
    app: Flask, client: FlaskClient, login: str, password: str
):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)

    answer = sign_in(client, login, password)

    assert answer.status_code == 422
    assert "That name and password don&#39;t belong together." in answer.text
    assert f'value="{login}"' in answer.text, "the name needn't be typed again"
    assert password not in answer.text


def test_who_has_left_cannot_sign_in(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD).active = False

    answer = sign_in(client, "tess", PASSWORD)

    assert answer.status_code == 422


def test_after_ten_wrong_passwords_a_name_has_to_wait(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)
    wrong_passwords(app, "tess", 9)

    assert "belong together" in sign_in(client, "TESS", "the tenth wrong one").text
    answer = sign_in(client, "tess", PASSWORD)

    assert answer.status_code == 422
    assert "Too many wrong passwords" in answer.text


def test_after_fifty_wrong_passwords_an_address_has_to_wait(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)
    wrong_passwords(app, "somebody", 50, address="127.0.0.1")

    answer = sign_in(client, "tess", PASSWORD)

    assert "Too many wrong passwords" in answer.text


def test_after_a_quarter_of_an_hour_one_may_try_again(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)
        long_ago = clock.now() - timedelta(minutes=16)
        for _ in range(10):
            db.session.add(SignInFailure(login="tess", address="127.0.0.1", at=long_ago))

    assert "belong together" in sign_in(client, "tess", "wrong again").text
    answer = sign_in(client, "tess", PASSWORD)

    assert answer.status_code == 303


def test_wrong_passwords_that_count_no_more_are_forgotten(app: Flask, client: FlaskClient):
    with given(app):
        long_ago = clock.now() - timedelta(minutes=16)
        db.session.add(SignInFailure(login="tess", address="192.0.2.7", at=long_ago))

    sign_in(client, "nobody", "wrong")

    with app.app_context():
        assert db.session.scalars(select(SignInFailure.login)).all() == ["nobody"]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/orders/SR-000145?tab=timeline", "/orders/SR-000145?tab=timeline"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_one_gets_where_one_wanted_to_go_but_never_off_the_site(
    app: Flask, client: FlaskClient, wanted: str, reached: str
):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)

    answer = sign_in(client, "tess", PASSWORD, next=wanted)

    assert answer.location == reached


def test_where_one_wanted_to_go_survives_a_wrong_password(app: Flask, client: FlaskClient):
    answer = sign_in(client, "tess", "wrong", next="/orders")

    assert 'name="next" value="/orders"' in answer.text


def test_nothing_of_an_earlier_session_goes_along_into_a_sign_in(app: Flask, client: FlaskClient):
    with given(app):
        a_technician("Tess", login="tess", password=PASSWORD)
    with client.session_transaction() as planted:
        planted["_user_id"], planted["planted"] = "chosen by somebody else", "yes"

    answer = sign_in(client, "tess", PASSWORD)

    assert "Expires=" in answer.headers["Set-Cookie"], "it outlives the browser window"
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "chosen by somebody else"


def test_signing_out_ends_the_sign_in_for_every_copy_of_its_cookie(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    client = signed_in(app, tess)
    copied = client.get_cookie("session")
    assert copied is not None

    client.post("/signout")

    thief = app.test_client()
    thief.set_cookie("session", copied.value)
    assert thief.get("/").location == "/signin?next=/"


def test_reading_pages_writes_nothing_but_a_visit_every_ten_minutes(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    client = signed_in(app, tess)
    start = seen_at(app)

    client.get("/")
    assert seen_at(app) == start

    with given(app):
        db.session.scalars(select(SignIn)).one().seen_at = start - timedelta(minutes=11)
    client.get("/")
    assert seen_at(app) > start


def seen_at(app: Flask):
    with app.app_context():
        return db.session.scalars(select(SignIn.seen_at)).one()


def test_a_browser_that_was_away_for_half_a_year_signs_in_again(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    client = signed_in(app, tess)
    with given(app):
        db.session.scalars(select(SignIn)).one().seen_at = clock.now() - timedelta(days=181)

    assert client.get("/").location == "/signin?next=/"


def test_the_sign_in_page_of_the_demo_fills_in_the_names(app: Flask, tmp_path, database_url: str):
    demo = create_app(
        {"DATABASE_URL": database_url, "INSTANCE": str(tmp_path / "demo"), "DEMO": "1"}
    )

    page = demo.test_client().get("/signin?login=dispatcher").text

    assert 'value="dispatcher"' in page
    assert "partsweb-demo-only" in page
    assert "partsweb-demo-only" not in app.test_client().get("/signin").text
    with demo.app_context():
        db.engine.dispose()


def test_the_demos_password_opens_nothing_outside_the_demo(app: Flask, client: FlaskClient):
    with given(app):
        tess = a_person("admin", login="tess")
        from partsweb.people import rules

        rules.set_password(tess, rules.DEMO_PASSWORD, demo=True)

    answer = sign_in(client, "tess", "partsweb-demo-only")

    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_after_signing_in_one_stands_where_one_wanted_to_go_filters_and_all(app: Flask):
    answer = app.test_client().get("/orders?state=New&q=Mill%20%26%20Lane")

    assert answer.status_code == 303
    wanted = parse_qs(urlsplit(answer.location).query)["next"]
    assert wanted == ["/orders?state=New&q=Mill%20%26%20Lane"]


def test_on_a_shared_phone_nothing_of_the_last_one_stays_in_the_cache(app: Flask):
    with given(app):
        tess = a_technician()

    answer = signed_in(app, tess).post("/signout")

    assert answer.headers["Clear-Site-Data"] == '"cache"'
