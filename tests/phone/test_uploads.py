"""Photos come before the write that names them: their sender's alone, and swept after a while."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from uuid import uuid4

from flask import Flask
from PIL import Image
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit import clock, files
from partsweb.kit.operation import RefusedNumber
from partsweb.orders.models import WorkNote
from partsweb.phone import uploads
from partsweb.phone.models import Upload
from tests.support.company import a_technician, an_order, given, signed_in

LATER = {"HX-Request": "true", "HX-Request-Type": "partial", "Replayed": "true"}
BYTES = LATER | {"Content-Type": "application/octet-stream"}


def a_photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "#8a5").save(content, "JPEG")
    return content.getvalue()


def note_with(digest: str) -> dict[str, str]:
    named = json.dumps(["photos", "plate.jpg", "image/jpeg", digest])
    return {"text": "Drained, refilled", "_file": named}


def test_a_photo_that_came_before_hangs_on_the_note_that_names_it(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone, photo = signed_in(app, tess), a_photo()

    said = phone.post("/phone/files", data=photo, headers=BYTES).get_json()
    phone.post("/phone/files", data=photo, headers=BYTES)  # its answer was lost
    answer = phone.post(
        f"/orders/{order.number}/notes/new", data=note_with(said["hash"]), headers=LATER
    )

    assert said == {"hash": hashlib.sha256(photo).hexdigest(), "size": len(photo)}
    assert answer.status_code == 200
    with app.app_context():
        [hung] = db.session.scalars(select(Attachment)).all()
        assert (hung.name, hung.received_hash) == ("plate.jpg", said["hash"])


def test_a_photo_is_read_when_it_comes_and_the_write_that_names_it_finds_it_read(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone = signed_in(app, tess)
    with app.app_context():
        folder = files.folder("attachments")

    said = phone.post("/phone/files", data=a_photo(), headers=BYTES).get_json()
    [read] = folder.rglob("*.jpg")
    phone.post(f"/orders/{order.number}/notes/new", data=note_with(said["hash"]), headers=LATER)

    with app.app_context():
        [hung] = db.session.scalars(select(Attachment)).all()
        assert folder / hung.stored == read
        assert (folder / hung.thumbnail).exists()
        assert hung.name == "plate.jpg"


def test_a_photo_that_was_read_but_lies_there_no_more_is_read_anew(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone = signed_in(app, tess)
    said = phone.post("/phone/files", data=a_photo(), headers=BYTES).get_json()
    with app.app_context():
        folder = files.folder("attachments")
    [read] = folder.rglob("*.jpg")
    read.unlink()

    phone.post(f"/orders/{order.number}/notes/new", data=note_with(said["hash"]), headers=LATER)

    assert read.exists()


def test_what_is_no_photo_is_taken_and_the_write_that_names_it_says_so(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone = signed_in(app, tess)

    came = phone.post("/phone/files", data=b"no photo", headers=BYTES)
    answer = phone.post(
        f"/orders/{order.number}/notes/new", data=note_with(came.get_json()["hash"]), headers=LATER
    )

    assert came.status_code == 200
    assert answer.headers["Operation-Outcome"] == "refused"
    assert "plate.jpg is neither a photo nor a PDF" in answer.text


def test_where_nobody_stands_before_the_form_the_word_that_it_is_kept_is_enough(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone, headers = signed_in(app, tess), LATER | {"Prefer": "return=minimal"}
    note = {"text": "Drained", "operation_id": str(uuid4())}

    first, again = (
        phone.post(f"/orders/{order.number}/notes/new", data=note, headers=headers)
        for _ in range(2)
    )
    refused = phone.post(f"/orders/{order.number}/notes/new", data={"text": ""}, headers=headers)

    for answer in (first, again):
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Operation"] == note["operation_id"]
        assert answer.headers["Person"] == str(tess.id)
    assert refused.status_code == 422
    assert "Say what was done" in refused.text
    with app.app_context():
        assert [one.text for one in db.session.scalars(select(WorkNote))] == ["Drained"]


def test_a_write_names_no_more_files_than_a_delivery_has(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone, photo = signed_in(app, tess), a_photo()
    said = phone.post("/phone/files", data=photo, headers=BYTES).get_json()
    many = note_with(said["hash"]) | {
        "_file": [note_with(said["hash"])["_file"]] * (uploads.MOST_NAMED + 1)
    }

    answer = phone.post(f"/orders/{order.number}/notes/new", data=many, headers=LATER)

    assert answer.status_code == 413
    assert "Operation" not in answer.headers


def test_a_withdrawn_number_that_is_none_is_passed_over(app: Flask):
    with given(app):
        tess = a_technician("Tess")

    answer = signed_in(app, tess).post(
        "/phone/withdrawals", data={"number": ["²", "7", "x"], "device_id": "phone"}
    )

    assert answer.status_code == 303
    with app.app_context():
        assert [one.number for one in db.session.scalars(select(RefusedNumber))] == [7]


def test_nobody_names_what_somebody_else_sent(app: Flask):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom", van="Van 4")
        order = an_order(assigned_to=tom)
    said = signed_in(app, tess).post("/phone/files", data=a_photo(), headers=BYTES).get_json()

    toms = signed_in(app, tom)
    answer = toms.post(
        f"/orders/{order.number}/notes/new", data=note_with(said["hash"]), headers=LATER
    )

    assert answer.status_code == uploads.MISSING
    assert "Operation" not in answer.headers  # no answer to the write: it stays on the phone
    assert toms.get(f"/phone/files/{said['hash']}").status_code == 404


def test_what_nobody_named_for_long_is_swept(app: Flask):
    with given(app):
        tess = a_technician("Tess")
    phone = signed_in(app, tess)
    said = phone.post("/phone/files", data=a_photo(), headers=BYTES).get_json()
    with given(app):
        uploads.keep(b"yesterday's", by=tess.id, at=clock.now())
        kept = db.session.get_one(Upload, (tess.id, said["hash"]))
        kept.received_at = clock.now() - uploads.KEPT_FOR - timedelta(days=1)
        path = files.folder(uploads.ROOM) / kept.stored
        assert path.exists()
        db.session.flush()

        assert uploads.sweep() == 1

        assert not path.exists()
        assert db.session.scalars(select(Upload.size)).all() == [len(b"yesterday's")]
