"""What the page's own worker reads of real photographs, and of a camera."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, PhoneAt
from tests.journeys.films import qr, scene, stripes
from tests.support.company import a_part, a_technician, a_van, an_order, given, in_stock

IMAGES = Path(__file__).parents[3] / "shared" / "data" / "barcodes" / "images"
READ = """async ([type, bytes]) => {
  const files = new URL("..", document.querySelector("script[type=module]").src);
  const { attemptsForPhoto } = await import(new URL("js/lib/attempts.js", files));
  const { CodeReader } = await import(new URL("js/lib/code-reader.js", files));
  const { believed } = await import(new URL("js/elements/code-camera.js", files));
  window.reader ??= new CodeReader();
  await window.reader.ready;
  const image = Object.assign(new Image(), { src: `data:image/${type};base64,${bytes}` });
  await image.decode();
  const picture = await createImageBitmap(image);
  const attempts = attemptsForPhoto(picture.width, picture.height);
  const { codes } = await window.reader.read(picture, attempts);
  return believed(codes);
}"""


@pytest.fixture
def company(app: Flask) -> Any:
    with given(app):
        van = a_van("Van 3")
        tess = a_technician("Tess", login="tess", password=PASSWORD, van=van)
        in_stock(a_part("VK4105", "Gas valve"), van, 3)
        return an_order("Boiler, no hot water", assigned_to=tess)


def test_the_camera_reads_a_label_and_says_what_it_is(company: Any, phone_at: PhoneAt):
    phone = phone_at(scene(qr("VK4105")))

    expect(phone.get_by_text("Gas valve VK4105")).to_be_visible()
    expect(phone.get_by_text("3 in Van 3")).to_be_visible()
    expect(phone.get_by_text("Read VK4105")).to_be_visible()


def test_a_background_without_a_code_is_never_taken_for_one(company: Any, phone_at: PhoneAt):
    phone = phone_at(stripes())
    expect(phone.get_by_text("Point at a code")).to_be_visible()

    phone.wait_for_timeout(2500)  # some forty frames

    expect(phone.get_by_text("Point at a code")).to_be_visible()
    expect(phone).to_have_url(re.compile("/scan$"))


def test_without_a_camera_a_photo_of_the_code_will_do(
    company: Any, phone_at: PhoneAt, tmp_path: Path
):
    phone = phone_at(None)
    expect(phone.get_by_text("This device has no camera")).to_be_visible()
    scene(qr(company.number)).save(tmp_path / "label.jpg")

    phone.locator("input[type=file]").set_input_files(tmp_path / "label.jpg")

    expect(phone.get_by_role("link", name="Open it")).to_be_visible()


@pytest.mark.skipif(not IMAGES.exists(), reason="needs ../shared/data")
def test_photographs_of_codes_are_read_and_none_wrongly(company: Any, phone_at: PhoneAt):
    listed = json.loads((IMAGES / "manifest.json").read_text())
    phone = phone_at(None)
    expect(phone.get_by_text("no camera")).to_be_visible()

    read = {one["file"]: _read(phone, IMAGES / one["file"]) for one in listed}

    unread = [one["file"] for one in listed if _told(one) not in read[one["file"]]]
    assert len(unread) <= 1, unread
    # Its photograph shows two labels, one above the other.
    beside = {"code39-08.png": {"001EC947D49B"}}
    wrong = {
        one["file"]: others
        for one in listed
        if (others := read[one["file"]] - {_told(one)} - beside.get(one["file"], set()))
    }
    assert wrong == {}


def _read(phone: Page, path: Path) -> set[str]:
    picture = base64.b64encode(path.read_bytes()).decode()
    return {code["text"] for code in phone.evaluate(READ, [path.suffix[1:], picture])}


def _told(listed: dict[str, str]) -> str:
    """What is expected; every retail code is told in the thirteen digits of its GTIN."""
    text = listed["text"]
    if listed["format"] != "EAN/UPC":
        return text
    return (_upc_a(text) if len(text) == 8 else text).zfill(13)


def _upc_a(text: str) -> str:
    """A UPC-E code in full (GS1 General Specifications 5.2.2.4.2)."""
    system, code, check = text[0], text[1:7], text[7]
    if code[5] in "012":
        full = code[:2] + code[5] + "0000" + code[2:5]
    elif code[5] == "3":
        full = code[:3] + "00000" + code[3:5]
    elif code[5] == "4":
        full = code[:4] + "00000" + code[4]
    else:
        full = code[:5] + "0000" + code[5]
    return system + full + check
