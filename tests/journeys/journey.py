"""From request to installed: two units with serials, by four people on four phones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from partsweb.catalogue import queries as catalogue
from partsweb.locations import queries as locations
from partsweb.stock import queries as stock
from partsweb.upkeep import audit
from tests.journeys.conftest import PhoneOf
from tests.support.company import the


@dataclass(frozen=True)
class Wanted:
    """What a technician wants: one whose serials nobody has yet, and that no place holds."""

    sku: str
    name: str
    search: str  # what the technician types to find it
    order: str  # the order's number
    depot: str  # where it is delivered
    technician: str = "Tess"  # who has Van 3, and signs in in lower case


def from_request_to_installed(wanted: Wanted, phone_of: PhoneOf, folder: Path) -> None:
    """The whole of it; two are bought, 0042-A is fitted and OLD-1 comes out."""
    photo = _photo(folder / "plate.jpg")
    technician = phone_of(wanted.technician.lower())

    _request(technician, wanted)
    _dispatch_sees_it(phone_of("dispatcher"), wanted)
    _coordinator_puts_it_on_a_purchase_order(phone_of("coordinator"), wanted)
    paper = _purchasing_orders_and_receives(phone_of("purchasing"), photo)
    _install_with_photo_and_core(technician, wanted, photo)

    _timeline_tells_it_all(technician, wanted, paper)


def the_books_agree(app: Flask, wanted: Wanted) -> None:
    """One is left in the depot, the old unit is a core in the van, and every sum is right."""
    with app.app_context():
        part = the(catalogue.by_sku(wanted.sku))
        depot, van = the(locations.by_name(wanted.depot)), the(locations.by_name("Van 3"))
        assert stock.on_hand(part, depot) == 1
        assert [unit.number for unit in stock.serials_at(part, depot)] == ["0042-B"]
        core = the(stock.serial(part, "OLD-1"))
        assert core.location == locations.quarantine_of(van)
        assert list(audit.differences()) == []


# --- Its steps -------------------------------------------------------------------------------


def _request(phone: Page, wanted: Wanted) -> None:
    phone.get_by_role("link", name=re.compile("Continue|Open")).tap()
    phone.get_by_role("link", name="Add Part").tap()
    phone.get_by_role("searchbox").fill(wanted.search)
    phone.get_by_role("link", name=_named(wanted)).tap()
    phone.get_by_role("button", name="Quantity: more").tap()
    phone.get_by_role("radio", name="Today").check()
    phone.get_by_role("button", name=re.compile("^Request")).tap()
    expect(phone).to_have_url(re.compile(f"/orders/{wanted.order}$"))
    expect(phone.get_by_text("Requested", exact=True)).to_be_visible()


def _dispatch_sees_it(phone: Page, wanted: Wanted) -> None:
    phone.goto("/requests")
    row = phone.get_by_role("listitem").filter(has_text=wanted.order)
    expect(row).to_contain_text(wanted.sku)
    expect(row).to_contain_text(wanted.technician)
    phone.goto(f"/orders/{wanted.order}/timeline")
    said = re.compile("Requested 2 × " + re.escape(wanted.name))
    expect(phone.get_by_text(said)).to_be_visible()


def _coordinator_puts_it_on_a_purchase_order(phone: Page, wanted: Wanted) -> None:
    phone.goto("/requests")
    phone.get_by_role("link", name=_named(wanted)).tap()
    expect(phone.get_by_text("No place holds any of it.")).to_be_visible()
    phone.get_by_label("Ship to").select_option(label=wanted.depot)
    phone.get_by_role("button", name=re.compile("purchase order", re.IGNORECASE)).tap()
    expect(phone.get_by_text(re.compile(r"PO-\d+")).first).to_be_visible()


def _purchasing_orders_and_receives(phone: Page, photo: Path) -> str:
    phone.goto("/purchasing")
    phone.get_by_role("link", name="Draft").tap()
    phone.get_by_role("link", name=re.compile(r"PO-\d+")).tap()
    phone.wait_for_url(re.compile(r"/purchasing/PO-\d+$"))
    paper = phone.get_by_role("heading", level=1).inner_text()
    phone.get_by_role("button", name=f"Order {paper}").tap()
    phone.get_by_role("link", name="Receive").tap()
    phone.get_by_role("textbox", name="Serials, one a line").fill("0042-A\n0042-B")
    phone.get_by_label("Packing slip number").fill("77812")
    phone.locator("input[type=file][name=slip]").set_input_files(photo)
    phone.get_by_role("button", name="Receive 2").tap()
    expect(phone).to_have_url(re.compile(r"/purchasing/PO-\d+$"))
    expect(phone.get_by_text("Received", exact=True).first).to_be_visible()
    return paper


def _install_with_photo_and_core(phone: Page, wanted: Wanted, photo: Path) -> None:
    phone.goto("/")
    expect(phone.get_by_text(_named(wanted)).first).to_be_visible()
    phone.goto(f"/orders/{wanted.order}")
    expect(phone.get_by_text("Ready", exact=True)).to_be_visible()
    phone.get_by_role("link", name="Install").tap()
    phone.get_by_role("checkbox", name=re.compile("0042-A")).check()
    phone.get_by_role("combobox", name="Original").select_option("core")
    phone.get_by_role("textbox", name="Original’s serial").fill("OLD-1")
    phone.get_by_text("Where fitted, notes, photos").tap()
    phone.get_by_label("Where fitted").fill("Behind the front panel")
    phone.locator("input[type=file][name=photos]").set_input_files(photo)
    phone.get_by_role("button", name=re.compile("^Install")).tap()
    expect(phone).to_have_url(re.compile(f"/orders/{wanted.order}$"))
    expect(phone.get_by_text("Installed", exact=True)).to_be_visible()


def _timeline_tells_it_all(phone: Page, wanted: Wanted, paper: str) -> None:
    phone.goto(f"/orders/{wanted.order}/timeline")
    story = phone.locator("#panel").inner_text()
    told = ["Requested 2", paper, "arrived", wanted.depot, "Installed 1", "0042-A", "core"]
    assert [word for word in told if word.casefold() not in story.casefold()] == [], story


def _named(wanted: Wanted) -> re.Pattern[str]:
    return re.compile(re.escape(wanted.name))


def _photo(path: Path) -> Path:
    Image.new("RGB", (1200, 900), "#8a5").save(path)
    return path
