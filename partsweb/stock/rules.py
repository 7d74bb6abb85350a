"""How stock changes: only here, only by movements.

`post` is the only writer of movements and balances. Everything else in this room puts moves
together for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Select, Update, bindparam, func, select, tuple_, update
from sqlalchemy.orm.util import identity_key

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO, Exact, rounded
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.table import batched, insert_all_absent, insert_if_absent
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


Key = tuple[UUID, UUID, UUID]
KEY_NAMES = ("part_id", "location_id", "owner_id")
KEY_COLUMNS = (Balance.part_id, Balance.location_id, Balance.owner_id)
NOTHING = {"quantity": ZERO, "value": ZERO, "unit_cost": ZERO}
KEYS_AT_ONCE = 500


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
    def keys(self) -> tuple[Key, Key]:
        """The two balances that it touches."""
        return (
            (self.part.id, self.source.id, self.owner_id),
            (self.part.id, self.target.id, self.owner_id),
        )


@dataclass
class Running:
    """A locked balance while moves are booked on it, and by how much it changes."""

    part_id: UUID
    location_id: UUID
    owner_id: UUID
    quantity: Decimal
    value: Decimal
    unit_cost: Decimal
    more: Decimal = ZERO
    worth: Decimal = ZERO

    def change(self, quantity: Decimal, value: Decimal) -> None:
        """Book one side of a move."""
        self.quantity += quantity
        self.value += value
        self.more += quantity
        self.worth += value

    @property
    def delta(self) -> dict[str, UUID | Decimal]:
        """What is written: the change, not the result."""
        return {
            "a_part": self.part_id,
            "a_location": self.location_id,
            "an_owner": self.owner_id,
            "more": self.more,
            "worth": self.worth,
            "cost": self.unit_cost,
        }


def post(moves: Sequence[Move], *, by: Person | None, at: datetime) -> list[Movement]:
    """Record the moves and change the balances: the only writer of both.

    Inbound lines are booked before outbound ones, so that what arrives in one act can leave in it
    at its cost. Balances are locked in sorted order: two writers never wait for each other.
    """
    for move in moves:
        _check(move)
    running = _lock({key for move in moves for key in move.keys})
    ordered = sorted(moves, key=lambda move: move.source.kind not in VIRTUAL)
    posted_on = posting_day(at)
    posted = [_book(move, running, by=by, at=at, posted_on=posted_on) for move in ordered]
    _write(running)
    db.session.add_all(posted)
    db.session.flush()
    stock_changed.send(posted)
    return posted


def reverse(moved: Movement, *, by: Person, at: datetime, note: str = "") -> Movement:
    """Take a movement back by its mirror image. Always possible, also at nothing on hand."""
    # Locked before asking: of two who take it back at once, the second one sees the first.
    _lock(
        {
            (moved.part_id, moved.source_id, moved.owner_id),
            (moved.part_id, moved.target_id, moved.owner_id),
        }
    )
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
    moves = opening_moves(
        part, location, quantity, unit_cost=unit_cost, owner_id=owner_id, serials=serials
    )
    return post(moves, by=by, at=at) if moves else []


def opening_moves(
    part: Part,
    location: Location,
    quantity: Decimal,
    *,
    unit_cost: Decimal | None = None,
    owner_id: UUID = OURS,
    serials: Sequence[str] = (),
) -> list[Move]:
    """What `open_stock` posts; for posting many at once."""
    outside = locations.single(Kind.ADJUSTMENT)
    if quantity == 0:
        return []
    source, target = (outside, location) if quantity > 0 else (location, outside)
    units: list[Serial | None] = [unit(part, number, outside) for number in serials] or [None]
    each = Decimal(1) if serials else abs(quantity)
    return [
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
    """Carry stock from one place to another in one act; a unit stays whose it is."""
    if source.id == target.id:
        raise Refusal("It is there already.", field="target")
    units: Sequence[Serial | None] = serials or [None]
    each = Decimal(1) if serials else quantity
    moves = [
        Move(
            part,
            source,
            target,
            each,
            Reason.TRANSFER,
            owner_id=one.owner_id if one else owner_id,
            serial=one,
            cause=cause,
        )
        for one in units
    ]
    return post(moves, by=by, at=at)


def adjust(
    part: Part,
    location: Location,
    difference: Decimal,
    *,
    why: str,
    by: Person,
    at: datetime,
    numbers: Sequence[str] = (),
    owner_id: UUID = OURS,
) -> list[Movement]:
    """Correct the books by what was seen: so many more, or fewer. Units go by their serials."""
    if not why.strip():
        raise Refusal("Say why: somebody will ask.", field="why")
    if part.serialized and len(numbers) != abs(difference):
        raise Refusal(f"Name every {part.sku} by its serial.", field="serials")
    outside = locations.single(Kind.ADJUSTMENT)
    source, target = (outside, location) if difference > 0 else (location, outside)
    key = (part.id, location.id, owner_id)
    cost = _cost_of_one(_lock([key])[key])
    units: list[Serial | None] = [unit(part, number, outside) for number in numbers] or [None]
    moves = [
        Move(
            part,
            source,
            target,
            Decimal(1) if one else abs(difference),
            Reason.ADJUSTMENT,
            owner_id=owner_id,
            serial=one,
            unit_cost=cost,
            note=" ".join(why.split()),
        )
        for one in units
    ]
    return post(moves, by=by, at=at)


def take_back(moved: Movement, *, by: Person, at: datetime, note: str = "") -> Movement:
    """Reverse a movement that stands for itself; what was done for something is undone there."""
    if moved.cause is not None:
        raise Refusal("This was done for something else. Take it back there: then both are right.")
    return reverse(moved, by=by, at=at, note=note)


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


def allocate(
    part: Part,
    quantity: Decimal,
    *,
    location: Location,
    subject: Subject,
    even_if_short: bool = False,
) -> Allocation:
    """Set stock apart for a thing. What isn't available can't be promised.

    `even_if_short` is for what lies in somebody's hands, whatever the books say of the place.
    """
    if quantity <= 0:
        raise Refusal("Allocate more than nothing.", field="quantity")
    _lock({(part.id, location.id, OURS)})
    free = queries.on_hand(part, location) - queries.allocated(part, location)
    if quantity > free and not even_if_short:
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
    row = db.session.scalar(_allocation_row(subject, location).with_for_update(of=Allocation))
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


def drop_reorder_level(part: Part, location: Location) -> None:
    """The part isn't kept at the location any more: what is used up isn't restocked."""
    level = queries.reorder_level(part, location)
    if level is not None:
        db.session.delete(level)
        db.session.flush()


def _check(move: Move) -> None:
    if move.quantity <= 0:
        raise Refusal("A quantity is more than nothing.", field="quantity")
    if move.source.id == move.target.id:
        raise Refusal("It is there already.", field="target")
    if move.serial is not None and move.quantity != 1:
        raise Refusal("A serial is one unit.", field="quantity")
    if move.serial is None and move.part.serialized:
        raise Refusal(f"Each {move.part.sku} needs its serial.", field="serial")


def _lock(keys: Iterable[Key]) -> dict[Key, Running]:
    """The balances of these keys, made where missing, locked in the order of their keys."""
    wanted = sorted(keys)
    for some in batched(wanted, KEYS_AT_ONCE):
        names = [dict(zip(KEY_NAMES, key, strict=True)) for key in some]
        insert_all_absent(Balance, [{**name, **NOTHING} for name in names])
    rows = (
        select(*KEY_COLUMNS, Balance.quantity, Balance.value, Balance.unit_cost)
        .order_by(*KEY_COLUMNS)
        .with_for_update()
    )
    running: dict[Key, Running] = {}
    for some in batched(wanted, KEYS_AT_ONCE):
        found = db.session.execute(rows.where(tuple_(*KEY_COLUMNS).in_(some)))
        running |= {(row[0], row[1], row[2]): Running(*row) for row in found}
    return running


def _book(
    move: Move,
    running: dict[Key, Running],
    *,
    by: Person | None,
    at: datetime,
    posted_on: date,
) -> Movement:
    source, target = (running[key] for key in move.keys)
    value = _value(move, source)
    if move.serial is not None:
        _carry(move.serial, move)
    source.change(-move.quantity, -value)
    target.change(move.quantity, value)
    if value and move.target.kind not in VIRTUAL and move.reverses is None:
        target.unit_cost = rounded(value / move.quantity)
    return Movement(
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
        posted_on=posted_on,
    )


def _write(running: dict[Key, Running]) -> None:
    """Atomic deltas, never what was read: on both databases a lost update can't happen."""
    changed = (
        update(Balance)
        .where(
            Balance.part_id == bindparam("a_part"),
            Balance.location_id == bindparam("a_location"),
            Balance.owner_id == bindparam("an_owner"),
        )
        .values(
            quantity=Balance.quantity + bindparam("more", type_=Exact()),
            value=Balance.value + bindparam("worth", type_=Exact()),
            unit_cost=bindparam("cost", type_=Exact()),
        )
    )
    db.session.connection().execute(changed, [balance.delta for balance in running.values()])
    for key in running:
        known = db.session.identity_map.get(identity_key(Balance, key))
        if known is not None:
            db.session.expire(known)


def _value(move: Move, source: Running) -> Decimal:
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


def _cost_of_one(balance: Running) -> Decimal:
    """The average of what is there, else the last known cost."""
    if balance.quantity > 0:
        return rounded(balance.value / balance.quantity)
    return _last_cost(balance)


def _last_cost(balance: Running) -> Decimal:
    """The last known cost of one here, else anywhere."""
    if balance.unit_cost:
        return balance.unit_cost
    elsewhere = select(func.max(Balance.unit_cost)).where(
        Balance.part_id == balance.part_id, Balance.owner_id == balance.owner_id
    )
    return db.session.scalar(elsewhere) or ZERO


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
