"""Purchase orders of another system, by number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import Field

from partsweb.catalogue.models import Vendor
from partsweb.exchange.kind import (
    ADDED,
    UNCHANGED,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    as_it_is,
    compared,
    known_by,
)
from partsweb.exchange.values import Code, Currency, Day, Money, Words
from partsweb.exchange.vendors import VendorsNamed
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Location
from partsweb.purchasing import history
from partsweb.purchasing.models import PurchaseOrder

KEPT = (
    "vendor_id",
    "ship_to_id",
    "imported_state",
    "ordered_on",
    "expected_on",
    "tax",
    "freight",
    "note",
)


class PurchaseOrderRow(Row):
    """One purchase order, without its lines."""

    synonyms: ClassVar[Names] = {
        "number": ("po number", "purchase order", "po", "order number", "reference"),
        "vendor": ("vendor account", "vendor code", "supplier code", "supplier", "account"),
        "state": ("status",),
        "ordered_on": ("order date", "date", "issue date", "ordered"),
        "expected_on": ("expected date", "due date", "target date", "delivery date"),
        "ship_to": ("destination", "warehouse", "location"),
        "tax": ("tax amount", "vat"),
        "freight": ("shipping", "shipping cost", "freight cost"),
        "note": ("notes", "description", "remarks"),
    }

    number: Code = Field(description="what tells purchase orders apart")
    vendor: Code = Field(description="the vendor's code or name")
    state: Words = Field("", description="how it stands there, kept as written")
    ordered_on: Day | None = Field(None, description="when it was ordered")
    expected_on: Day | None = Field(None, description="when it should arrive")
    ship_to: Words = Field("", description="the location it goes to")
    currency: Currency = Field("", description="of tax and freight, where it isn't ours")
    tax: Money = Field(Decimal(0), description="recoverable tax on all of it")
    freight: Money = Field(Decimal(0), description="what its shipping costs")
    note: Words = Field("", description="what else there is to know")

    @property
    def key(self) -> Hashable:
        """The number."""
        return self.number


class PurchaseOrders(Kind[PurchaseOrderRow]):
    """What was ordered before; what it received is in the imported stock already."""

    name: ClassVar = "purchase-orders"
    things: ClassVar = "purchase orders"
    row: ClassVar = PurchaseOrderRow

    def __init__(self, rows: Sequence[PurchaseOrderRow]) -> None:
        """Look up orders, vendors and locations."""
        numbers = (row.number for row in rows)
        self.orders: dict[str, PurchaseOrder] = known_by(PurchaseOrder.number, numbers)
        self.vendors = VendorsNamed(row.vendor for row in rows)
        places = {row.ship_to for row in rows} - {""}
        self.places: dict[str, Location] = known_by(Location.name, places)

    def keep(self, row: PurchaseOrderRow) -> Kept:
        """Keep the order as it is known there, or change what the file says of it."""
        vendor, ship_to = self.vendors.named(row.vendor), self._ship_to(row)
        known = self.orders.get(row.number)
        if known is None:
            told = row.model_dump(exclude={"number", "vendor", "state", "ship_to", "currency"})
            history.record_order(
                row.number, vendor, imported_state=row.state, ship_to=ship_to, **told
            )
            return ADDED
        if not known.imported_state:
            raise Refusal(f"{known.number} was made here, not imported", field="number")
        before = as_it_is(known, KEPT)
        wanted = before | _told(row, vendor, ship_to)
        if wanted == before:
            return UNCHANGED
        for field, value in wanted.items():
            setattr(known, field, value)
        history.settle([known])
        return _readable(compared(before, wanted), vendor, ship_to)

    def finish(self, on_rows: OnRows) -> None:
        """Write what was added, all at once."""
        db.session.flush()

    def _ship_to(self, row: PurchaseOrderRow) -> Location | None:
        if row.ship_to and row.ship_to not in self.places:
            raise Refusal(f"there is no location {row.ship_to}", field="ship_to")
        return self.places.get(row.ship_to)


def _told(row: PurchaseOrderRow, vendor: Vendor, ship_to: Location | None) -> dict[str, Any]:
    told = {field: value for field, value in row.given.items() if field in KEPT}
    told["vendor_id"] = vendor.id
    if row.state:
        told["imported_state"] = row.state
    if ship_to is not None:
        told["ship_to_id"] = ship_to.id
    return told


def _readable(kept: Kept, vendor: Vendor, ship_to: Location | None) -> Kept:
    """What people call the other vendor and location, not their ids."""
    names = {"vendor_id": vendor.name, "ship_to_id": ship_to.name if ship_to else ""}
    fields = {
        field.removesuffix("_id"): ("another", names[field]) if field in names else both
        for field, both in kept.fields.items()
    }
    return Kept(kept.change, fields)
