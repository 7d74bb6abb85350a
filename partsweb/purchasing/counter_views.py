"""Bought something at a counter? One page from anywhere: find the part, say what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.attachments import rules as papers
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.refusal import Refusal
from partsweb.kit.slot import partial
from partsweb.kit.words import qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.locations.views import own_van
from partsweb.orders import queries as orders
from partsweb.orders.models import Order
from partsweb.purchasing import counter
from partsweb.purchasing.counter_form import CounterForm, Goes
from partsweb.purchasing.models import Receipt
from partsweb.purchasing.views import bp

# Parts on one slip; what else of an address is carried along while a part is added.
MOST_PARTS = 20
OWN = {"q", "part", "add", "without"}


@bp.get("/counter-purchases/new")
@reads("buy at a counter")
def new_counter_purchase() -> ResponseReturnValue:
    """Find the part; then how much, what was paid, and where it goes."""
    parts, order = _parts(), _order()
    shown: dict[str, Any] = {
        "parts": parts,
        "order": order,
        "carried": _carried(),
        "chosen": request.args,
    }
    if not parts or "add" in request.args:
        text = request.args.get("q", "")
        found = catalogue.search(text) if text.strip() else ()
        block = "results" if "q" in request.args else "page"
        return page("purchasing/counter_part.html", block, q=text, found=found, **shown)
    return page("purchasing/counter.html", **shown, **_choices(parts))


@bp.post("/counter-purchases/new")
@writes("buy at a counter")
def buy_at_counter() -> ShowAfter:
    """Order, receipt and slip in one act."""
    form, order = CounterForm.read(request.form, _parts()), _order()
    at = occurred_at()
    known = catalogue.vendor(form.vendor_id) if form.vendor_id else None
    receipt = counter.buy(
        known or counter.vendor_named(form.vendor_name, by=g.person, at=at),
        form.bought,
        into=_into(form.into_id),
        by=g.person,
        at=at,
        order=order if form.goes != Goes.VAN else None,
        fitted=form.goes == Goes.FITTED,
        slip_number=form.slip_number,
        note=form.note,
    )
    brought = request.files.getlist("slip")
    papers.attach_all(receipt.subject, brought, by=g.person, purpose="packing slip")
    return _show(receipt, order, form.goes)


def bought_on_order(order: Order, words: str = "", **others: Any) -> Markup | str:
    """Where a part is looked for on an order: it was bought at a counter."""
    if not g.person.may("buy at a counter") or not order.open:
        return ""
    to = url_for("purchasing.new_counter_purchase", order=order.number, q=words or None)
    return partial("purchasing/_bought.html", to=to)


def bought_part(part: Part) -> Markup | str:
    """On a part's page: it was bought at a counter."""
    if not g.person.may("buy at a counter"):
        return ""
    to = url_for("purchasing.new_counter_purchase", part=part.id)
    return partial("purchasing/_bought.html", to=to)


def _parts() -> list[Part]:
    """Those of the address, each once; `without` takes one out."""
    ids = dict.fromkeys(request.args.getlist("part"))
    ids.pop(request.args.get("without", ""), None)
    try:
        return [catalogue.part(UUID(one)) for one in list(ids)[:MOST_PARTS]]
    except ValueError:
        raise Refusal("Choose the part from the list.") from None


def _order() -> Order | None:
    """The order that one came from, else the one that one has started."""
    if number := request.args.get("order", ""):
        return orders.order(number, seen_by=g.person)
    return orders.active_order(g.person)


def _carried() -> dict[str, Any]:
    """What was typed already stays while another part is looked for."""
    lists = request.args.to_dict(flat=True)
    return {name: value for name, value in lists.items() if name not in OWN and value}


def _choices(parts: Sequence[Part]) -> dict[str, Any]:
    references = [one for part in parts for one in catalogue.references_of(part)]
    van = own_van()
    places = [] if van else [(one.id, one.called) for one in locations.warehouses_and_vans()]
    return {
        "vendors": catalogue.vendors(),
        "usual": references[0].vendor_id if references else None,
        "van": van,
        "places": places,
    }


def _into(place_id: UUID | None) -> Location:
    """One's own van, or the place that was chosen by somebody who holds none."""
    if van := own_van():
        return van
    if place_id is None:
        raise Refusal("Choose where it goes.", field="into")
    return locations.place(place_id)


def _show(receipt: Receipt, order: Order | None, goes: Goes) -> ShowAfter:
    what = ", ".join(f"{qty(line.accepted)} {line.line.part.sku}" for line in receipt.lines)
    paper = receipt.purchase_order
    said = f"{what} bought: {paper.number}. Purchasing is told."
    if order is not None and goes != Goes.VAN:
        return show_after(url_for("orders.order", number=order.number), notice=said)
    return show_after(url_for(".purchase_order", number=paper.number), notice=said)
