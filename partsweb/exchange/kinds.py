"""Every kind of import, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from partsweb.exchange.counts import Counts
from partsweb.exchange.customers import Customers
from partsweb.exchange.kind import Kind
from partsweb.exchange.locations import Locations
from partsweb.exchange.orders import Orders
from partsweb.exchange.parts import Parts
from partsweb.exchange.purchase_lines import PurchaseLines
from partsweb.exchange.purchase_orders import PurchaseOrders
from partsweb.exchange.stock import Stock
from partsweb.exchange.vendor_parts import VendorParts
from partsweb.exchange.vendors import Vendors

KINDS: Sequence[type[Kind[Any]]] = (
    Locations,
    Parts,
    Vendors,
    VendorParts,
    Stock,
    Customers,
    Orders,
    Counts,
    PurchaseOrders,
    PurchaseLines,
)
