"""Passkeys in a real browser: made, used to sign in, used again for what somebody answers for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Approval, Matter
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.people import invitations
from tests.journeys.conftest import PASSWORD
from tests.support.company import a_person, a_technician, an_order, given
from tests.support.server import Server

Phone = Callable[[], Page]


@pytest.fixture
def phone(browser: Browser, live_server: Server) -> Iterator[Phone]:
    """A phone with a finger on its sensor."""
    contexts = []

    def take_out() -> Page:
        context = browser.new_context(
            base_url=live_server.url.replace("127.0.0.1", "localhost"),
            viewport={"width": 390, "height": 844},
            is_mobile=True,
            has_touch=True,
        )
        contexts.append(context)
        page = context.new_page()
        sensor = context.new_cdp_session(page)
        sensor.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        sensor.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    yield take_out
    for context in contexts:
        context.close()


def test_a_supervisor_signs_in_and_decides_by_passkey(app: Flask, phone: Phone):
    with given(app):
        a_person("supervisor", name="Sue", login="sue", password=PASSWORD)
        about = an_order().subject
        said = "Warranty: fan C7731"
        one = approvals.ask(
            about, Matter.WARRANTY, said, by=a_technician(), at=clock.now(), reason="Four months"
        )
    sue = phone()
    sue.goto("/signin?next=/account")
    sue.get_by_label("Sign-in name").fill("sue")
    sue.get_by_label("Password").fill(PASSWORD)
    sue.get_by_role("button", name="Sign in", exact=True).tap()
    sue.get_by_role("button", name="Add a passkey on this device").tap()
    expect(sue.get_by_text("on that device only")).to_be_visible()
    sue.get_by_role("button", name="Sign out here").tap()

    # The browser offers the passkey by itself, and this one is always at hand.
    expect(sue.get_by_role("heading", name="To decide")).to_be_visible()
    sue.goto(f"/approvals/{one.id}")
    sue.get_by_role("button", name="Approve", exact=True).tap()

    expect(sue.get_by_text("Nothing to decide")).to_be_visible()
    with app.app_context():
        kept = db.session.get_one(Approval, one.id)
        assert kept.confirmed_by == "passkey"
        assert "signature" in kept.proof


def test_a_technician_comes_in_by_a_code_with_one_tap(app: Flask, phone: Phone, tmp_path: Path):
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        invited = invitations.invite(tess, by=a_person("supervisor"))
    secret = (tmp_path / "instance" / "secret_key").read_text().strip()
    code = invitations.code_of(invited, secret=secret)
    hers = phone()

    hers.goto(f"/join#{code}")
    expect(hers.get_by_text("Hello, Tess")).to_be_visible()
    expect(hers.get_by_text("Van 3")).to_be_visible()
    assert code not in hers.url
    hers.get_by_role("button", name="That’s me, let me in").tap()
    hers.wait_for_url("**/")

    hers.goto("/account")
    expect(hers.get_by_role("heading", name="Passkeys 1")).to_be_visible()
