"""A part is asked for that the catalogue lacks: the order works on, and hears what came of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb import models
from partsweb.catalogue import asked, asking
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue import rules as parts
from partsweb.catalogue.models import CatalogueRequest
from partsweb.codes.queries import meaning
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import written
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import answering, fitting, requesting, rules
from partsweb.orders import audit as orders_audit
from partsweb.orders.asking import ask_for, substitute
from partsweb.orders.collecting import collect
from partsweb.orders.models import Order, PartEntry
from partsweb.purchasing import audit as purchasing_audit
from partsweb.purchasing import coming
from partsweb.purchasing import rules as buying
from partsweb.purchasing.rules import Arrival
from partsweb.stock import audit
from partsweb.stock import queries as stock
from partsweb.timeline.models import Event
from partsweb.timeline.queries import told
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_order,
    given,
    in_stock,
    signed_in,
)
from tests.support.files import a_photo

ONE, TWO = Decimal(1), Decimal(2)


def sound() -> list[str]:
    rooms = (audit, orders_audit, purchasing_audit)
    return [said for room in rooms for said in room.differences()]


def asked_by(tess, order: Order, quantity: Decimal = ONE, **more):
    return ask_for(order, "Flow sensor", quantity, by=tess, at=clock.now(), **more)


def history(order: Order) -> list[str]:
    rows = select(Event.text).where(Event.subject_id == order.id).order_by(Event.id)
    return list(db.session.scalars(rows))


def news(person) -> list[str]:
    return [one.text for one in told(person).items]


def test_the_order_works_on_with_a_part_that_search_does_not_find(app: Flask):
    with given(app):
        tess, cora = a_technician(van="Van 3"), a_person("coordinator")
        order = an_order(assigned_to=tess)

        entry, request = asked_by(tess, order, vendor_number="FS-12", maker_number="4711")

        assert (entry.part.sku, entry.waiting, request.paper) == ("NEW-0001", ONE, order.number)
        assert catalogue.search("flow sensor") == catalogue.search("FS12") == []
        assert meaning("NEW-0001") is None
        assert "asks for a part on " + order.number in news(cora)[0]
        van = the_van(tess)
        fitting.install(entry, ONE, source=van, by=tess, at=clock.now())
        assert entry.states == [(ONE, "Installed")]
        assert sound() == []


def the_van(person):
    van = locations.van_of(person)
    assert van is not None
    return van


def test_the_placeholder_becomes_the_part_and_who_waits_for_it_is_told(app: Flask):
    with given(app):
        tess, cora, vendor = a_technician(), a_person("coordinator"), a_vendor()
        order = an_order(assigned_to=tess)
        entry, request = asked_by(tess, order, vendor=vendor, vendor_number="FS-12", code="0401")
        placeholder_id = entry.part.id

        made = asking.create(
            request,
            "FS-1200",
            by=cora,
            at=clock.now(),
            description="Flow sensor 1/2 in",
            list_price=Decimal(48),
            barcode="0401",
        )

        assert made.id == placeholder_id
        assert (entry.part.sku, entry.cost) == ("FS-1200", 48)
        assert catalogue.search("FS-12") == [made]
        assert catalogue.references_of(made)[0].vendor == vendor
        assert (found := meaning("0401")) is not None
        assert found.subject == made.subject
        said = "NEW-0001 is in the catalogue now: Flow sensor 1/2 in FS-1200"
        assert news(tess) == [f"{order.number}: {said}"]
        assert history(order)[-1] == said
        with pytest.raises(Refusal, match="already"):
            asking.merge(request, a_part(), by=cora, at=clock.now())


def test_a_sku_that_is_taken_says_so_and_the_request_stays_open(app: Flask):
    with given(app):
        tess, cora = a_technician(), a_person("coordinator")
        a_part("FS-1200")
        _, request = asked_by(tess, an_order(assigned_to=tess))

        with pytest.raises(Refusal, match="There is a part FS-1200"):
            asking.create(request, "FS-1200", by=cora, at=clock.now(), description="Flow sensor")

        assert request.open


def test_what_was_bought_received_and_fitted_goes_over_to_the_part_that_it_is(app: Flask):
    with given(app):
        van, depot = a_van(), a_warehouse()
        tess, cora, vendor = a_technician(van=van), a_person("coordinator"), a_vendor()
        real = a_part("VK4105", list_price="60")
        in_stock(real, depot, 4, cost="40")
        order = an_order(assigned_to=tess)
        entry, request = asked_by(tess, order, TWO, vendor=vendor, vendor_number="G-7")
        line = buying.buy_for(entry, TWO, vendor=vendor, ship_to=depot, by=cora, at=clock.now())
        buying.change_line(line, TWO, by=cora, at=clock.now(), price=Decimal(43))
        purchase = line.purchase_order
        buying.place(purchase, by=cora, at=clock.now())
        buying.receive(purchase, [Arrival(line, accepted=TWO)], by=cora, at=clock.now())
        [fitted] = fitting.install(entry, ONE, source=depot, by=tess, at=clock.now())

        asking.merge(request, real, by=cora, at=clock.now())

        assert sound() == []
        assert (entry.part, line.part) == (real, real)
        assert entry.states == [(ONE, "Ready"), (ONE, "Installed")]
        assert (stock.on_hand(real, depot), stock.allocated(real, depot)) == (5, 1)
        issued = [one for one in stock.caused_by(fitted.subject) if one.part_id == real.id]
        assert [stock.cost_of(one) for one in issued] == [43]
        assert entry.cost == 60
        assert catalogue.coded("G-7") == [real]
        assert news(tess)[0] == f"{order.number}: NEW-0001 is Gas valve VK4105"
        assert coming.with_lines_of(request.part) == []
        fitting.take_back(fitted, by=tess, at=clock.now())
        assert stock.on_hand(real, depot) == 6
        assert sound() == []


def test_a_unit_goes_over_with_its_serial_and_is_found_once(app: Flask):
    with given(app):
        van = a_van()
        tess, cora, fan = a_technician(van=van), a_person("coordinator"), a_part(serialized=True)
        entry, request = asked_by(tess, an_order(assigned_to=tess), serialized=True)
        [one] = fitting.install(entry, ONE, source=van, by=tess, at=clock.now(), serials=["0042"])

        asking.merge(request, fan, by=cora, at=clock.now())

        assert one.serial is not None
        assert (one.serial.part_id, one.serial.location.kind) == (fan.id, Kind.INSTALLED)
        assert stock.serials_numbered("0042") == [one.serial]
        assert [unit.part_id for unit in stock.serials().items] == [fan.id]
        assert sound() == []


@pytest.mark.parametrize("has_serials", [True, False])
def test_what_was_fitted_without_serials_cannot_become_what_has_them(app: Flask, has_serials: bool):
    with given(app):
        van = a_van()
        tess, cora = a_technician(van=van), a_person("coordinator")
        other = a_part("FAN", serialized=not has_serials)
        entry, request = asked_by(tess, an_order(assigned_to=tess), serialized=has_serials)
        serials = ["0042"] if has_serials else []
        [one] = fitting.install(entry, ONE, source=van, by=tess, at=clock.now(), serials=serials)

        with pytest.raises(Refusal, match="serial"):
            asking.merge(request, other, by=cora, at=clock.now())

        fitting.take_back(one, by=tess, at=clock.now())
        asking.merge(request, other, by=cora, at=clock.now())
        assert entry.part == other


def test_a_serial_that_the_part_has_already_is_named_with_the_way_out(app: Flask):
    with given(app):
        van = a_van()
        tess, cora, fan = a_technician(van=van), a_person("coordinator"), a_part(serialized=True)
        in_stock(fan, van, 1, serials=["0042"])
        entry, request = asked_by(tess, an_order(assigned_to=tess), serialized=True)
        fitting.install(entry, ONE, source=van, by=tess, at=clock.now(), serials=["0042"])

        with pytest.raises(Refusal, match=r"have serial 0042 .* Take back"):
            asking.merge(request, fan, by=cora, at=clock.now())


def test_declined_what_waits_is_declined_and_what_was_fitted_stays(app: Flask):
    with given(app):
        van = a_van()
        tess, cora = a_technician(van=van), a_person("coordinator")
        order = an_order(assigned_to=tess)
        entry, request = asked_by(tess, order, TWO)
        fitting.install(entry, ONE, source=van, by=tess, at=clock.now())

        asking.decline(request, "Repair the old one", by=cora, at=clock.now())

        assert entry.states == [(ONE, "Installed"), (ONE, "Declined")]
        assert "kept as NEW-0001: 1 installed. Repair the old one" in news(tess)[0]
        assert sound() == []
        asking.create(request, "FS-1", by=cora, at=clock.now(), description="Flow sensor")
        assert entry.part.sku == "FS-1"


def test_the_same_number_is_asked_for_once_unless_it_is_another_part(app: Flask):
    with given(app):
        tess, tom = a_technician(), a_technician("Tom")
        known, mine, theirs = a_part("VK4105"), an_order(), an_order()
        parts.add_barcode(known, "0815")
        _, first = asked_by(tess, mine, maker_number="47-11")

        with pytest.raises(Refusal, match="NEW-0001, Flow sensor, was asked for"):
            asked_by(tom, theirs, vendor_number="4711")
        with pytest.raises(Refusal, match="VK4105, Gas valve, has that number"):
            asked_by(tom, theirs, code="0815")

        assert asked.asked_like("sensor flow") == [first]
        entry = requesting.request(theirs, first.part, ONE, by=tom, at=clock.now())
        assert entry.part == first.part
        _, another = asked_by(tom, theirs, vendor_number="4711", another=True)
        assert another.name == "NEW-0002"


def test_two_requests_for_the_same_thing_become_one(app: Flask):
    with given(app):
        tess, cora = a_technician(), a_person("coordinator")
        one, first = asked_by(tess, an_order())
        two, second = asked_by(tess, an_order())
        real = a_part("VK4105")

        asking.merge(second, first.part, by=cora, at=clock.now())
        asking.merge(first, real, by=cora, at=clock.now())

        assert (one.part, two.part) == (real, real)


def test_nothing_more_is_done_with_a_part_that_is_another_one_now(app: Flask):
    with given(app):
        tess, cora, van = a_technician(), a_person("coordinator"), a_van()
        order = an_order()
        _, request = asked_by(tess, order)
        placeholder = request.part
        asking.merge(request, a_part("VK4105"), by=cora, at=clock.now())

        with pytest.raises(Refusal, match="NEW-0001 is VK4105"):
            requesting.request(order, placeholder, ONE, by=tess, at=clock.now())
        with pytest.raises(Refusal, match="NEW-0001 is VK4105"):
            in_stock(placeholder, van, 1)


def test_fitting_and_merging_at_once_leave_one_part(app: Flask):
    with given(app):
        van = a_van()
        tess, cora, real = a_technician(van=van), a_person("coordinator"), a_part("VK4105")
        entry, request = asked_by(tess, an_order(assigned_to=tess), Decimal(9))
    ids = (entry.id, request.id, real.id, tess.id, cora.id)

    def fit() -> None:
        found = db.session.get_one(PartEntry, ids[0])
        by = db.session.get_one(type(tess), ids[3])
        fitting.install(found, ONE, source=the_van(by), by=by, at=clock.now())

    def merge() -> None:
        found = db.session.get_one(CatalogueRequest, ids[1])
        by = db.session.get_one(type(cora), ids[4])
        asking.merge(found, catalogue.part(ids[2]), by=by, at=clock.now())

    def work(what) -> bool:
        with app.app_context():
            try:
                written(what)
            except Refusal:
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(6) as writers:
        done = list(writers.map(work, [fit, fit, merge, fit, merge, fit]))

    with app.app_context():
        assert sound() == []
        assert (done[2], done[4]) in {(True, False), (False, True)}
        merged = db.session.get_one(PartEntry, ids[0])
        assert merged.part_id == ids[2]
        assert merged.installed == sum(done) - 1
        assert stock.on_hand(merged.part, the_van(db.session.get_one(type(tess), ids[3]))) == -(
            sum(done) - 1
        )


# What names a part, and is followed when a placeholder turns out to be another part.
FOLLOWED = {
    "agreement_prices.part_id",
    "allocations.part_id",
    "cores.part_id",
    "count_lines.part_id",
    "discrepancies.came_part_id",
    "invoice_lines.part_id",
    "part_entries.part_id",
    "purchase_lines.part_id",
    "reorder_levels.part_id",
    "transfer_lines.part_id",
    "vendor_references.part_id",
}
# What stays as it was recorded, and is said again for the other part.
SAID_AGAIN = {
    "balances.part_id",
    "movements.part_id",
    "provisional_costs.part_id",
    "serials.part_id",
}
ITS_OWN = {"catalogue_requests.part_id", "catalogue_requests.merged_into_id"}


def test_every_table_that_names_a_part_knows_what_happens_when_parts_are_merged():
    naming = {
        f"{table.name}.{key.parent.name}"
        for table in models.METADATA.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "parts"
    }

    assert naming == FOLLOWED | SAID_AGAIN | ITS_OWN


# --- Another part, and collecting -------------------------------------------------------------


def test_another_part_comes_instead_and_the_technician_is_told(app: Flask):
    with given(app):
        tess, cora = a_technician(), a_person("coordinator")
        order = an_order(assigned_to=tess)
        old, new = a_part("A-1"), a_part("B-2", "Gas valve, new", list_price="70")
        entry = requesting.request(order, old, TWO, by=tess, at=clock.now())

        other = substitute(entry, ONE, new, by=cora, at=clock.now(), why="No longer made")

        assert entry.states == [(ONE, "Requested"), (ONE, "Substituted")]
        assert (other.part, other.waiting, other.cost) == (new, ONE, 70)
        assert (other.substitutes, other.requested_by) == (entry, tess)
        said = "Substituted 1 × Gas valve A-1 by 1 × Gas valve, new B-2"
        assert news(tess) == [f"{order.number}: {said}. No longer made"]
        with pytest.raises(Refusal, match="Only 1"):
            substitute(entry, TWO, new, by=cora, at=clock.now())
        with pytest.raises(Refusal, match="itself"):
            substitute(entry, ONE, old, by=cora, at=clock.now())


def test_what_was_set_aside_is_taken_into_the_van_and_stays_ready(app: Flask):
    with given(app):
        van, depot = a_van(), a_warehouse()
        tess, cora, valve = a_technician(van=van), a_person("coordinator"), a_part("VK4105")
        in_stock(valve, depot, 3)
        order = an_order(assigned_to=tess)
        entry = requesting.request(order, valve, TWO, by=tess, at=clock.now())
        answering.allocate(entry, TWO, location=depot, by=cora, at=clock.now())
        answering.set_aside(entry, TWO, by=cora, at=clock.now())

        collect(entry, TWO, source=depot, by=tess, at=clock.now())

        assert entry.states == [(TWO, "Ready")]
        assert (stock.on_hand(valve, van), stock.allocated(valve, van)) == (2, 2)
        assert (stock.on_hand(valve, depot), stock.allocated(valve, depot)) == (1, 0)
        assert history(order)[-1] == "Collected 2 × Gas valve VK4105 from Depot into Van 3"
        assert sound() == []
        with pytest.raises(Refusal, match="Look again"):
            collect(entry, ONE, source=depot, by=tess, at=clock.now())


def test_units_are_chosen_where_more_lie_there_than_are_taken(app: Flask):
    with given(app):
        van, depot = a_van(), a_warehouse()
        tess, cora = a_technician(van=van), a_person("coordinator")
        fan = a_part("FAN", serialized=True)
        in_stock(fan, depot, 2, serials=["A1", "A2"])
        entry = requesting.request(an_order(assigned_to=tess), fan, ONE, by=tess, at=clock.now())
        answering.allocate(entry, ONE, location=depot, by=cora, at=clock.now())
        answering.set_aside(entry, ONE, by=cora, at=clock.now())

        with pytest.raises(Refusal, match="by serial"):
            collect(entry, ONE, source=depot, by=tess, at=clock.now())

        unit = stock.serial(fan, "A2")
        assert unit is not None
        collect(entry, ONE, source=depot, by=tess, at=clock.now(), serials=[unit])
        assert unit.location == van


# --- Through the pages ------------------------------------------------------------------------


def test_a_search_without_an_answer_leads_to_the_form_and_the_form_to_the_order(app: Flask):
    with given(app):
        tess, cora = a_technician("Tess"), a_person("coordinator")
        order = an_order(assigned_to=tess)
    phone, office = signed_in(app, tess), signed_in(app, cora)
    searched = phone.get(f"/orders/{order.number}/parts/new?q=flow+sensor").text
    assert f"/orders/{order.number}/parts/ask?q=flow+sensor" in searched

    answer = phone.post(
        f"/orders/{order.number}/parts/ask",
        data={
            "description": "Flow sensor",
            "quantity": "2",
            "urgency": "today",
            "vendor_name": "Heatco",
            "vendor_number": "FS-12",
            "photos": (BytesIO(a_photo()), "label.jpg"),
        },
    )

    assert answer.location == f"/orders/{order.number}"
    assert "not in the catalogue yet" in phone.get(answer.location).text
    start, queue = office.get("/").text, office.get("/catalogue-requests").text
    assert "Parts asked for" in start
    assert "Heatco FS-12" in queue
    assert "/thumbnail" in queue
    with app.app_context():
        url = f"/catalogue-requests/{db.session.scalar(select(CatalogueRequest.id))}"
    page = office.get(url).text
    assert order.number in page
    assert "Heatco <code>FS-12</code>" in page
    assert 'value="FS-12"' in office.get(f"{url}/creation").text
    made = office.post(
        f"{url}/creation", data={"sku": "FS-1", "description": "Flow sensor", "photos": "1"}
    )
    assert "/thumbnail" in office.get(made.location).text
    assert "FS-1" in phone.get(f"/orders/{order.number}").text
    assert "NEW-0001 is in the catalogue now" in phone.get("/").text


def test_an_unknown_code_leads_to_the_form_with_the_code_filled_in(app: Flask):
    with given(app):
        tess = a_technician()
        mine = an_order(assigned_to=tess)
        rules.change_state(mine, mine.state, by=tess, at=clock.now())
    phone = signed_in(app, tess)

    scanned = phone.get("/scan?code=9988776655").text

    assert "/catalogue-requests/new?code=9988776655" in scanned
    assert 'value="9988776655"' in phone.get("/catalogue-requests/new?code=9988776655").text
    phone.post("/catalogue-requests/new", data={"description": "Fan", "code": "9988776655"})
    again = phone.get("/scan?code=9988776655").text
    assert "Asked for already" in again


def test_a_technician_sees_his_own_requests_only_and_answers_none(app: Flask):
    with given(app):
        tess, tom = a_technician(), a_technician("Tom")
        request = asking.ask("Flow sensor", by=tess, at=clock.now())
    url = f"/catalogue-requests/{request.id}"

    assert signed_in(app, tess).get(url).status_code == 200
    assert "Flow sensor" not in signed_in(app, tom).get("/catalogue-requests").text
    assert signed_in(app, tom).get(url).status_code == 404
    assert signed_in(app, tess).post(f"{url}/decline", data={"why": "x"}).status_code == 403


def test_merging_and_declining_go_through_their_pages(app: Flask):
    with given(app):
        tess, cora, real = a_technician(), a_person("coordinator"), a_part("VK4105")
        parts.list_part(real, a_vendor("Heatco"), number="77")
        first = asking.ask("Valve for gas", maker_number="4105", by=tess, at=clock.now())
        second = asking.ask("Golden tap", by=tess, at=clock.now())
    office = signed_in(app, cora)
    url = f"/catalogue-requests/{first.id}"

    assert f"{url}/merge?part={real.id}" in office.get(url).text  # one word of three
    assert "Heatco 77" in office.get(f"{url}/merge?part={real.id}").text
    office.post(f"{url}/merge", data={"part": real.id, "teach": "1"})
    office.post(f"/catalogue-requests/{second.id}/decline", data={"why": "Not ours"})

    answered = office.get("/catalogue-requests?show=answered").text
    assert "is VK4105" in answered
    assert "Not ours" in answered
    assert "It is" in office.get(url).text
    said = signed_in(app, tess).get("/").text
    assert "NEW-0001: It is VK4105, Gas valve" in said
    assert "NEW-0002: Not added: Not ours" in said


def test_a_part_is_collected_in_one_tap(app: Flask):
    with given(app):
        van, depot = a_van(), a_warehouse()
        tess, cora, valve = a_technician(van=van), a_person("coordinator"), a_part("VK4105")
        in_stock(valve, depot, 2)
        order = an_order(assigned_to=tess)
        entry = requesting.request(order, valve, TWO, by=tess, at=clock.now())
        answering.allocate(entry, TWO, location=depot, by=cora, at=clock.now())
        answering.set_aside(entry, TWO, by=cora, at=clock.now())
    phone = signed_in(app, tess)
    assert f"/entries/{entry.id}/collection" in phone.get("/to-collect").text

    answer = phone.post(
        f"/entries/{entry.id}/collection", data={"source": depot.id, "quantity": "2"}
    )

    assert answer.location == "/to-collect"
    assert "Nothing to collect" in phone.get("/to-collect").text


def test_the_coordinator_sends_another_part_through_the_pages(app: Flask):
    with given(app):
        tess, cora, old, new = a_technician(), a_person("coordinator"), a_part(), a_part("B-2")
        entry = requesting.request(an_order(assigned_to=tess), old, ONE, by=tess, at=clock.now())
    office = signed_in(app, cora)
    url = f"/entries/{entry.id}/substitution"
    assert url in office.get(f"/entries/{entry.id}/answer").text
    assert f"{url}?part={new.id}" in office.get(f"{url}?q=B-2").text

    answer = office.post(url, data={"part": new.id, "quantity": "1", "as_many": "1"})

    other = UUID(answer.location.split("/")[2])
    assert "Instead of" in office.get(f"/entries/{other}").text
    assert "Substituted by" in office.get(f"/entries/{entry.id}").text
