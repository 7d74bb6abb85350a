"""What dispatch looks at, what a late delivery tells, and what was fitted at a site before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.orders import dispatch, fitting, history, open_requests, requesting, rules
from partsweb.orders.models import Fate, Order, OrderState, Urgency
from partsweb.orders.open_requests import Asked
from partsweb.purchasing import rules as buying
from partsweb.timeline.queries import told
from partsweb.timeline.rules import follow_up
from partsweb.upkeep.tick import tick
from tests.support.company import (
    a_part,
    a_person,
    a_site,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    signed_in,
)
from tests.support.counting import statements

ONE = Decimal(1)
DAY = timedelta(days=1)


def test_requests_are_narrowed_by_technician_urgency_and_words(app: Flask):
    with given(app):
        tess, tom, helen = a_technician(), a_technician("Tom"), a_person("dispatcher")
        valve, fan = a_part("VK4105"), a_part("C7731", "Fan")
        hers = an_order(assigned_to=tess, site=a_site("Mrs Okafor"))
        his = an_order(assigned_to=tom, site=a_site("Mr Bell", "2 Hill Rise"))
        now = clock.now()
        a = requesting.request(hers, valve, ONE, by=tess, at=now)
        b = requesting.request(his, fan, ONE, by=tom, at=now, urgency=Urgency.TODAY)

        def found(**wanted) -> list:
            return [one.id for one in open_requests.requests(Asked(**wanted)).items]

        assert found() == [b.id, a.id]
        assert found(technician_id=tess.id) == [a.id]
        assert found(urgency=Urgency.TODAY) == [b.id]
        assert found(words="hill fan") == [b.id]
        assert found(words="okafor fan") == []
    page = signed_in(app, helen).get("/requests?urgency=today").text
    assert "C7731" in page
    assert "VK4105" not in page


def test_a_visit_whose_parts_come_too_late_is_marked_and_the_next_visit_stands_first(app: Flask):
    with given(app):
        tess, helen = a_technician(), a_person("dispatcher")
        soon, later, ready = (
            an_order(name, assigned_to=tess, scheduled_for=clock.now() + days * DAY)
            for name, days in (("Soon", 2), ("Later", 5), ("Ready", 1))
        )
        today = clock.today()
        for order, days, paper in ((later, 1, "PO-1"), (soon, 3, "PO-2")):
            entry = an_entry(order, a_part(), 1, on_order=1)
            entry.expected_on, entry.paper = today + days * DAY, paper
        an_entry(ready, a_part(), 1, ready=1)

        rows = dispatch.not_ready().items

        assert [(one.order.summary, one.too_late) for one in rows] == [
            ("Soon", True),
            ("Later", False),
        ]
        assert (rows[0].due_on, rows[0].papers) == (today + 3 * DAY, ["PO-2"])
    office = signed_in(app, helen)
    for url in ("/dispatch", "/dispatch/not-ready", "/"):
        assert "Not in time" in office.get(url).text
    assert office.get("/dispatch/elsewhere").status_code == 404


def test_orders_that_await_parts_stand_with_vendor_and_day_the_late_ones_first(app: Flask):
    with given(app):
        helen, today = a_person("dispatcher"), clock.today()
        waits: dict[str, Any] = {
            "state": OrderState.AWAITING_PARTS,
            "awaiting_vendor": a_vendor("Northgas"),
        }
        an_order("Some day", **waits)
        an_order("Next week", awaiting_until=today + 7 * DAY, **waits)
        an_order("Should be here", awaiting_until=today - 2 * DAY, **waits)
        an_order("Stands", state=OrderState.NEW, state_changed_at=clock.now() - 4 * DAY)

        rows = dispatch.awaiting().items

        assert [(one.order.summary, one.overdue) for one in rows] == [
            ("Should be here", True),
            ("Next week", False),
            ("Some day", False),
        ]
        assert [one.order.summary for one in dispatch.standing_still().items] == ["Stands"]
        assert dispatch.flagged().total == 2
    page = signed_in(app, helen).get("/dispatch/awaiting").text
    assert "Northgas" in page
    assert ">Late<" in page
    assert "no change for 4 days" in signed_in(app, helen).get("/dispatch/flagged").text


def bought(order: Order, due: date):
    """A part of the order that is on a purchase order, due that day."""
    by, vendor = a_person("purchasing"), a_vendor("Northgas")
    entry = requesting.request(order, a_part("VK4105"), ONE, by=by, at=clock.now())
    line = buying.buy_for(entry, ONE, vendor=vendor, ship_to=a_warehouse(), by=by, at=clock.now())
    buying.place(line.purchase_order, by=by, at=clock.now())
    buying.expect(line.purchase_order, due, by=by, at=clock.now())
    return line.purchase_order, by


def news(person) -> list[str]:
    return [one.text for one in told(person).items]


def test_another_day_is_told_to_who_waits_and_the_order_awaits_until_then(app: Flask):
    with given(app):
        tess, helen, today = a_technician(), a_person("dispatcher"), clock.today()
        order = an_order(assigned_to=tess, scheduled_for=clock.now() + 2 * DAY)
        purchase, by = bought(order, today + DAY)
        rules.change_state(
            order,
            OrderState.AWAITING_PARTS,
            by=by,
            at=clock.now(),
            awaiting_vendor=purchase.vendor,
            awaiting_until=today + DAY,
        )

        buying.expect(purchase, today + 4 * DAY, by=by, at=clock.now())

        assert order.awaiting_until == today + 4 * DAY
        for person in (tess, helen):
            assert any("not in time for the visit" in said for said in news(person))


def test_a_late_delivery_is_told_to_technician_and_dispatch_once(app: Flask):
    with given(app):
        tess, helen, today = a_technician(), a_person("dispatcher"), clock.today()
        order = an_order(assigned_to=tess)
        purchase, _ = bought(order, today - DAY)
        before = (len(news(tess)), len(news(helen)))

        assert [tick(), tick()] == [1, 0]

        assert (len(news(tess)), len(news(helen))) == (before[0] + 1, before[1] + 1)
        assert f"waits: {purchase.number} from Northgas is late" in news(tess)[0]


def test_what_was_fitted_at_a_site_stands_with_serial_original_and_warranty(app: Flask):
    with given(app):
        van = a_van()
        tess, tom = a_technician(van=van), a_technician("Tom")
        site, fan = a_site(), a_part("C7731", "Fan", serialized=True, warranty_months=12)
        mine, theirs = an_order(assigned_to=tess, site=site), an_order(assigned_to=tom, site=site)
        for order, serial, fate in (
            (mine, "A1", Fate.SCRAPPED),
            (theirs, "B2", Fate.NONE),
        ):
            fitting.install_from_van(
                order,
                fan,
                ONE,
                source=the_van(tess),
                by=tess,
                at=clock.now(),
                serials=[serial],
                where_fitted="Kitchen",
                fate=fate,
                original_serial="OLD-7" if fate == Fate.SCRAPPED else "",
            )
        other = a_site("Mr Bell")
        bell = an_order(assigned_to=tom, site=other)
        helen = a_person("dispatcher")
    phone, office = signed_in(app, tess), signed_in(app, helen)

    page = phone.get(f"/sites/{site.id}/history").text

    assert f"/sites/{site.id}/history" in phone.get(f"/orders/{mine.number}").text
    assert "A1" in page
    assert "OLD-7: scrapped" in page
    assert "under warranty until" in page
    assert "B2" in page
    assert theirs.number not in page
    assert "B2" not in phone.get(f"/sites/{site.id}/history?q=A1").text
    assert "A1" in phone.get(f"/sites/{site.id}/history?q=fan+old-7").text
    assert phone.get(f"/sites/{other.id}/history").status_code == 404
    assert phone.get(f"/customers/{site.customer_id}/history").status_code == 403
    whole = office.get(f"/customers/{site.customer_id}/history").text
    assert theirs.number in whole
    assert "Nothing was fitted yet" in office.get(f"/sites/{bell.site_id}/history").text


def the_van(person):
    van = locations.van_of(person)
    assert van is not None
    return van


def test_a_warranty_ends_on_the_last_day_where_the_month_is_shorter():
    assert history.after(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert history.after(date(2025, 12, 1), 12) == date(2026, 12, 1)


def test_dispatch_asks_a_fixed_number_of_questions_however_many_orders(app: Flask):
    with given(app):
        helen = a_person("dispatcher")
    office, pages = signed_in(app, helen), ("/dispatch/not-ready", "/requests", "/follow-ups")
    asked = []
    for many in (2, 9):
        with given(app):
            for _ in range(many):
                order = an_order(scheduled_for=clock.now() + DAY, assigned_to=a_technician())
                an_entry(order, a_part(), 1, by=helen)
                follow_up(order.subject, "Ring her", by=None, assignee=helen)
        for url in pages:
            office.get(url)
            with statements(app) as sent:
                office.get(url)
            asked.append(len(sent))

    assert asked[: len(pages)] == asked[len(pages) :]
