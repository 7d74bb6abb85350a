from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotAllowed, Refusal
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import answering
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.stock import audit, queries, transfer_queries, transfers
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Reason
from partsweb.stock.transfer_models import Step, Transfer, TransferLine, TransferState
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
    the,
)


@pytest.fixture
def firm(app: Flask) -> dict[str, Any]:
    """A depot with 10 fans, Tess with Van 3, a coordinator."""
    with given(app):
        tess = a_technician("Tess", van="Van 3")
        made: dict[str, Any] = {
            "tess": tess,
            "cora": a_person("coordinator", name="Cora"),
            "depot": a_warehouse("Depot"),
            "van": the(locations.van_of(tess)),
            "fan": a_part("FAN", "Fan"),
        }
        in_stock(made["fan"], made["depot"], 10, cost="12")
        return made


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())


def asked(firm, *wanted) -> Transfer:
    parts = [(part, Decimal(many)) for part, many in wanted or [(firm["fan"], 3)]]
    return transfers.ask(firm["depot"], firm["van"], parts, by=firm["tess"], at=clock.now())


def sent(firm, *wanted) -> Transfer:
    found = asked(firm, *wanted)
    transfers.pick_all(found, by=firm["cora"], at=clock.now())
    return found


def at(firm, place, part="fan"):
    where = firm[place] if place in firm else locations.single(place)
    return queries.on_hand(firm[part], where)


# --- Scenario 12 -----------------------------------------------------------------------------


def asked_through_the_pages(app: Flask, firm) -> str:
    tess = signed_in(app, firm["tess"])
    answer = tess.post(
        f"/transfers/new?to={firm['van'].id}",
        data={
            "source": firm["depot"].id,
            "target": firm["van"].id,
            "part": firm["fan"].id,
            f"quantity-{firm['fan'].id}": "3",
        },
    )
    return answer.location


@pytest.mark.parametrize(
    ("what", "why", "depot", "van", "scrapped"),
    [
        ("found here", "", 7, 3, 0),
        ("still at the source", "", 8, 2, 0),
        ("lost", "fell off the trolley", 7, 2, 1),
    ],
)
def test_a_short_transfer_is_missing_until_somebody_decides(
    app: Flask, firm, what: str, why: str, depot: int, van: int, scrapped: int
):
    url = asked_through_the_pages(app, firm)
    tess, cora = signed_in(app, firm["tess"]), signed_in(app, firm["cora"])
    assert "Pick all" in cora.get(url).text
    cora.post(f"{url}/picking")
    with app.app_context():
        assert (at(firm, "depot"), at(firm, Kind.IN_TRANSIT), at(firm, "van")) == (7, 3, 0)
    for page in (f"/parts/{firm['fan'].id}", f"/locations/{firm['van'].id}"):
        assert "in transit to" in words(tess.get(page).text).lower()

    with app.app_context():
        line = db.session.scalars(db.select(TransferLine)).one()
    tess.post(f"{url}/receipt", data={"line": line.id, f"count-{line.id}": "2", "note": "box open"})

    assert "1 missing" in words(tess.get(url).text)
    assert "missing since it was received" in words(cora.get(f"/parts/{firm['fan'].id}").text)
    assert "TR-000001" in cora.get("/transfers?view=missing").text
    with app.app_context():
        assert (at(firm, "depot"), at(firm, Kind.IN_TRANSIT), at(firm, "van")) == (7, 1, 2)
    answer = cora.post(
        f"/transfer-lines/{line.id}/missing", data={"what": what, "quantity": "1", "why": why}
    )
    assert answer.status_code == 303
    assert "Nothing is missing" in cora.get("/transfers?view=missing").text
    with app.app_context():
        assert (at(firm, "depot"), at(firm, "van")) == (depot, van)
        assert (at(firm, Kind.IN_TRANSIT), at(firm, Kind.SCRAP)) == (0, scrapped)
        assert list(audit.differences()) == []


def test_losing_it_needs_a_reason(app: Flask, firm):
    url = asked_through_the_pages(app, firm)
    cora = signed_in(app, firm["cora"])
    cora.post(f"{url}/picking")
    with app.app_context():
        line = db.session.scalars(db.select(TransferLine)).one()
    cora.post(f"{url}/receipt", data={"line": line.id, f"count-{line.id}": "2"})

    answer = cora.post(
        f"/transfer-lines/{line.id}/missing", data={"what": "lost", "quantity": "1", "why": " "}
    )

    assert answer.status_code == 422
    assert "Say how it was lost" in answer.text


# --- The plain way ---------------------------------------------------------------------------


def test_received_in_full_with_one_tap(app: Flask, firm):
    url = asked_through_the_pages(app, firm)
    signed_in(app, firm["cora"]).post(f"{url}/picking")
    tess = signed_in(app, firm["tess"])
    assert "Received in full" in tess.get(url).text

    answer = tess.post(f"{url}/receipt", data={"in-full": "1"}, follow_redirects=True)

    assert "Received in full into Van 3." in answer.text
    with app.app_context():
        found = db.session.scalars(db.select(Transfer)).one()
        assert found.state == TransferState.RECEIVED
        balance = the(db.session.get(Balance, (firm["fan"].id, firm["van"].id, OURS)))
        assert (balance.quantity, balance.value) == (3, 36)


def test_a_van_is_restocked_with_what_it_lacks(app: Flask, firm):
    with given(app):
        ledger.set_reorder_level(firm["fan"], firm["van"], point=Decimal(1), maximum=Decimal(4))
        in_stock(firm["fan"], firm["van"], 1)
    tess = signed_in(app, firm["tess"])

    page = tess.get("/transfers/new").text

    assert f'name="quantity-{firm["fan"].id}"' in page
    assert 'value="3"' in page
    with given(app):
        asked(firm)
    assert "Nothing there is at its reorder point" in tess.get("/transfers/new").text


def test_what_is_in_transit_is_not_available(app: Flask, firm):
    with given(app):
        sent(firm)
        entry = an_entry(an_order(assigned_to=firm["tess"]), firm["fan"], 8)

        with pytest.raises(Refusal, match="Only 7 of FAN are available in Depot"):
            answering.allocate(
                entry, Decimal(8), location=firm["depot"], by=firm["cora"], at=clock.now()
            )


def test_units_are_picked_and_received_by_their_serials(app: Flask, firm):
    with given(app):
        valve = a_part("VALVE", serialized=True)
        in_stock(valve, firm["depot"], 3, serials=["A1", "A2", "A3"])
        found = asked(firm, (valve, 2))
        line = found.lines[0]
        with pytest.raises(Refusal, match="Pick these one by one"):
            transfers.pick_all(found, by=firm["cora"], at=clock.now())
        units = [the(queries.serial(valve, number)) for number in ("A1", "A3")]
        transfers.pick(line, Decimal(2), by=firm["cora"], at=clock.now(), units=units)
    tess = signed_in(app, firm["tess"])
    assert "serial A1, A3" in words(tess.get(f"/transfers/{found.id}").text)

    tess.post(f"/transfers/{found.id}/receipt", data={"line": line.id, "serial": units[0].id})

    with app.app_context():
        where = {
            number: the(queries.serial(valve, number)).location.name
            for number in ("A1", "A2", "A3")
        }
        assert where == {"A1": "Van 3", "A2": "Depot", "A3": "In transit"}
        missing = db.session.get_one(TransferLine, line.id)
        assert [one.number for one in transfer_queries.units_under_way([missing])[line.id]] == [
            "A3"
        ]


def test_a_vendors_stock_stays_the_vendors(app: Flask, firm):
    with given(app):
        valve, vendor = a_part("VALVE"), ledger.owner_of(a_vendor())
        ledger.open_stock(
            valve, firm["depot"], Decimal(4), by=None, at=clock.now(), owner_id=vendor.id
        )
        found = sent(firm, (valve, 2))

        transfers.receive(found, by=firm["tess"], at=clock.now())

        held = the(db.session.get(Balance, (valve.id, firm["van"].id, vendor.id)))
        assert (held.quantity, held.value) == (2, 0)


# --- Two people, other people ----------------------------------------------------------------


def test_the_second_who_receives_it_hears_who_was_first(app: Flask, firm):
    with given(app):
        found = sent(firm)
        transfers.receive(found, by=firm["tess"], at=clock.now())

        with pytest.raises(Refusal, match=f"Tess received {found.number} already"):
            transfers.receive(found, by=firm["cora"], at=clock.now())

        assert at(firm, "van") == 3


def test_of_many_who_receive_at_once_one_does(app: Flask, firm):
    with given(app):
        found_id = sent(firm).id
        people = [firm["tess"].id, firm["cora"].id] * 2

    with ThreadPoolExecutor(4) as receivers:
        done = list(receivers.map(lambda one: _receives(app, found_id, one), people))

    with app.app_context():
        assert sum(done) == 1
        assert at(firm, "van") == 3
        assert list(audit.differences()) == []


def _receives(app: Flask, transfer_id: UUID, person_id: UUID) -> bool:
    def work() -> None:
        found = db.session.get_one(Transfer, transfer_id)
        transfers.receive(found, by=db.session.get_one(Person, person_id), at=clock.now())

    with app.app_context():
        try:
            written(work)
        except Refusal:
            return False
    return True


def test_a_technician_does_nothing_with_the_stock_of_others(app: Flask, firm):
    with given(app):
        joe = a_technician("Joe", van="Van 7")
        found = asked(firm)
        with pytest.raises(NotAllowed):
            transfers.ask(firm["depot"], firm["van"], [], by=joe, at=clock.now())
        with pytest.raises(NotAllowed):
            transfers.pick_all(found, by=firm["tess"], at=clock.now())
    browser = signed_in(app, joe)

    assert browser.get(f"/transfers/{found.id}").status_code == 404
    assert found.number not in browser.get("/transfers?view=all").text
    assert browser.post(f"/transfers/{found.id}/picking").status_code == 404


def test_a_technician_loads_the_own_van_and_no_other(app: Flask, firm):
    with given(app):
        other = a_van("Van 9")
    tess = signed_in(app, firm["tess"])
    form = f"/stock/transfers/new?part={firm['fan'].id}"
    source = f"{firm['depot'].id}/{OURS}"

    answers = [
        tess.post(form, data={"source": source, "target": place.id, "quantity": "2"}).status_code
        for place in (other, firm["van"])
    ]

    assert answers == [403, 303]
    with app.app_context():
        assert at(firm, "van") == 2


def test_more_than_was_picked_is_refused_and_what_was_typed_stays(app: Flask, firm):
    with given(app):
        found = sent(firm)
    line = found.lines[0].id

    answer = signed_in(app, firm["tess"]).post(
        f"/transfers/{found.id}/receipt", data={"line": line, f"count-{line}": "4"}
    )

    assert answer.status_code == 422
    assert "Only 3 of FAN were picked" in answer.text
    assert 'value="4"' in answer.text


# --- Changing one's mind ---------------------------------------------------------------------


def test_cancelled_before_it_is_picked_and_not_after(app: Flask, firm):
    with given(app):
        fan, valve = firm["fan"], a_part("VALVE")
        in_stock(valve, firm["depot"], 2)
        found = asked(firm, (fan, 3), (valve, 2))
        step = transfers.pick(found.lines[0], Decimal(3), by=firm["cora"], at=clock.now())
        with pytest.raises(Refusal, match="picked already"):
            transfers.cancel(found, by=firm["cora"], at=clock.now())

        transfers.take_back(step, by=firm["cora"], at=clock.now())
        transfers.cancel(found, by=firm["cora"], at=clock.now())

        assert found.state == TransferState.CANCELLED
        assert (at(firm, "depot"), at(firm, Kind.IN_TRANSIT)) == (10, 0)


def test_what_the_source_lacks_is_sent_off_without(app: Flask, firm):
    with given(app):
        found = asked(firm, (firm["fan"], 3), (a_part("VALVE"), 2))
        transfers.pick(found.lines[0], Decimal(2), by=firm["cora"], at=clock.now())
        assert found.state == TransferState.REQUESTED

        transfers.send_off(found, by=firm["cora"], at=clock.now())
        transfers.receive(found, by=firm["tess"], at=clock.now())

        assert found.state == TransferState.RECEIVED
        assert at(firm, "van") == 2


def test_every_step_is_taken_back_in_turn_and_nothing_is_left(app: Flask, firm):
    with given(app):
        found, now = sent(firm), clock.now()
        line = found.lines[0]
        transfers.receive(found, by=firm["tess"], at=now, counts={line.id: Decimal(2)})
        transfers.decide(line, Step.LOST, Decimal(1), by=firm["cora"], at=now, why="fell off")
        steps = {one.step: one for one in transfer_queries.steps_of(found)}
        with pytest.raises(Refusal, match="It was received already"):
            transfers.take_back(steps[Step.PICKED], by=firm["cora"], at=now)

        for what in (Step.LOST, Step.RECEIVED, Step.PICKED):
            transfers.take_back(steps[what], by=firm["cora"], at=now)

        assert found.state == TransferState.REQUESTED
        assert (at(firm, "depot"), at(firm, "van")) == (10, 0)
        assert (at(firm, Kind.IN_TRANSIT), at(firm, Kind.SCRAP)) == (0, 0)
        assert list(audit.differences()) == []
        with pytest.raises(Refusal, match="taken back already"):
            transfers.take_back(steps[Step.PICKED], by=firm["cora"], at=now)


def test_pick_all_leaves_what_the_books_have_too_little_of(app: Flask, firm):
    with given(app):
        valve = a_part("VALVE")
        found = asked(firm, (firm["fan"], 3), (valve, 2))

        left = transfers.pick_all(found, by=firm["cora"], at=clock.now())

        assert [line.part.sku for line in left] == ["VALVE"]
        assert (found.state, at(firm, "depot")) == (TransferState.REQUESTED, 7)


# --- What is promised ------------------------------------------------------------------------


def promised(firm, quantity: int = 2) -> PartEntry:
    entry = an_entry(an_order(assigned_to=firm["tess"]), firm["fan"], quantity)
    answering.allocate(
        entry, Decimal(quantity), location=firm["depot"], by=firm["cora"], at=clock.now()
    )
    return entry


def set_apart(entry: PartEntry) -> dict[str, Decimal]:
    return {row.location.name: row.quantity for row in queries.allocations_for(entry.subject)}


def test_what_is_allocated_to_an_order_of_the_van_is_ready_on_arrival(app: Flask, firm):
    with given(app):
        entry, found = promised(firm), asked(firm)
        transfers.pick_all(found, by=firm["cora"], at=clock.now())
        assert (entry.allocated, set_apart(entry)) == (2, {"In transit": 2})

        transfers.receive(found, by=firm["tess"], at=clock.now())

        assert (entry.allocated, entry.ready, set_apart(entry)) == (0, 2, {"Van 3": 2})


def test_received_short_only_what_came_is_ready_and_what_was_lost_is_asked_for_again(
    app: Flask, firm
):
    with given(app):
        entry, found = promised(firm), asked(firm, (firm["fan"], 2))
        transfers.pick_all(found, by=firm["cora"], at=clock.now())
        line, now = found.lines[0], clock.now()
        transfers.receive(found, by=firm["tess"], at=now, counts={line.id: Decimal(1)})
        assert (entry.allocated, entry.ready) == (1, 1)

        transfers.decide(line, Step.LOST, Decimal(1), by=firm["cora"], at=now, why="fell off")

        assert (entry.waiting, entry.allocated, entry.ready) == (1, 0, 1)
        assert set_apart(entry) == {"Van 3": 1}


def test_taken_back_the_promise_goes_back_too(app: Flask, firm):
    with given(app):
        entry, found = promised(firm), asked(firm, (firm["fan"], 2))
        transfers.pick_all(found, by=firm["cora"], at=clock.now())
        transfers.receive(found, by=firm["tess"], at=clock.now())

        for step in transfer_queries.steps_of(found):
            transfers.take_back(step, by=firm["cora"], at=clock.now())

        assert (entry.allocated, entry.ready, set_apart(entry)) == (2, 0, {"Depot": 2})


def test_what_is_promised_to_others_is_not_picked(app: Flask, firm):
    with given(app):
        other = an_entry(an_order(assigned_to=a_technician("Joe", van="Van 7")), firm["fan"], 8)
        answering.allocate(
            other, Decimal(8), location=firm["depot"], by=firm["cora"], at=clock.now()
        )
        found = asked(firm)

        with pytest.raises(Refusal, match="Only 2 of FAN are available in Depot"):
            transfers.pick_all(found, by=firm["cora"], at=clock.now())


def test_moved_at_once_into_the_van_it_is_ready_too(app: Flask, firm):
    with given(app):
        entry = promised(firm)

        transfers.move_at_once(
            firm["fan"],
            Decimal(2),
            source=firm["depot"],
            target=firm["van"],
            owner_id=OURS,
            by=firm["cora"],
            at=clock.now(),
        )

        assert (entry.ready, set_apart(entry)) == (2, {"Van 3": 2})


def test_a_movement_leads_to_its_transfer(app: Flask, firm):
    with given(app):
        found = sent(firm)
    cora = signed_in(app, firm["cora"])

    moves = cora.get("/stock/movements").text

    assert f"/transfers/{found.id}" in moves
    with app.app_context():
        assert queries.movements().items[0].reason == Reason.TRANSFER
