"""What is wrong with deliveries: short, over, damaged, wrong; and what comes of it."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from partsweb.approvals.models import Approval, Decision
from partsweb.attachments import queries as attachments
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.purchasing import coming, queries, received, rules
from partsweb.purchasing.arrivals import Arrival
from partsweb.purchasing.models import Discrepancy, DiscrepancyState, PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from partsweb.timeline import queries as timeline
from tests.purchasing.conftest import Firm, fields, states
from tests.support.company import a_part, a_person, given
from tests.support.counting import statements
from tests.support.files import a_photo


def test_short_books_nothing_and_purchasing_is_told_with_the_photo(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 10))
    wrong = {"is_short": "1", "slip_says": "10", "short_note": "one bag open"}

    _receive(firm, order, 8, short_photos=_photo(), **wrong)

    with firm.app.app_context():
        [found] = _all()
        assert (found.kind.value, found.quantity, found.note) == ("short", 2, "one bag open")
        assert len(attachments.of(found.subject)) == 1
        assert stock.on_hand(firm.valve, firm.depot) == 8
        assert firm.again(order).lines[0].outstanding == 2
        [told] = [one.text for one in timeline.told(firm.penny).items]
        assert told.startswith(f"2 of VK4105 on {order.number} are missing")


def test_a_part_delivery_isnt_short(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 10))

    refused = _receive(firm, order, 8, is_short="1", slip_says="8")

    assert refused.status_code == 422
    assert "nothing is short" in refused.text
    with firm.app.app_context():
        assert _all() == []


def test_a_wrong_item_lies_apart_as_what_it_is_and_the_line_stays_outstanding(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        a_part("VK4115", "Gas valve, the other one")

    _receive(firm, order, 5, is_wrong="1", wrong="2", wrong_as="vk4115", wrong_photos=_photo())

    with firm.app.app_context():
        [found] = _all()
        apart = locations.quarantine_of(firm.depot)
        assert found.came_part is not None
        assert found.came_part.sku == "VK4115"
        assert stock.on_hand(found.came_part, apart) == 2
        assert stock.average_cost(found.came_part, apart) == 0
        assert stock.on_hand(firm.valve, firm.depot) == 3
        assert firm.again(order).lines[0].outstanding == 2


def test_what_nobody_knows_is_kept_in_words_and_moves_nothing(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))

    _receive(firm, order, 5, is_wrong="1", wrong="1", wrong_as="a brass tap, no label")

    with firm.app.app_context():
        [found] = _all()
        assert (found.came_part, found.came_as) == (None, "a brass tap, no label")
        assert received.goods_of(found) == []
    page = firm.browser(firm.penny).get(f"/discrepancies/{found.id}").text
    assert "a brass tap, no label" in page
    assert "Keep it as it is" not in page


def test_a_box_without_a_quantity_is_refused_and_the_photo_isnt_lost_in_silence(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))

    none = _receive(firm, order, 5, is_damaged="1", damaged="0", damaged_photos=_photo())
    not_over = _receive(firm, order, 5, is_over="1", over_photos=_photo())

    assert "Say how many of VK4105 are damaged" in none.text
    assert "no more are entered" in not_over.text
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 0


def test_a_little_more_than_ordered_is_taken_within_the_tolerance(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 20))

    _receive(firm, order, 22)

    with firm.app.app_context():
        [found] = _all()
        assert (found.kind.value, found.quantity) == ("over", 2)
        assert found.state == DiscrepancyState.ACCEPTED
        assert stock.on_hand(firm.valve, firm.depot) == 22
        assert db.session.scalars(select(Approval)).all() == []


def test_of_units_with_serials_the_last_scanned_are_too_many(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.fan, 2))
        boss = a_person("supervisor")
    penny = firm.browser(firm.penny)

    penny.post(
        f"/purchasing/{order.number}/receipts/new", data=fields(order, ["F-1", "F-2", "F-3"])
    )

    with firm.app.app_context():
        apart = locations.quarantine_of(firm.depot)
        assert [unit.number for unit in stock.serials_at(firm.fan, apart)] == ["F-3"]
    _decide(firm, boss, "approved")
    with firm.app.app_context():
        units = [unit.number for unit in stock.serials_at(firm.fan, firm.depot)]
        assert units == ["F-1", "F-2", "F-3"]
        assert stock.average_cost(firm.fan, firm.depot) == Decimal("95.17")


def test_what_came_after_everything_had_arrived_is_too_much(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{order.number}/receipts/new"
    penny.post(at, data=fields(order, 5))

    page = penny.get(f"{at}?beyond=1").text
    answer = penny.post(at, data=fields(order, 2, beyond="1"))

    assert "All of it has arrived already" in page
    assert answer.status_code == 303
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 2


def test_whoever_received_it_cant_decide(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        both = a_person("supervisor", "purchasing")
    browser = firm.browser(both)
    browser.post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 6))

    with firm.app.app_context():
        asked = db.session.scalars(select(Approval)).one()
    refused = browser.post(f"/approvals/{asked.id}", data={"decision": "approved"})

    assert refused.status_code == 422
    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5


def test_asked_again_by_somebody_else_the_receiver_still_cant_decide(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        receiver, boss = a_person("supervisor", "purchasing"), a_person("supervisor")
    firm.browser(receiver).post(f"/purchasing/{order.number}/receipts/new", data=fields(order, 6))
    _decide(firm, boss, "sent back", why="Which box was it in?")
    firm.browser(firm.penny).post(f"/discrepancies/{_only(firm).id}/question")

    with firm.app.app_context():
        asked = db.session.scalars(select(Approval).where(Approval.decision == Decision.OPEN)).one()
    refused = firm.browser(receiver).post(f"/approvals/{asked.id}", data={"decision": "approved"})

    assert refused.status_code == 422
    assert "You received it yourself" in refused.text


def test_credited_it_is_owed_no_more_and_the_entry_waits_again(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 5)
        order = firm.ordered((firm.valve, 5), entry=entry)
    penny = firm.browser(firm.penny)
    _receive(firm, order, 5, is_damaged="1", damaged="2")
    found = _only(firm)

    penny.post(f"/discrepancies/{found.id}/credit", data={"amount": "24.80", "number": "CN-7"})

    with firm.app.app_context():
        now = firm.again(found)
        assert (now.state.value, now.credit) == ("credited", Decimal("24.8"))
        assert firm.again(order).state == PurchaseState.RECEIVED
        assert states(firm.again(entry)) == {"Allocated": 3, "Requested": 2}
        assert len(received.goods_of(now)) == 1
    assert "CN-7" in penny.get(f"/discrepancies/{found.id}").text

    penny.post(f"/discrepancies/{found.id}/reopening", data={"note": "the note was another one"})

    with firm.app.app_context():
        assert firm.again(found).open
        assert firm.again(order).state == PurchaseState.PARTLY_RECEIVED
        assert states(firm.again(entry)) == {"Allocated": 3, "On order": 2}


def test_sent_back_it_is_with_the_vendor_and_a_reversal_brings_it_back(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.fan, 3))
        line = order.lines[0]
    penny = firm.browser(firm.penny)
    sent = {f"is_damaged-{line.id}": "1", f"damaged_serials-{line.id}": "F-3"}
    penny.post(
        f"/purchasing/{order.number}/receipts/new", data=fields(order, ["F-1", "F-2"], **sent)
    )
    found = _only(firm)

    penny.post(f"/discrepancies/{found.id}/vendor-return", data={"note": "RMA 12"})

    with firm.app.app_context():
        unit = stock.serial(firm.fan, "F-3")
        assert unit is not None
        assert unit.location.kind == Kind.VENDOR
        assert unit.state.value == "returned to vendor"
        assert firm.again(found).state == DiscrepancyState.RETURNED
        assert firm.again(order).lines[0].outstanding == 1

    penny.post(f"/discrepancies/{found.id}/reopening")

    with firm.app.app_context():
        unit = stock.serial(firm.fan, "F-3")
        assert unit is not None
        assert unit.location.kind == Kind.QUARANTINE
        assert firm.again(found).open


def test_kept_as_it_is_it_goes_into_stock_at_the_reduced_price(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 5)
        order = firm.ordered((firm.valve, 5), entry=entry)
    penny = firm.browser(firm.penny)
    _receive(firm, order, 5, is_damaged="1", damaged="2", set_aside="1")
    found = _only(firm)

    penny.post(f"/discrepancies/{found.id}/acceptance", data={"price": "6.20"})

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert received.worth_of(firm.again(order)) == Decimal("49.60")  # 3 × 12.40 + 2 × 6.20
        assert firm.again(order).state == PurchaseState.RECEIVED
        assert firm.again(entry).ready == 5

    penny.post(f"/discrepancies/{found.id}/reopening")

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 3
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 2
        assert received.worth_of(firm.again(order)) == Decimal("37.20")
        assert states(firm.again(entry)) == {"Ready": 3, "On order": 2}


def test_a_wrong_item_is_kept_and_the_right_one_is_expected_all_the_same(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
        other = a_part("VK4115", "Gas valve, the other one")
    penny = firm.browser(firm.penny)
    _receive(firm, order, 5, is_wrong="1", wrong="2", wrong_part=str(other.id))
    found = _only(firm)

    penny.post(f"/discrepancies/{found.id}/acceptance", data={"price": "10", "still_owed": "1"})

    with firm.app.app_context():
        now = firm.again(found)
        assert stock.on_hand(now.came_part, firm.depot) == 2
        assert stock.average_cost(now.came_part, firm.depot) == 10
        assert coming.on_order(firm.valve) == 2


def test_a_replacement_is_given_up_by_reopening_as_long_as_none_of_it_came(firm: Firm):
    with given(firm.app):
        entry = firm.entry(firm.valve, 5)
        order = firm.ordered((firm.valve, 5), entry=entry)
    penny = firm.browser(firm.penny)
    _receive(firm, order, 5, is_damaged="1", damaged="2")
    found = _only(firm)
    at = penny.post(f"/discrepancies/{found.id}/replacement").location

    penny.post(f"/discrepancies/{found.id}/reopening")

    with firm.app.app_context():
        given_up = queries.by_number(at.rsplit("/")[-1])
        assert given_up is not None
        assert given_up.state == PurchaseState.CANCELLED
        assert coming.on_order(firm.valve) == 2
        assert firm.again(entry).on_order == 2
        assert firm.again(order).lines[0].promised == 2


def test_settled_once_it_isnt_settled_again(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
    penny = firm.browser(firm.penny)
    _receive(firm, order, 5, is_damaged="1", damaged="2")
    found = _only(firm)
    penny.post(f"/discrepancies/{found.id}/vendor-return")

    for way in ("replacement", "credit", "vendor-return", "acceptance"):
        refused = penny.post(f"/discrepancies/{found.id}/{way}", data={"amount": "1"})
        assert refused.status_code == 422, way


def test_the_list_shows_what_is_open_the_oldest_first_and_finds_by_kind_and_part(firm: Firm):
    with given(firm.app):
        order = firm.ordered((firm.valve, 5))
    penny = firm.browser(firm.penny)
    _receive(firm, order, 3, is_damaged="1", damaged="1", damaged_note="first")
    _receive(firm, order, 1, is_short="1", slip_says="2", short_note="second")

    page = penny.get("/purchasing/discrepancies").text
    short = penny.get("/purchasing/discrepancies?kind=short").text
    nothing = penny.get("/purchasing/discrepancies?q=boiler").text

    assert page.index("first") < page.index("second")
    assert "second" in short
    assert "first" not in short
    assert "Nothing found" in nothing


def _receive(firm: Firm, order: PurchaseOrder, arrived: int, **wrong: Any) -> Any:
    """Penny receives so many of the first line; what was wrong goes by the names of its fields."""
    line = order.lines[0]
    plain = {"set_aside"}
    sent = {name if name in plain else f"{name}-{line.id}": what for name, what in wrong.items()}
    return firm.browser(firm.penny).post(
        f"/purchasing/{order.number}/receipts/new",
        data=fields(order, arrived, **sent),
        content_type="multipart/form-data",
    )


def _decide(firm: Firm, boss: Any, decision: str, why: str = "") -> None:
    with firm.app.app_context():
        asked = db.session.scalars(select(Approval).where(Approval.decision == Decision.OPEN)).one()
    browser: FlaskClient = firm.browser(boss)
    answer = browser.post(f"/approvals/{asked.id}", data={"decision": decision, "why": why})
    assert answer.status_code == 303


def _photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(a_photo()), "what-came.jpg"


def _all() -> list[Discrepancy]:
    return list(db.session.scalars(select(Discrepancy)))


def _only(firm: Firm) -> Discrepancy:
    with firm.app.app_context():
        return db.session.scalars(select(Discrepancy)).one()


def test_the_pages_ask_no_more_for_many_discrepancies_than_for_few(firm: Firm):
    def deliveries(many: int) -> str:
        with given(firm.app):
            order = firm.ordered(*[(a_part(), 5) for _ in range(many)])
            for line in order.lines:
                arrival = Arrival(line, Decimal(3), Decimal(2), damage_note="dented")
                rules.receive(order, [arrival], by=firm.penny, at=clock.now())
            return f"/purchasing/{order.number}"

    def asked(address: str) -> int:
        penny = firm.browser(firm.penny)
        with statements(firm.app) as sent:
            assert penny.get(address).status_code == 200
        return len(sent)

    few = [asked(deliveries(2)), asked("/purchasing/discrepancies")]
    many = [asked(deliveries(9)), asked("/purchasing/discrepancies")]

    assert many == few
    assert max(few) <= 20
