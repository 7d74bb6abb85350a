"""What of a photo leaves the phone: upright, small, and nothing of where it was taken."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image
from PIL.ExifTags import IFD, Base
from playwright.sync_api import Page, expect
from sqlalchemy import select

from partsweb.attachments.models import Attachment
from partsweb.extensions import db
from partsweb.kit import files
from partsweb.phone import uploads
from partsweb.phone.models import Upload
from tests.journeys.conftest import Site
from tests.journeys.phones import Company, send_now

MAKER, TURNED_RIGHT = "Camera of Tess", 6


def test_photos_leave_the_phone_upright_small_and_silent(
    tess: Page, company: Company, site: Site, tmp_path: Path
):
    large, small = a_photo(tmp_path / "IMG_1.jpg", 3000), a_photo(tmp_path / "IMG_2.jpg", 900)
    tess.context.set_offline(True)
    tess.goto(f"/orders/{company.order.number}/notes/new")
    tess.get_by_label("What was done").fill("Type plate")
    tess.locator("input[type=file]").set_input_files([large, small])
    expect(tess.locator("file-picks[aria-busy]")).to_have_count(0)
    tess.get_by_role("button", name="Log the note").tap()
    expect(tess.get_by_role("heading", name="Saved on this phone")).to_be_visible()

    tess.goto("/phone")
    expect(tess.locator("[data-photos]")).to_have_text(re.compile("^2, [0-9.]+ (kB|MB)$"))
    waits = tess.locator("waiting-entries li")
    expect(waits).to_contain_text(
        tess.locator("[data-photos]").inner_text().replace("2,", "2 photos,")
    )
    tess.context.set_offline(False)
    send_now(tess)

    with site.app.app_context():
        sent = [
            (one.hash, files.folder(uploads.ROOM) / one.stored)
            for one in db.session.scalars(select(Upload).filter_by(person_id=company.tess.id))
        ]
        kept = {
            one.received_hash: files.folder("attachments") / one.stored
            for one in db.session.scalars(select(Attachment).filter_by(added_by_id=company.tess.id))
        }
    assert sorted(size(path) for _, path in sent) == [(600, 900), (1365, 2048)]
    for digest, path in sent:
        assert not [one for one in (b"Exif", b"GPS", MAKER.encode()) if one in path.read_bytes()]
        assert red_above(path)
        assert size(kept[digest]) == size(path)
        assert red_above(kept[digest])


def a_photo(path: Path, width: int) -> Path:
    """Taken with the phone held upright: the picture lies on its side, what was above is red."""
    lying = Image.new("RGB", (width, width * 2 // 3), "#28c")
    lying.paste("#e11", (0, 0, width // 6, width))
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Make] = TURNED_RIGHT, MAKER
    exif.get_ifd(IFD.GPSInfo).update({1: "N", 2: (53.0, 47.0, 58.0), 3: "W", 4: (1.0, 32.0, 9.0)})
    lying.save(path, quality=95, exif=exif)
    with Image.open(path) as taken:
        assert taken.getexif().get_ifd(IFD.GPSInfo)
    return path


def size(path: Path) -> tuple[int, int]:
    """In pixels as they lie in the file."""
    with Image.open(path) as photo:
        assert not photo.getexif()
        return photo.size


def red_above(path: Path) -> bool:
    """Whether what was above is above, as far as a JPEG keeps colours."""
    with Image.open(path) as photo:
        top, bottom = (
            photo.convert("RGB").getpixel((photo.width // 2, photo.height * part // 20))
            for part in (1, 19)
        )
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    return top[0] > 180 > 80 > bottom[0]
