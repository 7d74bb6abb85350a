"""What is held, asked and asked again, and what becomes of a claim."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.billing import Firm
from tests.support.company import a_person, a_vendor, given, signed_in
from tests.support.company import a_price as sold_by


@pytest.fixture
def firm(app: Flask) -> Firm:
    return Firm(app)


def installation_of(firm: Firm, entry: str) -> str:
    """The address of what was fitted last."""
    shown = signed_in(firm.app, firm.tess).get(entry).text
    return re.findall(r"/installations/[0-9a-f-]{36}", shown)[0]


def test_what_was_sent_back_is_asked_again_by_the_technician(firm: Firm):
    entry = firm.fit(warranty="1", notes="Bearing")
    firm.decide("sent back", "Which serial?")

    waiting = firm.see(firm.tess, entry)
    again = firm.do(firm.tess, f"{entry}/warranty", reason="Bearing, serial 0815")

    assert "Sent back Sue: Which serial?" in waiting
    assert "warranty sent back: explain it" in waiting
    assert "A supervisor is asked" in again
    assert "Reason Bearing, serial 0815" in firm.see(firm.sue, firm.question())


def test_flagged_afterwards_it_is_held_and_unflagged_it_is_billed_again(firm: Firm):
    entry = firm.fit()
    before = firm.bill
    firm.do(firm.tess, f"{entry}/warranty", reason="Bearing")
    held = firm.bill

    firm.do(firm.tess, f"{entry}/warranty/withdrawal")

    assert "Ready to bill 389.00" in before
    assert "Held, not in it 389.00" in held
    assert "Ready to bill 389.00" in firm.bill
    assert "Nothing to decide" in firm.see(firm.sue, "/approvals")


def test_a_decision_is_for_as_many_as_were_decided(firm: Firm):
    entry = firm.fit(warranty="1", notes="Bearing")
    firm.decide("approved")

    firm.do(firm.tess, f"{entry}/installation", quantity=2, source=firm.van.id)

    assert "Held, not in it 778.00" in firm.bill
    assert "2 × 389.00" in firm.see(firm.sue, firm.question())
    firm.decide("rejected", "These two are new")
    assert "Ready to bill 778.00" in firm.bill
    assert "3 × 389.00 less 389.00" in firm.bill


def test_corrected_to_fewer_while_it_is_asked_the_question_is_about_those(firm: Firm):
    entry = firm.fit(warranty="1", notes="Bearing", quantity=3)
    asked = firm.question()

    firm.do(
        firm.tess,
        f"{installation_of(firm, entry)}/correction",
        quantity=2,
        source=firm.van.id,
        fate="there was none",
    )

    assert firm.question() != asked
    assert "2 × 389.00" in firm.see(firm.sue, firm.question())


def test_taken_back_nobody_is_asked_and_nothing_is_claimed(firm: Firm):
    entry = firm.fit(warranty="1", notes="Bearing")
    firm.decide("approved")
    one = installation_of(firm, entry)

    firm.do(firm.tess, f"{one}/reversal", why="Wrong boiler")

    assert "Ready to bill 0.00" in firm.bill
    assert "WC-1001 withdrawn" in firm.see(firm.sue, entry)
    firm.do(firm.tess, f"{entry}/installation", quantity=1, source=firm.van.id)
    assert "WC-1001 draft" in firm.see(firm.sue, entry)


def test_neither_who_flagged_it_nor_who_asked_again_decides(firm: Firm):
    with given(firm.app):
        sam = a_person("supervisor", name="Sam")
    entry = firm.fit()
    firm.do(sam, f"{entry}/warranty", reason="Bearing")
    firm.decide("sent back", "Which serial?")
    firm.do(firm.tess, f"{entry}/warranty", reason="Bearing, serial 0815")

    said = firm.do(sam, firm.question(), decision="approved")

    assert "You flagged it yourself" in said
    assert "Held, not in it 389.00" in firm.bill


def test_a_decided_one_is_neither_unflagged_nor_flagged_anew(firm: Firm):
    entry = firm.fit(warranty="1", notes="Bearing")
    firm.decide("rejected", "Water got in")

    off = firm.do(firm.tess, f"{entry}/warranty/withdrawal")
    anew = firm.do(firm.tess, f"{entry}/warranty", reason="Once more")

    assert "has decided that already. Warranty rejected: Water got in" in off
    assert "has decided that already" in anew
    assert "Nothing to decide" in firm.see(firm.sue, "/approvals")


def test_a_claim_goes_to_the_vendor_and_comes_back_short(firm: Firm):
    with given(firm.app):
        sold_by(firm.fan, a_vendor("Northgas"), "210")
        penny = a_person("purchasing")
    firm.fit(warranty="1", notes="Bearing")
    firm.decide("approved")
    listed = signed_in(firm.app, penny).get("/warranty/claims").text
    [claim] = re.findall(r"/warranty/claims/[0-9a-f-]{36}", listed)

    firm.do(penny, f"{claim}/sending", reference="NG-77")
    short = firm.do(penny, f"{claim}/answer", answer="credited", amount="300")
    paid = firm.do(penny, f"{claim}/answer", answer="credited", amount="300", why="Freight")
    twice = firm.do(penny, f"{claim}/answer", answer="credited", amount="89")

    assert "89.00 are missing: say why" in short
    assert "Credited 300.00 Why Freight" in paid
    assert "WC-1001 is credited: look again" in twice
    assert "Claim WC-1001 is sent" in firm.timeline


def test_a_technician_sees_no_claims(firm: Firm):
    firm.fit(warranty="1", notes="Bearing")
    firm.decide("approved")

    answer = signed_in(firm.app, firm.tess).get("/warranty/claims")

    assert answer.status_code == 403
