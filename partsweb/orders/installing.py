"""How fitting a part changes the entry and the stock, and how that is undone.

What may happen stands in fitting.py; this is what it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from partsweb.catalogue import agreement_queries as agreements
from partsweb.catalogue.models import Agreement, Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import VIRTUAL, Kind, Location
from partsweb.orders import installations
from partsweb.orders.models import Fate, Installation, PartEntry
from partsweb.people.models import Person
from partsweb.returns import rules as cores
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import OURS, Owner, Reason, Serial
from partsweb.stock.rules import Move

STATES = ("waiting", "allocated", "on_order", "ready", "installed")
EXITS = ("not_used", "declined", "cancelled", "substituted")
MOVES = frozenset({Fate.RETURNED_TO_STOCK, Fate.CORE, Fate.WARRANTY_RETURN, Fate.SCRAPPED})
ONE = Decimal(1)


def hold(entry: PartEntry) -> None:
    """Let nobody else change the entry's quantities before this write is done."""
    db.session.refresh(entry, [*STATES, *EXITS], with_for_update=True)


def move(entry: PartEntry, quantity: Decimal, *, source: str, target: str) -> None:
    """So much of the entry goes from one state to another."""
    setattr(entry, source, getattr(entry, source) - quantity)
    setattr(entry, target, getattr(entry, target) + quantity)


def take(entry: PartEntry, quantity: Decimal, *states: str, into: str) -> dict[str, Decimal]:
    """Up to the quantity out of these states, in this order, into another; says from which."""
    taken, left = {}, quantity
    for state in states:
        taken[state] = min(left, getattr(entry, state))
        left -= taken[state]
        move(entry, taken[state], source=state, target=into)
    return taken


def set_apart(entry: PartEntry, quantity: Decimal, *, location: Location) -> None:
    """Set stock apart that lies there for the entry, whatever the books say of the place."""
    if quantity > ZERO:
        ledger.allocate(
            entry.part, quantity, location=location, subject=entry.subject, even_if_short=True
        )


def release(
    entry: PartEntry, quantity: Decimal, *, first: Location | None
) -> list[tuple[Location, Decimal]]:
    """Give up so much of what is set apart for the entry, at one place first; says where."""
    apart = stock.allocations_for(entry.subject)
    first_id = first.id if first else None
    places = sorted((row.location for row in apart), key=lambda place: place.id != first_id)
    freed, left = [], quantity
    for place in places:
        given = ledger.release(entry.subject, left, location=place) if left > ZERO else ZERO
        if given:
            freed.append((place, given))
        left -= given
    return freed


# --- What comes in ----------------------------------------------------------------------------


def refuse_fractions(part: Part, quantity: Decimal) -> None:
    """A quantity is more than nothing, and units with serials are whole."""
    if quantity <= ZERO:
        raise Refusal("A quantity is more than nothing.", field="quantity")
    if part.serialized and quantity != quantity.to_integral_value():
        raise Refusal(f"{part.sku} comes in whole units.", field="quantity")


def numbers(part: Part, quantity: Decimal, serials: Sequence[str]) -> list[str]:
    """The serials as typed, one a unit; none where the part has none."""
    refuse_fractions(part, quantity)
    typed = [number.strip() for number in serials if number.strip()]
    if not part.serialized:
        return []
    if len(set(typed)) != len(typed):
        raise Refusal("The same serial stands there twice.", field="serials")
    if len(typed) != quantity:
        said = f"{len(typed)} serials" if typed else "none"
        raise Refusal(
            f"Each {part.sku} needs its serial: {quantity.normalize():f} asked, {said} given.",
            field="serials",
        )
    return typed


def originals(part: Part, units: Sequence[str], fate: Fate, typed: str) -> list[str]:
    """The originals' serials, one a unit. What goes somewhere needs one if the part has serials."""
    given = [number.strip() for number in typed.splitlines() if number.strip()]
    if not part.serialized:
        return [" ".join(given)]
    if fate not in MOVES and not given:
        return ["" for _ in units]
    if len(given) != len(units):
        raise Refusal(
            "Enter the original’s serial, or say that there was none."
            if not given
            else f"{len(units)} are fitted, but {len(given)} originals have a serial.",
            field="original_serial",
        )
    if set(given) & set(units):
        raise Refusal("The original and the new one have the same serial.", field="original_serial")
    return given


# --- What the original is owed for ------------------------------------------------------------


def see_to_core(one: Installation, *, by: Person, at: datetime) -> None:
    """An original that its vendor wants back is followed up, as long as the installation stands."""
    part, order = one.entry.part, one.entry.order
    left = one.fate in {Fate.CORE, Fate.LEFT_ON_SITE}
    if one.taken_back_at is not None or not left or not part.core_charge:
        cores.call_off(one.subject, by=by, at=at)
        return
    cores.owe(
        part,
        one.quantity,
        cause=one.subject,
        about=order.subject,
        location=where_to(one, by=by),
        by=by,
        at=one.occurred_at,
        serial=one.original_serial,
        new_serial_id=one.serial_id,
        assignee=by,
        why=one.notes,
    )


# --- Doing and undoing ------------------------------------------------------------------------


def apply(one: Installation, number: str, *, by: Person, at: datetime) -> None:
    """Fit it: the entry's states, what was set apart, the stock, the original."""
    entry = one.entry
    took = take(entry, one.quantity, "ready", "allocated", "waiting", "on_order", into="installed")
    one.from_ready, one.from_allocated = took["ready"], took["allocated"]
    one.from_waiting, one.from_on_order = took["waiting"], took["on_order"]
    # Fitted beyond what was asked for.
    entry.installed += one.quantity - sum(took.values(), ZERO)
    release(entry, one.from_ready + one.from_allocated, first=one.source)
    db.session.flush()
    _issue(one, number, by=by, at=at)
    _part_with_original(one, by=by, at=at)


def undo(one: Installation, *, by: Person, at: datetime) -> None:
    """As if it had not been fitted: movements newest first, states, what was set apart."""
    for moved in reversed(installations.standing_moves(one)):
        ledger.reverse(moved, by=by, at=at)
    entry = one.entry
    entry.installed -= one.quantity
    entry.ready += one.from_ready
    entry.allocated += one.from_allocated
    entry.waiting += one.from_waiting
    entry.on_order += one.from_on_order
    set_apart(entry, one.from_ready + one.from_allocated, location=one.source)
    if not entry.installed and not entry.quantity:
        _forget_agreement(entry, at=one.occurred_at)
    db.session.flush()


def _issue(one: Installation, number: str, *, by: Person, at: datetime) -> None:
    """The movement that installs it; a unit goes from where the books have it."""
    entry, cause = one.entry, one.subject
    part, installed = entry.part, locations.single(Kind.INSTALLED)
    if not number:
        owner_id = _owner(entry, one.source, one.quantity)
        issued = Move(
            part, one.source, installed, one.quantity, Reason.INSTALL, owner_id, cause=cause
        )
        ledger.post([issued], by=by, at=at)
        _name_agreement(one, owner_id)
        return
    unit = ledger.unit(part, number, one.source, owner_id=_agreed_owner(entry))
    one.serial = unit
    value = None
    if unit.location.kind in VIRTUAL:
        # It was never gone, or is here although the books say otherwise: it comes in first.
        value = installations.issue_cost(unit)
        _bring(unit, one, value, by=by, at=at)
    issued = Move(
        part,
        unit.location,
        installed,
        ONE,
        Reason.INSTALL,
        unit.owner_id,
        serial=unit,
        value=value,
        cause=cause,
    )
    ledger.post([issued], by=by, at=at)
    _name_agreement(one, unit.owner_id)


def _bring(unit: Serial, one: Installation, value: Decimal, *, by: Person, at: datetime) -> None:
    was_installed = unit.location.kind == Kind.INSTALLED
    brought = Move(
        unit.part,
        unit.location,
        one.source,
        ONE,
        Reason.REMOVAL if was_installed else Reason.ADJUSTMENT,
        unit.owner_id,
        serial=unit,
        value=value,
        cause=one.subject,
    )
    ledger.post([brought], by=by, at=at)


def _part_with_original(one: Installation, *, by: Person, at: datetime) -> None:
    """Where the original went. One that we never stocked has no value."""
    target = where_to(one, by=by)
    if target is None:
        return
    part, installed = one.entry.part, locations.single(Kind.INSTALLED)
    reason = Reason.SCRAP if one.fate == Fate.SCRAPPED else Reason.REMOVAL
    gone = Move(part, installed, target, one.quantity, reason, value=ZERO, cause=one.subject)
    if part.serialized:
        unit = ledger.unit(part, one.original_serial, installed)
        if unit.location_id == target.id:
            return
        gone = Move(
            part,
            unit.location,
            target,
            ONE,
            reason,
            unit.owner_id,
            serial=unit,
            value=installations.issue_cost(unit) if unit.location_id == installed.id else None,
            cause=one.subject,
        )
    ledger.post([gone], by=by, at=at)


def where_to(one: Installation, *, by: Person) -> Location | None:
    """Of the original: in the fitter's van if there is one, else where the new part came from."""
    home = locations.van_of(by) or one.source
    if one.fate == Fate.RETURNED_TO_STOCK:
        return home
    if one.fate in {Fate.CORE, Fate.WARRANTY_RETURN}:
        return locations.quarantine_of(home)
    return locations.single(Kind.SCRAP) if one.fate == Fate.SCRAPPED else None


def consign(entry: PartEntry, agreement: Agreement, *, at: datetime, priced: bool) -> None:
    """It is the vendor's until it is installed; it sells as agreed unless a price was typed."""
    entry.agreement = agreement
    price = agreements.price(agreement, entry.part, on=clock.day_of(at))
    if price is not None and not priced:
        entry.cost = price.sell


def _name_agreement(one: Installation, owner_id: UUID) -> None:
    """What was a vendor's was taken under an agreement, whether somebody named it or not."""
    entry = one.entry
    if owner_id == OURS or entry.agreement is not None:
        return
    owner = db.session.get_one(Owner, owner_id)
    agreement = agreements.under_which(owner.vendor_id, entry.part) if owner.vendor_id else None
    if agreement is not None:
        typed = entry.cost != entry.part.list_price or entry.installed > one.quantity
        consign(entry, agreement, at=one.occurred_at, priced=typed)


def _forget_agreement(entry: PartEntry, *, at: datetime) -> None:
    """Nobody asked for it as consigned: what is fitted next may be ours."""
    agreed = entry.agreement
    price = agreements.price(agreed, entry.part, on=clock.day_of(at)) if agreed else None
    if price is not None and entry.cost == price.sell:
        entry.cost = entry.part.list_price
    entry.agreement = None


def _agreed_owner(entry: PartEntry) -> UUID:
    return ledger.owner_of(entry.agreement.vendor).id if entry.agreement else OURS


def _owner(entry: PartEntry, source: Location, quantity: Decimal) -> UUID:
    """Whose it is: as agreed, else whose stock is taken there."""
    if entry.agreement:
        return _agreed_owner(entry)
    return stock.owner_with_enough(entry.part, source, quantity)
