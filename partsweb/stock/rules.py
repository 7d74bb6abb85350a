"""How stock changes: only here, only by movements.

`post` is the only writer of movements and balances. Everything else in this room puts moves
together for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Select, Update, func, select, update

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.table import insert_if_absent
from partsweb.locations import queries as locations
from partsweb.locations.models import VIRTUAL, Kind, Location
from partsweb.people.models import Person
from partsweb.periods.queries import posting_day
from partsweb.stock import queries
from partsweb.stock.models import (
    OURS,
    Allocation,
    Balance,
    Movement,
    Owner,
    Reason,
    ReorderLevel,
    Serial,
    SerialState,
)

stock_changed = event("stock-changed")

ARRIVES_AS = {
    Kind.WAREHOUSE: SerialState.IN_STOCK,
    Kind.BIN: SerialState.IN_STOCK,
    Kind.VAN: SerialState.IN_STOCK,
    Kind.IN_TRANSIT: SerialState.IN_STOCK,
    Kind.QUARANTINE: SerialState.REMOVED,
    Kind.INSTALLED: SerialState.INSTALLED,
    Kind.VENDOR: SerialState.RETURNED,
    Kind.SCRAP: SerialState.SCRAPPED,
    Kind.ADJUSTMENT: SerialState.EXPECTED,
}


@dataclass(frozen=True)
class Move:
    """What is to move. `unit_cost` says what one costs where it comes from outside the books."""

    part: Part
    source: Location
    target: Location
    quantity: Decimal
    reason: Reason
    owner_id: UUID = OURS
    serial: Serial | None = None
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    cause: Subject | None = None
    reverses: Movement | None = None
    note: str = ""

    @property
    def keys(self) -> tuple[tuple[UUID, UUID, UUID], tuple[UUID, UUID, UUID]]:
        """The two balances that it touches."""
        return (
            (self.part.id, self.source.id, self.owner_id),
            (self.part.id, self.target.id, self.owner_id),
        )


def post(moves: Sequence[Move], *, by: Person | None, at: datetime) -> list[Movement]:
    """Record the moves and change the balances: the only writer of both.

    Inbound lines are booked before outbound ones, so that what arrives in one act can leave in it
    at its cost. Balances are locked in sorted order: two writers never wait for each other.
    """
    for move in moves:
        _check(move)
    balances = _lock(sorted({key for move in moves for key in move.keys}))
    ordered = sorted(moves, key=lambda move: move.source.kind not in VIRTUAL)
    posted = [_post(move, balances, by=by, at=at) for move in ordered]
    db.session.flush()
    stock_changed.send(posted)
    return posted


def reverse(moved: Movement, *, by: Person, at: datetime, note: str = "") -> Movement:
    """Take a movement back by its mirror image. Always possible, also at nothing on hand."""
    if queries.reversal_of(moved) is not None:
        raise Refusal("That was taken back already.")
    if moved.reverses_id is not None:
        raise Refusal("That is itself a correction. Enter it anew instead.")
    if moved.serial is not None:
        _refuse_moved_on(moved.serial, moved)
    back = Move(
        part=moved.part,
        source=moved.target,
        target=moved.source,
        quantity=moved.quantity,
        reason=Reason.REVERSAL,
        owner_id=moved.owner_id,
        serial=moved.serial,
        value=moved.value,
        cause=moved.cause,
        reverses=moved,
        note=note,
    )
    return post([back], by=by, at=at)[0]


def open_stock(
    part: Part,
    location: Location,
    quantity: Decimal,
    *,
    by: Person | None,
    at: datetime,
    unit_cost: Decimal | None = None,
    owner_id: UUID = OURS,
    serials: Sequence[str] = (),
) -> list[Movement]:
    """Book what a location already held when the books began; may be negative."""
    outside = locations.single(Kind.ADJUSTMENT)
    if quantity == 0:
        return []
    source, target = (outside, location) if quantity > 0 else (location, outside)
    units: list[Serial | None] = [unit(part, number, outside) for number in serials] or [None]
    each = Decimal(1) if serials else abs(quantity)
    moves = [
        Move(
            part,
            source,
            target,
            each,
            Reason.OPENING,
            owner_id=owner_id,
            serial=one,
            unit_cost=unit_cost,
        )
        for one in units
    ]
    return post(moves, by=by, at=at)


def transfer(
    part: Part,
    quantity: Decimal,
    *,
    source: Location,
    target: Location,
    by: Person,
    at: datetime,
    serials: Sequence[Serial] = (),
    cause: Subject | None = None,
    owner_id: UUID = OURS,
) -> list[Movement]:
    """Carry stock from one place to another in one act."""
    if source.id == target.id:
        raise Refusal("It is there already.", field="target")
    units: Sequence[Serial | None] = serials or [None]
    each = Decimal(1) if serials else quantity
    moves = [
        Move(
            part, source, target, each, Reason.TRANSFER, owner_id=owner_id, serial=one, cause=cause
        )
        for one in units
    ]
    return post(moves, by=by, at=at)


def unit(part: Part, number: str, location: Location, *, owner_id: UUID = OURS) -> Serial:
    """The part's unit of that number; one that nobody knew is created where it is met."""
    number = number.strip()
    if not number or len(number) > 100:
        raise Refusal("A serial has 1 to 100 characters.", field="serial")
    if not part.serialized:
        raise Refusal(f"{part.sku} has no serials.", field="serial")
    insert_if_absent(
        Serial,
        id=uuid4(),
        part_id=part.id,
        number=number,
        location_id=location.id,
        owner_id=owner_id,
        state=ARRIVES_AS[location.kind],
    )
    found = queries.serial(part, number)
    assert found is not None
    return found


def allocate(part: Part, quantity: Decimal, *, location: Location, subject: Subject) -> Allocation:
    """Set stock apart for a thing. What isn't available can't be promised."""
    if quantity <= 0:
        raise Refusal("Allocate more than nothing.", field="quantity")
    _lock([(part.id, location.id, OURS)])
    free = queries.on_hand(part, location) - queries.allocated(part, location)
    if quantity > free:
        raise Refusal(
            f"Only {free.normalize():f} of {part.sku} are available in {location.called}.",
            field="quantity",
        )
    insert_if_absent(
        Allocation,
        id=uuid4(),
        part_id=part.id,
        location_id=location.id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        quantity=ZERO,
    )
    same = _allocation(subject, location)
    db.session.execute(same.values(quantity=Allocation.quantity + quantity))
    row = db.session.scalars(_allocation_row(subject, location)).one()
    db.session.refresh(row)
    return row


def release(subject: Subject, quantity: Decimal, *, location: Location) -> Decimal:
    """Give up to that much of what is set apart for the thing free again; says how much it was."""
    row = db.session.scalar(_allocation_row(subject, location).with_for_update())
    if row is None or row.quantity <= 0:
        return ZERO
    freed = min(row.quantity, quantity)
    db.session.execute(_allocation(subject, location).values(quantity=Allocation.quantity - freed))
    db.session.refresh(row)
    return freed


def owner_of(vendor: Vendor) -> Owner:
    """The owner row of a vendor who keeps consignment stock with us."""
    owner = db.session.scalar(select(Owner).where(Owner.vendor_id == vendor.id))
    if owner is None:
        owner = Owner(name=vendor.name, vendor_id=vendor.id)
        db.session.add(owner)
        db.session.flush()
    return owner


def set_reorder_level(
    part: Part, location: Location, *, point: Decimal, maximum: Decimal | None
) -> None:
    """Say when the part is restocked at the location, and up to how much."""
    if point < 0 or (maximum is not None and maximum < point):
        raise Refusal("The maximum can't be below the reorder point.", field="maximum")
    level = queries.reorder_level(part, location)
    if level is None:
        level = ReorderLevel(part_id=part.id, location_id=location.id, point=point)
        db.session.add(level)
    level.point, level.maximum = point, maximum
    db.session.flush()


def _check(move: Move) -> None:
    if move.quantity <= 0:
        raise Refusal("A quantity is more than nothing.", field="quantity")
    if move.source.id == move.target.id:
        raise Refusal("It is there already.", field="target")
    if move.serial is not None and move.quantity != 1:
        raise Refusal("A serial is one unit.", field="quantity")
    if move.serial is None and move.part.serialized and move.reverses is None:
        whole = move.quantity == move.quantity.to_integral_value()
        if not whole:
            raise Refusal(f"{move.part.sku} comes in whole units.", field="quantity")


def _lock(keys: Sequence[tuple[UUID, UUID, UUID]]) -> dict[tuple[UUID, UUID, UUID], Balance]:
    """The balances of these keys, made where missing, locked in the order of their keys."""
    locked = {}
    for part_id, location_id, owner_id in keys:
        insert_if_absent(
            Balance,
            part_id=part_id,
            location_id=location_id,
            owner_id=owner_id,
            quantity=ZERO,
            value=ZERO,
            unit_cost=ZERO,
        )
        row = select(Balance).where(
            Balance.part_id == part_id,
            Balance.location_id == location_id,
            Balance.owner_id == owner_id,
        )
        fresh = row.with_for_update(of=Balance).execution_options(populate_existing=True)
        locked[part_id, location_id, owner_id] = db.session.scalars(fresh).one()
    return locked


def _post(
    move: Move,
    balances: dict[tuple[UUID, UUID, UUID], Balance],
    *,
    by: Person | None,
    at: datetime,
) -> Movement:
    source, target = (balances[key] for key in move.keys)
    value = _value(move, source)
    if move.serial is not None:
        _carry(move.serial, move)
    _change(source, -move.quantity, -value)
    _change(target, move.quantity, value)
    _remember_cost(move, target, value)
    moved = Movement(
        part_id=move.part.id,
        owner_id=move.owner_id,
        source_id=move.source.id,
        target_id=move.target.id,
        quantity=move.quantity,
        value=value,
        serial_id=move.serial.id if move.serial else None,
        reason=move.reason,
        cause_kind=move.cause.kind if move.cause else "",
        cause_id=move.cause.id if move.cause else None,
        reverses_id=move.reverses.id if move.reverses else None,
        note=move.note,
        by_id=by.id if by else None,
        occurred_at=at,
        recorded_at=clock.now(),
        posted_on=posting_day(at),
    )
    db.session.add(moved)
    db.session.flush()
    return moved


def _value(move: Move, source: Balance) -> Decimal:
    """What goes with the move in money.

    From a place: its average, the last unit taking all that is left; what isn't there goes at the
    last known cost, provisionally. From outside the books: the cost that came with it.
    """
    if move.value is not None:
        return move.value
    if move.owner_id != OURS:
        return ZERO  # consignment stock has no value in our books
    if move.source.kind in VIRTUAL:
        return rounded(move.quantity * (move.unit_cost or ZERO))
    if source.quantity <= 0:
        return rounded(move.quantity * _last_cost(source))
    if move.quantity < source.quantity:
        return rounded(source.value * move.quantity / source.quantity)
    beyond = move.quantity - source.quantity
    return source.value + rounded(beyond * _last_cost(source))


def _last_cost(balance: Balance) -> Decimal:
    """The last known cost of one here, else anywhere."""
    if balance.unit_cost:
        return balance.unit_cost
    elsewhere = select(func.max(Balance.unit_cost)).where(
        Balance.part_id == balance.part_id, Balance.owner_id == balance.owner_id
    )
    return db.session.scalar(elsewhere) or ZERO


def _change(balance: Balance, quantity: Decimal, value: Decimal) -> None:
    """An atomic delta, never read-then-write."""
    changed = (
        update(Balance)
        .where(
            Balance.part_id == balance.part_id,
            Balance.location_id == balance.location_id,
            Balance.owner_id == balance.owner_id,
        )
        .values(quantity=Balance.quantity + quantity, value=Balance.value + value)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(changed)
    db.session.refresh(balance)


def _remember_cost(move: Move, target: Balance, value: Decimal) -> None:
    if value and move.target.kind not in VIRTUAL and move.reverses is None:
        target.unit_cost = rounded(value / move.quantity)


def _carry(one: Serial, move: Move) -> None:
    """Move a unit; somebody else may have moved it meanwhile, then it isn't where we think."""
    moved = (
        update(Serial)
        .where(Serial.id == one.id, Serial.location_id == move.source.id)
        .values(
            location_id=move.target.id,
            owner_id=move.owner_id,
            state=_state_after(move),
        )
        .execution_options(synchronize_session=False)
    )
    done = db.session.execute(moved)
    db.session.refresh(one)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(
            f"Serial {one.number} of {move.part.sku} is in {one.location.called}, "
            f"not in {move.source.called}.",
            field="serial",
        )


def _state_after(move: Move) -> SerialState:
    state = ARRIVES_AS[move.target.kind]
    from_vendor = move.source.kind == Kind.VENDOR
    if move.target.kind == Kind.QUARANTINE and from_vendor:
        return SerialState.IN_STOCK  # arrived damaged: never was installed
    return state


def _refuse_moved_on(one: Serial, moved: Movement) -> None:
    later = queries.later_moves(one, than=moved)
    if later:
        last = later[0]
        raise Refusal(
            f"Serial {one.number} has moved on: {last.reason.value} to {last.target.called}. "
            "Take that back first."
        )


def _allocation_row(subject: Subject, location: Location) -> Select[Allocation]:
    return select(Allocation).where(
        Allocation.subject_kind == subject.kind,
        Allocation.subject_id == subject.id,
        Allocation.location_id == location.id,
    )


def _allocation(subject: Subject, location: Location) -> Update:
    return (
        update(Allocation)
        .where(
            Allocation.subject_kind == subject.kind,
            Allocation.subject_id == subject.id,
            Allocation.location_id == location.id,
        )
        .execution_options(synchronize_session=False)
    )
