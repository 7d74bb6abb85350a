"""What may happen on an order: it is planned and worked on, parts are asked for, answered, fitted.

How fitting changes stock is in installing.py, what people are told in telling.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from partsweb.catalogue.asking import refuse_merged
from partsweb.catalogue.models import Agreement, Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.numbering import next_number, number_taken
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import day, moment, qty
from partsweb.kit.words import minutes as spent
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.orders import installing, queries, telling
from partsweb.orders.installing import hold, move, refuse_fractions, release, set_apart, take
from partsweb.orders.models import (
    CLOSED,
    Customer,
    Fate,
    Installation,
    Order,
    OrderState,
    PartEntry,
    RequestReason,
    Site,
    Urgency,
    WorkNote,
)
from partsweb.orders.refusing import (
    refuse_known,
    refuse_more,
    refuse_promised,
    refuse_taken_back,
    refuse_unnamed,
)
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR, DISPATCHER, PURCHASING
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Reason, Serial
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

entry_cancelled = event("entry-cancelled")
part_installed = event("part-installed")
warranty_flagged = event("warranty-flagged")
installation_undone = event("installation-undone")


# --- Customers and orders ---------------------------------------------------------------------


def add_customer(
    name: str, *, kind: str = "", phone: str = "", email: str = "", number: str = ""
) -> Customer:
    """Somebody new whom we work for."""
    name = " ".join(name.split())
    if not name:
        raise Refusal("A customer needs a name.", field="customer")
    customer = Customer(
        number=number or f"C-{next_number('customer', start=1001)}",
        name=name,
        kind=kind,
        phone=phone.strip(),
        email=email.strip(),
    )
    db.session.add(customer)
    db.session.flush()
    return customer


def add_site(
    customer: Customer, street: str, *, name: str = "", town: str = "", postcode: str = ""
) -> Site:
    """A place where a customer's equipment stands."""
    street = " ".join(street.split())
    if not street:
        raise Refusal("A site needs a street.", field="street")
    site = Site(
        customer=customer,
        name=name.strip(),
        street=street,
        town=town.strip(),
        postcode=postcode.strip(),
    )
    db.session.add(site)
    db.session.flush()
    return site


def create_order(
    site: Site,
    summary: str,
    *,
    by: Person | None,
    at: datetime,
    description: str = "",
    equipment: str = "",
    assigned_to: Person | None = None,
    scheduled_for: datetime | None = None,
    number: str = "",
) -> Order:
    """A new work order at a site; numbered by us unless it brings its number."""
    summary = " ".join(summary.split())
    if not summary:
        raise Refusal("Say in a few words what is to be done.", field="summary")
    order = Order(
        id=uuid4(),
        number=_number(number),
        site=site,
        summary=summary,
        description=description.strip(),
        equipment=" ".join(equipment.split()),
        state=OrderState.NEW,
        state_changed_at=at,
        created_at=at,
    )
    db.session.add(order)
    db.session.flush()
    timeline.record(order.subject, "order-created", f"Order made: {summary}", by=by, at=at)
    if scheduled_for is not None:
        schedule(order, scheduled_for, by=by, at=at)
    if assigned_to is not None:
        assign(order, assigned_to, by=by, at=at)
    return order


def assign(order: Order, to: Person | None, *, by: Person | None, at: datetime) -> None:
    """Give the order to a technician, or to nobody."""
    if order.assigned_to_id == (to.id if to else None):
        return
    before, order.assigned_to = order.assigned_to, to
    said = f"Assigned to {to.name}" if to else "Assigned to nobody"
    if before is not None:
        said += f", before {before.name}"
        telling.tell(
            before, order, f"{order.number} was given to {to.name if to else 'nobody'}", by
        )
    if to is not None:
        when = f", {moment(order.scheduled_for)}" if order.scheduled_for else ""
        telling.tell(to, order, f"{order.number} is yours: {order.summary}{when}", by)
    timeline.record(order.subject, "order-assigned", said, by=by, at=at)
    db.session.flush()


def schedule(order: Order, when: datetime | None, *, by: Person | None, at: datetime) -> None:
    """Say when somebody goes there; what was new is scheduled then."""
    if order.scheduled_for == when:
        return
    order.scheduled_for = when
    said = f"Scheduled for {moment(when)}" if when else "No longer scheduled"
    timeline.record(order.subject, "order-scheduled", said, by=by, at=at)
    if when and order.state in {OrderState.NEW, OrderState.DRAFT}:
        order.state, order.state_changed_at = OrderState.SCHEDULED, at
    if order.assigned_to:
        telling.tell(order.assigned_to, order, f"{order.number}: {said.lower()}", by)
    db.session.flush()


def change_state(
    order: Order,
    state: OrderState,
    *,
    by: Person,
    at: datetime,
    note: str = "",
    private: bool = False,
    awaiting_vendor: Vendor | None = None,
    awaiting_until: date | None = None,
) -> None:
    """From any open state to any other, with a note if one likes; public ones the customer sees."""
    same_wait = (order.awaiting_vendor, order.awaiting_until) == (awaiting_vendor, awaiting_until)
    if state == order.state and same_wait and not note.strip():
        return
    if not order.open:
        raise Refusal(f"{order.number} is {order.state.value.lower()}. Make a new order instead.")
    awaits = state == OrderState.AWAITING_PARTS
    if state != order.state:
        order.state, order.state_changed_at = state, at
    order.awaiting_vendor = awaiting_vendor if awaits else None
    order.awaiting_until = awaiting_until if awaits else None
    if state == OrderState.IN_PROGRESS:
        order.started_at = at
    about = [awaiting_vendor.name] if awaits and awaiting_vendor else []
    about += [f"expected {day(awaiting_until)}"] if awaits and awaiting_until else []
    said = ": ".join([f"State set to {state.value}", *([", ".join(about)] if about else [])])
    timeline.record(
        order.subject, "state-changed", said, by=by, at=at, body=note.strip(), private=private
    )
    if state in CLOSED:
        _let_go(order, by=by, at=at)
    db.session.flush()


def note(
    order: Order,
    text: str,
    *,
    minutes: int | None = None,
    by: Person,
    at: datetime,
    private: bool = False,
    note_id: UUID | None = None,
) -> WorkNote:
    """Log what was done, with the time spent in minutes."""
    if not text.strip():
        raise Refusal("Say what was done.", field="text")
    if minutes is not None and minutes < 0:
        raise Refusal("Time spent can’t be below zero.", field="minutes")
    refuse_known(WorkNote, note_id)
    written = WorkNote(
        id=note_id or uuid4(),
        order=order,
        text=text.strip(),
        minutes=minutes,
        private=private,
        by=by,
        occurred_at=at,
    )
    db.session.add(written)
    said = "Note" if minutes is None else f"Note, {spent(minutes)} h"
    timeline.record(
        order.subject, "note-written", said, by=by, at=at, body=written.text, private=private
    )
    db.session.flush()
    return written


# --- Asking for parts, and the answers --------------------------------------------------------


def request(
    order: Order,
    part: Part,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    entry_id: UUID | None = None,
    cost: Decimal | None = None,
    restocking_fee: Decimal = ZERO,
    reason: RequestReason = RequestReason.DEFECTIVE,
    urgency: Urgency = Urgency.NEXT_VISIT,
    notes: str = "",
    warranty: bool = False,
    agreement: Agreement | None = None,
) -> PartEntry:
    """Ask for a part on the order; it stands on dispatch's list at once."""
    if not order.open:
        raise Refusal(f"{order.number} is {order.state.value.lower()}: nothing more is needed.")
    refuse_fractions(part, quantity)
    entry = blank_entry(order, part, by=by, at=at, entry_id=entry_id, cost=cost, notes=notes)
    if min(entry.cost, restocking_fee) < ZERO:
        raise Refusal("An amount can’t be below zero.", field="cost")
    entry.quantity = entry.waiting = quantity
    entry.restocking_fee, entry.reason, entry.urgency = restocking_fee, reason, urgency
    if agreement is not None:
        installing.consign(entry, agreement, at=at, priced=cost is not None)
    if warranty:
        _flag(entry, notes, by=by)
    telling.record(entry, "part-requested", f"Requested {in_words(quantity, part)}", by, at, notes)
    db.session.flush()
    return entry


def allocate(
    entry: PartEntry, quantity: Decimal, *, location: Location, by: Person, at: datetime
) -> None:
    """Promise stock of a place to the entry."""
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    ledger.allocate(entry.part, quantity, location=location, subject=entry.subject)
    move(entry, quantity, source="waiting", target="allocated")
    said = f"Allocated {in_words(quantity, entry.part)} {queries.whereabouts(location)}"
    telling.record(entry, "part-allocated", said, by, at)
    db.session.flush()


def set_aside(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """What was allocated lies ready for collection."""
    refuse_more(entry, quantity, "allocated", "allocated")
    move(entry, quantity, source="allocated", target="ready")
    where = " and ".join(
        queries.whereabouts(row.location) for row in stock.allocations_for(entry.subject)
    )
    said = f"{in_words(quantity, entry.part)} set aside {where}".strip()
    telling.record(entry, "part-ready", said, by, at)
    telling.tell_technician(entry, f"{said} for {entry.order.number}", by)
    db.session.flush()


def move_to_van(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    by: Person,
    at: datetime,
    serials: Sequence[Serial] = (),
) -> None:
    """Carry it from a place to the technician's van, where it lies ready for the entry."""
    hold(entry)
    van = _van(entry)
    if quantity > entry.waiting + entry.allocated:
        raise Refusal(
            f"Only {qty(entry.waiting + entry.allocated)} are waiting or allocated.",
            field="quantity",
        )
    refuse_unnamed(entry.part, quantity, serials, source)
    own = dict(release(entry, quantity, first=source))
    refuse_promised(entry.part, quantity, source)
    if source.id != van.id:
        ledger.transfer(
            entry.part,
            quantity,
            source=source,
            target=van,
            by=by,
            at=at,
            serials=serials,
            cause=entry.subject,
            owner_id=owner_of_units(serials),
        )
    taken = take(entry, min(quantity, sum(own.values(), ZERO)), "allocated", into="ready")
    take(entry, quantity - taken["allocated"], "waiting", "allocated", into="ready")
    set_apart(entry, quantity, location=van)
    said = f"Moved {in_words(quantity, entry.part)} from {source.called} to {van.called}"
    telling.record(entry, "part-ready", said, by, at)
    telling.tell_technician(entry, f"{in_words(quantity, entry.part)} is in {van.called}", by)
    db.session.flush()


def ordered(
    entry: PartEntry,
    quantity: Decimal,
    *,
    expected_on: date | None,
    paper: str,
    by: Person,
    at: datetime,
) -> None:
    """It was put on a purchase order."""
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    move(entry, quantity, source="waiting", target="on_order")
    entry.expected_on, entry.paper = expected_on, paper
    due = f", due {day(expected_on)}" if expected_on else ""
    telling.record(
        entry, "part-ordered", f"Ordered {in_words(quantity, entry.part)}, {paper}{due}", by, at
    )
    db.session.flush()


def no_longer_ordered(
    entry: PartEntry, quantity: Decimal, *, paper: str, by: Person, at: datetime
) -> None:
    """The purchase order was cancelled or closed: it waits for another answer."""
    refuse_more(entry, quantity, "on_order", "on order")
    move(entry, quantity, source="on_order", target="waiting")
    if not entry.on_order:
        entry.expected_on, entry.paper = None, ""
    said = f"{in_words(quantity, entry.part)} is no longer on {paper} and waits for another answer"
    telling.record(entry, "order-given-up", said, by, at)
    telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
    db.session.flush()


def arrived(
    entry: PartEntry,
    quantity: Decimal,
    *,
    location: Location,
    set_aside: bool,
    paper: str,
    by: Person,
    at: datetime,
) -> Decimal:
    """What was on order came in at the place; never more than that. Says how much was taken."""
    hold(entry)
    taken = min(quantity, entry.on_order)
    if taken <= ZERO:
        return ZERO
    van = queries.van_for(entry.order)
    ready = set_aside or (van is not None and van.id == location.id)
    set_apart(entry, taken, location=location)
    move(entry, taken, source="on_order", target="ready" if ready else "allocated")
    said = f"{in_words(taken, entry.part)} arrived {queries.whereabouts(location)}, {paper}"
    telling.record(entry, "part-ready" if ready else "part-arrived", said, by, at)
    ending = "ready for you" if ready else "allocated to you"
    telling.tell_technician(entry, f"{said}: {ending} for {entry.order.number}", by)
    timeline.tell_role(DISPATCHER, entry.order.subject, f"{entry.order.number}: {said}")
    db.session.flush()
    return taken


def not_arrived(
    entry: PartEntry, quantity: Decimal, *, location: Location, paper: str, by: Person, at: datetime
) -> Decimal:
    """A receipt was taken back: what lies there for the entry waits again. Says how much it was.

    What was carried away or fitted meanwhile stays as it is.
    """
    hold(entry)
    there = min(quantity, entry.ready + entry.allocated)
    back = ledger.release(entry.subject, there, location=location) if there > ZERO else ZERO
    take(entry, back, "ready", "allocated", into="waiting")
    if back:
        said = f"{in_words(back, entry.part)} didn’t arrive after all, {paper}"
        telling.record(entry, "arrival-taken-back", said, by, at)
        telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
    db.session.flush()
    return back


def decline(entry: PartEntry, quantity: Decimal, why: str, *, by: Person, at: datetime) -> None:
    """The part will not come; the technician is told why."""
    if not why.strip():
        raise Refusal("Say why: the technician stands in front of the customer.", field="why")
    refuse_more(entry, quantity, "waiting", "waiting for an answer")
    move(entry, quantity, source="waiting", target="declined")
    said = f"Declined {in_words(quantity, entry.part)}"
    telling.record(entry, "part-declined", said, by, at, why)
    telling.tell_technician(entry, f"{entry.order.number}: {said}. {why.strip()}", by)
    db.session.flush()


def cancel(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    """It isn't needed after all: what waits goes first, then what is on order or allocated."""
    hold(entry)
    refuse_fractions(entry.part, quantity)
    there = entry.waiting + entry.on_order + entry.allocated
    if quantity > there:
        ready = f" {qty(entry.ready)} are ready: give them back." if entry.ready else ""
        raise Refusal(f"Only {qty(there)} can be cancelled.{ready}", field="quantity")
    _cancel(entry, quantity, by=by, at=at)


def not_used(
    entry: PartEntry,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    to: Location | None = None,
    serials: Sequence[Serial] = (),
) -> None:
    """What was ready or allocated is given back: free where it lies, or carried to a place."""
    hold(entry)
    refuse_fractions(entry.part, quantity)
    if quantity > entry.ready + entry.allocated:
        raise Refusal(
            f"Only {qty(entry.ready + entry.allocated)} are there to give back.", field="quantity"
        )
    van = queries.van_for(entry.order)
    freed = release(entry, quantity, first=van)
    take(entry, quantity, "ready", "allocated", into="not_used")
    carried = sum((given for place, given in freed if van and place.id == van.id), ZERO)
    said = f"Not used: {in_words(quantity, entry.part)}"
    if to is not None and van is not None and to.id != van.id and carried:
        refuse_unnamed(entry.part, carried, serials, van)
        _give_back(entry, carried, source=van, target=to, serials=serials, by=by, at=at)
        said += f", from {van.called} to {to.called}"
    telling.record(entry, "part-not-used", said, by, at)
    db.session.flush()


# --- Fitting parts ----------------------------------------------------------------------------


def install(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    by: Person,
    at: datetime,
    serials: Sequence[str] = (),
    where_fitted: str = "",
    notes: str = "",
    fate: Fate = Fate.NONE,
    original_serial: str = "",
    warranty: bool = False,
    installation_id: UUID | None = None,
) -> list[Installation]:
    """Log what was fitted, a row for each serial. Neither stock nor the books' order blocks it."""
    units = installing.numbers(entry.part, quantity, serials)
    originals = installing.originals(entry.part, units, fate, original_serial)
    refuse_known(Installation, installation_id)
    hold(entry)
    fitted = []
    for index, original in enumerate(originals):
        one = Installation(
            id=(installation_id if not index else None) or uuid4(),
            entry=entry,
            quantity=Decimal(1) if units else quantity,
            source=source,
            where_fitted=where_fitted.strip(),
            notes=notes.strip(),
            fate=fate,
            original_serial=original,
            by=by,
            occurred_at=at,
            recorded_at=clock.now(),
        )
        db.session.add(one)
        _fit(one, units[index] if units else "", by=by, at=at)
        fitted.append(one)
    said = f"Installed {in_words(quantity, entry.part)} from {source.called}"
    telling.record(entry, "part-installed", said, by, at, telling.told_of(fitted))
    _warn(entry, fitted, by=by, at=at)
    if warranty and not entry.warranty:
        _flag(entry, notes, by=by)
    db.session.flush()
    for one in fitted:
        installing.see_to_core(one, by=by, at=at)
    part_installed.send(entry, by=by, at=at)
    return fitted


def install_from_van(
    order: Order,
    part: Part,
    quantity: Decimal,
    *,
    source: Location,
    by: Person,
    at: datetime,
    entry_id: UUID | None = None,
    serials: Sequence[str] = (),
    where_fitted: str = "",
    notes: str = "",
    fate: Fate = Fate.NONE,
    original_serial: str = "",
    warranty: bool = False,
    installation_id: UUID | None = None,
) -> list[Installation]:
    """Fit what the van had, without a request: the entry starts at Installed."""
    entry = blank_entry(order, part, by=by, at=at, entry_id=entry_id, cost=None, notes="")
    db.session.flush()
    return install(
        entry,
        quantity,
        source=source,
        by=by,
        at=at,
        serials=serials,
        where_fitted=where_fitted,
        notes=notes,
        fate=fate,
        original_serial=original_serial,
        warranty=warranty,
        installation_id=installation_id,
    )


def take_back(installation: Installation, *, by: Person, at: datetime, why: str = "") -> None:
    """It was not fitted after all: stock and entry stand as they stood before."""
    entry = installation.entry
    hold(entry)
    refuse_taken_back(installation)
    installing.undo(installation, by=by, at=at)
    installation.taken_back_at = at
    unit = f", serial {installation.serial.number}" if installation.serial else ""
    said = f"Taken back: {in_words(installation.quantity, entry.part)} as installed{unit}"
    telling.record(entry, "installation-taken-back", said, by, at, why)
    db.session.flush()
    installing.see_to_core(installation, by=by, at=at)
    installation_undone.send(entry, by=by, at=at)


def correct(
    installation: Installation,
    *,
    by: Person,
    at: datetime,
    quantity: Decimal | None = None,
    serial: str | None = None,
    source: Location | None = None,
    where_fitted: str | None = None,
    notes: str | None = None,
    fate: Fate | None = None,
    original_serial: str | None = None,
) -> Installation:
    """Set right what was logged; what isn't given stays. It keeps its id, and when it was done.

    Where stock is concerned, its movements are reversed and posted anew in the same act.
    """
    entry = installation.entry
    hold(entry)
    refuse_taken_back(installation)
    before = telling.facts(installation)
    number = installation.serial.number if installation.serial else ""
    new_number = number if serial is None else serial.strip()
    wanted = installation.quantity if quantity is None else quantity
    new_fate = installation.fate if fate is None else fate
    original = installation.original_serial if original_serial is None else original_serial
    units = installing.numbers(entry.part, wanted, [new_number] if entry.part.serialized else [])
    [original] = installing.originals(entry.part, units, new_fate, original)
    new_source = source or installation.source
    fitted_else = (wanted, new_number, new_source.id) != (
        installation.quantity,
        number,
        installation.source_id,
    )
    parted_else = _goes(new_fate, original) != _goes(
        installation.fate, installation.original_serial
    )
    moves, done_at = fitted_else or parted_else, installation.occurred_at
    if moves:
        installing.undo(installation, by=by, at=done_at)
    installation.quantity, installation.source = wanted, new_source
    installation.fate, installation.original_serial = new_fate, original
    _say_anew(installation, where_fitted, notes)
    if moves:
        _fit(installation, new_number, by=installation.by, at=done_at)
    telling.record_correction(installation, before, by=by, at=at)
    db.session.flush()
    installing.see_to_core(installation, by=installation.by, at=at)
    if moves:
        _warn(entry, [installation], by=by, at=at)
        installation_undone.send(entry, by=by, at=at)
    return installation


def flag_warranty(entry: PartEntry, reason: str, *, by: Person, at: datetime) -> None:
    """Say that the maker should pay: nobody bills it before a supervisor has decided."""
    if not reason.strip():
        raise Refusal("Say why it is a warranty: a supervisor decides by it.", field="reason")
    hold(entry)
    before, again = entry.warranty_reason, entry.warranty
    _flag(entry, reason, by=by)
    if not again or before != entry.warranty_reason:
        said = f"Flagged as warranty: {entry.part.description} {entry.part.sku}"
        telling.record(entry, "warranty-flagged", said, by, at, reason)
    db.session.flush()
    warranty_flagged.send(entry, by=by, at=at)


def unflag_warranty(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """It is no warranty after all."""
    hold(entry)
    if not entry.warranty:
        return
    entry.warranty, entry.warranty_by, entry.warranty_reason = False, None, ""
    said = f"No warranty after all: {entry.part.description} {entry.part.sku}"
    telling.record(entry, "warranty-unflagged", said, by, at)
    db.session.flush()
    warranty_flagged.send(entry, by=by, at=at)


# --- What they share --------------------------------------------------------------------------


def _flag(entry: PartEntry, reason: str, *, by: Person) -> None:
    entry.warranty, entry.warranty_by, entry.warranty_reason = True, by, reason.strip()


def _number(given: str) -> str:
    if not given:
        return f"SR-{next_number('order'):06d}"
    digits = given.removeprefix("SR-")
    if digits.isascii() and digits.isdigit():
        number_taken("order", int(digits))
    return given


def blank_entry(
    order: Order,
    part: Part,
    *,
    by: Person,
    at: datetime,
    entry_id: UUID | None,
    cost: Decimal | None,
    notes: str,
) -> PartEntry:
    """An entry with nothing asked for yet."""
    refuse_known(PartEntry, entry_id)
    refuse_merged(part)
    entry = PartEntry(
        id=entry_id or uuid4(),
        order=order,
        part=part,
        quantity=ZERO,
        cost=part.list_price if cost is None else cost,
        notes=notes.strip(),
        requested_by=by,
        requested_at=at,
        waiting=ZERO,
        allocated=ZERO,
        on_order=ZERO,
        ready=ZERO,
        installed=ZERO,
        not_used=ZERO,
        declined=ZERO,
        cancelled=ZERO,
        substituted=ZERO,
    )
    db.session.add(entry)
    return entry


def _fit(one: Installation, number: str, *, by: Person, at: datetime) -> None:
    twin = queries.same_lately(one, number)
    one.possible_duplicate = twin is not None
    installing.apply(one, number, by=by, at=at)
    if twin is not None:
        said = (
            f"Possible duplicate: {by.name} and {twin.by.name} both logged "
            f"{in_words(one.quantity, one.entry.part)}"
        )
        telling.record(one.entry, "possible-duplicate", said, by, at)
        for role in (COORDINATOR, DISPATCHER):
            timeline.tell_role(role, one.subject, f"{one.entry.order.number}: {said}")


def _warn(entry: PartEntry, fitted: Sequence[Installation], *, by: Person, at: datetime) -> None:
    """Tell the coordinator what is odd about it, and write it into the order's history."""
    db.session.flush()
    for said in queries.warnings(fitted):
        telling.record(entry, "stock-odd", said, by, at)
        timeline.tell_role(COORDINATOR, fitted[0].subject, f"{entry.order.number}: {said}")


def _cancel(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    taken = take(entry, quantity, "waiting", "on_order", "allocated", into="cancelled")
    release(entry, taken["allocated"], first=None)
    said = f"Cancelled {in_words(quantity, entry.part)}"
    telling.record(entry, "part-cancelled", said, by, at)
    if taken["on_order"]:
        bought = f"{qty(taken['on_order'])} of {entry.part.sku} on {entry.paper}"
        told = f"{bought} isn’t needed on {entry.order.number} any more"
        timeline.tell_role(PURCHASING, entry.order.subject, told)
    db.session.flush()
    entry_cancelled.send(entry, taken=taken)


def _let_go(order: Order, *, by: Person, at: datetime) -> None:
    """A closed order waits for nothing; what lies ready for it is given back by hand."""
    for entry in queries.log(order).entries:
        hold(entry)
        still = entry.waiting + entry.on_order + entry.allocated
        if still > ZERO:
            _cancel(entry, still, by=by, at=at)


def _give_back(
    entry: PartEntry,
    quantity: Decimal,
    *,
    source: Location,
    target: Location,
    serials: Sequence[Serial],
    by: Person,
    at: datetime,
) -> None:
    units: Sequence[Serial | None] = serials or [None]
    ledger.post(
        [
            Move(
                entry.part,
                source,
                target,
                Decimal(1) if unit else quantity,
                Reason.NOT_USED,
                unit.owner_id if unit else OURS,
                serial=unit,
                cause=entry.subject,
            )
            for unit in units
        ],
        by=by,
        at=at,
    )


def owner_of_units(serials: Sequence[Serial]) -> UUID:
    """Whose the units are; ours where there are none."""
    owners = {unit.owner_id for unit in serials} or {OURS}
    if len(owners) > 1:
        raise Refusal("These units belong to different owners: move them apart.", field="serials")
    return owners.pop()


def _van(entry: PartEntry) -> Location:
    technician = entry.order.assigned_to
    if technician is None:
        raise Refusal(f"Nobody is assigned to {entry.order.number} yet: assign it first.")
    van = locations.van_of(technician)
    if van is None:
        raise Refusal(f"{technician.name} holds no van. Set it aside for collection instead.")
    return van


def _goes(fate: Fate, original: str) -> tuple[Fate | None, str]:
    """Where the original goes as far as stock is concerned."""
    return (fate, original) if fate in installing.MOVES else (None, "")


def _say_anew(one: Installation, where_fitted: str | None, notes: str | None) -> None:
    if where_fitted is not None:
        one.where_fitted = where_fitted.strip()
    if notes is not None:
        one.notes = notes.strip()
