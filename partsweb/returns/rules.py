"""What becomes of old units: owed, tagged, shipped, credited, or somebody bears the charge.

The core charge is a deposit: it is in no average cost. Amounts stay off the order's timeline, where
people read who don't see vendors' prices.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.extensions import db
from partsweb.kit import clock, firm
from partsweb.kit.exact import ZERO
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.words import day, money, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import VIRTUAL, Kind, Location
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR
from partsweb.returns import queries
from partsweb.returns.models import TO_SHIP, Core, CoreState, Payer
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Reason
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline


def owe(
    part: Part,
    quantity: Decimal,
    *,
    cause: Subject,
    about: Subject,
    location: Location | None,
    by: Person,
    at: datetime,
    serial: str = "",
    new_serial_id: UUID | None = None,
    assignee: Person | None = None,
    why: str = "",
) -> Core:
    """An installation left it over; without a location it was left on site, and is to be paid.

    Said again of the same one, it stays as it is: tagged, with its number.
    """
    known = queries.left_by(cause)
    if known is not None:
        if _same(known, quantity, serial, location):
            known.location = location
            return known
        call_off(cause, by=by, at=at)
    received = queries.receipt_of(part, serial_id=new_serial_id, before=at)
    fitted_on = clock.day_of(at)
    received_on = received.posted_on if received else fitted_on
    references = catalogue.references_of(part)
    core = Core(
        number=f"CR-{next_number('core', start=1001)}",
        part=part,
        quantity=quantity,
        charge=part.core_charge,
        serial=serial,
        cause_kind=cause.kind,
        cause_id=cause.id,
        about_kind=about.kind,
        about_id=about.id,
        vendor=references[0].vendor if references else None,
        location=location,
        received_on=received_on,
        # What lay on the shelf for longer than the window is due at once.
        due_on=max(received_on + firm.core_window(), fitted_on),
        state=CoreState.OWED,
        assignee=assignee,
        made_at=at,
        uncredited=ZERO,
    )
    db.session.add(core)
    db.session.flush()
    _begin(core, why, by=by, at=at)
    return core


def call_off(cause: Subject, *, by: Person, at: datetime) -> None:
    """The installation was taken back, or left nothing over after all."""
    core = queries.left_by(cause)
    if core is None:
        return
    _lock(core)
    if core.state not in (*TO_SHIP, CoreState.NOT_RETURNED):
        raise Refusal(
            f"Core {core.number} of it is {core.state.value} already. Take that back first: "
            "open the core and go one step back."
        )
    if core.state == CoreState.NOT_RETURNED:
        _undo_moves(core, by=by, at=at)
    core.state, core.uncredited, core.payer = CoreState.CANCELLED, ZERO, None
    if core.task is not None:
        timeline.call_off(core.task, by=by)
    _record(core, "core-cancelled", "is owed no longer", by=by, at=at)


def follow_merged(request: CatalogueRequest, *, into: Part, by: Person, at: datetime) -> None:
    """Cores of a placeholder are those of the part that it turned out to be."""
    owed = update(Core).where(Core.part_id == request.part_id)
    db.session.execute(owed.values(part_id=into.id))


def tag(core: Core, rma: str, *, by: Person, at: datetime) -> None:
    """It has its label, with the vendor's number for the return if there is one."""
    _lock(core, *TO_SHIP)
    core.rma, core.state = rma.strip(), CoreState.TAGGED
    _record(core, "core-tagged", "is tagged" + (f", RMA {core.rma}" if core.rma else ""), by, at)


def ship(
    core: Core, *, by: Person, at: datetime, rma: str = "", carrier: str = "", tracking: str = ""
) -> None:
    """It is on its way to the vendor, and the follow-up is done."""
    _lock(core, *TO_SHIP)
    core.rma = rma.strip() or core.rma
    core.carrier, core.tracking = carrier.strip(), tracking.strip()
    core.state, core.shipped_at = CoreState.SHIPPED, at
    _move(core, locations.single(Kind.VENDOR), Reason.VENDOR_RETURN, by=by, at=at)
    if core.task is not None:
        timeline.finish(core.task, by=by)
    how = ", ".join(one for one in (core.carrier, core.tracking) if one)
    _record(core, "core-shipped", "is shipped" + (f", {how}" if how else ""), by, at)


def credit(
    core: Core, amount: Decimal, *, by: Person, at: datetime, payer: Payer | None, why: str = ""
) -> None:
    """The vendor gives so much back; what is missing needs a reason, and somebody bears it."""
    _lock(core, CoreState.SHIPPED)
    if not ZERO < amount <= core.amount:
        raise Refusal(f"Between nothing and {money(core.amount)} can come back.", field="amount")
    short = core.amount - amount
    if short:
        _bear(core, short, payer, why)
    core.credited = amount
    core.state = CoreState.CREDITED_SHORT if short else CoreState.CREDITED
    _record(core, "core-credited", f"is {core.state.value}", by, at, core.why)


def reject(core: Core, *, by: Person, at: datetime, payer: Payer | None, why: str) -> None:
    """The vendor gives nothing back."""
    _lock(core, CoreState.SHIPPED)
    _bear(core, core.amount, payer, why)
    core.state, core.credited = CoreState.REJECTED, ZERO
    _record(core, "core-rejected", "is rejected by the vendor", by, at, core.why)


def give_up(core: Core, *, by: Person, at: datetime, payer: Payer | None, why: str) -> None:
    """It won't come back: lost, or left on site. Somebody bears the charge, with a reason."""
    _lock(core, *TO_SHIP, CoreState.NOT_RETURNED)
    _bear(core, core.amount, payer, why)
    if core.to_ship:
        _move(core, locations.single(Kind.SCRAP), Reason.SCRAP, by=by, at=at)
    core.state = CoreState.NOT_RETURNED
    if core.task is not None:
        timeline.call_off(core.task, by=by)
    _record(core, "core-given-up", "doesn’t come back", by, at, core.why)


def step_back(core: Core, *, by: Person, at: datetime) -> None:
    """What was entered last was a mistake."""
    _lock(core)
    if core.state in {CoreState.OWED, CoreState.CANCELLED}:
        raise Refusal("There is nothing to undo.")
    if core.state in {CoreState.SHIPPED, CoreState.NOT_RETURNED} and core.location is not None:
        _undo_moves(core, by=by, at=at)
        if core.task is not None:
            timeline.reopen(core.task, by=by)
    core.state = _state_before(core)
    core.credited, core.why, core.payer = None, "", None
    core.uncredited = core.amount if core.state == CoreState.NOT_RETURNED else ZERO
    _record(core, "core-set-back", f"is {core.state.value} again", by, at)


# --- What they share --------------------------------------------------------------------------


def _begin(core: Core, why: str, *, by: Person, at: datetime) -> None:
    if core.location is None:
        core.state, core.uncredited, core.why = CoreState.NOT_RETURNED, core.amount, why.strip()
        _record(core, "core-left", "was left on site", by, at, core.why)
        timeline.tell_role(
            COORDINATOR, core.subject, f"{_called(core)} was left on site: say who bears the charge"
        )
        return
    vendor = core.vendor.name if core.vendor else "its vendor"
    core.task = timeline.follow_up(
        core.about,
        f"Ship the core of {core.part.sku} to {vendor}, {core.number}",
        by=by,
        due_on=core.due_on,
        assignee=core.assignee,
    )
    _record(core, "core-owed", f"is owed to {vendor} by {day(core.due_on)}", by, at)


def _same(core: Core, quantity: Decimal, serial: str, location: Location | None) -> bool:
    same_place = (core.location is None) == (location is None)
    return core.quantity == quantity and core.serial == serial and same_place


def _state_before(core: Core) -> CoreState:
    if core.state == CoreState.NOT_RETURNED and core.location is None:
        return CoreState.NOT_RETURNED
    if core.state in {CoreState.SHIPPED, CoreState.NOT_RETURNED}:
        return CoreState.TAGGED if core.rma else CoreState.OWED
    return CoreState.OWED if core.state == CoreState.TAGGED else CoreState.SHIPPED


def _lock(core: Core, *states: CoreState) -> None:
    """Nobody else changes it meanwhile, and it is where the person saw it."""
    db.session.refresh(core, with_for_update={"of": Core})
    if states and core.state not in states:
        raise Refusal(f"Core {core.number} is {core.state.value}: look again.")


def _bear(core: Core, amount: Decimal, payer: Payer | None, why: str) -> None:
    if not why.strip():
        raise Refusal(f"{money(amount)} don’t come back: say why.", field="why")
    if payer is None:
        raise Refusal("Say who bears it: the order, or the customer.", field="payer")
    core.uncredited, core.payer, core.why = amount, payer, why.strip()


def _move(core: Core, target: Location, reason: Reason, *, by: Person, at: datetime) -> None:
    """Out of our quarantine. A unit goes from where the books have it by now."""
    if core.location is None:
        return
    source, unit = core.location, None
    if core.part.serialized:
        unit = stock.serial(core.part, core.serial)
        if unit is None or unit.location.kind in VIRTUAL:
            return
        source = unit.location
    moved = Move(
        core.part,
        source,
        target,
        core.quantity,
        reason,
        unit.owner_id if unit else OURS,
        serial=unit,
        cause=core.subject,
    )
    ledger.post([moved], by=by, at=at)


def _undo_moves(core: Core, *, by: Person, at: datetime) -> None:
    moved = stock.caused_by(core.subject)
    undone = {one.reverses_id for one in moved}
    for one in reversed([one for one in moved if one.reverses_id is None]):
        if one.id not in undone:
            ledger.reverse(one, by=by, at=at)


def _called(core: Core) -> str:
    serial = f", serial {core.serial}" if core.serial else ""
    return f"Core {core.number}, {qty(core.quantity)} × {core.part.sku}{serial}"


def _record(core: Core, what: str, said: str, by: Person, at: datetime, body: str = "") -> None:
    """On the order's timeline, and on the core's own."""
    text = f"{_called(core)} {said}"
    timeline.record(core.about, what, text, by=by, at=at, body=body)
    timeline.record(core.subject, what, text, by=by, at=at, body=body)
    db.session.flush()
