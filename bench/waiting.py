"""What waits on a phone until signal returns, beside a plain client that posts the same writes."""

from __future__ import annotations

import base64
import http.client
import io
import random
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, Playwright
from sqlalchemy import func, select

from bench.browser import CARRIED, FILES, PATIENCE, PHONE, sign_in, until
from bench.pages import BOUNDARY, BROWSER, FORM, READER
from bench.place import Served
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.writing import written
from partsweb.orders import rules
from partsweb.orders.models import Order, Site, WorkNote
from partsweb.people import queries as people
from tests.support.browser import own_chromium

ORDERS = 5  # that the writes are spread over, as on a day
PHOTO = (2048, 1536)  # a phone makes photos so small before it keeps them
# As its form would keep it; the photo as bytes.
KEEP = f"""async ([order, text, photo]) => {{
  {FILES}
  const {{ entryOf, store }} = await import(`${{files}}lib/outbox.js`);
  const {{ newOperation }} = await import(`${{files}}lib/operation.js`);
  const body = new FormData();
  for (const [name, value] of Object.entries({{ ...newOperation(), text }})) body.set(name, value);
  const bytes = Uint8Array.from(atob(photo), (one) => one.charCodeAt(0));
  if (photo) body.set("photos", new File([bytes], `${{text}}.jpg`, {{ type: "image/jpeg" }}));
  const url = `/orders/${{order}}/notes/new`;
  const user = document.querySelector("meta[name=person]").content;
  await store.add(await entryOf(body, {{ url, page: url, title: text, lane: order, user }}));
  await document.querySelector("signal-line").count();
}}"""
# From the browser's own word that there is signal until the page says that nothing waits.
WATCH = """() => addEventListener("online", () => {
  const [begun, line] = [performance.now(), document.querySelector("signal-line")];
  const look = () => {
    if (line.textContent === "Up to date") window.drained ??= performance.now() - begun;
  };
  new MutationObserver(look).observe(line, { childList: true, characterData: true, subtree: true });
}, { once: true })"""


@dataclass(frozen=True)
class Note:
    """One write: a note on an order, with a photo or without."""

    order: str
    text: str
    photo: bytes = b""


@dataclass
class Drained:
    """The same writes sent in both ways, in milliseconds a write, by round."""

    name: str
    phone: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """The phone's ÷ the plain client's."""
        return [mine / its for mine, its in zip(self.phone, self.plain, strict=True)]


def measured(
    playwright: Playwright,
    app: Flask,
    server: Served,
    cookie: str,
    into: Drained,
    many: int,
    *,
    photos: bool,
) -> None:
    """The phone first, then the plain client, each on orders of its own."""
    # A photo that came before isn't read again: each gets photos that nobody sent yet.
    seed = 2 * len(into.phone)
    writes = notes(orders_for(app), many, pictures(seed) if photos else cycle([b""]))
    into.phone.append(by_phone(playwright, app, server, cookie, writes))
    writes = notes(orders_for(app), many, pictures(seed + 1) if photos else cycle([b""]))
    into.plain.append(by_plain_client(server, cookie, writes))


def orders_for(app: Flask) -> list[str]:
    """Orders of the reader, of its own for each kind of writes."""
    with app.app_context():
        by, site = people.by_login(READER), db.session.scalars(select(Site)).first()
        assert by
        assert site
        return written(
            lambda: [
                rules.create_order(site, f"Bench {n}", by=by, at=clock.now(), assigned_to=by).number
                for n in range(ORDERS)
            ]
        )


def notes(orders: Sequence[str], many: int, pictures: Iterable[bytes]) -> list[Note]:
    """So many writes, one order after the other."""
    spread = islice(zip(cycle(orders), pictures, strict=False), many)
    return [Note(order, f"Note {n:03d}", photo) for n, (order, photo) in enumerate(spread)]


def pictures(seed: int) -> Iterator[bytes]:
    """Pictures as heavy as real ones, each with bytes of its own."""
    chance = random.Random(seed)
    small = Image.frombytes("RGB", (512, 384), chance.randbytes(512 * 384 * 3))
    picture = small.resize(PHOTO, Image.Resampling.BICUBIC).point(lambda value: 64 + value // 2)
    pen = ImageDraw.Draw(picture)
    while True:
        x, y = chance.randrange(PHOTO[0]), chance.randrange(PHOTO[1])
        pen.ellipse((x - 60, y - 60, x + 60, y + 60), fill=(chance.randrange(256), 90, 40))
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=85)
        yield written.getvalue()


def by_phone(
    playwright: Playwright, app: Flask, server: Served, cookie: str, writes: Sequence[Note]
) -> float:
    """Keep them without signal, and say how many milliseconds a write takes once there is some."""
    with (
        tempfile.TemporaryDirectory(prefix="partsweb-phone-") as profile,
        own_chromium(playwright, Path(profile)) as (address, _),
    ):
        watching = playwright.chromium.connect_over_cdp(address)
        page = _filled(watching.contexts[0], server, cookie, writes)
        page.evaluate(WATCH)
        page.context.set_offline(False)
        # Whoever watches a browser gets all that it sends a second time, which costs more than the
        # sending. So it is let go until everything is there.
        watching.close()
        _await_kept(app, writes)
        watching = playwright.chromium.connect_over_cdp(address)
        [page] = [one for one in watching.contexts[0].pages if one.url.startswith(server.url)]
        taken = float(until(page, "() => window.drained"))
        watching.close()
    return taken / len(writes)


def _filled(context: BrowserContext, server: Served, cookie: str, writes: Sequence[Note]) -> Page:
    """A page that is open without signal, with the writes waiting behind it."""
    sign_in(context, cookie, server.url)
    page = context.new_page()
    page.set_viewport_size(PHONE["viewport"])
    page.goto(f"{server.url}/")
    until(page, CARRIED)
    context.set_offline(True)
    for one in writes:
        page.evaluate(KEEP, [one.order, one.text, base64.b64encode(one.photo).decode()])
    return page


def _await_kept(app: Flask, writes: Sequence[Note]) -> None:
    """Wait until the server has all of them; they stand on orders of their own."""
    numbers = {one.order for one in writes}
    rows = select(func.count()).select_from(WorkNote).join(WorkNote.order)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with app.app_context():
            if db.session.scalar(rows.where(Order.number.in_(numbers))) == len(writes):
                return
        time.sleep(0.1)
    raise SystemExit("Not everything that waited was sent.")


def by_plain_client(server: Served, cookie: str, writes: Sequence[Note]) -> float:
    """Post the forms one after the other, and say how many milliseconds a write takes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    asks = [(f"/orders/{one.order}/notes/new", _in_parts(one)) for one in writes]
    headers = {**BROWSER, **FORM, "Cookie": cookie, "HX-Request": "true"}
    headers["HX-Request-Type"] = "partial"
    begun = time.perf_counter()
    for path, body in asks:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
    taken = time.perf_counter() - begun
    connection.close()
    return taken * 1000 / len(writes)


def _in_parts(one: Note) -> bytes:
    fields = {"operation_id": str(uuid4()), "text": one.text}
    parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
    if one.photo:
        named = f'name="photos"; filename="{one.text}.jpg"\r\nContent-Type: image/jpeg'
        parts.append(_part(named, one.photo))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(head: str, content: bytes) -> bytes:
    return (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
        + content
        + b"\r\n"
    )
