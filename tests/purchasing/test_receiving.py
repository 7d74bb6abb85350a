"""What arrives: in parts, with slips, damaged, too much, sent twice."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import func, select

from partsweb.approvals.models import Approval
from partsweb.attachments import queries as attachments
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.orders import fitting
from partsweb.purchasing import coming, received, rules
from partsweb.purchasing.models import Discrepancy, PurchaseOrder, PurchaseState, Receipt
from partsweb.stock import queries as stock
from partsweb.timeline import queries as timeline
from partsweb.upkeep import audit
from tests.purchasing.conftest import Firm, fields, states
from tests.support.company import a_person, an_entry, an_order, given, in_stock
from tests.support.files import a_pdf, a_photo


def test_a_partial_delivery_leaves_the_rest_open_and_readies_what_was_asked_for(firm: Firm):
    with given(firm.app):
        in_stock(firm.valve, firm.depot, 8, cost="11.80")
        _all_of_it_is_promised(firm)
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 10), entry=entry)
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{order.number}/receipts/new"

    first = penny.post(at, data=fields(order, 6, slip_number="LS-1", set_aside="1"))

    assert first.status_code == 303
    with firm.app.app_context():
        now = firm.again(order)
        assert now.state == PurchaseState.PARTLY_RECEIVED
        assert now.lines[0].outstanding == 4
        assert firm.again(entry).ready == 2
        assert firm.again(entry).on_order == 0
        assert stock.on_hand(firm.valve, firm.depot) == 14
        assert stock.allocated(firm.valve, firm.depot) == 10
        average = stock.average_cost(firm.valve, firm.depot)
        assert average is not None
        assert round(average, 4) == Decimal("12.0571")
        assert any("VK4105" in told.text for told in timeline.told(firm.tess).items)

    second = penny.post(at, data=fields(order, 4, slip_number="LS-2", set_aside="1"))

    assert second.status_code == 303
    with firm.app.app_context():
        now = firm.again(order)
        assert now.state == PurchaseState.RECEIVED
        assert stock.on_hand(firm.valve, firm.depot) == 18
        average = stock.average_cost(firm.valve, firm.depot)
        assert average is not None
        assert round(average, 4) == Decimal("12.1333")
        assert [one.slip_number for one in now.receipts] == ["LS-1", "LS-2"]
    page = penny.get(f"/purchasing/{order.number}").text
    assert "LS-1" in page
    assert "LS-2" in page


def test_the_form_is_filled_in_with_what_is_still_to_come(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 10), (firm.fan, 2))

    page = firm.browser(firm.penny).get(f"/purchasing/{order.number}/receipts/new").text

    line = order.lines[0]
    assert f'value="10" data-min="0" data-step="1" name="arrived-{line.id}"' in page
    assert "2 EA to come" in page


def test_each_receipt_keeps_its_own_packing_slip(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 10))
    penny = firm.browser(firm.penny)
    slip = (io.BytesIO(a_pdf()), "slip.pdf")

    penny.post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(order, 6, slip=slip),
        content_type="multipart/form-data",
    )

    with firm.app.app_context():
        receipt = received.last_receipt(firm.again(order))
        assert receipt is not None
        [kept] = attachments.of(receipt.subject)
        assert kept.purpose == "packing slip"
    assert f'href="{kept.url}"' in penny.get(f"/receipts/{receipt.id}").text


def test_serials_are_received_one_a_line_each_at_its_price(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.fan, 2)
        order = firm.ordered((firm.fan, 3), entry=entry)

    firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(order, ["F-1", "  F-2 ", "", "F-3"], set_aside="1"),
    )

    with firm.app.app_context():
        units = stock.serials_at(firm.fan, firm.depot)
        assert [unit.number for unit in units] == ["F-1", "F-2", "F-3"]
        assert stock.average_cost(firm.fan, firm.depot) == Decimal("95.17")
        assert firm.again(entry).ready == 2
        assert firm.again(order).state == PurchaseState.RECEIVED


def test_the_same_serial_twice_is_refused_in_words_and_stays_in_the_form(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.fan, 3))

    refused = firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new", data=fields(order, ["F-1", "F-2", "F-1"])
    )

    assert refused.status_code == 422
    assert "Serial F-1 of C7731 is in the list twice" in refused.text
    assert "F-1\nF-2\nF-1</textarea>" in refused.text
    with firm.app.app_context():
        assert firm.again(order).state == PurchaseState.ORDERED
        assert stock.serials_at(firm.fan, firm.depot) == []


def test_two_damaged_of_five_go_apart_and_purchasing_is_told_with_the_photo(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        line = order.lines[0]
    penny = firm.browser(firm.penny)
    operation = str(uuid4())

    def sent() -> dict[str, object]:
        photo = (io.BytesIO(a_photo()), "dent.jpg")
        more = {
            f"is_damaged-{line.id}": "1",
            f"damaged-{line.id}": "2",
            f"damaged_note-{line.id}": "dented",
            f"damaged_photos-{line.id}": photo,
            "operation_id": operation,
            "occurred_at": "2026-06-04T10:12:00+00:00",
        }
        return fields(order, 5, **more)

    for _ in range(2):  # sent again after a lost answer
        penny.post(
            f"/purchasing/{order.number}/receipts/new",
            data=sent(),
            content_type="multipart/form-data",
        )

    with firm.app.app_context():
        now, apart = firm.again(order), locations.quarantine_of(firm.depot)
        assert now.state == PurchaseState.PARTLY_RECEIVED
        assert now.lines[0].outstanding == 2
        assert stock.on_hand(firm.valve, firm.depot) == 3
        assert stock.on_hand(firm.valve, apart) == 2
        assert stock.average_cost(firm.valve, apart) == 0
        assert stock.average_cost(firm.valve, firm.depot) == Decimal("12.4")
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
        [found] = db.session.scalars(select(Discrepancy))
        assert len(attachments.of(found.subject)) == 1
        told = [one.text for one in timeline.told(firm.penny).items]
        assert told == [f"2 of VK4105 on {order.number} arrived damaged: dented"]


def test_one_tap_raises_the_replacement_and_on_order_stays_two(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 5)
        order = firm.ordered((firm.valve, 5), entry=entry)
        line = order.lines[0]
        rules.receive(
            order,
            [rules.Arrival(line, Decimal(3), Decimal(2), damage_note="dented")],
            by=firm.penny,
            at=clock.now(),
        )
        [found] = db.session.scalars(select(Discrepancy))

    answer = firm.browser(firm.penny).post(f"/discrepancies/{found.id}/replacement")

    assert answer.status_code == 303
    with firm.app.app_context():
        assert coming.on_order(firm.valve) == 2
        assert firm.again(order).state == PurchaseState.RECEIVED
        assert firm.again(entry).on_order == 2
        assert firm.again(found).state.value == "replacement expected"
        [promised] = coming.open_lines_of(firm.valve)
        assert promised.entry_id == entry.id
        assert promised.promised == 2
        again = rules.Arrival(promised, Decimal(2))
        rules.receive(promised.purchase_order, [again], by=firm.penny, at=clock.now())
        db.session.commit()
        assert firm.again(entry).ready == 5


def test_what_somebody_else_received_meanwhile_is_refused_in_words_and_nothing_is_lost(
    firm: Firm,
):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5), (firm.fan, 1))
        line = order.lines[0]
        shown = {f"to_come-{line.id}": "5"}
        rules.receive(order, [rules.Arrival(line, Decimal(5))], by=firm.tess, at=clock.now())

    refused = firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(order, 5, slip_number="LS-9", note="two boxes", **shown),
    )

    assert refused.status_code == 422
    assert "Somebody received VK4105" in refused.text
    assert 'value="LS-9"' in refused.text
    assert "two boxes" in refused.text
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5


def test_more_damaged_than_arrived_is_refused(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        line = order.lines[0]

    refused = firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(order, 1, **{f"is_damaged-{line.id}": "1", f"damaged-{line.id}": "2"}),
    )

    assert refused.status_code == 422
    assert "2 of VK4105 are damaged, but only 1 arrived" in refused.text


def test_damaged_units_with_serials_are_kept_apart_under_their_serials(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.fan, 3))
        line = order.lines[0]

    firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(
            order,
            ["F-1", "F-2"],
            **{f"is_damaged-{line.id}": "1", f"damaged_serials-{line.id}": "F-3"},
        ),
    )

    with firm.app.app_context():
        apart = locations.quarantine_of(firm.depot)
        assert [unit.number for unit in stock.serials_at(firm.fan, apart)] == ["F-3"]
        assert firm.again(order).lines[0].outstanding == 1


def test_what_nobody_asked_for_just_goes_into_stock(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))

    firm.browser(firm.penny).post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 5))

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert stock.allocated(firm.valve, firm.depot) == 0


def test_what_isnt_set_aside_is_allocated_only(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 2)
        order = firm.ordered((firm.valve, 2), entry=entry)

    firm.browser(firm.penny).post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 2))

    with firm.app.app_context():
        assert states(firm.again(entry)) == {"Allocated": 2}


def test_a_draft_cant_be_received_and_an_empty_form_says_so(firm: Firm):
    with given(firm.app):
        draft = firm.drafted((firm.valve, 2))
        order = firm.ordered((firm.valve, 2))
    penny = firm.browser(firm.penny)

    early = penny.post(f"/purchasing/{draft.number}/receipts/new", data=fields(draft, 2))
    nothing = penny.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 0))

    assert early.status_code == 422
    assert "isn’t ordered yet" in early.text or "isn&#39;t ordered yet" in early.text
    assert nothing.status_code == 422
    assert "Nothing is entered yet" in nothing.text


def test_the_same_receipt_from_a_phone_is_kept_once(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        minted = uuid4()
        arrivals = [rules.Arrival(order.lines[0], Decimal(3))]

        first = rules.receive(order, arrivals, by=firm.penny, at=clock.now(), receipt_id=minted)
        second = rules.receive(order, arrivals, by=firm.penny, at=clock.now(), receipt_id=minted)

        assert first is second
        assert stock.on_hand(firm.valve, firm.depot) == 3


def test_what_arrives_stands_in_the_history(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        rules.receive(
            order,
            [rules.Arrival(order.lines[0], Decimal(2), Decimal(1))],
            by=firm.penny,
            at=clock.now(),
            slip_number="LS-4",
        )

        texts = [event.text for event in timeline.history(order.subject).items]

    assert texts[0] == "Received 3 VK4105 (1 damaged) · packing slip LS-4"
    assert texts[1].startswith("Ordered from Northgas, expected ")


def _all_of_it_is_promised(firm: Firm) -> None:
    from partsweb.stock import rules as ledger

    other = an_entry(an_order(assigned_to=firm.tess), firm.valve, 8, allocated=8)
    ledger.allocate(firm.valve, Decimal(8), location=firm.depot, subject=other.subject)


def test_numbers_begin_with_po(firm: Firm):
    with given(firm.app):
        first, second = (
            rules.draft(firm.northgas, ship_to=firm.depot, by=firm.penny, at=clock.now())
            for _ in range(2)
        )

    assert isinstance(first, PurchaseOrder)
    assert (first.number, second.number) == ("PO-1001", "PO-1002")


def test_two_people_receiving_the_same_delivery_at_once_book_it_once(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        paul = a_person("coordinator")
    browsers = [firm.browser(firm.penny), firm.browser(paul)]
    at = f"/purchasing/{order.number}/receipts/new"

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda one: one.post(at, data=fields(order, 5)), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert firm.again(order).lines[0].received == 5


def test_what_was_fitted_before_it_came_and_is_taken_back_waits_for_an_answer_again(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 1)
        order = firm.ordered((firm.valve, 1), entry=entry)
        now = clock.now()
        [fitted] = fitting.install(entry, Decimal(1), source=firm.depot, by=firm.tess, at=now)
        rules.receive(order, [rules.Arrival(order.lines[0], Decimal(1))], by=firm.penny, at=now)

        fitting.take_back(fitted, by=firm.tess, at=now)

        assert (entry.installed, entry.on_order, entry.waiting) == (0, 0, 1)
        assert stock.on_hand(firm.valve, firm.depot) == 1
    with firm.app.app_context():
        assert list(audit.differences()) == []


def test_two_people_receiving_the_same_line_at_once_dont_count_it_as_too_much(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5), (firm.fan, 1))
        paul = a_person("coordinator")
        shown = {f"to_come-{order.lines[0].id}": "5"}
    browsers = [firm.browser(firm.penny), firm.browser(paul)]
    at = f"/purchasing/{order.number}/receipts/new"

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda one: one.post(at, data=fields(order, 5, **shown)), browsers))

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert db.session.scalars(select(Discrepancy)).all() == []


def test_two_supervisors_deciding_at_once_book_it_once(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        bosses = [a_person("supervisor"), a_person("supervisor")]
        arrival = rules.Arrival(order.lines[0], Decimal(6))
        rules.receive(order, [arrival], by=firm.penny, at=clock.now())
        asked = db.session.scalars(select(Approval)).one()
    browsers = [firm.browser(boss) for boss in bosses]
    ways = ["approved", "rejected"]

    def decide(number: int) -> int:
        sent = {"decision": ways[number], "why": "as I see it"}
        return browsers[number].post(f"/approvals/{asked.id}", data=sent).status_code

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(decide, range(2)))

    assert sorted(answers) == [303, 422]
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) in {5, 6}
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 0
