"""Scenario 6, through the pages: labour 180.00, a part of 389.00 that the maker should pay."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.billing import Firm


@pytest.fixture
def firm(app: Flask) -> Firm:
    """Tess has worked 2:15 h and fitted the fan, flagged."""
    firm = Firm(app)
    firm.work("2:15")
    firm.fit(warranty="1", notes="Bearing failed")
    return firm


def test_a_flagged_part_is_held_and_no_part_of_the_draft(firm: Firm):
    draft = firm.bill

    assert "Ready to bill 180.00" in draft
    assert "Held, not in it 389.00" in draft
    assert "Fan C7731 1 × 389.00 · warranty undecided" in draft
    assert "Held: warranty undecided" in firm.see(firm.tess, f"/orders/{firm.order.number}")


def test_rejected_with_a_reason_it_is_billed_and_everybody_knows_why(firm: Firm):
    firm.decide("rejected", "Water got in")

    assert "Ready to bill 569.00" in firm.bill
    assert "Warranty rejected: Water got in" in firm.bill
    assert "Rejected: Warranty: 1 × Fan C7731" in firm.see(firm.tess, "/")
    for said in (
        "A supervisor is asked about 1 × Fan",
        "Warranty rejected: 1 × Fan",
        "Water got in",
    ):
        assert said in firm.timeline


def test_approved_the_customer_pays_labour_only_and_a_claim_is_drafted(firm: Firm):
    firm.decide("approved")

    assert "Ready to bill 180.00" in firm.bill
    assert "Not billable" in firm.bill
    claims = firm.see(firm.sue, "/warranty/claims")
    assert "Fan C7731 WC-1001" in claims
    assert "389.00 draft" in claims


def test_approved_for_half_the_rest_is_billed(firm: Firm):
    firm.decide("approved in part", "Half is wear", "194.50")

    assert "Ready to bill 374.50" in firm.bill
    assert "1 × 389.00 less 194.50" in firm.bill
    assert "194.50 draft" in firm.see(firm.sue, "/warranty/claims")


def test_who_flagged_it_cannot_decide_it(firm: Firm):
    said = firm.do(firm.tess, firm.question(), decision="approved")

    assert "Your role does not decide" in said
    assert "Held, not in it 389.00" in firm.bill


def test_the_supervisor_sees_photos_term_and_what_was_fitted_before(firm: Firm):
    shown = firm.see(firm.sue, firm.question())

    assert "Reason Bearing failed" in shown
    assert "1 × 389.00" in shown
    assert "Not by us, as far as we know" in shown
    assert "No photos hang on it" in shown
