from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from partsweb.approvals.models import Approval
from partsweb.counts import queries, rules
from partsweb.counts.models import Count, CountLine, CountState, LineState
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Kind
from partsweb.stock import audit
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from tests.counts.counting import at, counted, explain, here, lay, line_of
from tests.support.company import (
    a_bin,
    a_part,
    a_person,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    given,
    signed_in,
    the,
)
from tests.support.counting import statements


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def begun(app: Flask, browser, place) -> tuple[str, dict[str, str]]:
    """A count of the place, begun on the page; its address, and its lines by SKU."""
    url = browser.post("/counts/new", data={"location": place.id}).location
    with app.app_context():
        count = db.session.scalars(db.select(Count).where(Count.location_id == place.id)).one()
        lines = {line.part.sku: f"/count-lines/{line.id}" for line in queries.all_lines(count)}
    return url, lines


def test_a_van_is_counted_explained_and_posted_on_the_pages(app: Flask, firm):
    with given(app):
        lay(a_part("CLIP", "Clip"), firm.van, 4)
    tess = signed_in(app, firm.tess)
    url, lines = begun(app, tess, firm.van)
    page = tess.get(url).text
    assert "Fan" in page
    rows = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<li.*?</li>", page, re.DOTALL)]
    [fan] = [row for row in rows if "Fan" in row]
    assert "10" not in fan

    tess.post(f"{lines['FAN']}/tally", data={"quantity": "8"})
    tess.post(f"{lines['CLIP']}/tally", data={"quantity": "4"})
    tess.post(f"{url}/end")

    page = words(tess.get(url).text)
    assert "8 counted, the books say 10" in page
    assert "1 line is as the books say" in page
    line_id = lines["FAN"].rpartition("/")[2]
    answer = tess.post(f"{url}/posting", data={"line": line_id, "why": ""})
    assert "1 variance has no reason yet" in answer.text
    tess.post(f"{url}/posting", data={"line": line_id, "why": "Used and not logged"})
    assert "50 % as in the books" in words(tess.get(url).text)
    with app.app_context():
        assert stock.on_hand(firm.fan, firm.van) == 8
        assert list(audit.differences()) == []


def test_who_may_not_see_prices_gets_none_of_a_count(app: Flask, firm):
    tess, cora = signed_in(app, firm.tess), signed_in(app, firm.cora)
    url, lines = begun(app, tess, firm.van)
    tess.post(f"{lines['FAN']}/tally", data={"quantity": "7"})
    tess.post(f"{url}/end")

    assert "36.00" in words(cora.get(url).text)
    assert "36.00" not in words(tess.get(url).text)


def test_what_nobody_counted_stays_unless_it_is_said_that_none_is_there(app: Flask, firm):
    with given(app):
        clip, tape = a_part("CLIP", "Clip"), a_part("TAPE", "Tape")
        lay(clip, firm.van, 4)
        lay(tape, firm.van, 2)
    tess = signed_in(app, firm.tess)
    url, lines = begun(app, tess, firm.van)
    tess.post(f"{lines['FAN']}/tally", data={"quantity": "10"})
    page = tess.get(f"{url}/end").text
    assert "Clip" in page
    assert "Tape" in page

    tape_line = lines["TAPE"].rpartition("/")[2]
    tess.post(f"{url}/end", data={"none-there": tape_line})
    tess.post(f"{url}/posting", data={"line": tape_line, "why": "Not known"})

    with app.app_context():
        assert stock.on_hand(tape, firm.van) == 0
        assert stock.on_hand(clip, firm.van) == 4


def test_a_line_is_saved_on_its_own_and_the_rest_of_the_page_stays(app: Flask, firm):
    tess = signed_in(app, firm.tess)
    _, lines = begun(app, tess, firm.van)
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}

    answer = tess.post(f"{lines['FAN']}/tally", data={"quantity": "8"}, headers=htmx)

    assert 'id="line-' in answer.text
    assert "<b>1</b> <span>of 1</span>" in answer.text
    assert 'id="page"' not in answer.text
    assert answer.headers["HX-Push-Url"] == "false"


@pytest.mark.parametrize(("typed", "said"), [("", "Say how many"), ("-1", "less than nothing")])
def test_what_is_no_number_is_refused_in_words(app: Flask, firm, typed: str, said: str):
    tess = signed_in(app, firm.tess)
    _, lines = begun(app, tess, firm.van)

    answer = tess.post(f"{lines['FAN']}/tally", data={"quantity": typed})

    assert answer.status_code == 422
    assert said in answer.text


def test_a_scanned_code_brings_its_line(app: Flask, firm):
    with given(app):
        a_part("CLIP", "Clip")
    tess = signed_in(app, firm.tess)
    url, _ = begun(app, tess, firm.van)

    assert 'id="now-' in tess.get(f"{url}?code=FAN").text
    assert "is not in the books here" in words(tess.get(f"{url}?code=CLIP").text)
    assert "Nothing is known by" in words(tess.get(f"{url}?code=NOWHERE").text)


def test_what_the_books_do_not_have_there_is_added(app: Flask, firm):
    with given(app):
        depot = a_warehouse("Depot")
        shelf, clip = a_bin("Depot A-1", of=depot), a_part("CLIP", "Clip")
        lay(a_part("TAPE", "Tape"), depot, 1)
    cora = signed_in(app, firm.cora)
    url, lines = begun(app, cora, depot)

    cora.post(
        f"{url}/lines/new",
        data={"part": clip.id, "location": shelf.id, "quantity": "5"},
    )
    cora.post(f"{lines['TAPE']}/tally", data={"quantity": "1"})
    cora.post(f"{url}/end")

    with given(app):
        count = db.session.scalars(db.select(Count)).one()
        explain(count, by=here(firm).cora)
        assert stock.on_hand(clip, shelf) == 5


def test_a_technician_counts_the_own_van_only(app: Flask, firm):
    with given(app):
        joe, depot = a_technician("Joe", van="Van 7"), a_warehouse()
    browser = signed_in(app, joe)
    url, lines = begun(app, signed_in(app, firm.tess), firm.van)

    assert browser.get(url).status_code == 404
    assert browser.post(f"{lines['FAN']}/tally", data={"quantity": "1"}).status_code == 404
    assert browser.post("/counts/new", data={"location": depot.id}).status_code == 403
    assert "Van 3" not in browser.get("/counts").text


def test_a_place_is_counted_once_at_a_time(app: Flask, firm):
    tess = signed_in(app, firm.tess)
    url, _ = begun(app, tess, firm.van)

    answer = tess.post("/counts/new", data={"location": firm.van.id})

    assert answer.status_code == 422
    assert "is being counted: CT-000001" in answer.text
    assert "Go on" in tess.get("/counts/new").text
    assert url in tess.get(f"/locations/{firm.van.id}").text


def test_at_the_months_end_all_places_are_counted(app: Flask, firm):
    with given(app):
        a_warehouse("Depot")
        a_van("Van 9")
    cora = signed_in(app, firm.cora)
    begun(app, cora, firm.van)

    answer = cora.post("/counts/all", follow_redirects=True)

    assert "2 counts begun" in answer.text
    assert "Every place is being counted" in cora.post("/counts/all", follow_redirects=True).text


# --- Approval --------------------------------------------------------------------------------


def test_a_large_variance_is_posted_once_somebody_else_approves(app: Flask, firm):
    with given(app):
        firm = here(firm)
        count = counted(firm.van, {firm.fan: 1}, by=firm.cora, when=at("10:00"), limit=Decimal(100))
        assert line_of(count, firm.fan).state == LineState.WAITING
        approval = db.session.scalars(db.select(Approval)).one()
        assert approval.amount == 108
    sam = signed_in(app, firm.sam)
    assert "The books at that moment" in sam.get(f"/approvals/{approval.id}").text

    sam.post(f"/approvals/{approval.id}", data={"decision": "approved", "why": ""})

    with app.app_context():
        line = db.session.scalars(db.select(CountLine)).one()
        assert (line.state, line.approved_by_id) == (LineState.POSTED, firm.sam.id)
        assert db.session.scalars(db.select(Count)).one().state == CountState.POSTED
        assert stock.on_hand(firm.fan, firm.van) == 1


def test_sent_back_it_is_counted_again_and_the_question_is_gone(app: Flask, firm):
    with given(app):
        firm = here(firm)
        count = counted(firm.van, {firm.fan: 1}, by=firm.cora, when=at("10:00"), limit=Decimal(100))
        approval = db.session.scalars(db.select(Approval)).one()
    sam, cora = signed_in(app, firm.sam), signed_in(app, firm.cora)
    sam.post(f"/approvals/{approval.id}", data={"decision": "sent back", "why": "look again"})
    url = f"/counts/{count.id}"
    line_id = line_of_id(app)
    assert "sent back" in words(cora.get(url).text)

    cora.post(f"{url}/recount", data={"line": line_id})
    assert "count again" in words(cora.get(url).text)
    cora.post(f"/count-lines/{line_id}/tally", data={"quantity": "9"})
    cora.post(f"{url}/end")
    cora.post(f"{url}/posting", data={"line": line_id, "why": "Counted wrong before"})

    with app.app_context():
        assert stock.on_hand(firm.fan, firm.van) == 9
        line = db.session.get_one(CountLine, line_id)
        assert [tally.quantity for tally in queries.tallies_of(line)] == [9, 1]


def line_of_id(app: Flask):
    with app.app_context():
        return db.session.scalars(db.select(CountLine)).one().id


def test_who_counted_it_does_not_approve_it(app: Flask, firm):
    with given(app):
        firm = here(firm)
        counted(
            firm.van,
            {firm.fan: 1},
            by=firm.sam,
            posted_by=firm.cora,
            when=at("10:00"),
            limit=Decimal(100),
        )
        approval = db.session.scalars(db.select(Approval)).one()

    answer = signed_in(app, firm.sam).post(
        f"/approvals/{approval.id}", data={"decision": "approved", "why": ""}
    )

    assert "You counted it yourself" in answer.text
    with app.app_context():
        assert stock.on_hand(firm.fan, firm.van) == 10


# --- Units, owners, several people -----------------------------------------------------------


def test_units_are_counted_by_their_serials_wherever_the_books_have_them(app: Flask, firm):
    with given(app):
        firm = here(firm)
        valve, other = a_part("VALVE", serialized=True), a_van("Van 7")
        lay(valve, firm.van, 2, serials=["A1", "A2"])
        lay(valve, other, 1, serials=["B1"])
    tess = signed_in(app, firm.tess)
    url, lines = begun(app, tess, firm.van)

    tess.post(f"{lines['VALVE']}/tally", data={"units": "1", "serial": "A1", "found": "B1, NEW-9"})

    assert "The books have B1 in Van 7" in words(tess.get(url).text)
    tess.post(f"{lines['FAN']}/tally", data={"quantity": "10"})
    tess.post(f"{url}/end")
    page = words(tess.get(url).text)
    assert "missing A2" in page
    assert "found B1, NEW-9" in page
    tess.post(
        f"{url}/posting",
        data={"line": lines["VALVE"].rpartition("/")[2], "why": "Lies in another place"},
    )
    with app.app_context():
        here_now = [one.number for one in stock.serials_at(valve, firm.van)]
        assert here_now == ["A1", "B1", "NEW-9"]
        assert the(stock.serial(valve, "A2")).location.kind == Kind.ADJUSTMENT
        assert stock.on_hand(valve, other) == 0
        assert list(audit.differences()) == []


def test_consigned_stock_is_counted_beside_ours(app: Flask, firm):
    with given(app):
        firm = here(firm)
        vendor = ledger.owner_of(a_vendor("Northgas"))
        with clock.set_to(clock.now() - timedelta(days=9)):
            ledger.open_stock(
                firm.fan, firm.van, Decimal(4), by=None, at=clock.now(), owner_id=vendor.id
            )
        count = rules.start(firm.van, by=firm.tess, at=at("10:00"))
        ours, theirs = sorted(
            queries.lines_of_part(count, firm.fan), key=lambda line: line.owner_id == vendor.id
        )
        rules.tally(ours, Decimal(10), by=firm.tess, at=at("10:00"))
        rules.tally(theirs, Decimal(3), by=firm.tess, at=at("10:00"))
        rules.finish(count, by=firm.tess, at=at("10:01"))

        explain(count, by=firm.tess)

        assert (ours.variance, theirs.variance, theirs.value) == (0, -1, 0)
        assert list(audit.differences()) == []


def test_of_two_who_count_the_same_line_the_later_one_counts_however_late_it_comes(
    app: Flask, firm
):
    with given(app):
        firm = here(firm)
        count = rules.start(firm.van, by=firm.tess, at=at("09:00"))
        line = line_of(count, firm.fan)

        rules.tally(line, Decimal(8), by=firm.cora, at=at("10:15"))
        rules.tally(line, Decimal(9), by=firm.tess, at=at("10:00"))

        assert (line.counted, line.counted_by_id) == (8, firm.cora.id)


def test_a_cancelled_count_changes_nothing_and_takes_its_questions_along(app: Flask, firm):
    with given(app):
        firm = here(firm)
        count = counted(firm.van, {firm.fan: 1}, by=firm.cora, when=at("10:00"), limit=Decimal(100))

        rules.cancel(count, by=firm.cora, at=clock.now())

        assert count.state == CountState.CANCELLED
        assert stock.on_hand(firm.fan, firm.van) == 10
        assert not db.session.scalars(db.select(Approval)).one().open
        with pytest.raises(Refusal, match="is cancelled"):
            explain(count, by=firm.cora)


def test_a_count_asks_no_more_for_many_lines_than_for_few(app: Flask, firm):
    with given(app):
        few, many = a_van("Van 8"), a_van("Van 9")
        for place, parts in ((few, 2), (many, 30)):
            for _ in range(parts):
                lay(a_part(), place, 2)
    cora, asked = signed_in(app, firm.cora), []
    for place in (few, many):
        url, lines = begun(app, cora, place)
        with statements(app) as counting:
            cora.get(url)
        for line in list(lines.values())[:2]:
            cora.post(f"{line}/tally", data={"none": "1"})
        cora.post(f"{url}/end")
        with statements(app) as looking:
            cora.get(url)
        asked.append((len(counting), len(looking)))

    assert asked[0] == asked[1]


def test_the_sheet_to_fill_in_does_not_say_what_the_books_have(app: Flask, firm):
    tess = signed_in(app, firm.tess)
    url, _ = begun(app, tess, firm.van)

    sheet = tess.get(f"{url}/sheet.csv").text

    assert sheet.lstrip("\ufeff").splitlines() == [
        "SKU,Description,Unit,Location,Owner,Serials,Counted",
        "FAN,Fan,EA,Van 3,,,",
    ]
    assert tess.get(f"{url}/sheet.xlsx").data[:2] == b"PK"


def test_everybody_who_keeps_stock_may_look_at_counts(app: Flask, firm):
    with given(app):
        finance = a_person("finance")

    assert signed_in(app, finance).get("/counts").status_code == 403
