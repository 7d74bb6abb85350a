"""A month is looked at, packed and closed, and its figures never change."""

from __future__ import annotations

import io
import re
import threading
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import delete

from partsweb.counts import rules as counts
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.month_end import audit, queries
from partsweb.orders import fitting
from partsweb.people.models import Person
from partsweb.periods import rules as periods
from partsweb.periods.models import ClosedMonth
from partsweb.periods.queries import posting_day
from partsweb.phone.models import OperationException
from partsweb.stock import rules as ledger
from partsweb.stock import usage, valuation
from tests.reports.conftest import Firm, july, june
from tests.support.company import a_person, given, in_stock

MONTH = "/month-end/2026-06"


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def closed(firm: Firm, reason: str = "agreed") -> Any:
    """Fay closes June on 3 July."""
    with clock.set_to(july(3)):
        return firm.browser(firm.fay).post(MONTH, data={"reason": reason})


def figures(firm: Firm) -> tuple[Any, ...]:
    """What was used in June, and what stock was worth at its end."""
    with firm.app.app_context():
        last = june(30).date()
        return (*usage.totals(june(1).date(), last), valuation.total(last))


def test_the_figures_of_a_closed_month_never_change(firm: Firm):
    one = firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    other = firm.fitted(firm.okafor, firm.valve, 1, at=june(5))
    assert closed(firm).status_code == 303
    before = figures(firm)

    firm.fitted(firm.abbey, firm.valve, 12, at=june(29), now=july(4))
    firm.taken_back(one, at=july(5))
    with clock.set_to(july(6)), given(firm.app):
        fitting.correct(
            firm.again(other), by=firm.again(firm.tess), at=july(6), quantity=Decimal(3)
        )
        in_stock(firm.again(firm.valve), firm.again(firm.van7), 5, cost="14")

    assert figures(firm) == before == (Decimal(3), Decimal("37.50"), Decimal("308.50"))
    with firm.app.app_context():
        assert list(audit.differences()) == []


def test_the_audit_notices_a_closed_month_that_changed(firm: Firm):
    closed(firm)

    with firm.app.app_context(), clock.set_to(june(20)):
        # As if somebody had posted past the calendar.
        db.session.execute(delete(ClosedMonth))
        in_stock(firm.again(firm.valve), firm.again(firm.van7), 1, cost="10")
        noticed = list(audit.differences())
        db.session.rollback()

    assert len(noticed) == 1
    assert "June 2026 was closed with" in noticed[0]


def test_what_stands_open_is_named_first_and_closing_needs_a_reason(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 12, at=june(4))
    fay = firm.browser(firm.fay)

    with clock.set_to(july(3)):
        page = words(fay.get(MONTH))
        refused = fay.post(MONTH, data={"reason": " "})
        kept = fay.post(MONTH, data={"reason": "The receipt comes on Monday"})
        shown = words(fay.get(MONTH))

    assert "Negative stock To look at 1" in page
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert kept.status_code == 303
    for said in ("1 Negative stock", "The receipt comes on Monday", "Fay", "Closed"):
        assert said in shown


def test_who_isnt_let_close_a_month_still_sees_what_the_audit_found(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 12, at=june(4))
    fay = firm.browser(firm.fay)

    with clock.set_to(july(3)):
        before, asked = words(fay.get(MONTH)), words(fay.get(f"{MONTH}?audit=1"))
        refused = words(fay.post(MONTH, data={"reason": ""}))

    audited = "Differences that the audit finds"
    assert f"{audited} Look now: it takes a moment Not looked at" in before
    assert f"{audited} Done" in asked
    assert f"{audited} Done" in refused
    assert "Still open: 1 Negative stock" in refused


def test_a_month_is_closed_once_when_it_is_over_and_after_the_one_before(firm: Firm):
    with clock.set_to(june(20)):
        early = firm.browser(firm.fay).post(MONTH, data={"reason": "x"})
    first = closed(firm)
    again = closed(firm)
    with clock.set_to(july(3).replace(month=9)):
        out_of_turn = firm.browser(firm.fay).post("/month-end/2026-08", data={"reason": "x"})

    assert [one.status_code for one in (early, first, again)] == [422, 303, 422]
    assert "closed already" in again.text
    assert "Close July 2026 first" in out_of_turn.text


def test_only_finance_and_admin_close_and_technicians_dont_look(firm: Firm):
    with given(firm.app):
        cora = a_person("coordinator")

    with clock.set_to(july(3)):
        coordinator, tess = firm.browser(cora), firm.browser(firm.tess)

        assert coordinator.get(MONTH).status_code == 200
        assert coordinator.post(MONTH, data={"reason": "x"}).status_code == 403
        assert tess.get(MONTH).status_code == 403


def test_the_pack_is_one_workbook_that_adds_up(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.abbey, firm.pipe, 10, at=june(9))

    with clock.set_to(july(3)):
        answer = firm.browser(firm.fay).get(f"{MONTH}/pack.xlsx")

    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == [
        "Looked at",
        "Stock valuation",
        "Parts used",
        "Parts Usage",
        "COGS by order",
        "Negative stock",
    ]
    assert total(book["Parts Usage"], "Cost") == total(book["COGS by order"], "Cost") == 37
    assert total(book["Stock valuation"], "Value") == 346 - 37


def total(page: Any, head: str) -> Decimal:
    heads = [cell.value for cell in page[1]]
    column = heads.index(head)
    amounts = [Decimal(str(row[column].value)) for row in page.iter_rows(min_row=2)]
    return sum(amounts, Decimal(0))


def test_months_to_close_and_closed_ones_are_listed(firm: Firm):
    fay = firm.browser(firm.fay)
    with clock.set_to(july(3)):
        before = words(fay.get("/month-end"))
    closed(firm)
    with clock.set_to(july(3)):
        after = words(fay.get("/month-end"))

    assert "June 2026 Next" in before
    assert "Every month that is over is closed" in after
    assert "June 2026 Fay" in after
    assert fay.get("/month-end/june").status_code == 404


def test_stock_is_valued_on_any_day(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.okafor, firm.valve, 1, at=june(20))
    fay = firm.browser(firm.fay)

    on_the_tenth = words(fay.get("/reports/valuation?on=2026-06-10"))
    file = fay.get("/reports/valuation.csv?on=2026-06-30").text
    at_van = words(fay.get(f"/reports/valuation?on=2026-06-30&at={firm.van3.id}"))

    assert "In all 321.00" in on_the_tenth
    assert "Van 3,VK4105,Gas valve,EA,7,87.5,12.5" in file
    assert "7 EA at 12.50" in at_van
    assert firm.browser(firm.tess).get("/reports/valuation").status_code == 403


def test_what_is_negative_is_a_file_with_the_orders_that_caused_it(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 12, at=june(4))

    file = firm.browser(firm.fay).get("/stock/negative.csv").text

    assert "VK4105,Gas valve,Van 3,-2,EA" in file
    assert firm.okafor.number in file


@pytest.mark.only("postgresql")
def test_a_month_isnt_closed_between_a_look_at_the_calendar_and_its_commit(firm: Firm):
    looked, closing = threading.Event(), threading.Event()
    posted: list[Any] = []

    def fit() -> None:
        with firm.app.app_context(), clock.set_to(july(3)):
            posted.append(posting_day(june(29)))
            looked.set()
            closing.wait(1)
            valve, van = firm.again(firm.valve), firm.again(firm.van3)
            ledger.open_stock(valve, van, Decimal(1), by=None, at=june(29))
            db.session.commit()

    fitter = threading.Thread(target=fit)
    fitter.start()
    looked.wait(5)
    with firm.app.app_context(), clock.set_to(july(3)):
        periods.close(june(1).date(), by=firm.fay.id)
        closing.set()
        found = valuation.total(june(30).date())
        db.session.commit()
    fitter.join()

    with firm.app.app_context():
        assert posted == [june(29).date()]
        assert valuation.total(june(30).date()) == found
        assert queries.is_closed(june(1).date())


def test_counts_begun_and_entries_that_could_not_be_applied_are_looked_at(firm: Firm):
    with clock.set_to(june(29)), given(firm.app):
        cora = a_person("coordinator")
        counts.start(firm.again(firm.van3), by=cora, at=june(29))
        an_exception(firm.again(firm.tess), at=june(29))
        an_exception(firm.again(firm.tess), at=june(28)).resolved_at = june(29)

    with clock.set_to(july(3)):
        coordinator, finance = (
            firm.browser(one).get(MONTH, follow_redirects=True) for one in (cora, firm.fay)
        )

    open_ones = (
        "Counts begun and not posted To look at 1",
        "Entries from phones that couldn’t be applied To look at 1",
    )
    for said in open_ones:
        assert said in words(coordinator)
    # Who may not come in there is told that somebody else looks.
    assert ('href="/counts"' in coordinator.text, 'href="/counts"' in finance.text) == (True, False)
    assert "couldn’t be applied Somebody else looks at it To look at 1" in words(finance)


def an_exception(person: Person, *, at: datetime) -> OperationException:
    """What the person's phone sent and nobody could apply."""
    kept = OperationException(
        person=person,
        operation_id=uuid4(),
        url="/entries/x/installation",
        fields="[]",
        refusal="It is closed.",
        occurred_at=at,
        recorded_at=at,
    )
    db.session.add(kept)
    return kept


def test_finance_begins_the_day_with_what_is_to_be_billed_and_closed(firm: Firm):
    firm.fitted(firm.okafor, firm.valve, 2, at=june(4))
    firm.fitted(firm.abbey, firm.valve, 1, at=june(5), warranty=True)

    with clock.set_to(july(1)):
        begin = words(firm.browser(firm.fay).get("/"))

    assert "No invoice is held or disputed." in begin
    assert "Ready to bill 1 order 58.00" in begin
    assert "Held 1 order" in begin
    assert "June 2026 Over, and not closed To close" in begin
    assert closed(firm).status_code == 303
    with clock.set_to(july(3)):
        assert "Over, and not closed" not in words(firm.browser(firm.fay).get("/"))
