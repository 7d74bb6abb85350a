"""Figures a vendor and month, exact; and orders that another system kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from partsweb.kit.refusal import Refusal
from partsweb.purchasing import coming, figures, history
from partsweb.purchasing.models import PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from tests.purchasing.conftest import Firm
from tests.support.company import given


def test_figures_add_up_exactly_by_vendor_and_month(firm: Firm):
    with given(firm.app):
        _history(firm, "7", "Complete", date(2025, 4, 2), [("3", "45.5805", 3, 0)])
        _history(firm, "8", "Complete", date(2025, 4, 30), [("5", "0.1", 5, 2), ("1", "0.2", 1, 0)])
        _history(firm, "9", "Complete", date(2025, 5, 1), [("9", "1", 9, 9)])

        april = figures.figures(since=date(2025, 4, 1), until=date(2025, 4, 30))
        everything = figures.figures()

    [one] = april
    assert (one.month, one.vendor, one.purchase_orders, one.lines) == (
        "2025-04",
        firm.northgas.code,
        2,
        3,
    )
    assert [one.ordered, one.received, one.rejected, one.stocked] == [9, 9, 2, 7]
    assert one.value == Decimal("137.4415")
    assert [row.month for row in everything] == ["2025-04", "2025-05"]


def test_history_keeps_both_facts_and_moves_no_stock(firm: Firm):
    with given(firm.app):
        rejected = _history(
            firm, "4", "Rejected", date(2022, 4, 15), [("3", "57.0255", 2, 1), ("2", "1", 0, 0)]
        )
        pending = _history(firm, "2", "Pending", date(2022, 4, 15), [("3", "45.12", 3, 0)])
        approved = _history(firm, "6", "Approved", date(2022, 4, 15), [("3", "45.12", 1, 0)])

        assert (rejected.imported_state, rejected.state) == ("Rejected", PurchaseState.CLOSED)
        assert rejected.lines[0].accepted == 1
        assert (pending.imported_state, pending.state) == ("Pending", PurchaseState.RECEIVED)
        assert approved.state == PurchaseState.PARTLY_RECEIVED
        assert stock.on_hand(firm.valve, firm.depot) == 0
        assert coming.on_order(firm.valve) == 2


def test_more_rejected_than_received_cant_be(firm: Firm):
    with given(firm.app), pytest.raises(Refusal, match="more was rejected than received"):
        _history(firm, "4", "Complete", date(2022, 4, 15), [("3", "1", 1, 2)])


def test_a_page_of_history_says_what_it_was_called_elsewhere(firm: Firm):
    with given(firm.app):
        _history(firm, "4", "Rejected", date(2022, 4, 15), [("3", "57.0255", 2, 1)])

    page = firm.browser(firm.penny).get("/purchasing/4").text

    assert "Rejected" in page
    assert "1 of 3 received, 1 rejected" in page


def _history(
    firm: Firm,
    number: str,
    state: str,
    on: date,
    lines: list[tuple[str, str, int, int]],
) -> PurchaseOrder:
    order = history.record_order(number, firm.northgas, imported_state=state, ordered_on=on)
    for at, (quantity, price, received, rejected) in enumerate(lines):
        asked, each = Decimal(quantity), Decimal(price)
        line = history.record_line(order, firm.valve, asked, each, imported_id=str(at))
        history.record_facts(
            line,
            quantity=asked,
            price=each,
            amount=asked * each,
            received=Decimal(received),
            rejected=Decimal(rejected),
            expected_on=None,
        )
    history.settle([order])
    return order
