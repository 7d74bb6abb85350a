"""Customers, their sites and their work orders come in from another system."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders import rules as orders
from partsweb.orders.models import Customer, Order, OrderState
from partsweb.timeline.models import Notification
from tests.exchange.conftest import Import
from tests.support.company import a_person, a_technician, given, signed_in

CUSTOMERS = """number,name,phone,site,street,town,postcode
K-7,Hill Hospital,0113 4960000,North wing,1 Hill Rd,Leeds,LS1 4AP
K-7,Hill Hospital,0113 4960000,South wing,2 Hill Rd,Leeds,LS1 4AP
,Mrs Okafor,,,14 Mill Lane,Leeds,
"""
ORDERS = """number,customer,site,summary,state,created,scheduled,technician
WO-1,K-7,North wing,Boiler cold,open,13/05/2026,14/05/2026 9:30,{tess}
WO-2,mrs okafor,,Fan noisy,Closed,04/05/2026,,
"""


def kept(app: Flask, number: str) -> Order:
    return db.session.scalars(select(Order).where(Order.number == number)).one()


def test_customers_come_with_their_sites(app: Flask, bring: Import):
    first = bring("customers", CUSTOMERS)
    again = bring("customers", CUSTOMERS)
    moved = bring("customers", CUSTOMERS.replace("2 Hill Rd", "3 Hill Rd"))

    assert first.output.splitlines()[-1] == "3 customers and sites added, 0 changed, 0 unchanged."
    assert again.output.splitlines()[-1] == "0 customers and sites added, 0 changed, 3 unchanged."
    assert moved.output.splitlines()[-1] == "0 customers and sites added, 1 changed, 2 unchanged."
    with app.app_context():
        hospital, okafor = db.session.scalars(select(Customer).order_by(Customer.number.desc()))
        assert (hospital.name, okafor.number) == ("Hill Hospital", "C-1001")
        assert {site.street for site in hospital.sites} == {"1 Hill Rd", "3 Hill Rd"}
        assert [site.street for site in okafor.sites] == ["14 Mill Lane"]


def test_orders_stand_as_they_stood_there_and_nobody_is_told(app: Flask, bring: Import):
    with given(app):
        tess = a_technician("Tess")
    bring("customers", CUSTOMERS)

    said = bring("orders", ORDERS.format(tess=tess.login))

    assert said.output.splitlines()[-1] == "2 orders added, 0 changed, 0 unchanged."
    with app.app_context():
        first, second = kept(app, "WO-1"), kept(app, "WO-2")
        assert (first.state, second.state) == (OrderState.NEW, OrderState.COMPLETED)
        assert first.scheduled_for == datetime(2026, 5, 14, 9, 30, tzinfo=clock.zone())
        # 13/05 can only be the 13th of May, so 04/05 is the 4th.
        assert clock.day_of(second.created_at).isoformat() == "2026-05-04"
        assert (first.site.name, first.assigned_to.login) == ("North wing", tess.login)
        assert db.session.scalars(select(Notification)).all() == []
    page = signed_in(app, tess).get("/orders/WO-1").text
    assert "Boiler cold" in page
    assert "Imported" in signed_in(app, tess).get("/orders/WO-1/timeline").text


def test_what_was_done_here_counts_more_than_the_same_file_again(app: Flask, bring: Import):
    with given(app):
        tess = a_technician("Tess")
    file = ORDERS.format(tess=tess.login)
    bring("customers", CUSTOMERS)
    bring("orders", file)
    with given(app):
        orders.change_state(kept(app, "WO-1"), OrderState.IN_PROGRESS, by=tess, at=clock.now())

    again = bring("orders", file.replace("Fan noisy", "Fan very noisy"))

    assert "1 orders were made or worked on here: they stay as they are" in again.output
    assert again.output.splitlines()[-1] == "0 orders added, 1 changed, 1 unchanged."
    with app.app_context():
        assert kept(app, "WO-1").state == OrderState.IN_PROGRESS
        assert kept(app, "WO-2").summary == "Fan very noisy"


def test_orders_that_can_t_be_placed_are_named(app: Flask, bring: Import):
    with given(app):
        a_person("dispatcher", name="Sam", login="sam1")
        a_person("dispatcher", name="Sam", login="sam2")
    bring("customers", CUSTOMERS)
    rows = (
        "1,K-9,,Fan,,\n2,K-7,,Fan,,\n3,K-7,Attic,Fan,,\n4,Mrs Okafor,,Fan,lost,\n"
        "5,Mrs Okafor,,Fan,,Sam\n6,Mrs Okafor,,Fan,,Nobody\n"
    )

    refused = bring("orders", f"number,customer,site,summary,state,technician\n{rows}")

    assert "row 2, customer: there is no customer K-9" in refused.output
    assert "row 3, site: Hill Hospital has 2 sites: say which" in refused.output
    assert "row 4, site: Hill Hospital has no sites called Attic" in refused.output
    assert "row 5, state: 'lost' is none of Draft, Scheduled, New" in refused.output
    assert "row 6, technician: 2 people here: Sam" in refused.output
    assert "row 7, technician: nobody here: Nobody" in refused.output
