from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.orders.models import Order
from partsweb.timeline import rules
from partsweb.timeline.models import Event, Notification, Task
from tests.support.company import a_person, a_technician, an_order, given, signed_in


def form_at(order: Order) -> str:
    return f"/follow-ups/order/{order.id}/new"


def test_a_follow_up_is_made_by_hand_and_stands_on_the_assignees_start_page(app: Flask):
    with given(app):
        tess, helen = a_technician("Tess"), a_person("dispatcher")
        order = an_order(assigned_to=tess)
    yesterday = (clock.now() - timedelta(days=1)).date()
    fields = {"title": "Ship the core", "due_on": yesterday.isoformat(), "assignee": tess.id}

    answer = signed_in(app, helen).post(form_at(order), data=fields)

    assert answer.location == f"/orders/{order.number}"
    page = signed_in(app, tess).get("/").text
    assert "Ship the core" in page
    assert ">overdue<" in page
    with app.app_context():
        assert db.session.scalars(select(Event.text)).all() == ["To do: Ship the core"]


def test_a_follow_up_is_done_once_and_the_timeline_says_who_did_it(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
        task = rules.follow_up(order.subject, "Ship the core", by=None, assignee=tess)
    phone = signed_in(app, tess)

    for _ in range(2):
        answer = phone.post(f"/follow-ups/{task.id}/completion", data={"next": "/"})
        assert answer.location == "/"

    assert "Ship the core" not in phone.get("/").text.replace("Done: Ship the core", "")
    with app.app_context():
        done = db.session.scalars(select(Event).where(Event.what == "task-done")).one()
        assert (done.text, done.by_id) == ("Done: Ship the core", tess.id)


def test_nothing_to_do_and_no_day_are_refused_in_words(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
    phone = signed_in(app, tess)

    without = phone.post(form_at(order), data={"title": " "})
    no_day = phone.post(form_at(order), data={"title": "Ship the core", "due_on": "soon"})

    assert (without.status_code, no_day.status_code) == (422, 422)
    assert "Say what is to be done." in without.text
    assert "That is not a day." in no_day.text
    assert 'value="Ship the core"' in no_day.text


def test_a_technician_makes_and_finishes_nothing_on_the_order_of_another(app: Flask):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom")
        order = an_order(assigned_to=tess)
        task = rules.follow_up(order.subject, "Ship the core", by=tess, assignee=tess)
    toms = signed_in(app, tom)

    answers = [
        toms.get(form_at(order)),
        toms.post(form_at(order), data={"title": "Mine"}),
        toms.get(f"/follow-ups/{task.id}"),
        toms.post(f"/follow-ups/{task.id}/completion"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    with app.app_context():
        assert db.session.scalars(select(Task.done_at)).all() == [None]


def test_a_notice_leads_to_what_it_is_about(app: Flask):
    with given(app):
        tess = a_technician("Tess")
        order = an_order(assigned_to=tess)
        rules.tell(tess, order.subject, "Your gas valve is ready")
    with app.app_context():
        notice = db.session.scalars(select(Notification)).one()

    answer = signed_in(app, tess).get(f"/notices/{notice.id}")

    assert answer.location == f"/orders/{order.number}"


def test_a_notice_of_somebody_else_is_not_there(app: Flask):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom")
        rules.tell(tess, an_order(assigned_to=tess).subject, "Your gas valve is ready")
    with app.app_context():
        notice = db.session.scalars(select(Notification)).one()
    toms = signed_in(app, tom)

    assert toms.get(f"/notices/{notice.id}").status_code == 404
    assert toms.post(f"/notices/{notice.id}/put-away").status_code == 404


def test_what_a_role_was_told_is_put_away_for_all_of_it_by_the_first(app: Flask):
    with given(app):
        helen, hanna = a_person("dispatcher"), a_person("dispatcher")
        rules.tell_role("dispatcher", an_order().subject, "A part is late")
    with app.app_context():
        notice = db.session.scalars(select(Notification)).one()

    signed_in(app, helen).post(f"/notices/{notice.id}/put-away")

    assert "A part is late" not in signed_in(app, hanna).get("/").text


def test_whoever_is_to_do_it_is_told_and_can_see_what_it_is_about(app: Flask):
    with given(app):
        tess, tom, helen = a_technician("Tess"), a_technician("Tom"), a_person("dispatcher")
        order = an_order(assigned_to=tess)
    office = signed_in(app, helen)

    blind = office.post(form_at(order), data={"title": "Ring her", "assignee": tom.id})
    office.post(form_at(order), data={"title": "Ring her", "assignee": tess.id})

    assert "Tom can’t see what it is about" in blind.text
    told = "asks you to do: Ring her"
    assert told in signed_in(app, tess).get("/").text
    assert told not in signed_in(app, tom).get("/").text


def test_a_follow_up_is_handed_on_put_off_and_opened_again(app: Flask):
    with given(app):
        tess, helen = a_technician("Tess"), a_person("dispatcher", name="Helen")
        order = an_order(assigned_to=tess)
        task = rules.give(order.subject, "Ring her", by=tess, assignee=helen)
    phone, url = signed_in(app, tess), f"/follow-ups/{task.id}"
    assert 'value="Ring her"' in phone.get(f"{url}/edit").text

    fields = {"title": "Ring her at noon", "due_on": "2030-06-04", "assignee": tess.id}
    phone.post(f"{url}/edit", data=fields)
    phone.post(f"{url}/completion")
    signed_in(app, helen).post(f"{url}/reopening", data={"next": "/follow-ups?show=done"})

    assert "To do again: Ring her at noon" in phone.get(f"/orders/{order.number}/timeline").text
    assert (
        "To do by Tess, until 04 Jun: Ring her at noon"
        in phone.get(f"/orders/{order.number}/timeline").text
    )
    assert "Helen asks you to do until 04 Jun: Ring her at noon" in phone.get("/").text
    with app.app_context():
        assert db.session.get_one(Task, task.id).done_at is None


def test_the_office_sees_all_follow_ups_a_technician_his_own(app: Flask):
    with given(app):
        tess, tom, helen = a_technician("Tess"), a_technician("Tom"), a_person("dispatcher")
        order = an_order(assigned_to=tess)
        yesterday = (clock.now() - timedelta(days=1)).date()
        rules.follow_up(order.subject, "Ship the core", by=None, assignee=tess, due_on=yesterday)
        rules.follow_up(order.subject, "Order the fan", by=None)
        rules.finish(rules.follow_up(order.subject, "Old thing", by=None, assignee=tom), by=tom)
    office, phone = signed_in(app, helen), signed_in(app, tess)

    shown = {
        show: office.get(f"/follow-ups?show={show}").text
        for show in ("mine", "all", "overdue", "done")
    }

    assert "Nothing to do here" in shown["mine"]
    assert "Ship the core" in shown["all"]
    assert order.number in shown["all"]
    assert "Order the fan" in shown["all"]
    assert "Order the fan" not in shown["overdue"]
    assert "Ship the core" in shown["overdue"]
    assert "Old thing" in shown["done"]
    assert "Ship the core" not in office.get(f"/follow-ups?show=all&assignee={tom.id}").text
    assert "Order the fan" not in phone.get("/follow-ups?show=all").text
    assert "Ship the core" in phone.get("/follow-ups?show=all").text
