from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.catalogue.models import VendorReference
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.purchasing.models import PurchaseOrder, PurchaseState
from partsweb.stock import rules as ledger
from partsweb.stock import transfers
from partsweb.stock.transfer_models import Transfer
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
    the,
)
from tests.support.counting import statements


def kept(part, place, *, at: int, up_to: int | None = None, now: int = 0) -> None:
    """Restocked there at so many, up to so many; and what lies there now."""
    if now:
        in_stock(part, place, now)
    ledger.set_reorder_level(
        part, place, point=Decimal(at), maximum=None if up_to is None else Decimal(up_to)
    )


def below(page: str) -> list[str]:
    return re.findall(r'<td class="desk-only"><code>(.*?)</code>', page)


def filled_in(page: str) -> dict[str, list[str]]:
    """The restock form as a browser would send it, nobody having touched it."""
    fields: dict[str, list[str]] = {"need": re.findall(r'name="need" value="(.*?)"', page)}
    for name, select_ in re.findall(r'<select name="(how-.*?)">(.*?)</select>', page, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)" selected', select_)
    for value, name in re.findall(r'value="([^"]*)"[^>]*name="(quantity-.*?)"', page):
        fields[name] = [value]
    return fields


def test_what_is_asked_for_counts_and_what_is_coming_for_stock_helps(app: Flask):
    with given(app):
        cora, depot, far, van = a_person("coordinator"), a_warehouse(), a_warehouse("Far"), a_van()
        names = ("ENOUGH", "ASKED", "FOR-IT", "CARRIED", "DRAFTED")
        enough, asked, for_it, carried, drafted = (a_part(name, "Fan") for name in names)
        for part in (enough, asked, for_it, carried, drafted):
            kept(part, depot, at=2, up_to=8, now=4 if part in (enough, asked) else 2)
        kept(asked, far, at=1, up_to=8, now=4)
        an_entry(an_order(), asked, 3)
        northgas = a_vendor()
        order = a_purchase_order(northgas, (for_it, 5, "1"), ship_to=depot)
        order.lines[0].promised = Decimal(5)
        a_purchase_order(northgas, (drafted, 5, "1"), ship_to=depot, state=PurchaseState.DRAFT)
        in_stock(carried, van, 3)
        sent = transfers.ask(van, depot, [(carried, Decimal(3))], by=cora, at=clock.now())
        transfers.pick_all(sent, by=cora, at=clock.now())

    browser = signed_in(app, cora)

    assert below(browser.get("/parts?below=1").text) == ["ASKED", "DRAFTED", "FOR-IT"]
    assert below(browser.get(f"/parts?below=1&at={far.id}").text) == []


def test_the_start_page_counts_as_the_filter_does(app: Flask):
    with given(app):
        tess = a_technician(van="Van 3")
        van = the(locations.van_of(tess))
        low, due = a_part("LOW"), a_part("DUE")
        for part in (low, due):
            kept(part, van, at=2, up_to=4, now=1)
        a_purchase_order(a_vendor(), (due, 3, "1"), ship_to=van)
    browser = signed_in(app, tess)

    start = browser.get("/").text

    assert re.search(r"<b>1</b> <span>to restock", start)
    assert f"/parts?at={van.id}&amp;below=1" in start
    assert below(browser.get(f"/parts?below=1&at={van.id}").text) == ["LOW"]


def test_one_act_puts_all_on_drafts_by_vendor_and_on_transfers(app: Flask):
    with given(app):
        cora, depot, van = a_person("coordinator"), a_warehouse("Depot"), a_van("Van 3")
        northgas, calder = a_vendor("Northgas"), a_vendor("Calder")
        fan, hose, coil = a_part("FAN", "Fan"), a_part("HOSE", "Hose"), a_part("COIL", "Coil")
        a_price(fan, northgas, "12")
        a_price(hose, calder, "3")
        a_price(coil, northgas, "9")
        sold_in_fives = the(db.session.scalar(select(VendorReference).filter_by(part=hose)))
        sold_in_fives.pack = Decimal(5)
        kept(fan, depot, at=2, up_to=10, now=1)
        kept(hose, depot, at=3, up_to=10, now=3)
        in_stock(coil, depot, 6)
        kept(coil, van, at=1, up_to=4)
    browser = signed_in(app, cora)

    page = browser.get("/parts/restock").text
    answer = browser.post("/parts/restock", data=filled_in(page), follow_redirects=True).text

    with app.app_context():
        drafts = db.session.scalars(select(PurchaseOrder).order_by(PurchaseOrder.number)).all()
        bought = {
            (one.vendor.name, line.part.sku, line.quantity, line.price)
            for one in drafts
            for line in one.lines
        }
        assert bought == {("Northgas", "FAN", 9, 12), ("Calder", "HOSE", 10, 3)}
        assert {one.ship_to.name for one in drafts} == {"Depot"}
        (moved,) = db.session.scalars(select(Transfer)).all()
        assert (moved.source.name, moved.target.name) == ("Depot", "Van 3")
        assert [(line.part.sku, line.quantity) for line in moved.lines] == [("COIL", 4)]
        assert all(number in answer for number in (moved.number, *(one.number for one in drafts)))
    assert "Nothing to restock" in answer


def test_two_who_restock_at_once_order_it_once(app: Flask):
    with given(app):
        cora, pat = a_person("coordinator"), a_person("purchasing")
        depot, fan = a_warehouse(), a_part("FAN", "Fan")
        a_price(fan, a_vendor(), "12")
        kept(fan, depot, at=2, up_to=10)
    both = [signed_in(app, one) for one in (cora, pat)]
    pages = [browser.get("/parts/restock").text for browser in both]

    for browser, page in zip(both, pages, strict=True):
        answer = browser.post("/parts/restock", data=filled_in(page), follow_redirects=True)

    assert "1 stood on paper already" in answer.text
    with app.app_context():
        (draft,) = db.session.scalars(select(PurchaseOrder)).all()
        assert [line.quantity for line in draft.lines] == [10]


def test_a_draft_that_falls_short_gets_more_on_the_same_line(app: Flask):
    with given(app):
        cora, depot, fan = a_person("coordinator"), a_warehouse(), a_part("FAN", "Fan")
        northgas = a_vendor()
        a_price(fan, northgas, "12")
        kept(fan, depot, at=6, up_to=10)
        state = PurchaseState.DRAFT
        draft = a_purchase_order(northgas, (fan, 4, "12"), ship_to=depot, state=state)
    browser = signed_in(app, cora)

    page = browser.get("/parts/restock").text
    browser.post("/parts/restock", data=filled_in(page))

    with app.app_context():
        again = db.session.get_one(PurchaseOrder, draft.id)
        assert [line.quantity for line in again.lines] == [10]


def test_a_warehouse_gets_what_another_has_above_its_own_maximum(app: Flask):
    with given(app):
        cora, depot, far = a_person("coordinator"), a_warehouse("Depot"), a_warehouse("Far")
        fan = a_part("FAN", "Fan")
        a_price(fan, a_vendor("Northgas"), "12")
        kept(fan, depot, at=2, up_to=8)
        kept(fan, far, at=2, up_to=5, now=9)
    browser = signed_in(app, cora)

    page = browser.get("/parts/restock").text

    assert "Move from Far, 4 to spare" in page
    assert "Buy from Northgas" in page


def test_a_buyer_who_may_not_move_stock_buys_and_what_nobody_sells_is_said(app: Flask):
    with given(app):
        pat, depot, van = a_person("purchasing"), a_warehouse("Depot"), a_van("Van 3")
        fan, lone = a_part("FAN", "Fan"), a_part("LONE", "Lone")
        a_price(fan, a_vendor("Northgas"), "12")
        in_stock(fan, depot, 5)
        kept(fan, van, at=1, up_to=2)
        kept(lone, depot, at=1)
        tess = a_technician()
    browser = signed_in(app, pat)

    page = browser.get("/parts/restock").text
    (key,) = filled_in(page)["need"]
    move = {"need": key, f"how-{key}": f"move.{depot.id}", f"quantity-{key}": "1"}

    assert "Move from" not in page
    assert "Nobody sells it" in page
    assert browser.post("/parts/restock", data=move).status_code == 403
    assert signed_in(app, tess).get("/parts/restock").status_code == 403


@pytest.mark.parametrize("how", ["buy.nonsense", "", "sell.x"])
def test_a_made_up_form_orders_nothing(app: Flask, how: str):
    with given(app):
        cora, depot, fan = a_person("coordinator"), a_warehouse(), a_part("FAN")
        a_price(fan, a_vendor(), "12")
        kept(fan, depot, at=2)
    key = f"{fan.id}.{depot.id}"

    form = {"need": key, f"how-{key}": how, f"quantity-{key}": "1"}
    answer = signed_in(app, cora).post("/parts/restock", data=form)

    assert answer.status_code == 422
    with app.app_context():
        assert not db.session.scalars(select(PurchaseOrder)).all()


def test_a_long_list_costs_no_more_questions_than_a_short_one(app: Flask):
    with given(app):
        cora, depot, far = a_person("coordinator"), a_warehouse("Depot"), a_warehouse("Far")
        northgas = a_vendor()
        for number in range(60):
            part = a_part(f"FAN-{number:02d}")
            a_price(part, northgas, "12")
            kept(part, depot if number else far, at=2, up_to=4)
            in_stock(part, a_van(f"Van {number}"), 1)
    browser = signed_in(app, cora)

    with statements(app) as few:
        browser.get(f"/parts/restock?at={far.id}")
    with statements(app) as many:
        page = browser.get("/parts/restock").text

    assert len(filled_in(page)["need"]) == 50
    assert len(many) <= len(few) + 1  # a full page is counted
