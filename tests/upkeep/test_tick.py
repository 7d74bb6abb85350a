"""What time brings is told once, wherever and however often the clock runs."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from partsweb.kit import clock
from partsweb.orders.models import OrderState
from partsweb.people.permissions import DISPATCHER, PURCHASING
from partsweb.timeline import queries as timeline
from partsweb.timeline import rules
from partsweb.upkeep.tick import tick
from tests.support.company import (
    a_part,
    a_person,
    a_purchase_order,
    a_technician,
    a_vendor,
    a_warehouse,
    an_order,
    given,
)


def test_an_overdue_follow_up_is_told_to_its_assignee_once(app: Flask):
    with given(app):
        tess = a_technician()
        order = an_order(assigned_to=tess)
        yesterday = clock.today() - timedelta(days=1)
        rules.follow_up(order.subject, "Ship the core", by=tess, due_on=yesterday, assignee=tess)

        told = [tick(), tick()]

        assert told == [1, 0]
        assert [notice.text for notice in timeline.told(tess).items] == [
            f"Overdue since {yesterday:%d %b}: Ship the core"
        ]


def test_a_late_delivery_is_told_to_purchasing_once(app: Flask):
    with given(app):
        buyer = a_person(PURCHASING)
        a_person(DISPATCHER)
        late = a_purchase_order(
            a_vendor("Northgas"),
            (a_part(), 2, "5"),
            ship_to=a_warehouse(),
            expected_on=clock.today() - timedelta(days=2),
        )

        told = [tick(), tick()]

        assert told == [1, 0]
        assert timeline.told(buyer).items[0].text.startswith(f"{late.number} from Northgas is late")


def test_what_is_not_due_is_not_told(app: Flask):
    with given(app):
        tess = a_technician()
        order = an_order(assigned_to=tess, state=OrderState.IN_PROGRESS)
        rules.follow_up(order.subject, "Ship the core", by=tess, due_on=clock.today())

        assert tick() == 0
