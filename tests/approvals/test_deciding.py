"""Whoever asks doesn't approve."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from partsweb.approvals import queries, rules
from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person
from partsweb.timeline import queries as timeline
from tests.support.company import a_person, a_technician, an_order, given, signed_in

TEXT = "Warranty: fan C7731 on SR-000145"


def asked(by: Person, *, amount: str | None = "389") -> Approval:
    return rules.ask(
        an_order().subject,
        Matter.WARRANTY,
        TEXT,
        by=by,
        at=clock.now(),
        reason="Failed after four months",
        amount=Decimal(amount) if amount else None,
    )


def test_supervisors_are_told_and_the_asker_hears_what_was_decided(app: Flask):
    with given(app):
        tess, sue = a_technician("Tess"), a_person("supervisor", name="Sue")
        asked(tess)

    page = signed_in(app, sue).get("/approvals")

    assert TEXT in page.text
    with given(app):
        [one] = queries.to_decide().items
        assert [note.text for note in timeline.told(sue).items] == [f"To decide: {TEXT}"]
        rules.decide(one, Decision.REJECTED, "Water got in", by=sue, at=clock.now())
    with app.app_context():
        [told] = timeline.told(tess).items
        assert told.text == f"Rejected: {TEXT}. Water got in"


def test_nobody_decides_what_he_asked_for(app: Flask):
    with given(app):
        both = a_person("technician", "supervisor", name="Tom")
        one = asked(both)

    with app.app_context():
        found = queries.approval(one.id, seen_by=both)
        with pytest.raises(Refusal, match="yourself"):
            rules.decide(found, Decision.APPROVED, "", by=both, at=clock.now())

    page = signed_in(app, both).get(f"/approvals/{one.id}")
    assert "somebody else has to decide" in page.text
    assert 'value="approved"' not in page.text


def test_who_was_quicker_has_decided(app: Flask):
    with given(app):
        sue, sam = a_person("supervisor", name="Sue"), a_person("supervisor", name="Sam")
        one = asked(a_technician())
    signed_in(app, sue).post(f"/approvals/{one.id}", data={"decision": "approved"})

    late = signed_in(app, sam).post(
        f"/approvals/{one.id}", data={"decision": "rejected", "why": "Too old"}
    )

    assert late.status_code == 422
    assert "Sue has answered that already: approved" in late.text


@pytest.mark.parametrize(
    ("decision", "why", "granted", "said"),
    [
        ("rejected", "", "", "Say why"),
        ("sent back", "", "", "Say why"),
        ("approved in part", "Half of it is wear", "", "Say how much of 389.00"),
        ("approved in part", "Half of it is wear", "389", "Say how much of 389.00"),
        ("withdrawn", "No", "", "Choose what you decide"),
        ("perhaps", "No", "", "Choose what you decide"),
    ],
)
def test_a_decision_that_is_not_one_keeps_what_was_typed(
    app: Flask, decision: str, why: str, granted: str, said: str
):
    with given(app):
        sue = a_person("supervisor", name="Sue")
        one = asked(a_technician())

    answer = signed_in(app, sue).post(
        f"/approvals/{one.id}", data={"decision": decision, "why": why, "granted": granted}
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert why in answer.text


def test_half_of_it_is_approved(app: Flask):
    with given(app):
        sue = a_person("supervisor", name="Sue")
        one = asked(a_technician())

    signed_in(app, sue).post(
        f"/approvals/{one.id}",
        data={"decision": "approved in part", "why": "Half is wear", "granted": "194,50"},
    )

    with app.app_context():
        found = db.session.get_one(Approval, one.id)
        assert (found.decision, found.granted) == (Decision.APPROVED_IN_PART, Decimal("194.5"))
        assert queries.to_decide().total == 0
        assert [past.id for past in queries.decided().items] == [one.id]


def test_a_question_is_seen_by_who_asked_it_and_who_decides_only(app: Flask):
    with given(app):
        tess, tom = a_technician("Tess"), a_technician("Tom")
        order = an_order(assigned_to=tess)
        one = rules.ask(order.subject, Matter.WARRANTY, TEXT, by=tess, at=clock.now())

    own = signed_in(app, tess).get(f"/approvals/{one.id}")
    other = signed_in(app, tom).get(f"/approvals/{one.id}")

    assert (own.status_code, other.status_code) == (200, 404)
