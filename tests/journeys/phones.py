"""A technician's phone in a basement: one server for many tests, a company of its own for each."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.orders.models import Order, OrderState, WorkNote
from tests.support.company import a_part, a_person, a_technician, a_van, an_order, in_stock
from tests.support.server import Server

PASSWORD = "a password for tests"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
_numbers = itertools.count(1)


class Company:
    """Tess with a van, a started order, another one, and valves in the van."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.login, self.office = f"tess{number}", f"cora{number}"
        self.van = a_van(f"Van {number}")
        self.tess = a_technician("Tess", login=self.login, password=PASSWORD, van=self.van)
        a_person("coordinator", name="Cora", login=self.office, password=PASSWORD)
        self.valve = a_part(f"VK41{number:02d}", "Gas valve")
        in_stock(self.valve, self.van, 5)
        self.order = an_order(
            "Boiler, no hot water", assigned_to=self.tess, state=OrderState.IN_PROGRESS
        )
        self.other = an_order("Fan is loud", assigned_to=self.tess)
        self.orders = (self.order, self.other)


def address_of(server: Server) -> str:
    """By name: passkeys and service workers want localhost."""
    return server.url.replace("127.0.0.1", "localhost")


@contextmanager
def a_phone(browser: Browser, server: Server, **more: Any) -> Iterator[BrowserContext]:
    """A phone of its own."""
    context = browser.new_context(base_url=address_of(server), **(PHONE | more))
    context.set_default_timeout(10_000)
    yield context
    context.close()


def signed_in(context: BrowserContext, login: str) -> Page:
    """Its first page, signed in, with the day's pages on it."""
    page = context.new_page()
    sign_in(page, login)
    carried(page)
    return page


def sign_in(page: Page, login: str, at: str = "") -> None:
    """By password."""
    page.goto(f"{at}/signin")
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


def carried(page: Page) -> None:
    """Wait until the service worker has fetched the day's pages."""
    look = """async () => {
      await navigator.serviceWorker.ready;
      const files = document.querySelector("script[type=module]").src.replace("app.js", "");
      const { remembered } = await import(`${files}lib/outbox-store.js`);
      for (let tries = 0; tries < 300 && !(await remembered("carried")); tries++) {
        await new Promise((go) => setTimeout(go, 50));
      }
      // The catalogue comes after the pages.
      const words = () => caches.match("/phone/catalogue/words", { cacheName: "catalogue" });
      for (let tries = 0; tries < 300 && !(await words()); tries++) {
        await new Promise((go) => setTimeout(go, 50));
      }
      return Boolean(await remembered("carried"));
    }"""
    assert page.evaluate(look)


def notes(app: Flask, *orders: Order) -> list[str]:
    """What was logged on the orders, in the order of the device's clock."""
    numbers = [order.id for order in orders]
    with app.app_context():
        rows = select(WorkNote.text).where(WorkNote.order_id.in_(numbers))
        return list(db.session.scalars(rows.order_by(WorkNote.occurred_at)))


def posts(route: Route) -> bool:
    """Whether it is a write."""
    return route.request.method == "POST"


def files_of(page: Page) -> str:
    """Where the page's scripts lie."""
    source: str = page.evaluate("document.querySelector('script[type=module]').src")
    return source.replace("app.js", "")


def device_of(page: Page) -> str:
    """The device's id."""
    found: str = page.evaluate("localStorage.getItem('partsweb.device')")
    return found


def log_note(page: Page, order: str, text: str) -> None:
    """Through its form."""
    page.goto(f"/orders/{order}/notes/new")
    page.get_by_label("What was done").fill(text)
    page.get_by_role("button", name="Log the note").tap()


def enqueue(page: Page, order: str, text: str, minutes: str = "", photo: bytes = b"") -> None:
    """A note as its form would send it, without the form."""
    page.evaluate(
        """async ([files, order, text, minutes, photo]) => {
          const { entryOf, store } = await import(`${files}lib/outbox.js`);
          const { newOperation } = await import(`${files}lib/operation.js`);
          const body = new FormData();
          const said = { ...newOperation(), text, minutes };
          for (const [name, value] of Object.entries(said)) body.set(name, value);
          const bytes = Uint8Array.from(atob(photo), (one) => one.charCodeAt(0));
          if (photo) body.set("photos", new File([bytes], "plate.jpg", { type: "image/jpeg" }));
          const url = `/orders/${order}/notes/new`;
          const user = document.querySelector("meta[name=person]").content;
          await store.add(await entryOf(body, { url, page: url, title: text, lane: order, user }));
          document.querySelector("signal-line").count();
        }""",
        [files_of(page), order, text, minutes, base64.b64encode(photo).decode()],
    )


def send_now(page: Page) -> None:
    """Send what waits, and wait until that came to its end."""
    page.evaluate(
        """async ([files]) => {
          const { drain } = await import(`${files}lib/outbox.js`);
          await drain(document.querySelector("meta[name=person]").content);
        }""",
        [files_of(page)],
    )


def waiting_on(page: Page) -> list[str]:
    """The texts of the notes that wait on the phone."""
    found: list[str] = page.evaluate(
        """async ([files]) => {
          const { store } = await import(`${files}lib/outbox.js`);
          const user = document.querySelector("meta[name=person]")?.content;
          const said = (fields) => fields.find(([name]) => name === "text")?.[1];
          return (await store.entriesOf(user)).map((entry) => said(entry.fields));
        }""",
        [files_of(page)],
    )
    return found


def kept_so_far(page: Page, number: int) -> bool:
    """Wait until the device has kept so many writes; they may be sent already."""
    look = """async ([files, number]) => {
      const { remembered } = await import(`${files}lib/outbox-store.js`);
      for (let tries = 0; tries < 100 && (await remembered("number")) < number; tries++) {
        await new Promise((go) => setTimeout(go, 50));
      }
      return (await remembered("number")) === number;
    }"""
    return bool(page.evaluate(look, [files_of(page), number]))
