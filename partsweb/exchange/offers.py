"""What can be brought in on the page, in the order in which files need each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from partsweb.exchange.kind import Kind
from partsweb.exchange.kinds import KINDS
from partsweb.kit.refusal import NotAllowed, NotFound
from partsweb.kit.sheets import Sheet
from partsweb.people.models import Person

CATALOGUE, REST = "import data", "import stock and orders"
NEEDS = {
    "locations": "A bin stands below its warehouse in the file.",
    "parts": "Needs locations, where the file has reorder points.",
    "vendor-parts": "Needs parts and vendors.",
    "stock": "Needs locations and parts.",
    "counts": "A sheet of a count, or the stock list with a column Counted.",
    "orders": "Needs customers.",
    "purchase-orders": "Needs vendors, and the locations that deliveries go to.",
    "purchase-order-lines": "Needs purchase orders and parts.",
}
# Who keeps the catalogue may bring these in.
OF_THE_CATALOGUE = {"parts", "vendors", "vendor-parts"}
# Rows that don't lean on each other: many of them are kept a step at a time.
IN_STEPS = {"parts", "vendors", "customers"}


# Where what came in stands afterwards: all of it, and one by what the file calls it.
SHOWN_AT = {
    "locations": ("/locations", ""),
    "parts": ("/parts", "/parts?q="),
    "vendors": ("/vendors", ""),
    "vendor-parts": ("/vendors", ""),
    "customers": ("/orders", ""),
    "stock": ("/parts", ""),
    "counts": ("/counts", ""),
    "orders": ("/orders", "/orders/"),
    "purchase-orders": ("/purchasing", "/purchasing/"),
    "purchase-order-lines": ("/purchasing", ""),
}


@dataclass(frozen=True)
class Offer:
    """One kind of file."""

    kind: type[Kind[Any]]

    @property
    def name(self) -> str:
        """As addresses and the command line have it."""
        return self.kind.name

    @property
    def title(self) -> str:
        """As people say it."""
        return self.name.replace("-", " ").capitalize()

    @property
    def what(self) -> str:
        """What a row of it is, in a line."""
        return (self.kind.__doc__ or "").splitlines()[0]

    @property
    def needs(self) -> str:
        """What must be there before."""
        return NEEDS.get(self.name, "")

    @property
    def act(self) -> str:
        """What a person must be allowed to."""
        return CATALOGUE if self.name in OF_THE_CATALOGUE else REST

    @property
    def shown_at(self) -> str:
        """Where all of it stands."""
        return SHOWN_AT.get(self.name, ("/imports", ""))[0]

    def found_at(self, title: str) -> str:
        """Where one row's thing stands; empty where it has no address of its own name."""
        found = SHOWN_AT.get(self.name, ("", ""))[1]
        return found + quote(title, safe="") if found else ""

    @property
    def fields(self) -> Sequence[tuple[str, str, bool]]:
        """Name, meaning, whether it is needed."""
        return [
            (field, of.description or "", of.is_required())
            for field, of in self.kind.row.model_fields.items()
        ]

    @property
    def template(self) -> Sheet:
        """An empty table with every column that is read."""
        return Sheet(f"{self.name}-template", [field for field, _, _ in self.fields], [])


OFFERS: Sequence[Offer] = [Offer(kind) for kind in KINDS]


def called(field: str) -> str:
    """A field's name as people read it."""
    return "SKU" if field == "sku" else field.replace("_", " ").capitalize()


def offered(*, to: Person) -> list[Offer]:
    """What the person may bring in."""
    return [offer for offer in OFFERS if to.may(offer.act)]


def offer(name: str, *, to: Person) -> Offer:
    """One of them; a kind that is none isn't there."""
    found = next((one for one in OFFERS if one.name == name), None)
    if found is None:
        raise NotFound("Nothing of that kind is brought in.")
    if not to.may(found.act):
        raise NotAllowed(f"Your role does not {found.act}.")
    return found
