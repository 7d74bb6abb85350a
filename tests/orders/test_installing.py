"""Fitting parts: never blocked, always accounted for, and undone when it was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.orders import answering, audit, fitting, installations, requesting, work_logs
from partsweb.orders.models import Fate
from partsweb.people.permissions import COORDINATOR, DISPATCHER
from partsweb.stock import audit as ledger_audit
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Balance, Reason, SerialState
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
    in_stock,
)

ONE, TWO, THREE = Decimal(1), Decimal(2), Decimal(3)


@pytest.fixture
def books(app: Flask) -> Iterator[None]:
    """Whatever a test does, ledger and entries agree at its end."""
    with app.app_context():
        yield
        db.session.flush()
        assert [*audit.differences(), *ledger_audit.differences()] == []


def now():
    return clock.now()


def texts(order, what: str) -> list[str]:
    db.session.flush()
    rows = select(Event).where(Event.subject_id == order.id, Event.what == what)
    return [
        "\n".join(filter(None, (event.text, event.body)))
        for event in db.session.scalars(rows.order_by(Event.id))
    ]


def fitted_in(van, tess, part, quantity=ONE, **more):
    """The part fitted from the van, without a request."""
    order = an_order(assigned_to=tess)
    return fitting.install_from_van(order, part, quantity, source=van, by=tess, at=now(), **more)


def value_of(part, place) -> Decimal:
    balance = db.session.get(Balance, (part.id, place.id, OURS))
    return balance.value if balance else Decimal(0)


# --- What was asked for is fitted -------------------------------------------------------------


def test_what_is_ready_in_the_van_is_installed(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part, order = a_part("VK4105"), an_order(assigned_to=tess)
    in_stock(part, depot, 3, cost="41")
    entry = requesting.request(order, part, TWO, by=tess, at=now())
    answering.move_to_van(entry, TWO, source=depot, by=cora, at=now())

    [one] = fitting.install(entry, ONE, source=van, by=tess, at=now(), where_fitted="Loft")

    assert entry.states == [(ONE, "Ready"), (ONE, "Installed")]
    assert (stock.on_hand(part, van), stock.allocated(part, van)) == (ONE, ONE)
    [moved] = stock.caused_by(one.subject)
    assert (moved.reason, moved.value) == (Reason.INSTALL, Decimal(41))
    assert texts(order, "part-installed") == [
        "Installed 1 × Gas valve VK4105 from Van 3\nFitted: Loft"
    ]


def test_what_is_allocated_elsewhere_is_freed_when_it_is_fitted_from_the_van(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part()
    in_stock(part, depot, 1)
    in_stock(part, van, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.allocate(entry, ONE, location=depot, by=cora, at=now())

    fitting.install(entry, ONE, source=van, by=tess, at=now())

    assert entry.states == [(ONE, "Installed")]
    assert (stock.on_hand(part, depot), stock.allocated(part, depot)) == (ONE, 0)


def test_more_may_be_fitted_than_was_asked_for(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    in_stock(part, van, 5)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())

    [one] = fitting.install(entry, THREE, source=van, by=tess, at=now())
    assert (entry.quantity, entry.installed, entry.waiting) == (ONE, THREE, 0)
    fitting.take_back(one, by=tess, at=now())

    assert entry.states == [(ONE, "Requested")]


def test_without_a_request_the_entry_starts_at_installed(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(list_price="12.50")
    in_stock(part, van, 2)

    [one] = fitted_in(van, tess, part)

    assert one.entry.states == [(ONE, "Installed")]
    assert (one.entry.quantity, one.entry.cost) == (0, Decimal("12.5"))


def test_a_purchase_order_that_comes_after_the_part_was_fitted_brings_the_entry_nothing(
    books: None,
) -> None:
    van = a_van("Van 3")
    tess, cora, part = a_technician(van=van), a_person(COORDINATOR), a_part()
    in_stock(part, van, 1)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    answering.ordered(entry, ONE, expected_on=None, paper="PO-1", by=cora, at=now())
    fitting.install(entry, ONE, source=van, by=tess, at=now())

    taken = answering.arrived(
        entry, ONE, location=van, set_aside=False, paper="PO-1", by=cora, at=now()
    )

    assert taken == 0
    assert entry.states == [(ONE, "Installed")]


# --- Used before received ---------------------------------------------------------------------


def test_using_a_part_before_it_was_received_is_warned_about_and_allowed(books: None) -> None:
    van = a_van("Van 3")
    tess, cora, part = a_technician(van=van), a_person(COORDINATOR), a_part("IGN-77")

    [one] = fitted_in(van, tess, part)

    warning = "Van 3 now shows −1 of IGN-77: it was used before it was received."
    assert stock.on_hand(part, van) == -1
    assert installations.warnings([one]) == [warning]
    assert texts(one.entry.order, "stock-odd") == [warning]
    assert told(cora).items[0].text == f"{one.entry.order.number}: {warning}"
    assert [balance.part_id for balance in stock.negative_balances().items] == [part.id]
    in_stock(part, van, 4, cost="43.50")
    assert stock.on_hand(part, van) == THREE
    assert stock.negative_balances().items == []


def test_consigned_stock_that_nobody_marked_is_taken_rather_than_owing_our_own(
    books: None,
) -> None:
    van, vendor = a_van("Van 3"), a_vendor()
    tess, part = a_technician(van=van), a_part()
    owner = ledger.owner_of(vendor)
    ledger.open_stock(part, van, TWO, by=None, at=now(), owner_id=owner.id)

    [one] = fitted_in(van, tess, part)

    [moved] = stock.caused_by(one.subject)
    assert (moved.owner_id, moved.value) == (owner.id, 0)
    assert installations.warnings([one]) == []


# --- Serials ----------------------------------------------------------------------------------


def test_each_unit_has_its_serial(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 2, serials=["A1", "A2"])

    for serials, said in ([], "needs its serial"), (["A1"], "1 serial"), (["A1", "A1"], "twice"):
        with pytest.raises(Refusal, match=said):
            fitted_in(van, tess, part, TWO, serials=serials)
    fitted = fitted_in(van, tess, part, TWO, serials=["A1", "A2"])

    assert [one.serial.number for one in fitted] == ["A1", "A2"]
    assert {one.serial.state for one in fitted} == {SerialState.INSTALLED}


def test_a_serial_that_nobody_knew_is_created_where_it_was_and_installed(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)

    [one] = fitted_in(van, tess, part, serials=["NEW-1"])

    assert one.serial.state == SerialState.INSTALLED
    assert stock.on_hand(part, van) == -1


def test_a_serial_that_the_books_have_in_another_van_is_installed_from_there(
    books: None,
) -> None:
    van, other = a_van("Van 3"), a_van("Van 7")
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part = a_part(serialized=True)
    in_stock(part, other, 1, serials=["00417"])

    [one] = fitted_in(van, tess, part, serials=["00417"])

    assert (stock.on_hand(part, van), stock.on_hand(part, other)) == (0, 0)
    assert one.serial.state == SerialState.INSTALLED
    said = "The books had serial 00417 in Van 7: it is installed from there."
    assert said in texts(one.entry.order, "stock-odd")[0]
    assert said in told(cora).items[0].text


def test_a_serial_that_the_books_have_as_installed_comes_out_first(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 1, serials=["00417"], cost="80")
    fitted_in(van, tess, part, serials=["00417"])

    [again] = fitted_in(van, tess, part, serials=["00417"])

    moved = stock.caused_by(again.subject)
    assert [(one.reason, one.value) for one in moved] == [
        (Reason.REMOVAL, Decimal(80)),
        (Reason.INSTALL, Decimal(80)),
    ]
    assert "as installed already" in texts(again.entry.order, "stock-odd")[0]
    fitting.take_back(again, by=tess, at=now())
    assert stock.serial(part, "00417").location.kind == Kind.INSTALLED


# --- The original -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fate", "reason"),
    [
        (Fate.RETURNED_TO_STOCK, Reason.REMOVAL),
        (Fate.CORE, Reason.REMOVAL),
        (Fate.WARRANTY_RETURN, Reason.REMOVAL),
        (Fate.SCRAPPED, Reason.SCRAP),
    ],
)
def test_a_swap_says_where_the_original_went(books: None, fate: Fate, reason: Reason) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 1, serials=["NEW"], cost="80")
    places = {
        Fate.RETURNED_TO_STOCK: van,
        Fate.CORE: locations.quarantine_of(van),
        Fate.WARRANTY_RETURN: locations.quarantine_of(van),
        Fate.SCRAPPED: locations.single(Kind.SCRAP),
    }

    [one] = fitted_in(van, tess, part, serials=["NEW"], fate=fate, original_serial="OLD")

    original = stock.serial(part, "OLD")
    assert original.location_id == places[fate].id
    [_, gone] = stock.caused_by(one.subject)
    assert (gone.reason, gone.value, gone.serial.number) == (reason, 0, "OLD")
    assert f"Original OLD: {fate.value}" in texts(one.entry.order, "part-installed")[0]


def test_an_original_left_on_site_moves_nothing(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 1, serials=["NEW"])

    [one] = fitted_in(van, tess, part, serials=["NEW"], fate=Fate.LEFT_ON_SITE)

    assert len(stock.caused_by(one.subject)) == 1


def test_an_original_with_a_serial_needs_it_to_go_somewhere(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)

    with pytest.raises(Refusal, match="original’s serial"):
        fitted_in(van, tess, part, serials=["NEW"], fate=Fate.CORE)
    with pytest.raises(Refusal, match="same serial"):
        fitted_in(van, tess, part, serials=["NEW"], fate=Fate.CORE, original_serial="NEW")


def test_an_original_that_we_installed_ourselves_comes_back_at_its_issues_cost(
    books: None,
) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 1, serials=["FIRST"], cost="80")
    fitted_in(van, tess, part, serials=["FIRST"])
    in_stock(part, van, 1, serials=["SECOND"], cost="90")

    fitted_in(
        van,
        tess,
        part,
        serials=["SECOND"],
        fate=Fate.RETURNED_TO_STOCK,
        original_serial="FIRST",
    )

    assert (stock.on_hand(part, van), value_of(part, van)) == (ONE, Decimal(80))


def test_originals_without_serials_go_in_the_quantity_that_was_fitted(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    in_stock(part, van, 3, cost="10")

    fitted_in(van, tess, part, TWO, fate=Fate.RETURNED_TO_STOCK)

    # What came out of the boiler was never bought: it doesn't thin the cost of what was fitted.
    assert (stock.on_hand(part, van), value_of(part, van)) == (THREE, Decimal(10))


# --- Duplicates -------------------------------------------------------------------------------


def test_the_same_logged_by_another_technician_within_a_quarter_of_an_hour_is_flagged(
    books: None,
) -> None:
    van, other = a_van("Van 3"), a_van("Van 7")
    tess, theo = a_technician("Tess", van=van), a_technician("Theo", van=other)
    dora, part, order = a_person(DISPATCHER), a_part(), an_order(assigned_to=tess)
    in_stock(part, van, 5)
    in_stock(part, other, 5)
    at = now() - timedelta(hours=1)
    fitting.install_from_van(order, part, TWO, source=van, by=tess, at=at)

    late = at + timedelta(minutes=15)
    [same] = fitting.install_from_van(order, part, TWO, source=other, by=theo, at=late)
    [more] = fitting.install_from_van(order, part, THREE, source=other, by=theo, at=late)

    assert (same.possible_duplicate, more.possible_duplicate) == (True, False)
    assert stock.on_hand(part, other) == 0
    assert texts(order, "possible-duplicate") == [
        f"Possible duplicate: Theo and Tess both logged 2 × Gas valve {part.sku}"
    ]
    assert "Possible duplicate" in told(dora).items[0].text


def test_the_same_a_minute_later_than_that_is_no_duplicate(books: None) -> None:
    van = a_van("Van 3")
    tess, theo = a_technician("Tess", van=van), a_technician("Theo")
    part, order, at = a_part(), an_order(assigned_to=tess), now() - timedelta(hours=1)
    fitting.install_from_van(order, part, ONE, source=van, by=tess, at=at)

    late = at + timedelta(minutes=16)
    [one] = fitting.install_from_van(order, part, ONE, source=van, by=theo, at=late)

    assert not one.possible_duplicate


def test_two_units_with_different_serials_are_no_duplicates(books: None) -> None:
    van = a_van("Van 3")
    tess, theo = a_technician("Tess", van=van), a_technician("Theo")
    part, order = a_part(serialized=True), an_order(assigned_to=tess)
    fitting.install_from_van(order, part, ONE, source=van, by=tess, at=now(), serials=["A"])

    [one] = fitting.install_from_van(order, part, ONE, source=van, by=theo, at=now(), serials=["B"])

    assert not one.possible_duplicate


# --- Taking back and correcting ---------------------------------------------------------------


def test_taking_back_puts_stock_and_entry_as_they_were(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, cora = a_technician(van=van), a_person(COORDINATOR)
    part, order = a_part("VK4105", serialized=True), an_order(assigned_to=tess)
    in_stock(part, depot, 1, serials=["NEW"], cost="80")
    entry = requesting.request(order, part, TWO, by=tess, at=now())
    unit = stock.serial(part, "NEW")
    answering.move_to_van(entry, ONE, source=depot, by=cora, at=now(), serials=[unit])
    [one] = fitting.install(
        entry,
        ONE,
        source=van,
        by=tess,
        at=now(),
        serials=["NEW"],
        fate=Fate.CORE,
        original_serial="OLD",
    )

    fitting.take_back(one, by=tess, at=now(), why="Wrong boiler")

    assert entry.states == [(ONE, "Ready"), (ONE, "Requested")]
    assert (stock.on_hand(part, van), stock.allocated(part, van)) == (ONE, ONE)
    assert value_of(part, van) == Decimal(80)
    assert stock.serial(part, "OLD").location.kind == Kind.INSTALLED
    assert texts(order, "installation-taken-back") == [
        "Taken back: 1 × Gas valve VK4105 as installed, serial NEW\nWrong boiler"
    ]
    with pytest.raises(Refusal, match="already"):
        fitting.take_back(one, by=tess, at=now())


def test_taking_back_works_where_nothing_is_on_hand(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    [one] = fitting.install(entry, ONE, source=van, by=tess, at=now())

    fitting.take_back(one, by=tess, at=now())

    assert stock.on_hand(part, van) == 0
    assert entry.states == [(ONE, "Requested")]


def test_a_unit_that_moved_on_is_taken_back_there_first(books: None) -> None:
    van, depot = a_van("Van 3"), a_warehouse()
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 1, serials=["NEW"])
    [one] = fitted_in(
        van,
        tess,
        part,
        serials=["NEW"],
        fate=Fate.RETURNED_TO_STOCK,
        original_serial="OLD",
    )
    old = stock.serial(part, "OLD")
    ledger.transfer(part, ONE, source=van, target=depot, by=tess, at=now(), serials=[old])

    with pytest.raises(Refusal, match="moved on"):
        fitting.take_back(one, by=tess, at=now())
    db.session.rollback()


def test_correcting_the_quantity_moves_the_difference_and_keeps_the_id(books: None) -> None:
    van = a_van("Van 3")
    tess, part, order = a_technician(van=van), a_part("IGN-77"), an_order()
    in_stock(part, van, 5)
    entry = requesting.request(order, part, TWO, by=tess, at=now())
    [one] = fitting.install(entry, TWO, source=van, by=tess, at=now(), where_fitted="Loft")
    done_at, thing = one.occurred_at, one.id

    fitting.correct(one, quantity=ONE, by=tess, at=now())

    assert (one.id, one.occurred_at, one.where_fitted) == (thing, done_at, "Loft")
    assert entry.states == [(ONE, "Requested"), (ONE, "Installed")]
    assert stock.on_hand(part, van) == 4
    assert texts(order, "installation-corrected") == [
        "Corrected: 1 × Gas valve IGN-77 as installed\nQuantity: 1, before 2"
    ]


def test_correcting_a_misread_serial_puts_the_other_unit_back(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(serialized=True)
    in_stock(part, van, 2, serials=["A1", "A7"])
    [one] = fitted_in(van, tess, part, serials=["A1"])

    fitting.correct(one, serial="A7", by=tess, at=now())

    assert one.serial.number == "A7"
    assert stock.serial(part, "A1").location_id == van.id
    assert stock.serial(part, "A7").state == SerialState.INSTALLED


def test_correcting_words_moves_nothing_and_tells_old_and_new(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    in_stock(part, van, 1)
    [one] = fitted_in(van, tess, part, where_fitted="Loft")

    fitting.correct(one, where_fitted="Cellar", notes="Left side", by=tess, at=now())

    assert len(stock.caused_by(one.subject)) == 1
    said = texts(one.entry.order, "installation-corrected")[0]
    assert "Where fitted: Cellar, before Loft" in said
    assert "Notes: Left side, before nothing" in said


def test_correcting_the_originals_fate_moves_it(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    in_stock(part, van, 1)
    [one] = fitted_in(van, tess, part, fate=Fate.LEFT_ON_SITE)

    fitting.correct(one, fate=Fate.CORE, by=tess, at=now())

    assert stock.on_hand(part, locations.quarantine_of(van)) == ONE


def test_a_thing_that_a_phone_named_is_logged_once(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part()
    [one] = fitted_in(van, tess, part)

    with pytest.raises(Refusal, match="already"):
        fitted_in(van, tess, part, installation_id=one.id)
    db.session.rollback()


# --- Evidence ---------------------------------------------------------------------------------


def test_a_compliance_part_lacks_evidence_until_something_hangs_on_it(books: None) -> None:
    van = a_van("Van 3")
    tess, part = a_technician(van=van), a_part(compliance=True)
    in_stock(part, van, 2)
    entry = requesting.request(an_order(assigned_to=tess), part, ONE, by=tess, at=now())
    assert not work_logs.evidence_missing(entry)

    fitting.install(entry, ONE, source=van, by=tess, at=now())
    assert work_logs.evidence_missing(entry)
    hang_a_photo_on(entry, by=tess)

    assert not work_logs.evidence_missing(entry)


def hang_a_photo_on(entry, *, by) -> None:
    from partsweb.attachments.models import Attachment

    db.session.add(
        Attachment(
            subject_kind="part-entry",
            subject_id=entry.id,
            name="valve.jpg",
            media_type="image/jpeg",
            size=1,
            received_hash="0",
            stored="0",
            added_by_id=by.id,
            added_at=now(),
        )
    )
    db.session.flush()
