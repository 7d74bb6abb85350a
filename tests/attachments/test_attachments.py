"""Photos and papers on things, as the people see them who see the things."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partsweb.attachments import queries, rules
from partsweb.attachments.models import Attachment
from partsweb.kit import files
from partsweb.kit.refusal import NotAllowed, NotFound, Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.writing import written
from partsweb.people.models import Person
from tests.support.company import a_person, a_technician, given, signed_in
from tests.support.files import Shed, a_file, a_pdf, a_photo, a_shed

PAPER = a_pdf()


def stored(app: Flask) -> list[str]:
    with app.app_context():
        folder = files.folder("attachments")
        return sorted(path.name for path in folder.rglob("*") if path.is_file())


def status(client: FlaskClient, address: str) -> int:
    with client.get(address) as answer:
        return answer.status_code


def hanging_on(app: Flask, shed: Shed) -> list[Attachment]:
    with app.app_context():
        return list(queries.of(shed.subject))


def test_a_photo_hangs_on_its_thing_and_its_bytes_lie_under_their_hash(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

        attached = rules.attach(shed.subject, a_file(a_photo()), by=tess, purpose="evidence")

    (found,) = hanging_on(app, shed)
    assert (found.id, found.name, found.purpose) == (attached.id, "boiler.jpg", "evidence")
    assert stored(app) == sorted(
        name.split("/")[1] for name in (attached.stored, attached.thumbnail)
    )


def test_the_same_photo_twice_is_kept_once(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

        rules.attach_all(shed.subject, [a_file(a_photo()), a_file(a_photo())], by=tess)

    assert len(hanging_on(app, shed)) == 2
    assert len(stored(app)) == 2  # the photo and its small picture


def test_a_field_that_was_left_empty_brings_nothing(app):
    with given(app):
        tess = a_technician()

        assert rules.attach_all(a_shed(tess).subject, [a_file(b"", name="")], by=tess) == []


def test_whoever_doesn_t_see_the_thing_doesn_t_see_its_photos(app):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom")
        photo = rules.attach(a_shed(tess).subject, a_file(a_photo()), by=tess)

    toms, tesses = signed_in(app, tom), signed_in(app, tess)

    for address in (photo.url, photo.file_url, photo.thumbnail_url):
        assert status(toms, address) == 404
        assert status(app.test_client(), address) == 303
        assert status(tesses, address) == 200
    assert toms.post(f"{photo.url}/removal").status_code == 404


def test_photos_are_sent_so_that_they_can_do_nothing_else(app):
    with given(app):
        tess = a_technician()
        photo = rules.attach(a_shed(tess).subject, a_file(a_photo(), "Übersicht.jpg"), by=tess)

    with signed_in(app, tess).get(photo.file_url) as sent:
        assert sent.data

    assert sent.content_type == "image/jpeg"
    assert sent.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    disposition = sent.headers["Content-Disposition"]
    assert disposition.startswith("inline")
    assert "filename*=UTF-8''%C3%9Cbersicht.jpg" in disposition


def test_a_pdf_is_sent_as_a_download(app):
    with given(app):
        tess = a_technician()
        paper = rules.attach(a_shed(tess).subject, a_file(PAPER, "slip.pdf"), by=tess)
    tesses = signed_in(app, tess)

    with tesses.get(paper.file_url) as sent:
        assert sent.data == PAPER

    assert sent.content_type == "application/pdf"
    assert sent.headers["Content-Disposition"] == "attachment; filename=slip.pdf"
    assert paper.thumbnail_url == ""
    assert tesses.get(f"{paper.url}/thumbnail").status_code == 404
    assert "Open the PDF" in tesses.get(paper.url).text


def test_its_page_says_what_it_is_and_who_added_it(app):
    with given(app):
        tess = a_technician("Tess")
        photo = rules.attach(a_shed(tess).subject, a_file(a_photo()), by=tess)

    shown = signed_in(app, tess).get(photo.url).text

    for words in ("boiler.jpg", "Photo of Shed 3", "Tess", photo.file_url, "Remove boiler.jpg"):
        assert words in shown


def test_whoever_added_a_photo_can_remove_it(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)
        photo = rules.attach(shed.subject, a_file(a_photo()), by=tess)
    tesses = signed_in(app, tess)

    removed = tesses.post(f"{photo.url}/removal")

    assert (removed.status_code, removed.location) == (303, "/")
    assert hanging_on(app, shed) == []
    assert tesses.get(photo.file_url).status_code == 404
    assert len(stored(app)) == 2, "the bytes are kept"


def test_other_technicians_can_t_remove_it_and_the_office_can(app):
    with given(app):
        tess, tom, office = a_technician("Tess"), a_technician("Tom"), a_person("coordinator")
        shed = a_shed(tess)
        photo = rules.attach(shed.subject, a_file(a_photo()), by=tess)

        with pytest.raises(NotAllowed, match="Only Tess or the office can remove it"):
            rules.remove(photo, by=tom)
        rules.remove(photo, by=office)

    assert hanging_on(app, shed) == []


def test_an_attachment_of_nothing_that_exists_isn_t_there(app):
    with given(app):
        tess = a_technician()
        photo = rules.attach(Subject("castle", UUID(int=1)), a_file(a_photo()), by=tess)

        with pytest.raises(NotFound):
            queries.attachment(photo.id, seen_by=tess)


# --- Through a form --------------------------------------------------------------------------


def photograph(app: Flask, person: Person, shed: Shed, *sent: tuple[bytes, str]) -> TestResponse:
    chosen = [(io.BytesIO(content), name) for content, name in sent]
    client = signed_in(app, person)
    return client.post(f"/sheds/{shed.subject.id}/photos", data={"photos": chosen})


def test_files_are_read_before_the_write_begins(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

    answer = photograph(app, tess, shed, (a_photo(), "a.jpg"), (PAPER, "slip.pdf"))

    assert answer.status_code == 303
    assert len(app.extensions["kept before the view"]) == 1
    assert [each.name for each in hanging_on(app, shed)] == ["a.jpg", "slip.pdf"]


def test_one_bad_file_refuses_the_form_and_nothing_is_attached(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

    answer = photograph(app, tess, shed, (a_photo(), "a.jpg"), (b"MZ\x90", "b.jpg"))

    assert answer.status_code == 422
    assert "b.jpg is neither a photo nor a PDF" in answer.text
    assert hanging_on(app, shed) == []


def test_ten_files_at_once_and_not_one_more(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

    refused = photograph(app, tess, shed, *[(a_photo(), f"{n}.jpg") for n in range(11)])
    taken = photograph(app, tess, shed, *[(a_photo(), f"{n}.jpg") for n in range(10)])

    assert refused.status_code == 422
    assert "11 files at once are too many. Send 10 at most, then the rest." in refused.text
    assert taken.status_code == 303
    assert len(hanging_on(app, shed)) == 10


def test_a_write_that_is_refused_leaves_no_row_and_harmless_bytes(app):
    with given(app):
        tess = a_technician()
        shed = a_shed(tess)

    def work() -> None:
        rules.attach(shed.subject, a_file(a_photo()), by=tess)
        raise Refusal("Not today.")

    with app.app_context(), pytest.raises(Refusal):
        written(work)

    assert hanging_on(app, shed) == []
    assert len(stored(app)) == 2
