from __future__ import annotations

import pytest
from flask import Flask, url_for

from tests.support.company import a_technician, given, signed_in

PROTECTIVE = {"Content-Security-Policy", "Permissions-Policy", "Referrer-Policy"}


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def test_a_file_is_the_same_for_everybody_and_keeps_no_cookie(app: Flask):
    with given(app):
        tess = a_technician()
    client = signed_in(app, tess)
    with client.session_transaction() as session:
        session.permanent = True

    page, file = client.get("/"), client.get(address(app, "css/base.css"))

    assert "Cookie" in page.headers["Vary"]
    assert "Set-Cookie" in page.headers
    assert file.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in file.headers


@pytest.mark.parametrize(("name", "is_a_document"), [("css/base.css", 0), ("icons/app.svg", 1)])
def test_only_what_can_be_opened_as_a_page_carries_a_pages_policy(
    app: Flask, name: str, is_a_document: int
):
    sent = app.test_client().get(address(app, name)).headers

    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Cross-Origin-Resource-Policy"] == "same-origin"
    assert {name in sent for name in PROTECTIVE} == {bool(is_a_document)}


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_compressed_file_says_its_length_and_need_not_be_sent_twice(app: Flask, coding: str):
    client, wanted = app.test_client(), {"Accept-Encoding": coding}
    sheet = address(app, "css/base.css")

    first = client.get(sheet, headers=wanted)
    again = client.get(sheet, headers={**wanted, "If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Encoding"] == coding
    assert int(first.headers["Content-Length"]) == len(first.data)
    assert again.status_code == 304


def test_the_reader_of_codes_comes_compressed(app: Flask):
    reader = address(app, "vendor/zxing/reader.wasm")

    sent = app.test_client().get(reader, headers={"Accept-Encoding": "br"})
    plain = app.test_client().get(reader, headers={"Accept-Encoding": "identity"})

    assert sent.mimetype == "application/wasm"
    assert sent.headers["Content-Encoding"] == "br"
    assert len(sent.data) < len(plain.data) / 2
