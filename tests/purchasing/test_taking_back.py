"""A receipt that was entered wrongly is taken back; papers come with it and later."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from partsweb.approvals.models import Approval
from partsweb.attachments import queries as attachments
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.orders import fitting
from partsweb.purchasing import coming, rules
from partsweb.purchasing.models import Discrepancy, PurchaseState, Receipt
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from tests.purchasing.conftest import Firm, fields, states
from tests.support.company import a_person, given
from tests.support.files import a_pdf

WHY = {"why": "It was the delivery of another order"}


def test_taken_back_it_is_as_if_nothing_had_arrived(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 4)
        order = firm.ordered((firm.valve, 5), entry=entry)
        line = order.lines[0]
    penny = firm.browser(firm.penny)
    damaged = {f"is_damaged-{line.id}": "1", f"damaged-{line.id}": "2", "set_aside": "1"}
    penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 5, **damaged))
    receipt = _receipt(firm)

    form = penny.get(f"/receipts/{receipt.id}/reversal").text
    penny.post(f"/receipts/{receipt.id}/reversal", data=WHY)

    assert "the delivery is expected again" in form
    with firm.app.app_context():
        now = firm.again(order)
        assert now.state == PurchaseState.ORDERED
        assert (now.lines[0].received, now.lines[0].outstanding) == (0, 5)
        assert states(firm.again(entry)) == {"On order": 4}
        assert stock.on_hand(firm.valve, firm.depot) == 0
        assert stock.allocated(firm.valve, firm.depot) == 0
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 0
        [found] = db.session.scalars(select(Discrepancy))
        assert found.state.value == "taken back"
    assert WHY["why"] in penny.get(f"/receipts/{receipt.id}").text
    assert "Taken back" in penny.get(f"/purchasing/{order.number}").text
    assert "Nothing is wrong" in penny.get("/purchasing/discrepancies").text

    penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 5, set_aside="1"))

    with firm.app.app_context():
        assert states(firm.again(entry)) == {"Ready": 4}
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_what_was_too_much_and_still_asked_needs_no_answer_any_more(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
    penny = firm.browser(firm.penny)
    penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 50))

    penny.post(f"/receipts/{_receipt(firm).id}/reversal", data=WHY)

    with firm.app.app_context():
        assert db.session.scalars(select(Approval)).one().decision.value == "withdrawn"
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 0


def test_what_was_approved_meanwhile_goes_too(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        boss = a_person("supervisor")
    penny = firm.browser(firm.penny)
    penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 6))
    with firm.app.app_context():
        asked = db.session.scalars(select(Approval)).one()
    firm.browser(boss).post(f"/approvals/{asked.id}", data={"decision": "approved"})

    penny.post(f"/receipts/{_receipt(firm).id}/reversal", data=WHY)

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 0
        assert firm.again(order).lines[0].outstanding == 5


def test_where_a_serial_has_moved_on_it_says_so_and_changes_nothing(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.fan, 2))
    penny = firm.browser(firm.penny)
    penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, ["F-1", "F-2"]))
    with given(firm.app):
        ledger.transfer(
            firm.fan,
            Decimal(1),
            source=firm.depot,
            target=firm.van,
            by=firm.penny,
            at=clock.now(),
            serials=[stock.serial(firm.fan, "F-2")],
        )

    refused = penny.post(f"/receipts/{_receipt(firm).id}/reversal", data=WHY)

    assert refused.status_code == 422
    assert "Serial F-2 has moved on: transfer to Van 3" in refused.text
    with firm.app.app_context():
        assert len(stock.serials_at(firm.fan, firm.depot)) == 1
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_what_was_fitted_meanwhile_stays_fitted_and_the_place_owes_it(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)
        arrival = rules.Arrival(order.lines[0], Decimal(2))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())
        fitting.install(entry, Decimal(1), source=firm.depot, by=firm.tess, at=clock.now())

    firm.browser(firm.penny).post(f"/receipts/{_receipt(firm).id}/reversal", data=WHY)

    with firm.app.app_context():
        assert states(firm.again(entry)) == {"On order": 1, "Installed": 1}
        assert stock.on_hand(firm.valve, firm.depot) == -1
        assert firm.again(order).lines[0].promised == 1


def test_what_is_agreed_with_the_vendor_is_opened_again_first(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        arrival = rules.Arrival(order.lines[0], Decimal(3), Decimal(2))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())
        [found] = db.session.scalars(select(Discrepancy))
    penny = firm.browser(firm.penny)
    penny.post(f"/discrepancies/{found.id}/replacement")

    refused = penny.post(f"/receipts/{_receipt(firm).id}/reversal", data=WHY)

    assert refused.status_code == 422
    assert "replacement expected. Open it again first" in refused.text


def test_only_who_entered_it_or_the_office_takes_it_back_once_and_with_a_reason(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)
        arrival = rules.Arrival(order.lines[0], Decimal(2))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())
    receipt = _receipt(firm)
    tess, penny = firm.browser(firm.tess), firm.browser(firm.penny)
    at = f"/receipts/{receipt.id}/reversal"

    assert "That is not yours to take back" in tess.get(at).text
    assert tess.post(at, data=WHY).status_code == 403
    assert penny.post(at, data={"why": " "}).status_code == 422
    assert penny.post(at, data=WHY).status_code == 303
    assert penny.post(at, data=WHY).status_code == 422


def test_a_delivery_confirmation_comes_with_the_slip_and_another_one_later(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
    penny = firm.browser(firm.penny)
    papers = {"slip": _pdf("slip.pdf"), "confirmation": _pdf("signed.pdf")}
    at = f"/purchasing/{order.number}"
    penny.post(f"{at}/receipts/new", data=fields(order, 5, **papers))
    receipt = _receipt(firm)

    later = {"purpose": "delivery confirmation", "papers": [_pdf("a.pdf"), _pdf("b.pdf")]}
    penny.post(f"/receipts/{receipt.id}/papers", data=later)

    with firm.app.app_context():
        kept = [(one.name, one.purpose) for one in attachments.of(receipt.subject)]
    assert kept == [
        ("slip.pdf", "packing slip"),
        ("signed.pdf", "delivery confirmation"),
        ("a.pdf", "delivery confirmation"),
        ("b.pdf", "delivery confirmation"),
    ]
    for page in (penny.get(at).text, penny.get(f"/receipts/{receipt.id}").text):
        assert all(name in page for name, _ in kept)
        assert "Delivery confirmation" in page


def test_what_the_vendor_wrote_is_not_for_a_technician(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5), ship_to=firm.van)
    penny, tess = firm.browser(firm.penny), firm.browser(firm.tess)
    at = f"/purchasing/{order.number}"

    penny.post(f"{at}/papers", data={"purpose": "order confirmation", "papers": _pdf("AB-7.pdf")})

    with firm.app.app_context():
        [paper] = attachments.of(order.papers)
    assert "AB-7.pdf" in penny.get(at).text
    assert "AB-7.pdf" not in tess.get(at).text
    assert tess.get(paper.url).status_code == 404


def test_a_note_is_kept_and_a_draft_can_go_elsewhere(firm: Firm):
    with given(firm.app):
        order = firm.drafted((firm.valve, 5))
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{order.number}"

    penny.post(f"{at}/edit", data={"note": "Ring the bell", "ship_to": firm.van.id})
    penny.post(f"{at}/placing")
    refused = penny.post(f"{at}/edit", data={"note": "", "ship_to": firm.depot.id})

    assert refused.status_code == 422
    assert "Ring the bell" in penny.get(at).text
    with firm.app.app_context():
        assert firm.again(order).ship_to == firm.van
        assert coming.expected_at(firm.van)


def _receipt(firm: Firm) -> Receipt:
    with firm.app.app_context():
        return db.session.scalars(select(Receipt)).one()


def _pdf(name: str) -> Any:
    return io.BytesIO(a_pdf()), name
