"""Scenarios 1 to 5, through the pages, with their figures."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import select

from partsweb.approvals.models import Approval
from partsweb.attachments import queries as attachments
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders.models import Order
from partsweb.people.models import Person
from partsweb.purchasing import coming, queries, received, rules
from partsweb.purchasing.models import Discrepancy, PurchaseOrder
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Movement, Reason
from partsweb.timeline import queries as timeline
from tests.purchasing.conftest import Firm, fields
from tests.support.company import a_person, an_entry, an_order, given, in_stock, the
from tests.support.files import a_pdf, a_photo

YESTERDAY = clock.now() - timedelta(days=1)
USED, RECEIVED = f"{YESTERDAY:%Y-%m-%d}T10:12:00+00:00", f"{YESTERDAY:%Y-%m-%d}T14:05:00+00:00"


class Books(NamedTuple):
    """What they come to: on hand, its worth, the cost of what was used."""

    on_hand: Decimal
    worth: Decimal
    used: Decimal


@pytest.fixture
def order(firm: Firm) -> Order:
    """Van 3 has no valve, the last one cost 41.00; Tess needs one on this order."""
    with given(firm.app):
        in_stock(firm.valve, firm.van, 1, cost="41")
        gone = locations.single(Kind.ADJUSTMENT)
        lost = ledger.Move(firm.valve, firm.van, gone, Decimal(1), Reason.ADJUSTMENT)
        ledger.post([lost], by=firm.penny, at=YESTERDAY - timedelta(days=1))
        return an_order(assigned_to=firm.tess)


def test_used_at_10_12_and_received_at_14_05(firm: Firm, order: Order):
    penny = firm.browser(firm.penny)

    warned = _used(firm, order)

    assert "Van 3 now shows −1 of VK4105: it was used before it was received." in warned
    owed = penny.get("/stock/negative").text
    assert "VK4105" in owed
    assert order.number in owed
    assert _books(firm) == Books(Decimal(-1), Decimal(-41), Decimal(41))

    _received(firm)

    assert "Nothing is negative" in penny.get("/stock/negative").text
    assert "3 on hand" in penny.get(f"/parts/{firm.valve.id}").text
    # The correction of 2.50 belongs to what was used on the order.
    assert _books(firm) == Books(Decimal(3), Decimal("130.50"), Decimal("43.50"))


def test_the_two_reaching_the_server_in_reverse_order_give_the_same_totals(
    firm: Firm, order: Order
):
    _received(firm)
    shown = _used(firm, order)

    assert "used before it was received" not in shown
    assert "Nothing is negative" in firm.browser(firm.penny).get("/stock/negative").text
    assert _books(firm) == Books(Decimal(3), Decimal("130.50"), Decimal("43.50"))


# --- 1: a partial receipt --------------------------------------------------------------------


def test_six_of_ten_arrive_then_four_each_with_its_own_packing_slip(firm: Firm):
    with given(firm.app):
        in_stock(firm.valve, firm.depot, 8, cost="11.80")
        others = an_entry(an_order(), firm.valve, 8, allocated=8)
        ledger.allocate(firm.valve, Decimal(8), location=firm.depot, subject=others.subject)
        entry = firm.entry(firm.valve, 2)
        paper = firm.ordered((firm.valve, 10), entry=entry)
        dispatcher = a_person("dispatcher")
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{paper.number}"

    penny.post(f"{at}/receipts/new", data=_slip(paper, 6, "LS-1.pdf", slip_number="LS-1"))

    page = penny.get(at).text
    assert "Partly received" in page
    assert "6 of 10 received, 4 outstanding" in page
    assert _at_depot(firm) == (14, 10, "12.0571")
    assert f"at Depot, {paper.number}" in firm.browser(firm.tess).get("/").text
    assert f"at Depot, {paper.number}" in firm.browser(dispatcher).get("/").text
    with firm.app.app_context():
        assert firm.again(entry).states == [(2, "Ready")]

    penny.post(f"{at}/receipts/new", data=_slip(paper, 4, "LS-2.pdf", slip_number="LS-2"))

    page = penny.get(at).text
    assert "10 of 10 received" in page
    assert _at_depot(firm) == (18, 10, "12.1333")
    with firm.app.app_context():
        first, second = firm.again(paper).receipts
        slips = [[slip.name for slip in attachments.of(one.subject)] for one in (first, second)]
    assert slips == [["LS-1.pdf"], ["LS-2.pdf"]]
    assert "LS-1.pdf" in penny.get(f"/receipts/{first.id}").text


# --- 2: more than ordered --------------------------------------------------------------------


@pytest.fixture
def six_scanned(firm: Firm) -> PurchaseOrder:
    """Of a line of 5 at 8.00, with a tolerance of 10 %."""
    with given(firm.app):
        order = rules.draft(firm.northgas, ship_to=firm.depot, by=firm.penny, at=clock.now())
        rules.add_line(order, firm.valve, Decimal(5), by=firm.penny, price=Decimal(8))
        rules.place(order, by=firm.penny, at=clock.now())
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{order.number}/receipts/new"
    shown = penny.post(at, data=fields(order, 6), follow_redirects=True).text
    assert "1 more than ordered, in quarantine until a supervisor decides" in shown
    return order


def test_the_sixth_of_five_lies_apart_without_value_until_it_is_approved(
    firm: Firm, six_scanned: PurchaseOrder
):
    with given(firm.app):
        boss = a_person("supervisor")
    assert _five_and_one_apart(firm)
    assert "Keep 1 VK4105 more than ordered" in firm.browser(boss).get("/").text

    _decided(firm, boss, "approved")

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 6
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 0
    assert _received_worth(firm, six_scanned) == "48.00"


def test_the_sixth_of_five_goes_back_when_it_is_refused(firm: Firm, six_scanned: PurchaseOrder):
    with given(firm.app):
        boss = a_person("supervisor")

    _decided(firm, boss, "rejected", why="We have enough of them")

    with firm.app.app_context():
        assert stock.on_hand(firm.valve, firm.depot) == 5
        assert stock.on_hand(firm.valve, locations.quarantine_of(firm.depot)) == 0
        rows = select(Movement).where(Movement.reason == Reason.VENDOR_RETURN)
        [back] = db.session.scalars(rows)
        assert (back.quantity, back.value, back.target.kind) == (1, 0, Kind.VENDOR)
    assert _received_worth(firm, six_scanned) == "40.00"


# --- 3: damaged 2 of 5 -----------------------------------------------------------------------


def test_two_damaged_of_five_and_one_tap_raises_the_replacement(firm: Firm):
    with given(firm.app):
        paper = firm.ordered((firm.valve, 5))
        line = paper.lines[0]
    penny = firm.browser(firm.penny)
    operation = str(uuid4())

    for _ in range(2):  # sent again after a lost answer
        wrong = {
            f"is_damaged-{line.id}": "1",
            f"damaged-{line.id}": "2",
            f"damaged_photos-{line.id}": (io.BytesIO(a_photo()), "dent.jpg"),
            "operation_id": operation,
            "occurred_at": USED,
        }
        penny.post(f"/purchasing/{paper.number}/receipts/new", data=fields(paper, 5, **wrong))

    with firm.app.app_context():
        apart = locations.quarantine_of(firm.depot)
        assert stock.on_hand(firm.valve, firm.depot) == 3
        held = db.session.get_one(Balance, (firm.valve.id, apart.id, OURS))
        assert (held.quantity, held.value) == (2, 0)
        [found] = db.session.scalars(select(Discrepancy))
        [photo] = attachments.of(found.subject)
        told = [one.text for one in timeline.told(firm.penny).items]
        assert told == [f"2 of VK4105 on {paper.number} arrived damaged"]
    assert "2 outstanding" in penny.get(f"/purchasing/{paper.number}").text
    page = penny.get(f"/discrepancies/{found.id}").text
    assert photo.thumbnail_url in page
    assert "Raise the replacement" in page

    penny.post(f"/discrepancies/{found.id}/replacement")

    with firm.app.app_context():
        assert coming.on_order(firm.valve) == 2
        assert len(coming.open_lines_of(firm.valve)) == 1
    assert "Replacement expected" in penny.get(f"/discrepancies/{found.id}").text


# --- 4: a serial that is elsewhere -----------------------------------------------------------


def test_of_three_serials_one_is_in_a_van_and_one_that_went_back_is_received_again(firm: Firm):
    with given(firm.app):
        in_stock(firm.fan, firm.van, 1, serials=["F-3"])
        paper = firm.ordered((firm.fan, 3))
        line = paper.lines[0]
    penny = firm.browser(firm.penny)
    at = f"/purchasing/{paper.number}/receipts/new"
    broken = {f"is_damaged-{line.id}": "1", f"damaged_serials-{line.id}": "F-2"}

    shown = penny.post(at, data=fields(paper, ["F-1", "F-3"], **broken), follow_redirects=True).text

    assert "the books have it in Van 3" in shown
    with firm.app.app_context():
        assert the(stock.serial(firm.fan, "F-3")).location.name == "Van 3"
        [conflict] = received.open_conflicts_of(firm.again(paper).lines)
        [found] = db.session.scalars(select(Discrepancy))
    ways = penny.get(f"/serial-conflicts/{conflict.id}").text
    assert all(way in ways for way in ("Moved here", "Misread", "Duplicate label"))

    penny.post(f"/discrepancies/{found.id}/vendor-return")
    penny.post(at, data=fields(paper, ["F-2"]))

    with firm.app.app_context():
        units = [unit.number for unit in stock.serials_at(firm.fan, firm.depot)]
        assert units == ["F-1", "F-2"]


# --- How they are played ---------------------------------------------------------------------


def _slip(paper: PurchaseOrder, arrived: int, name: str, **more: str) -> dict[str, Any]:
    return fields(paper, arrived, slip=(io.BytesIO(a_pdf()), name), set_aside="1", **more)


def _at_depot(firm: Firm) -> tuple[Decimal, Decimal, str]:
    """On hand, allocated, and the average to four places."""
    with firm.app.app_context():
        average = the(stock.average_cost(firm.valve, firm.depot))
        on_hand, allocated = (f(firm.valve, firm.depot) for f in (stock.on_hand, stock.allocated))
        return on_hand, allocated, f"{average:.4f}"


def _five_and_one_apart(firm: Firm) -> bool:
    with firm.app.app_context():
        apart = locations.quarantine_of(firm.depot)
        held = db.session.get_one(Balance, (firm.valve.id, apart.id, OURS))
        available = stock.on_hand(firm.valve, firm.depot)
        return (available, held.quantity, held.value) == (5, 1, 0)


def _decided(firm: Firm, boss: Person, decision: str, why: str = "") -> None:
    with firm.app.app_context():
        asked = db.session.scalars(select(Approval)).one()
    browser = firm.browser(boss)
    assert "Kept, it costs" in browser.get(f"/approvals/{asked.id}").text
    browser.post(f"/approvals/{asked.id}", data={"decision": decision, "why": why})


def _received_worth(firm: Firm, order: PurchaseOrder) -> str:
    """What the purchase order's page says was received, in money."""
    page = firm.browser(firm.penny).get(f"/purchasing/{order.number}").text
    [worth] = re.findall(r"<dt>Received</dt><dd>([\d.,]+)</dd>", page)
    return str(worth)


def _used(firm: Firm, order: Order) -> str:
    """Tess logs one from her van; what she is shown then."""
    sent = {"part": firm.valve.id, "quantity": "1", "source": firm.van.id, "occurred_at": USED}
    url = f"/orders/{order.number}/installations/new?part={firm.valve.id}"
    return firm.browser(firm.tess).post(url, data=sent, follow_redirects=True).text


def _received(firm: Firm) -> None:
    """Penny has bought four at 43.50 for the van, and takes them in there."""
    penny = firm.browser(firm.penny)
    to_the_van = {"vendor": firm.northgas.id, "ship_to": firm.van.id}
    at = penny.post("/purchasing/new", data=to_the_van).location
    four = {"quantity": "4", "price": "43.50"}
    penny.post(f"{at}/lines/new?part={firm.valve.id}", data=four)
    penny.post(f"{at}/placing")
    with firm.app.app_context():
        arrived = fields(the(queries.by_number(at.rsplit("/")[-1])), 4, occurred_at=RECEIVED)
    shown = penny.post(f"{at}/receipts/new", data=arrived, follow_redirects=True).text
    assert "4 received" in shown


def _books(firm: Firm) -> Books:
    with firm.app.app_context():
        held = db.session.get_one(Balance, (firm.valve.id, firm.van.id, OURS))
        used = db.session.scalars(select(Movement).where(Movement.reason == Reason.INSTALL)).one()
        return Books(held.quantity, held.value, stock.cost_of(used))
