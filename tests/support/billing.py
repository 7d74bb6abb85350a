"""A firm that bills: Tess fits parts from her van, Sue decides, Fay bills."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from partsweb.catalogue.models import Part
from partsweb.orders.models import Order
from partsweb.people.models import Person
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_van,
    an_order,
    given,
    in_stock,
    signed_in,
)


class Firm:
    """An hour costs 80.00; what is done, is done through the pages."""

    def __init__(self, app: Flask, *, rate: str = "80") -> None:
        self.app = app
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], labour_rate=Decimal(rate))
        with given(app):
            self.van = a_van("Van 3")
            self.tess = a_technician("Tess", van=self.van)
            self.sue = a_person("supervisor", name="Sue")
            self.fay = a_person("finance", name="Fay")
            self.fan = self.a_part("C7731", "Fan", list_price="389")
            self.order: Order = an_order(assigned_to=self.tess)

    def a_part(self, sku: str, description: str, **more: Any) -> Part:
        """A part with plenty in the van."""
        part = a_part(sku, description, **more)
        in_stock(part, self.van, 20)
        return part

    def see(self, somebody: Person, address: str) -> str:
        """What the page says, in plain words."""
        answer = signed_in(self.app, somebody).get(address)
        assert answer.status_code == 200, address
        return in_words(answer.text)

    def do(self, somebody: Person, address: str, **fields: Any) -> str:
        """Send a form; what is shown then, or why not, in plain words."""
        browser = signed_in(self.app, somebody)
        return in_words(browser.post(address, data=fields, follow_redirects=True).text)

    def work(self, spent: str) -> None:
        """Tess notes the time that she spent."""
        self.do(self.tess, f"/orders/{self.order.number}/notes/new", text="Drained", minutes=spent)

    def fit(self, part: Part | None = None, *, at: datetime | None = None, **fields: Any) -> str:
        """Tess fits one from her van without a request; the entry's address."""
        part = part or self.fan
        address = f"/orders/{self.order.number}/installations/new?part={part.id}"
        when = {"occurred_at": at.isoformat()} if at else {}
        sent = {"part": part.id, "quantity": 1, "source": self.van.id, **when, **fields}
        browser = signed_in(self.app, self.tess)
        shown = browser.post(address, data=sent, follow_redirects=True).text
        return re.findall(r"/entries/[0-9a-f-]{36}", shown)[-1]

    @property
    def bill(self) -> str:
        """The order's bill, as finance sees it."""
        return self.see(self.fay, f"/billing/{self.order.number}")

    @property
    def timeline(self) -> str:
        """The order's story, as Tess sees it."""
        return self.see(self.tess, f"/orders/{self.order.number}/timeline")

    def question(self) -> str:
        """The address of the one question that waits for Sue."""
        found = signed_in(self.app, self.sue).get("/approvals").text
        [address] = set(re.findall(r"/approvals/[0-9a-f-]{36}", found))
        return address

    def decide(self, decision: str, why: str = "", granted: str = "") -> str:
        """Sue answers the one question."""
        return self.do(self.sue, self.question(), decision=decision, why=why, granted=granted)


def in_words(page: str) -> str:
    """A page without its markup, on one line."""
    body = page[page.index("<main") :] if "<main" in page else page
    text = re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").replace("\u00a0", " ")
    return " ".join(text.split())
