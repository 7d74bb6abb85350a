"""The whole journey in a company whose books were brought in from the files of another system."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partsweb.locations import queries as locations
from partsweb.orders.models import OrderState
from tests.journeys.conftest import PASSWORD, PhoneOf
from tests.journeys.journey import Wanted, from_request_to_installed, the_books_agree
from tests.support.adventureworks import DATA, FILES, OPTIONS, facts
from tests.support.command import partsweb
from tests.support.company import a_person, a_technician, an_order, given, signed_in

FOLDER = DATA / "adventureworks"
# The file says nothing of serials; that a part has them is said before its first stock comes in.
RACKS = "sku,description,serialized\nRA-H123,Hitch Rack - 4-Bike,yes\n"
COMPARED = ("ordered", "stocked", "rejected", "value")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is missing")


def test_two_hitch_racks_from_request_to_installed(
    app: Flask, database_url: str, phone_of: PhoneOf, tmp_path: Path
):
    fill(tmp_path / "instance", database_url, tmp_path / "racks.csv")
    with given(app):
        tess = a_technician("Tess", van="Van 3", login="tess", password=PASSWORD)
        for role in ("dispatcher", "coordinator", "purchasing"):
            buyer = a_person(role, login=role, password=PASSWORD)
        number = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS).number
    pages, figures = signed_in(app, buyer), facts()
    held = Counter(figures["stock_by_location"])
    assert stock_by_location(app, pages) == held
    assert "2031 in all" in pages.get("/purchasing?view=all").text
    for vendor in figures["month_by_vendor_rejected_top10"]:
        assert bought_in_april(pages, vendor["vendor"]) == exact(vendor)
    check_an_order_that_was_rejected_and_received(pages)
    wanted = Wanted("RA-H123", "Hitch Rack", search="hitch", order=number, depot="Tool Crib")

    from_request_to_installed(wanted, phone_of, tmp_path)

    the_books_agree(app, wanted)
    audited = partsweb("audit", instance=tmp_path / "instance", database_url=database_url)
    assert "The books agree" in audited
    # Two came into the Tool Crib, one of them is fitted; nothing else moved.
    assert stock_by_location(app, pages) == held + Counter({"Tool Crib": 1})
    assert "2032 in all" in pages.get("/purchasing?view=all").text


def fill(instance: Path, database_url: str, racks: Path) -> None:
    """As docs/import.md says it."""
    racks.write_text(RACKS)
    partsweb("import", "parts", racks, instance=instance, database_url=database_url)
    for kind, file in FILES.items():
        options = OPTIONS.get(kind, [])
        partsweb(
            "import", kind, FOLDER / file, *options, instance=instance, database_url=database_url
        )


# --- Figures, as the pages show them ---------------------------------------------------------


def stock_by_location(app: Flask, pages: FlaskClient) -> Counter[str]:
    """What each place holds, added up from its page's rows."""
    with app.app_context():
        places = {place.name: place.id for place in locations.warehouses_and_vans()}
    held = {
        name: sum(
            int(figure)
            for text in all_of(pages, f"/locations/{place_id}")
            for figure in re.findall(r'<span class="figure"><b>(-?\d+)</b>', text)
        )
        for name, place_id in places.items()
    }
    return Counter({name: total for name, total in held.items() if total})


def all_of(pages: FlaskClient, url: str) -> Iterator[str]:
    """The page at the url and those after it."""
    following: str | None = url
    while following:
        shown = pages.get(following)
        assert shown.status_code == 200
        yield shown.text
        found = re.search(r'rel="next" href="([^"]+)"', shown.text)
        following = found[1].replace("&amp;", "&") if found else None


def bought_in_april(pages: FlaskClient, vendor: str) -> dict[str, Decimal]:
    """What a vendor's purchase orders of April 2025 say of their lines, added up."""
    with (FOLDER / FILES["purchase-orders"]).open(newline="") as file:
        numbers = [
            row["po_number"]
            for row in csv.DictReader(file)
            if row["vendor_account"] == vendor and row["order_date"].startswith("2025-04-")
        ]
    sums = dict.fromkeys(COMPARED, Decimal(0))
    for number in numbers:
        text = pages.get(f"/purchasing/{number}").text
        lines = r"(\d+) of (\d+) received(?:, (\d+) rejected)?.*?× ([\d.,]+) = ([\d.,]+)<"
        for accepted, ordered, rejected, price, shown in re.findall(lines, text, re.DOTALL):
            amount = Decimal(ordered) * Decimal(price.replace(",", ""))
            assert shown == f"{amount:,.2f}"
            sums["ordered"] += Decimal(ordered)
            sums["stocked"] += Decimal(accepted)
            sums["rejected"] += Decimal(rejected or 0)
            sums["value"] += amount
    return sums


def exact(figures: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(figures[name]) for name in COMPARED}


def check_an_order_that_was_rejected_and_received(pages: FlaskClient) -> None:
    """Number 4 was rejected there; two had arrived all the same, one of them not accepted."""
    shown = pages.get("/purchasing/4").text
    for words in ("Rejected", "Closed", "1 of 3 received, 1 rejected", "189.04"):
        assert words in shown
