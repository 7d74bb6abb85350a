"""Dispatch, and what was fitted at a site or for a customer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.kit.paging import Page, asked_page
from partsweb.kit.refusal import NotFound
from partsweb.orders import dispatch as looked_at
from partsweb.orders import history, open_requests, queries
from partsweb.orders.dispatch import Short
from partsweb.orders.models import Installation
from partsweb.orders.views import bp

SHOWN = 5
# Address → what it is called, and where it comes from.
LISTS: dict[str, tuple[str, Callable[..., Page[Short]]]] = {
    "not-ready": ("Parts not ready", looked_at.not_ready),
    "awaiting": ("Awaiting parts", looked_at.awaiting),
    "standing-still": ("No change for three days", looked_at.standing_still),
    "flagged": ("To look at", looked_at.flagged),
}


@bp.get("/dispatch")
@reads("see all orders")
def dispatch() -> ResponseReturnValue:
    """All that dispatch looks at, the first of each, and the way to the rest."""
    lists = [
        (what, title, rows(size=SHOWN))
        for what, (title, rows) in LISTS.items()
        if what != "flagged"
    ]
    waiting = open_requests.requests()
    return page("orders/dispatch.html", nav="orders", lists=lists, waiting=waiting)


@bp.get("/dispatch/<what>")
@reads("see all orders")
def dispatch_list(what: str) -> ResponseReturnValue:
    """One of the lists as a whole."""
    if what not in LISTS:
        raise NotFound("There is no such list.")
    title, rows = LISTS[what]
    found = rows(page=asked_page())
    return page(
        "orders/dispatch_list.html",
        nav="orders",
        what=what,
        title=title,
        found=found,
        flag=queries.flag,
    )


@bp.get("/sites/<uuid:site_id>/history")
@reads("see orders")
def site_history(site_id: UUID) -> ResponseReturnValue:
    """What was fitted at the site."""
    site, words = history.site(site_id, seen_by=g.person), request.args.get("q", "")[:200]
    return page(
        "orders/history.html",
        "results",
        nav="orders",
        site=site,
        customer=site.customer,
        words=words,
        found=history.fitted_at(site, words, page=asked_page()),
        address=url_for(".site_history", site_id=site_id),
        until=history.warranty_until,
        mine=_may_see,
    )


@bp.get("/customers/<uuid:customer_id>/history")
@reads("see all orders")
def customer_history(customer_id: UUID) -> ResponseReturnValue:
    """What was fitted for the customer, at all sites."""
    customer = history.customer(customer_id, seen_by=g.person)
    words = request.args.get("q", "")[:200]
    return page(
        "orders/history.html",
        "results",
        nav="orders",
        site=None,
        customer=customer,
        words=words,
        found=history.fitted_for(customer, words, page=asked_page()),
        address=url_for(".customer_history", customer_id=customer_id),
        until=history.warranty_until,
        mine=_may_see,
    )


def _may_see(one: Installation) -> bool:
    """Whether the person may open the order on which it was fitted."""
    mine = one.entry.order.assigned_to_id == g.person.id
    return bool(mine or g.person.may("see all orders"))
