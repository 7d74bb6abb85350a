"""How stock is carried from place to place: asked for, picked, received, and what is missing.

Every step is a movement of its own that names it; the step is undone by reversing them. What is
between picking and receiving lies in transit, told apart by the transfer's lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import NotAllowed, Refusal
from partsweb.kit.words import moment, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR
from partsweb.stock import queries, rules, transfer_queries
from partsweb.stock.booking import Move, lock
from partsweb.stock.models import OURS, Movement, Reason, Serial
from partsweb.stock.transfer_models import (
    Step,
    Transfer,
    TransferLine,
    TransferState,
    TransferStep,
)
from partsweb.timeline import rules as timeline

# Sent with quantity=, source=, target=, van=, back=, by=, at= before stock is carried: what is
# promised of it to somebody at `van` goes along.
carried = event("stock-carried")

COUNTER = {
    Step.PICKED: "picked",
    Step.RECEIVED: "received",
    Step.FOUND: "found",
    Step.RETURNED: "returned",
    Step.LOST: "lost",
}
ONE = Decimal(1)


# --- Asking ----------------------------------------------------------------------------------


def ask(
    source: Location,
    target: Location,
    wanted: Sequence[tuple[Part, Decimal]],
    *,
    by: Person,
    at: datetime,
    note: str = "",
) -> Transfer:
    """Ask for stock from a place to another; more parts can be added until it is picked."""
    if source.id == target.id:
        raise Refusal("It is there already: choose two places.", field="source")
    if not by.may("move stock") and by.id not in {source.held_by_id, target.held_by_id}:
        raise NotAllowed("You ask for your own van, or give back from it.")
    asked = Transfer(
        number=f"TR-{next_number('transfer'):06d}",
        source=source,
        target=target,
        note=note.strip(),
        asked_by=by,
        asked_at=at,
        lines=[],
    )
    db.session.add(asked)
    db.session.flush()
    timeline.record(asked.subject, "transfer-asked", "Asked for", by=by, at=at, body=asked.note)
    for part, quantity in wanted:
        add(asked, part, quantity, by=by, at=at)
    if wanted and not by.may("move stock"):
        said = f"{by.name} asks for {_parts(len(wanted))} for {target.called}, {asked.number}"
        timeline.tell_role(COORDINATOR, asked.subject, said)
    return asked


def add(
    asked: Transfer, part: Part, quantity: Decimal, *, by: Person, at: datetime
) -> TransferLine:
    """Ask for one more part, or for more of one that is asked for already."""
    _hold(asked)
    _refuse_unless(asked, TransferState.REQUESTED)
    _refuse_fraction(part, quantity)
    same = next((line for line in asked.lines if line.part_id == part.id), None)
    if same is not None and same.picked:
        raise Refusal(f"{part.sku} is picked already. Ask for more on another transfer.")
    if same is None:
        position = max((line.position for line in asked.lines), default=0) + 1
        same = TransferLine(part=part, position=position, quantity=ZERO)
        asked.lines.append(same)
    same.quantity += quantity
    timeline.record(asked.subject, "transfer-asked", _said(quantity, part), by=by, at=at)
    db.session.flush()
    return same


def drop(line: TransferLine, *, by: Person, at: datetime) -> None:
    """It isn't wanted any more."""
    asked = line.transfer
    _hold(asked)
    _refuse_unless(asked, TransferState.REQUESTED)
    if line.picked:
        raise Refusal("It is picked already. Take that back first.")
    said = f"Not wanted any more: {_said(line.quantity, line.part)}"
    timeline.record(asked.subject, "transfer-changed", said, by=by, at=at)
    asked.lines.remove(line)
    db.session.delete(line)
    db.session.flush()
    _stand(asked, by=by, at=at)


def cancel(asked: Transfer, *, by: Person, at: datetime) -> None:
    """Nothing of it is carried; only before something is picked."""
    _hold(asked)
    _refuse_unless(asked, TransferState.REQUESTED)
    if any(line.picked for line in asked.lines):
        raise Refusal("Something of it is picked already. Take that back first, or send it off.")
    asked.state = TransferState.CANCELLED
    timeline.record(asked.subject, "cancelled", "Cancelled", by=by, at=at)
    if asked.asked_by_id != by.id:
        timeline.tell(asked.asked_by, asked.subject, f"{asked.number} was cancelled by {by.name}")
    db.session.flush()


# --- Picking ---------------------------------------------------------------------------------


def pick(
    line: TransferLine,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    units: Sequence[Serial] = (),
) -> TransferStep:
    """Take a line out of its source: from now on it is in transit."""
    asked = line.transfer
    _hold(asked)
    _refuse_unless(asked, TransferState.REQUESTED)
    _refuse_stranger(asked.source, by, "picks there")
    if line.picked:
        raise Refusal(f"{line.part.sku} is picked already: {qty(line.picked)}.")
    _refuse_fraction(line.part, quantity)
    line.owner_id = queries.owner_with_enough(line.part, asked.source, quantity)
    picked = _step(line, Step.PICKED, quantity, units, by=by, at=at)
    _stand(asked, by=by, at=at)
    return picked


def pick_all(asked: Transfer, *, by: Person, at: datetime) -> Sequence[TransferLine]:
    """Take all lines as asked for; says which are left, to be picked one by one.

    Left are units to choose from, and what the books have too little of: there one looks first.
    """
    _hold(asked)
    there = queries.on_hand_of([line.part_id for line in asked.lines], asked.source)
    left = []
    for line in [one for one in asked.lines if not one.picked]:
        units = queries.serials_at(line.part, asked.source) if line.part.serialized else ()
        choose = line.part.serialized and len(units) != line.quantity
        if choose or there[line.part_id] < line.quantity:
            left.append(line)
        else:
            pick(line, line.quantity, by=by, at=at, units=units)
    if left and not any(line.picked for line in asked.lines):
        raise Refusal("Pick these one by one: choose the units, or say how many there are.")
    return left


def send_off(asked: Transfer, *, by: Person, at: datetime) -> None:
    """There is no more of it: what is picked goes, the rest stays asked for nowhere."""
    _hold(asked)
    _refuse_unless(asked, TransferState.REQUESTED)
    _refuse_stranger(asked.source, by, "picks there")
    if not any(line.picked for line in asked.lines):
        raise Refusal("Nothing of it is picked. Cancel it instead.")
    _set_off(asked, by=by, at=at)
    db.session.flush()


# --- Receiving -------------------------------------------------------------------------------


def receive(
    picked: Transfer,
    *,
    by: Person,
    at: datetime,
    counts: Mapping[UUID, Decimal] | None = None,
    units: Sequence[Serial] = (),
    note: str = "",
) -> None:
    """It arrived: in full, or as counted by line and named by unit; what is short is missing."""
    _hold(picked)
    _refuse_received(picked)
    _refuse_stranger(picked.target, by, "receives there")
    there = transfer_queries.units_under_way(picked.lines)
    for line in [one for one in picked.lines if one.under_way]:
        came = there[line.id] if counts is None else [u for u in units if u in there[line.id]]
        count = line.under_way if counts is None else counts.get(line.id, ZERO)
        count = Decimal(len(came)) if line.part.serialized else count
        if count > line.under_way:
            raise Refusal(
                f"Only {qty(line.under_way)} of {line.part.sku} were picked. If more came, "
                f"receive these and count {picked.target.called}.",
                field=f"count-{line.id}",
            )
        if count:
            _step(line, Step.RECEIVED, count, came, by=by, at=at)
    picked.received_by, picked.received_at, picked.receipt_note = by, at, note.strip()
    _stand(picked, by=by, at=at)
    _tell_received(picked, by=by, at=at)


def decide(
    line: TransferLine,
    what: Step,
    quantity: Decimal,
    *,
    by: Person,
    at: datetime,
    why: str = "",
    units: Sequence[Serial] = (),
) -> TransferStep:
    """Say what became of what is missing: found here, still at the source, or lost."""
    sent = line.transfer
    _hold(sent)
    if what not in {Step.FOUND, Step.RETURNED, Step.LOST}:
        raise Refusal("Choose what became of it.", field="what")
    if sent.received_at is None:
        raise Refusal("It is still on the way. Receive it first.")
    if what == Step.FOUND:
        _refuse_stranger(sent.target, by, "finds it there")
    elif not by.may("move stock"):
        raise NotAllowed("A coordinator decides what became of it.")
    if what == Step.LOST and not why.strip():
        raise Refusal("Say how it was lost: somebody will ask.", field="why")
    decided = _step(line, what, quantity, units, by=by, at=at, why=why)
    _stand(sent, by=by, at=at)
    if what == Step.LOST:
        said = f"{_said(quantity, line.part)} lost on {sent.number}: {decided.why}"
        _tell({sent.asked_by, sent.picked_by, sent.received_by}, sent, said, by)
    return decided


# --- Taking back -----------------------------------------------------------------------------


def take_back(step: TransferStep, *, by: Person, at: datetime) -> None:
    """As if the step had not been done: its movements are reversed, newest first."""
    line, sent = step.line, step.line.transfer
    _hold(sent)
    db.session.refresh(step)
    if step.taken_back_at is not None:
        raise Refusal("That was taken back already.")
    _refuse_foreign(step, by)
    if step.step == Step.PICKED and line.under_way < step.quantity:
        raise Refusal("It was received already, or decided about. Take that back first.")
    source, target = _ends(sent, step.step)
    _tell_promises(line, step.quantity, target, source, by=by, at=at, back=True)
    for moved in reversed(queries.caused_by(step.subject)):
        rules.reverse(moved, by=by, at=at)
    counter = COUNTER[step.step]
    setattr(line, counter, getattr(line, counter) - step.quantity)
    step.taken_back_at = clock.now()
    said = f"Taken back: {_said(step.quantity, line.part)} {step.step.value}"
    timeline.record(sent.subject, "taken-back", said, by=by, at=at)
    db.session.flush()
    _reopen(sent, step.step)
    _stand(sent, by=by, at=at)


# --- At once ---------------------------------------------------------------------------------


def move_at_once(
    part: Part,
    quantity: Decimal,
    *,
    source: Location,
    target: Location,
    owner_id: UUID,
    by: Person,
    at: datetime,
    units: Sequence[Serial] = (),
) -> list[Movement]:
    """Carry it in one act; what is promised to somebody at the target goes along."""
    if not by.may("move stock") and by.id not in {source.held_by_id, target.held_by_id}:
        raise NotAllowed("You load your own van, or give back from it.")
    many = Decimal(len(units)) or quantity
    _promise(part, many, source, target, van=target, by=by, at=at)
    if not by.may("move stock"):
        _refuse_promised(part, many, source)
    return rules.transfer(
        part,
        quantity,
        source=source,
        target=target,
        by=by,
        at=at,
        serials=units,
        owner_id=owner_id,
    )


# --- What it takes ---------------------------------------------------------------------------


def _hold(asked: Transfer) -> None:
    """Nobody else changes the transfer before this write is done; of two, the second one sees."""
    db.session.refresh(asked, with_for_update={"of": Transfer})
    for line in asked.lines:
        db.session.refresh(line)


def _step(
    line: TransferLine,
    what: Step,
    quantity: Decimal,
    units: Sequence[Serial],
    *,
    by: Person,
    at: datetime,
    why: str = "",
) -> TransferStep:
    """Carry it, and write down what happened to the line."""
    source, target = _ends(line.transfer, what)
    if line.part.serialized and len(units) != quantity:
        raise Refusal(f"Choose {qty(quantity)} of {line.part.sku} by serial.", field="serial")
    if what != Step.PICKED and not ZERO < quantity <= line.under_way:
        raise Refusal(f"{qty(line.under_way)} of {line.part.sku} are missing.", field="quantity")
    step = TransferStep(
        line=line,
        step=what,
        quantity=quantity,
        why=" ".join(why.split()),
        by=by,
        occurred_at=at,
        recorded_at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    _tell_promises(line, quantity, source, target, by=by, at=at)
    if what == Step.PICKED:
        _refuse_promised(line.part, quantity, source)
    rules.post(_moves(step, source, target, units), by=by, at=at)
    setattr(line, COUNTER[what], getattr(line, COUNTER[what]) + quantity)
    said = f"{what.value.capitalize()}: {_said(quantity, line.part)}"
    named = ", ".join(unit.number for unit in units)
    body = "\n".join(text for text in (f"Serial {named}" if named else "", step.why) if text)
    timeline.record(
        line.transfer.subject, f"line-{what.name.lower()}", said, by=by, at=at, body=body
    )
    db.session.flush()
    return step


def _moves(
    step: TransferStep, source: Location, target: Location, units: Sequence[Serial]
) -> list[Move]:
    each: Sequence[Serial | None] = units or [None]
    return [
        Move(
            step.line.part,
            source,
            target,
            ONE if one else step.quantity,
            Reason.SCRAP if step.step == Step.LOST else Reason.TRANSFER,
            owner_id=one.owner_id if one else step.line.owner_id,
            serial=one,
            cause=step.subject,
            note=step.why,
        )
        for one in each
    ]


def _ends(sent: Transfer, what: Step) -> tuple[Location, Location]:
    """From where to where a step carries."""
    transit = locations.single(Kind.IN_TRANSIT)
    if what == Step.PICKED:
        return sent.source, transit
    if what == Step.RETURNED:
        return transit, sent.source
    return transit, locations.single(Kind.SCRAP) if what == Step.LOST else sent.target


def _tell_promises(
    line: TransferLine,
    quantity: Decimal,
    source: Location,
    target: Location,
    *,
    by: Person,
    at: datetime,
    back: bool = False,
) -> None:
    van = line.transfer.target
    _promise(line.part, quantity, source, target, van=van, by=by, at=at, back=back)


def _promise(
    part: Part,
    quantity: Decimal,
    source: Location,
    target: Location,
    *,
    van: Location,
    by: Person,
    at: datetime,
    back: bool = False,
) -> None:
    """Who promised stock of the source hears first that it goes."""
    carried.send(
        part,
        quantity=quantity,
        source=source,
        target=target,
        van=van,
        back=back,
        by=by,
        at=at,
    )


def _refuse_promised(part: Part, quantity: Decimal, source: Location) -> None:
    """What is set apart for others isn't carried away; what the books lack may be there."""
    lock({(part.id, source.id, OURS)})
    meant = queries.allocated(part, source)
    free = max(ZERO, queries.on_hand(part, source) - meant)
    if meant and quantity > free:
        raise Refusal(
            f"Only {qty(free)} of {part.sku} are available in {source.called}: "
            f"{qty(meant)} are allocated to orders.",
            field="quantity",
        )


def _stand(asked: Transfer, *, by: Person, at: datetime) -> None:
    """The state that follows from the lines."""
    if asked.received_at is not None:
        whole = all(line.arrived == line.picked for line in asked.lines)
        asked.state = TransferState.RECEIVED if whole else TransferState.RECEIVED_SHORT
    elif asked.state == TransferState.REQUESTED and _all_picked(asked):
        _set_off(asked, by=by, at=at)
    db.session.flush()


def _all_picked(asked: Transfer) -> bool:
    return bool(asked.lines) and all(line.picked for line in asked.lines)


def _set_off(asked: Transfer, *, by: Person, at: datetime) -> None:
    asked.state, asked.picked_by, asked.picked_at = TransferState.PICKED, by, at
    said = f"{asked.number} is picked and on its way to {asked.target.called}"
    _tell({asked.asked_by, asked.target.held_by}, asked, said, by)


def _reopen(sent: Transfer, what: Step) -> None:
    """Taken back, a pick is to be picked again, and the last receipt to be received again."""
    if what == Step.PICKED:
        sent.state, sent.picked_by, sent.picked_at = TransferState.REQUESTED, None, None
        sent.received_by, sent.received_at = None, None
    if what == Step.RECEIVED and not any(line.received for line in sent.lines):
        sent.state, sent.received_by, sent.received_at = TransferState.PICKED, None, None


def _tell_received(picked: Transfer, *, by: Person, at: datetime) -> None:
    short = [line for line in picked.lines if line.under_way]
    parts = ", ".join(_said(line.under_way, line.part) for line in short)
    said = f"Received short, missing: {parts}" if short else "Received in full"
    note = picked.receipt_note
    timeline.record(picked.subject, "received", said, by=by, at=at, body=note)
    if short:
        text = f"{picked.number} to {picked.target.called} is short: {parts}"
        timeline.tell_role(COORDINATOR, picked.subject, text)
        if picked.picked_by and COORDINATOR not in picked.picked_by.roles:
            _tell({picked.picked_by}, picked, text, by)
    db.session.flush()


def _tell(people: set[Person | None], sent: Transfer, said: str, by: Person) -> None:
    """Nobody is told what he or she did."""
    for person in sorted(filter(None, people), key=lambda one: one.name):
        if person.id != by.id:
            timeline.tell(person, sent.subject, said)


def _refuse_unless(asked: Transfer, state: TransferState) -> None:
    if asked.state != state:
        raise Refusal(f"{asked.number} is {asked.state.value}. Look at it again.")


def _refuse_received(picked: Transfer) -> None:
    if picked.received_at is not None and picked.received_by is not None:
        who, when = picked.received_by.name, moment(picked.received_at)
        raise Refusal(f"{who} received {picked.number} already, {when}.")
    if picked.state != TransferState.PICKED:
        raise Refusal(f"{picked.number} is {picked.state.value}: there is nothing to receive yet.")


def _refuse_stranger(place: Location, by: Person, does: str) -> None:
    """The stock keepers work everywhere, a technician at the own van."""
    if not by.may("move stock") and place.held_by_id != by.id:
        raise NotAllowed(f"Who looks after {place.called} {does}.")


def _refuse_foreign(step: TransferStep, by: Person) -> None:
    if step.by_id != by.id and not by.may("move stock"):
        raise NotAllowed(f"{step.by.name} or a coordinator takes that back.")


def _refuse_fraction(part: Part, quantity: Decimal) -> None:
    if quantity <= ZERO:
        raise Refusal("Say how many.", field="quantity")
    if part.serialized and quantity != quantity.to_integral_value():
        raise Refusal(f"{part.sku} comes in whole units.", field="quantity")


def _said(quantity: Decimal, part: Part) -> str:
    return f"{qty(quantity)} × {part.description} {part.sku}"


def _parts(many: int) -> str:
    return "1 part" if many == 1 else f"{many} parts"
