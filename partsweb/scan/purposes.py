"""What a scan is for: to look up, to receive, to install. The page one comes from implies it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import url_for

from partsweb.kit.refusal import NotFound
from partsweb.orders import queries as orders
from partsweb.orders.models import Order
from partsweb.people.models import Person
from partsweb.scan.queries import Found


class Purpose(StrEnum):
    """What is done with the thing."""

    LOOK_UP = "look-up"
    RECEIVE = "receive"
    INSTALL = "install"


# Addresses as pages have them; an order's number is what one works on.
ORDER = re.compile(r"/orders/([A-Z]+-\d+)")
IMPLIED = (
    (re.compile(r"/(purchasing|purchase-lines|receipts)\b"), Purpose.RECEIVE),
    (re.compile(r"/(orders/[A-Z]+-|entries/|installations/)"), Purpose.INSTALL),
)


@dataclass(frozen=True)
class Errand:
    """A purpose, and the order that is worked on."""

    purpose: Purpose
    order: Order | None
    offered: Sequence[Purpose]

    def way(self, found: Sequence[Found], code: str) -> str:
        """Where to go at once with what was scanned; empty where it is for the person to choose."""
        if len(found) != 1:
            return ""
        [one] = found
        if self.purpose == Purpose.INSTALL and one.entry is not None:
            return url_for("orders.installation", entry_id=one.entry.id, serials=one.serial or None)
        if self.purpose == Purpose.RECEIVE and one.purchase_order is not None:
            number, unit = one.purchase_order.number, code if one.part and one.serial else None
            return url_for("purchasing.new_receipt", number=number, scan=1, code=unit)
        return ""


def errand(said: str, number: str, came_from: str, *, of: Person) -> Errand:
    """What was said, else what the page that one came from implies."""
    order = _order(number or _number_in(came_from), of)
    offered = [Purpose.LOOK_UP]
    if of.may("receive parts"):
        offered.append(Purpose.RECEIVE)
    if order is not None and of.may("install parts"):
        offered.append(Purpose.INSTALL)
    implied = next((one for page, one in IMPLIED if page.search(came_from)), Purpose.LOOK_UP)
    wanted = next((one for one in Purpose if one.value == said), implied)
    return Errand(wanted if wanted in offered else Purpose.LOOK_UP, order, offered)


def _order(number: str, person: Person) -> Order | None:
    """The order of that number while it is open, else the one that the person has started."""
    try:
        asked = orders.order(number, seen_by=person) if number else None
    except NotFound:
        asked = None
    return asked if asked is not None and asked.open else orders.active_order(person)


def _number_in(address: str) -> str:
    found = ORDER.search(address)
    return found[1] if found else ""
