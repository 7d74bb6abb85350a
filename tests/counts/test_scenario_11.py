"""Counted while work goes on: what happened before the count and arrives after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import hypothesis.strategies as st
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings

from partsweb.approvals import queries as approvals
from partsweb.approvals import rules as asking
from partsweb.approvals.models import Decision, Matter
from partsweb.counts import queries, rules
from partsweb.counts.models import CountState, LineState
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.orders import fitting
from partsweb.stock import audit
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Reason
from partsweb.timeline import queries as timeline
from tests.counts.counting import at, came, counted, explain, here, lay, line_of, used
from tests.support.company import a_part, a_van, an_order, signed_in, the
from tests.support.company import given as made


def test_an_install_that_arrives_after_the_count_is_posted_was_in_it_already(app: Flask, firm):
    with made(app):
        firm = here(firm)
        order = an_order(assigned_to=firm.tess)
        count = counted(
            firm.van,
            {firm.fan: 8},
            by=firm.cora,
            when=at("10:00"),
            limit=Decimal(20),
        )
        line = line_of(count, firm.fan)
        asked = the(approvals.latest(line.subject, Matter.COUNT))
        asking.decide(asked, Decision.APPROVED, "", by=firm.sam, at=clock.now())
        assert (stock.on_hand(firm.fan, firm.van), line.variance, line.value) == (8, -2, -24)

        fitted = fitting.install_from_van(
            order, firm.fan, Decimal(2), source=firm.van, by=firm.tess, at=at("09:40")
        )

        assert stock.on_hand(firm.fan, firm.van) == 8
        assert (line.book, line.variance, line.value) == (8, 0, 0)
        balance = the(db.session.get(Balance, (firm.fan.id, firm.van.id, OURS)))
        assert balance.value == 96
        issues = [one for each in fitted for one in stock.caused_by(each.subject)]
        assert [one.value for one in issues] == [24]
        [correction] = queries.corrections_of([line])
        [put_right] = stock.caused_by(correction.subject)
        assert (put_right.reason, put_right.quantity) == (Reason.COUNT, 2)
        assert put_right.target_id == firm.van.id
        told = [one.text for one in timeline.told(firm.sam).items]
        assert any("left Van 3 before it was counted" in text for text in told)
        assert list(audit.differences()) == []

    cora = signed_in(app, firm.cora)
    assert count.number in cora.get(f"/movements/{put_right.id}").text
    assert "Became known later" in cora.get(f"/count-lines/{line.id}").text


def test_what_happened_before_and_arrives_before_posting_is_no_variance(app: Flask, firm):
    with made(app):
        firm = here(firm)
        count = rules.start(firm.van, by=firm.tess, at=at("09:50"))
        line = line_of(count, firm.fan)
        rules.tally(line, Decimal(8), by=firm.tess, at=at("10:00"))
        used(firm.fan, firm.van, 2, at("09:40"), by=firm.tess)
        used(firm.fan, firm.van, 1, at("10:30"), by=firm.tess)
        rules.finish(count, by=firm.tess, at=at("10:40"))

        explain(count, by=firm.tess)

        assert (line.book, line.variance) == (8, 0)
        assert stock.on_hand(firm.fan, firm.van) == 7
        assert stock.caused_by(line.subject) == []


def test_what_is_taken_back_never_was(app: Flask, firm):
    with made(app):
        firm = here(firm)
        wrong = used(firm.fan, firm.van, 2, at("09:00"), by=firm.tess)
        counted(firm.van, {firm.fan: 8}, by=firm.tess, when=at("10:00"))

        ledger.reverse(wrong, by=firm.tess, at=clock.now())

        assert stock.on_hand(firm.fan, firm.van) == 8
        assert list(audit.differences()) == []


def test_the_count_that_knew_it_first_is_set_right_and_no_other(app: Flask, firm):
    with made(app):
        firm = here(firm)
        first = counted(firm.van, {firm.fan: 8}, by=firm.tess, when=at("10:00"))
        second = counted(firm.van, {firm.fan: 7}, by=firm.tess, when=at("11:00"))

        used(firm.fan, firm.van, 2, at("09:40"), by=firm.tess)
        used(firm.fan, firm.van, 1, at("10:20"), by=firm.tess)

        assert [line_of(one, firm.fan).variance for one in (first, second)] == [0, 0]
        assert stock.on_hand(firm.fan, firm.van) == 7


def test_taking_back_a_posted_line_leaves_later_counts_right(app: Flask, firm):
    with made(app):
        firm = here(firm)
        first = counted(firm.van, {firm.fan: 8}, by=firm.tess, when=at("10:00"))
        used(firm.fan, firm.van, 1, at("09:40"), by=firm.tess)

        rules.take_back(line_of(first, firm.fan), by=firm.cora, at=clock.now())

        assert stock.on_hand(firm.fan, firm.van) == 9
        assert line_of(first, firm.fan).state == LineState.TAKEN_BACK
        assert list(audit.differences()) == []


# --- Through the pages -----------------------------------------------------------------------


def test_an_install_from_before_the_count_arrives_on_the_pages_after_it_is_posted(app: Flask, firm):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], count_approval=Decimal(20))
    with made(app):
        order = an_order(assigned_to=firm.tess)
    tess, cora, sam = (signed_in(app, one) for one in (firm.tess, firm.cora, firm.sam))
    counted_at = {"occurred_at": at("10:00").isoformat()}
    url = cora.post("/counts/new", data={"location": firm.van.id, **counted_at}).location
    line_id = re.findall(r"/count-lines/([0-9a-f-]{36})/tally", cora.get(url).text)[0]

    cora.post(f"/count-lines/{line_id}/tally", data={"quantity": "8", **counted_at})
    cora.post(f"{url}/end")
    explained = cora.get(url).text
    cora.post(f"{url}/posting", data={"line": line_id, "why": "Not known"})
    held_back = on_hand(cora, firm.van)
    question = re.findall(r"/approvals/[0-9a-f-]{36}", sam.get("/approvals").text)[0]
    sam.post(question, data={"decision": "approved", "why": ""})

    assert "8 counted, the books say 10" in explained
    assert (held_back, on_hand(cora, firm.van)) == ("10", "8")
    assert "Variance −2" in seen(cora, f"/count-lines/{line_id}")

    tess.post(
        f"/orders/{order.number}/installations/new?part={firm.fan.id}",
        data={
            "part": firm.fan.id,
            "quantity": "2",
            "source": firm.van.id,
            "occurred_at": at("09:40").isoformat(),
        },
    )

    assert on_hand(cora, firm.van) == "8"
    line = seen(cora, f"/count-lines/{line_id}")
    for said in ("Counted 8", "The books at that moment 8", "Variance 0", "it was in the count"):
        assert said in line
    assert "left Van 3 before it was counted" in seen(sam, "/")
    usage = seen(cora, f"/reports/usage?by=order&from={at('00:00'):%Y-%m-%d}")
    assert f"{order.number} 2 used" in usage
    assert "Cost of parts used 24.00" in usage


def on_hand(browser: FlaskClient, van: Location) -> str:
    """How much of the one part its page says that the van has."""
    return re.findall(r"<b>(.*?)</b>", browser.get(f"/locations/{van.id}").text)[0]


def seen(browser: FlaskClient, url: str) -> str:
    """The page in words."""
    main = browser.get(url).text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- Whatever the order ----------------------------------------------------------------------


@dataclass(frozen=True)
class Happening:
    """Something that happens at a minute: parts leave or come, or somebody counts or undoes."""

    minute: int
    change: int


HAPPENINGS = st.lists(
    st.builds(Happening, st.integers(0, 59), st.integers(-4, 4).filter(bool)),
    min_size=1,
    max_size=6,
)
COUNTS = st.lists(st.integers(0, 59), min_size=1, max_size=3, unique=True)


@settings(
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(HAPPENINGS, COUNTS, st.randoms(use_true_random=False))
def test_whatever_arrives_in_whatever_order_the_last_count_holds(
    app: Flask, firm, happenings, counts, order
):
    with app.app_context():
        firm = here(firm)
        van, fan, tess = a_van("A van of its own"), a_part(), firm.tess
        started = clock.now() - timedelta(days=2)
        lay(fan, van, 10)
        arrivals = [*happenings, *counts]
        order.shuffle(arrivals)

        for one in arrivals:
            if isinstance(one, Happening):
                act = came if one.change > 0 else used
                moment = started + timedelta(minutes=one.minute)
                act(fan, van, abs(one.change), moment, by=tess)
            else:
                counted(van, {fan: 100 + one}, by=firm.cora, when=started + timedelta(minutes=one))

        last = max(counts)
        after = sum(one.change for one in happenings if one.minute > last)
        assert stock.on_hand(fan, van) == 100 + last + after
        assert list(audit.differences()) == []
        db.session.rollback()


# --- Units -----------------------------------------------------------------------------------


def test_a_unit_missing_at_the_count_was_fitted_before_it(app: Flask, firm):
    with made(app):
        firm = here(firm)
        valve, order = a_part("VALVE", serialized=True), an_order(assigned_to=firm.tess)
        lay(valve, firm.van, 2, cost="40", serials=["A1", "A2"])
        count = counted(firm.van, {valve: ["A1"]}, by=firm.tess, when=at("10:00"))
        line = line_of(count, valve)
        assert the(stock.serial(valve, "A2")).location.kind == Kind.ADJUSTMENT

        fitting.install_from_van(
            order,
            valve,
            Decimal(1),
            source=firm.van,
            by=firm.tess,
            at=at("09:40"),
            serials=["A2"],
        )

        assert the(stock.serial(valve, "A2")).location.kind == Kind.INSTALLED
        assert (stock.on_hand(valve, firm.van), line.variance) == (1, 0)
        assert list(audit.differences()) == []


def test_a_unit_that_came_before_the_count_and_was_not_seen_is_not_there(app: Flask, firm):
    with made(app):
        firm = here(firm)
        valve = a_part("VALVE", serialized=True)
        lay(valve, firm.van, 1, serials=["A1"])
        counted(firm.van, {valve: ["A1"]}, by=firm.tess, when=at("10:00"))
        vendor = locations.single(Kind.VENDOR)
        unit = ledger.unit(valve, "A9", vendor)

        ledger.post(
            [ledger.Move(valve, vendor, firm.van, Decimal(1), Reason.RECEIPT, serial=unit)],
            by=firm.cora,
            at=at("09:40"),
        )

        assert the(stock.serial(valve, "A9")).location.kind == Kind.ADJUSTMENT
        assert stock.on_hand(valve, firm.van) == 1
        assert list(audit.differences()) == []


def test_a_count_waits_while_one_of_its_lines_does(app: Flask, firm):
    with made(app):
        firm = here(firm)
        count = counted(firm.van, {firm.fan: 2}, by=firm.cora, when=at("10:00"), limit=Decimal(50))

        assert count.state == CountState.WAITING
        assert stock.on_hand(firm.fan, firm.van) == 10
