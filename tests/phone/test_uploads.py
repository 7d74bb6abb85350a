"""Photos come before the write that names them: their sender's alone, and swept after a while."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta

from flask import Flask
from PIL import Image
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit import clock, files
from partsweb.kit.operation import RefusedNumber
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
