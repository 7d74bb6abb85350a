"""Which sections each role's start page has, and where each takes what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from partsweb.approvals import queries as approvals
from partsweb.billing import queries as billing
from partsweb.catalogue import asked
from partsweb.counts import queries as counts
from partsweb.invoices import queries as invoices
from partsweb.locations.views import own_van
from partsweb.month_end import queries as month_end
from partsweb.orders import dispatch, open_requests
from partsweb.people.models import Person
from partsweb.people.permissions import (
    ADMIN,
    COORDINATOR,
    DISPATCHER,
    FINANCE,
    PURCHASING,
    ROLES,
    SUPERVISOR,
    TECHNICIAN,
)
from partsweb.purchasing import queries as purchasing
from partsweb.purchasing import received
from partsweb.purchasing.queries import Wanted
from partsweb.purchasing.received import Wrong
from partsweb.returns import queries as returns
from partsweb.stock import queries as stock
from partsweb.stock import transfer_queries as transfers
from partsweb.timeline import queries as timeline
from partsweb.today import queries

# A section is templates/today/_<name>.html, which finds in `it` what is loaded for it here.
LOADS: dict[str, Callable[[Person], Any]] = {
    "orders": queries.own_orders,
    "collect": queries.to_collect,
    "told": timeline.told,
    "to_do": timeline.to_do,
    "van": lambda person: queries.van_stands(own_van()),
    "requests": lambda person: queries.requests(),
    "unassigned": lambda person: queries.without_technician(),
    "awaiting": lambda person: queries.awaiting_parts(),
    "still": lambda person: queries.standing_still(),
    "negative": lambda person: stock.negative_balances(size=queries.SHOWN),
    "received": lambda person: queries.received_today(),
    "elsewhere": lambda person: queries.serials_elsewhere(),
    "discrepancies": lambda person: received.discrepancies(Wrong(), seen_by=person),
    "not_ready": lambda person: dispatch.not_ready(size=queries.SHOWN),
    "asked_for": lambda person: asked.catalogue_requests(seen_by=person),
    "to_buy": lambda person: open_requests.requests(),
    "late": lambda person: purchasing.purchase_orders(Wanted("late"), seen_by=person),
    "to_decide": lambda person: approvals.to_decide(),
    "counts": lambda person: counts.counts(seen_by=person, undone=True, size=queries.SHOWN),
    "transfers": lambda person: transfers.how_many(seen_by=person),
    "cores": returns.own,
    "invoices": lambda person: invoices.counts(),
    "bills": lambda person: billing.standing(),
    "month_end": lambda person: month_end.open_months(),
    "firm": lambda person: queries.people_and_places(),
}
SECTIONS: dict[str, tuple[str, ...]] = {
    TECHNICIAN: ("orders", "collect", "transfers", "counts", "told", "to_do", "cores", "van"),
    DISPATCHER: ("told", "requests", "not_ready", "unassigned", "awaiting", "still", "to_do"),
    COORDINATOR: (
        "told",
        "requests",
        "transfers",
        "asked_for",
        "counts",
        "negative",
        "elsewhere",
        "discrepancies",
        "received",
        "to_do",
    ),
    PURCHASING: ("told", "to_buy", "asked_for", "late", "discrepancies", "to_do"),
    SUPERVISOR: (
        "to_decide",
        "told",
        "counts",
        "awaiting",
        "still",
        "late",
        "negative",
        "discrepancies",
        "to_do",
    ),
    FINANCE: (
        "told",
        "invoices",
        "bills",
        "month_end",
        "negative",
        "late",
        "discrepancies",
        "to_do",
    ),
    ADMIN: ("to_decide", "told", "asked_for", "firm", "negative", "to_do"),
}


def sections_of(person: Person) -> list[tuple[str, Any]]:
    """The person's sections with what they show; of several roles each section once."""
    roles = [role for role in ROLES if role in person.roles]
    names = dict.fromkeys(name for role in roles for name in SECTIONS[role])
    return [(name, LOADS[name](person)) for name in names]
