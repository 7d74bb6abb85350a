"""All that `partsweb audit` recomputes."""

from __future__ import annotations

from collections.abc import Iterator

from partsweb.catalogue import audit as catalogue
from partsweb.month_end import audit as month_end
from partsweb.orders import audit as orders
from partsweb.purchasing import audit as purchasing
from partsweb.stock import audit as stock


def differences() -> Iterator[str]:
    """Every rule that the rows of this installation don't keep, in words."""
    yield from catalogue.differences()
    yield from stock.differences()
    yield from orders.differences()
    yield from purchasing.differences()
    yield from month_end.differences()
