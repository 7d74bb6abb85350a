"""How stock changes: only here, only by movements.

`post` is the only writer of movements and balances. Everything else in this room puts moves
together for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Select, Update, delete, insert, select, tuple_, update

from partsweb.catalogue.asking import refuse_merged
from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.table import batched, insert_if_absent
from partsweb.locations import queries as locations
from partsweb.locations.models import VIRTUAL, Kind, Location
from partsweb.people.models import Person
from partsweb.stock import queries
from partsweb.stock.booking import Book, Move, cost_of_one, lock
from partsweb.stock.models import (
    OURS,
    Allocation,
    Movement,
    Owner,
    Reason,
    ReorderLevel,
    Serial,
    SerialState,
)

__all__ = ["Move"]  # what `post` takes

LEVELS_AT_ONCE = 300

# Sent with by=, at= after movements were posted, those of one act together.
stock_moved = event("stock-moved")

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


def post(moves: Sequence[Move], *, by: Person | None, at: datetime) -> list[Movement]:
    """Record the moves and change the balances: the only writer of both.

    Inbound lines are booked before outbound ones, so that what arrives in one act can leave in it
    at its cost. Balances are locked in sorted order: two writers never wait for each other.
    """
    book = _booked(moves, by=by, at=at)
    # What is only written down anew for another part takes nothing from where it was counted.
    if not all(move.restates and move.reverses for move in moves):
        stock_moved.send(book.entered, by=by, at=at)
    return book.entered


def post_many(moves: Sequence[Move], *, by: Person | None, at: datetime) -> None:
    """The same for thousands, of which nobody needs the movements back: what an import brings."""
    _booked(moves, by=by, at=at, many=True)


def _booked(moves: Sequence[Move], *, by: Person | None, at: datetime, many: bool = False) -> Book:
    for move in moves:
        _check(move)
    for part in {move.part.id: move.part for move in moves}.values():
        refuse_merged(part)
    book = Book({key for move in moves for key in move.keys}, by=by, at=at, many=many)
    for move in sorted(moves, key=lambda move: move.source.kind not in VIRTUAL):
        if move.serial is not None:
            _carry(move.serial, move)
        book.enter(move)
    book.close()
    return book


def reverse(
    moved: Movement, *, by: Person, at: datetime, note: str = "", restates: bool = False
) -> Movement:
    """Take a movement back by its mirror image, with what was learnt of its cost since.

    Always possible, also at nothing on hand.
    """
    # Locked before asking: of two who take it back at once, the second one sees the first.
    lock(
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
        value=queries.cost_of(moved),
        cause=moved.cause,
        reverses=moved,
        note=note,
        restates=restates,
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
    note: str = "",
    outside: Location | None = None,
) -> list[Move]:
    """What `open_stock` posts; for posting many at once, which know where it comes from."""
    outside = outside or locations.single(Kind.ADJUSTMENT)
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
            note=note,
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
    cost = cost_of_one(lock([key])[key])
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
    lock({(part.id, location.id, OURS)})
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
    refuse_level(point, maximum)
    level = queries.reorder_level(part, location)
    if level is None:
        level = ReorderLevel(part_id=part.id, location_id=location.id, point=point)
        db.session.add(level)
    level.point, level.maximum = point, maximum
    db.session.flush()


def set_reorder_levels(levels: Mapping[tuple[UUID, UUID], tuple[Decimal, Decimal | None]]) -> None:
    """The same for many, by part and location: what an import brings."""
    for some in batched(sorted(levels), LEVELS_AT_ONCE):
        key = tuple_(ReorderLevel.part_id, ReorderLevel.location_id)
        db.session.execute(delete(ReorderLevel).where(key.in_(some)))
        names = ("part_id", "location_id", "point", "maximum")
        rows = [dict(zip(names, (*at, *levels[at]), strict=True)) for at in some]
        db.session.execute(insert(ReorderLevel), rows)


def refuse_level(point: Decimal, maximum: Decimal | None) -> None:
    """Nobody restocks up to less than what there is."""
    if point < 0 or (maximum is not None and maximum < point):
        raise Refusal("The maximum can't be below the reorder point.", field="maximum")


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
    if move.serial is not None and move.serial.part_id != move.part.id:
        raise Refusal(f"Serial {move.serial.number} is not one of {move.part.sku}.", field="serial")
    if move.serial is None and move.part.serialized:
        raise Refusal(f"Each {move.part.sku} needs its serial.", field="serial")


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
