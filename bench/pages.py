"""Which pages are measured, as whom, on which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench.load import NEW_ID, Ask
from bench.place import cookie_of, signed_in
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.orders import queries as orders
from partsweb.orders import requesting, rules
from partsweb.orders.models import Site
from partsweb.people import queries as people
from partsweb.people.models import Person
from partsweb.stock import rules as stock

READER = "technician"
# Somebody else, so that the reader's start page isn't filled with the bench's own orders.
INSTALLER = "technician2"
WORD = "valve"
ORDERS = 40  # that installs are spread over, so that none grows as no real order does
MANY = Decimal(10_000)

BROWSER = {
    "User-Agent": "bench",
    "Accept": "text/html",
    "Accept-Encoding": "gzip, deflate, br",
    "Sec-Fetch-Site": "same-origin",
}
# As htmx sends: the answer is the block of the page that changes.
HTMX = {**BROWSER, "HX-Request": "true", "HX-Request-Type": "partial"}
BOUNDARY = "partsweb-bench"
# Forms that take photos are sent in parts, also without a photo.
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass(frozen=True)
class Measure:
    """One thing that is measured, and which of the bare pages stands beside it."""

    name: str
    asks: tuple[Ask, ...]
    beside: str = "bare page"


BARE = {
    "bare page": Measure("bare page", (Ask("/", headers=BROWSER),)),
    "bare write": Measure("bare write", (Ask("/rows", "POST", headers=BROWSER),)),
}


def measures(app: Flask, only: str = "") -> list[Measure]:
    """What is asked of partsweb; makes the orders that installs go to."""
    cookie = cookie_of(signed_in(app, READER))
    order = f"/orders/{order_of(app, READER)}"
    read = {
        "start page": ("/", BROWSER),
        "order": (order, BROWSER),
        "parts": ("/parts", BROWSER),
        "search": (f"/parts?q={WORD}", HTMX),
    }
    found = [
        Measure(name, (Ask(path, headers={**headers, "Cookie": cookie}),))
        for name, (path, headers) in read.items()
        if only in name
    ]
    if only in "install":
        found.append(Measure("install", tuple(_installs(app)), beside="bare write"))
    return found


def order_of(app: Flask, login: str) -> str:
    """The number of the order that the person works on."""
    with app.app_context():
        active = orders.active_order(_person(login))
        if active is None:
            raise SystemExit(f"{login} has no active order in this instance.")
        return active.number


def _person(login: str) -> Person:
    person = people.by_login(login)
    if person is None:
        raise SystemExit(f"Nobody signs in as {login} in this instance.")
    return person


# --- Installs --------------------------------------------------------------------------------


def _installs(app: Flask) -> Iterator[Ask]:
    """The form of one installation each on many orders, as a browser would send it."""
    with app.app_context():
        entries = written(lambda: _entries(_person(INSTALLER)))
    client = signed_in(app, INSTALLER)
    headers = {**HTMX, **FORM, "Cookie": cookie_of(client)}
    for entry in entries:
        path = f"/entries/{entry}/installation"
        new = {"quantity": "1", "thing_id": NEW_ID, "operation_id": NEW_ID}
        fields = _fields(client, path) | new
        yield Ask(path, "POST", headers, _in_parts(fields))


def _entries(installer: Person) -> Sequence[str]:
    """Orders of the installer, each with a plain part that the van has enough of."""
    van = locations.van_of(installer)
    plain = select(Part).where(~Part.serialized, ~Part.compliance, Part.core_charge == 0)
    part = db.session.scalars(plain.order_by(Part.sku)).first()
    site = db.session.scalars(select(Site).order_by(Site.id)).first()
    assert van
    assert part
    assert site
    at = clock.now()
    stock.open_stock(part, van, MANY * ORDERS, by=None, at=at)
    made = []
    for number in range(ORDERS):
        order = rules.create_order(
            site, f"Bench {number}", by=installer, at=at, assigned_to=installer
        )
        made.append(requesting.request(order, part, MANY, by=installer, at=at))
    db.session.flush()
    return [str(entry.id) for entry in made]


def _in_parts(fields: dict[str, str]) -> str:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return f"{''.join(parts)}--{BOUNDARY}--\r\n"


def _fields(client: FlaskClient, path: str) -> dict[str, str]:
    shown = client.get(path)
    if shown.status_code != 200:
        raise SystemExit(f"{path} answered {shown.status_code}")
    form = _Form(path)
    form.feed(shown.text)
    return form.fields


class _Form(HTMLParser):
    """What a browser would send of the form with that action, nobody having touched it."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = False
        self.select = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = urlsplit(found.get("action", "")).path == self.action
        elif not self.inside:
            return
        elif tag == "select":
            self.select = found.get("name", "")
        elif tag == "option" and (self.select not in self.fields or "selected" in found):
            self.fields[self.select] = found.get("value", "")
        elif tag == "textarea":
            self.fields.setdefault(found.get("name", ""), "")
        elif tag == "input":
            self._take_in(found)

    def _take_in(self, found: dict[str, str]) -> None:
        kind, name = found.get("type", "text"), found.get("name", "")
        chosen = kind not in {"radio", "checkbox"} or "checked" in found
        if name and chosen and kind not in {"file", "submit", "button"}:
            self.fields[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
