"""What becomes of a file that somebody sends."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.actions import JavaScript
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from partsweb.attachments import inspecting, pdfs, photos, reading
from partsweb.kit.refusal import Refusal
from tests.support.files import a_pdf, a_photo

Hostile = Callable[[str], bytes]
POSITION = 0x8825


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def colour(image: Image.Image, x: float, y: float) -> str:
    red, green, blue = image.convert("RGB").crop((int(x), int(y), int(x) + 1, int(y) + 1)).tobytes()
    if min(red, green, blue) > 200:
        return "white"
    return "red" if red > blue else "blue"


# --- Photos ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_every_kind_of_photo_becomes_a_jpeg_with_a_small_picture(kind):
    sent = a_photo(800, 600, kind)

    clean = reading.read(sent, f"boiler.{kind.lower()}")

    assert (clean.name, clean.media_type) == ("boiler.jpg", "image/jpeg")
    photo, small = opened(clean.content), opened(clean.thumbnail)
    assert (photo.format, photo.size) == ("JPEG", (800, 600))
    assert (small.format, small.size) == ("WEBP", (320, 240))
    assert (colour(photo, 10, 10), colour(photo, 790, 590)) == ("red", "blue")


def test_what_a_file_is_its_bytes_say_not_its_name():
    clean = reading.read(a_photo(kind="PNG"), "certificate.pdf")

    assert (clean.name, clean.media_type) == ("certificate.jpg", "image/jpeg")


def test_a_large_photo_is_made_smaller():
    clean = reading.read(a_photo(5000, 2000), "wide.jpg")

    assert opened(clean.content).size == (2560, 1024)


def test_nothing_but_the_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[POSITION] = {1: "N", 2: (53.0, 47.0, 58.0)}
    sent = a_photo(exif=exif, comment=b"at home", dpi=(300, 300))

    clean = reading.read(sent, "boiler.jpg")

    kept = opened(clean.content)
    assert dict(kept.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "dpi"} & set(kept.info)
    for secret in (b"Maker", b"at home", b"Exif"):
        assert secret not in clean.content + clean.thumbnail


def test_a_png_s_words_stay_behind_too():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Tess of Leeds")

    clean = reading.read(a_photo(kind="PNG", pnginfo=words), "boiler.png")

    assert b"Tess" not in clean.content + clean.thumbnail


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        (1, (0.1, 0.5)),
        (2, (0.9, 0.5)),
        (3, (0.9, 0.5)),
        (4, (0.1, 0.5)),
        (5, (0.5, 0.1)),
        (6, (0.5, 0.1)),
        (7, (0.5, 0.9)),
        (8, (0.5, 0.9)),
    ],
)
def test_a_photo_is_turned_upright(orientation, red_at):
    exif = Image.Exif()
    exif[0x0112] = orientation

    photo = opened(reading.read(a_photo(exif=exif), "boiler.jpg").content)

    assert photo.size == ((64, 48) if orientation < 5 else (48, 64))
    x, y = red_at
    assert colour(photo, x * photo.width, y * photo.height) == "red"
    assert colour(photo, (1 - x) * photo.width, (1 - y) * photo.height) == "blue"


def test_what_can_be_seen_through_becomes_white():
    written = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(written, "PNG")

    clean = reading.read(written.getvalue(), "logo.png")

    assert colour(opened(clean.content), 20, 20) == "white"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_photos_in_any_colours_are_shown(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    written = io.BytesIO()
    grey = Image.new("L", (40, 40), 255)
    deep = Image.frombytes("I;16", (40, 40), b"\xff\xff" * 1600) if mode == "I;16" else None
    (deep or grey.convert("RGB").convert(mode)).save(written, kind)

    clean = reading.read(written.getvalue(), "grey.png")

    assert colour(opened(clean.content), 20, 20) == "white"


def test_of_a_moving_picture_the_first_is_kept():
    frames = [Image.new("RGB", (40, 40), name) for name in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])

    clean = reading.read(written.getvalue(), "leak.gif")

    assert colour(opened(clean.content), 20, 20) == "red"


def test_a_photo_of_too_many_pixels_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(photos, "MOST_PIXELS", 1_000_000)

    with pytest.raises(Refusal) as refused:
        reading.read(a_photo(1001, 1000, "PNG"), "plan.png")

    assert "plan.png is too large to open: 1001 × 1000 pixels" in refused.value.text


def test_a_photo_that_was_cut_off_is_refused():
    whole = a_photo(800, 600, quality=95)

    with pytest.raises(Refusal, match=r"boiler.jpg is damaged"):
        reading.read(whole[: len(whole) // 2], "boiler.jpg")


# --- PDFs ------------------------------------------------------------------------------------


def does(kind: str) -> Callable[[PdfWriter], None]:
    def prepare(writer: PdfWriter) -> None:
        action = DictionaryObject(
            {NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("calc.exe")}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return prepare


def test_a_pdf_is_kept_as_it_came():
    sent = a_pdf()

    clean = reading.read(sent, "slip 4711.PDF")

    assert (clean.name, clean.media_type) == ("slip 4711.pdf", "application/pdf")
    assert (clean.content, clean.thumbnail) == (sent, b"")


@pytest.mark.parametrize(
    "prepare",
    [
        does("/Launch"),
        does("/JavaScript"),
        lambda writer: writer.add_open_action(JavaScript("app.alert(1)")),
    ],
    ids=["starts a programme", "has a script", "has a script for all pages"],
)
def test_a_pdf_that_acts_by_itself_is_refused(prepare):
    with pytest.raises(Refusal, match="Print it to a new PDF"):
        reading.read(a_pdf(prepare), "slip.pdf")


def test_a_pdf_that_is_none_inside_is_refused():
    with pytest.raises(Refusal, match=r"slip.pdf is damaged and can't be opened"):
        reading.read(b"%PDF-1.7\n" + b"\x00garbage" * 50, "slip.pdf")


# --- Neither ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 a spreadsheet",
        b"\x00\x00\x00\x20ftypisom a film",
    ],
)
def test_anything_else_is_refused_whatever_it_is_called(content):
    with pytest.raises(Refusal, match=r"boiler.jpg is neither a photo nor a PDF. Save it as a PDF"):
        reading.read(content, "boiler.jpg")


def test_an_empty_file_is_refused():
    with pytest.raises(Refusal, match=r"boiler.jpg is empty"):
        reading.read(b"", "boiler.jpg")


@pytest.mark.parametrize(
    ("sent", "limit", "said"),
    [
        (a_photo(), "LARGEST_PHOTO", "25 MB is the most"),
        (a_pdf(), "LARGEST_PDF", "20 MB is the most"),
    ],
)
def test_a_file_may_be_so_large_and_no_larger(sent, limit, said):
    padded = sent + b"\0" * getattr(reading, limit)

    with pytest.raises(Refusal, match=said):
        reading.read(padded, "big")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Users\\Tess\\IMG 1.HEIC", "IMG 1.jpg"),
        ("invoice\u202egnp.exe", "invoicegnp.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("", "photo.jpg"),
        (".jpg", "jpg.jpg"),
        ("Kessel-Übersicht ✓.png", "Kessel-Übersicht ✓.jpg"),
        ("x" * 300 + ".jpg", "x" * 100 + ".jpg"),
    ],
)
def test_names_are_made_fit_to_be_shown(given, kept):
    assert reading.read(a_photo(), given).name == kept


# --- What was collected to do harm -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("broken_exif_image01137.jpg", (88, 64)),
        ("invalid-exif.jpg", (200, 200)),
        ("phone_single.heic", (1440, 960)),
        ("photo_gps_DSCN0010.jpg", (640, 480)),
        ("photo_gps_DSCN0021.jpg", (640, 480)),
        ("photo_long_description.jpg", (100, 73)),
        ("photo_orientation_3.jpg", (450, 600)),
        ("photo_orientation_6.jpg", (600, 450)),
        ("sample.heif", (640, 426)),
    ],
)
def test_difficult_photos_are_shown_right(hostile: Hostile, name, size):
    clean = reading.read(hostile(name), name)

    photo = opened(clean.content)
    assert photo.size == size
    assert dict(photo.getexif()) == {}
    assert b"Exif" not in clean.content + clean.thumbnail


@pytest.mark.parametrize(
    "name",
    [
        "facturx_RE-20201121_508.pdf",
        "facturx_Warenrechnung.pdf",
        "invoice_saeco_spare_parts.pdf",
    ],
)
def test_invoices_are_kept_as_they_came(hostile: Hostile, name):
    assert reading.read(hostile(name), name).content == hostile(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("broken.png", "is damaged and can't be shown. Take the photo again"),
        ("decompression_bomb.gif", "65535 × 66601 pixels, and 60 million is the most"),
        ("password_protected.pdf", "is protected by a password. Save it as a PDF without one."),
    ],
)
def test_what_can_t_be_shown_is_refused_in_words(hostile: Hostile, name, said):
    with pytest.raises(Refusal) as refused:
        reading.read(hostile(name), name)

    assert refused.value.text.startswith(name)
    assert said in refused.value.text


# --- Files made to do harm -------------------------------------------------------------------


def a_raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body = b"%PDF-1.7\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


def a_zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("evil.exe", b"MZ")
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [a_zip() + a_pdf(), b"<html><script>alert(1)</script>" + a_pdf(), b"MZ\x90\0" + a_pdf()],
    ids=["an archive", "a page", "a programme"],
)
def test_a_pdf_that_begins_as_something_else_is_refused(content: bytes):
    with pytest.raises(Refusal, match=r"slip.pdf holds another file too"):
        reading.read(content, "slip.pdf")


def test_a_pdf_with_an_archive_behind_it_is_refused():
    with pytest.raises(Refusal, match=r"slip.pdf holds another file too"):
        reading.read(a_pdf() + a_zip(), "slip.pdf")


def test_a_few_bytes_before_the_header_do_no_harm():
    sent = b"\r\n\r\n" + a_pdf()

    assert reading.read(sent, "slip.pdf").content == sent


LOOP = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>")
DEEP = (b"<</Type/Catalog/Pages 2 0 R/X %s>>" % (b"[" * 50_000 + b"]" * 50_000), LOOP[1])
BOMB = zlib.compress(zlib.compress(b"\0" * 300_000_000, 9), 9)
PACKED = b"<</Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(
    BOMB
)


@pytest.mark.parametrize(
    "content",
    [
        a_raw_pdf(*LOOP),
        a_raw_pdf(*DEEP),
        a_raw_pdf(b"<</Type/Catalog/Pages 9 0 R>>", PACKED + BOMB + b"\nendstream"),
    ],
    ids=["pages in a ring", "endlessly nested", "packed a thousandfold"],
)
def test_a_pdf_that_would_keep_us_busy_is_refused_soon(content: bytes):
    began = time.monotonic()

    with pytest.raises(Refusal, match=r"slip.pdf (is damaged|takes too long|has no pages)"):
        reading.read(content, "slip.pdf")

    assert time.monotonic() - began < pdfs.MOST_SECONDS + 5


def test_a_check_that_doesn_t_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr(pdfs, "MOST_SECONDS", 0.5)
    monkeypatch.setattr(inspecting, "__file__", str(endless))

    with pytest.raises(Refusal, match=r"slip.pdf takes too long to be checked"):
        reading.read(a_pdf(), "slip.pdf")


def test_a_check_that_takes_all_memory_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    greedy = tmp_path / "greedy.py"
    limited = inspecting.__file__
    greedy.write_text(
        f"import runpy; it = runpy.run_path({limited!r})\n"
        "it['inspect'].__globals__['inspect'] = lambda content: bytearray(2**31) and 'fine'\n"
        "it['main']()\n"
    )
    monkeypatch.setattr(inspecting, "__file__", str(greedy))

    with pytest.raises(Refusal, match=r"slip.pdf takes too long to be checked"):
        reading.read(a_pdf(), "slip.pdf")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_other_moving_pictures_the_first_is_kept_too(kind: str):
    frames = [Image.new("RGB", (40, 40), name) for name in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], lossless=True)

    clean = reading.read(written.getvalue(), "leak.png")

    assert colour(opened(clean.content), 20, 20) == "red"


def test_what_hides_behind_a_photo_isn_t_kept():
    clean = reading.read(a_photo() + a_zip() + b"<script>alert(1)</script>", "boiler.jpg")

    assert b"PK\x03\x04" not in clean.content + clean.thumbnail
    assert b"<script>" not in clean.content + clean.thumbnail


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf<?xml version='1.0'?><svg onload='alert(1)'/>",
        b"II*\0\x08\0\0\0\0\0",
        b"BM\x36\0\0\0\0\0\0\0",
        b"8BPS\0\x01",
        b"%!PS-Adobe-3.0",
        b"\0",
    ],
    ids=["svg", "tiff", "bmp", "psd", "postscript", "nothing"],
)
def test_pictures_that_browsers_or_we_don_t_read_safely_are_refused(content: bytes):
    with pytest.raises(Refusal, match="is neither a photo nor a PDF"):
        reading.read(content, "boiler.jpg")


def test_a_picture_that_lies_about_its_size_is_refused_and_not_allocated():
    sent = bytearray(a_photo(kind="PNG"))
    sent[16:24] = (2**31 - 1).to_bytes(4, "big") * 2

    with pytest.raises(Refusal, match=r"boiler.png is (too large to open|damaged)"):
        reading.read(bytes(sent), "boiler.png")
