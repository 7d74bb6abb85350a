"""Orders and their parts, as seen by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import selectinload

from partsweb.attachments import queries as attachments
from partsweb.attachments.models import Attachment
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.words import day, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.orders.models import (
    CLOSED,
    Customer,
    Fate,
    Installation,
    Order,
    OrderState,
    PartEntry,
    Site,
    Urgency,
    WorkNote,
)
from partsweb.people.models import Person
from partsweb.stock import queries as stock
from partsweb.stock.models import Allocation, Balance, Movement, Reason, Serial

# Without a change for so long, an order that should be moving is looked at.
STANDS_STILL_AFTER = timedelta(days=3)
WORKING = (
    OrderState.NEW,
    OrderState.IN_PROGRESS,
    OrderState.WITH_MANUFACTURER,
    OrderState.READY_FOR_RETURN,
)
SAME_WITHIN = timedelta(minutes=15)
SOONEST_FIRST = {urgency: rank for rank, urgency in enumerate(Urgency)}
MOST_SITES = 20


# --- Orders as seen by a person ---------------------------------------------------------------


def visible(person: Person) -> ColumnElement[bool]:
    """Which orders the person may see: a technician those that he or she is assigned to."""
    if person.may("see all orders"):
        return Order.id.is_not(None)
    return Order.assigned_to_id == person.id


def order(number: str, *, seen_by: Person) -> Order:
    """The order of that number."""
    found = db.session.scalar(select(Order).where(Order.number == number.upper()))
    return _seen(found, seen_by)


def order_of_id(order_id: UUID, *, seen_by: Person) -> Order:
    """The order of that id."""
    return _seen(db.session.get(Order, order_id), seen_by)


def part_entry(entry_id: UUID, *, seen_by: Person) -> PartEntry:
    """A part on an order that the person may see."""
    found = db.session.get(PartEntry, entry_id)
    _seen(found.order if found else None, seen_by)
    assert found is not None
    return found


def installation(installation_id: UUID, *, seen_by: Person) -> Installation:
    """What was fitted on an order that the person may see."""
    found = db.session.get(Installation, installation_id)
    _seen(found.entry.order if found else None, seen_by)
    assert found is not None
    return found


def work_note(note_id: UUID, *, seen_by: Person) -> WorkNote:
    """A note on an order that the person may see."""
    found = db.session.get(WorkNote, note_id)
    _seen(found.order if found else None, seen_by)
    assert found is not None
    return found


def _seen(found: Order | None, person: Person) -> Order:
    if found is None or not (person.may("see all orders") or found.assigned_to_id == person.id):
        raise NotFound("There is no such order, or it isn't yours.")
    return found


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The order whose number was scanned or typed."""
    rows = select(Order).where(Order.number == reading.text.strip().upper())
    return [Meaning(found.subject, "number") for found in db.session.scalars(rows)]


# --- Lists of orders --------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """What a list of orders is narrowed to."""

    words: str = ""
    # open, mine, flagged, closed or all
    show: str = "open"
    state: OrderState | None = None
    technician_id: UUID | None = None
    on: date | None = None


def orders(wanted: Filter, *, seen_by: Person, page: int = 1) -> Page[Order]:
    """Orders: those that are open by when they are due, closed ones the latest first."""
    rows = select(Order).join(Order.site).join(Site.customer).where(visible(seen_by))
    rows = rows.where(*_narrowed(wanted, seen_by))
    ends = case((Order.state.in_(CLOSED), 1), else_=0)
    due = case((Order.state.in_(CLOSED), None), else_=Order.scheduled_for)
    sooner = (ends, due.is_(None), due, Order.scheduled_for.desc(), Order.number.desc())
    return paged(rows.order_by(*sooner), number=page)


def _narrowed(wanted: Filter, person: Person) -> list[ColumnElement[bool]]:
    shown = {
        "open": Order.state.not_in(CLOSED),
        "mine": and_(Order.assigned_to_id == person.id, Order.state.not_in(CLOSED)),
        "flagged": is_flagged(),
        "closed": Order.state.in_(CLOSED),
    }
    # Who looks for words or a state means it among all, not only among the open ones.
    everything = wanted.show == "open" and (wanted.words or wanted.state)
    narrow = [] if everything or wanted.show not in shown else [shown[wanted.show]]
    if wanted.state:
        narrow.append(Order.state == wanted.state)
    if wanted.technician_id:
        narrow.append(Order.assigned_to_id == wanted.technician_id)
    if wanted.on:
        start = datetime.combine(wanted.on, time(), tzinfo=clock.zone())
        narrow.append(Order.scheduled_for >= start)
        narrow.append(Order.scheduled_for < start + timedelta(days=1))
    return narrow + [_has(word) for word in wanted.words.split()]


def _has(word: str) -> ColumnElement[bool]:
    looked_at = (
        Order.number,
        Order.summary,
        Order.equipment,
        Site.street,
        Site.name,
        Site.town,
        Site.postcode,
        Customer.name,
    )
    return or_(*(column.icontains(word, autoescape=True) for column in looked_at))


def active_order(person: Person) -> Order | None:
    """The order that the person has started last and not left since."""
    rows = select(Order).where(
        Order.assigned_to_id == person.id, Order.state == OrderState.IN_PROGRESS
    )
    return db.session.scalars(rows.order_by(Order.started_at.desc())).first()


def stands_still() -> ColumnElement[bool]:
    """Orders in work that nobody has changed for days."""
    since = clock.now() - STANDS_STILL_AFTER
    return and_(Order.state.in_(WORKING), Order.state_changed_at < since)


def is_flagged() -> ColumnElement[bool]:
    """Orders that stand still, or await parts that should be here."""
    late = Order.awaiting_until < clock.today()
    return or_(stands_still(), and_(Order.state == OrderState.AWAITING_PARTS, late))


def flag(order: Order) -> str:
    """Why dispatch should look at the order, in words; empty where nothing is wrong."""
    if order.state == OrderState.AWAITING_PARTS:
        late = order.awaiting_until is not None and order.awaiting_until < clock.today()
        return f"parts were expected {day(order.awaiting_until)}" if late else ""
    stood = clock.now() - order.state_changed_at
    still = order.state in WORKING and stood > STANDS_STILL_AFTER
    return f"no change for {stood.days} days" if still else ""


def sites(words: str) -> Sequence[Site]:
    """Customers' sites that have all the words in them."""
    if not words.strip():
        return []
    looked_at = (Customer.name, Customer.number, Site.name, Site.street, Site.town, Site.postcode)
    rows = select(Site).join(Site.customer)
    for word in words.split():
        rows = rows.where(or_(*(one.icontains(word, autoescape=True) for one in looked_at)))
    return db.session.scalars(rows.order_by(Customer.name, Site.street).limit(MOST_SITES)).all()


def site(site_id: UUID) -> Site:
    """The site of that id."""
    found = db.session.get(Site, site_id)
    if found is None:
        raise NotFound("There is no such site.")
    return found


def visits(order: Order) -> Sequence[Order]:
    """What else was done at the site, the latest first."""
    rows = select(Order).where(Order.site_id == order.site_id, Order.id != order.id)
    return db.session.scalars(rows.order_by(Order.created_at.desc()).limit(5)).all()


# --- The parts of an order --------------------------------------------------------------------


@dataclass(frozen=True)
class Log:
    """An order's part entries with all that its Work Logs tell of them."""

    entries: Sequence[PartEntry]
    apart: dict[UUID, list[Allocation]]
    photos: dict[UUID, list[Attachment]]

    def lacks_evidence(self, entry: PartEntry) -> bool:
        """Whether it was installed without the evidence that it needs."""
        return _lacks_evidence(entry, any(self.photos.get(of) for of in _evidence_of(entry)))


def log(order: Order) -> Log:
    """The order's part entries, the newest last; a fixed number of questions to the database."""
    rows = select(PartEntry).where(PartEntry.order_id == order.id)
    entries = db.session.scalars(
        rows.order_by(PartEntry.requested_at, PartEntry.id).options(
            selectinload(PartEntry.installations)
        )
    ).all()
    subjects = [one for entry in entries for one in _evidence_of(entry)]
    subjects += [note.id for note in order.notes]
    return Log(entries, set_apart(entries), photos(subjects))


def set_apart(entries: Sequence[PartEntry]) -> dict[UUID, list[Allocation]]:
    """What is set apart for each entry, and where."""
    rows = select(Allocation).where(
        Allocation.subject_kind == "part-entry",
        Allocation.subject_id.in_([entry.id for entry in entries]),
        Allocation.quantity > ZERO,
    )
    found: dict[UUID, list[Allocation]] = {}
    for row in db.session.scalars(rows):
        found.setdefault(row.subject_id, []).append(row)
    return found


def photos(subject_ids: Sequence[UUID]) -> dict[UUID, list[Attachment]]:
    """Photos and papers by the thing that they hang on."""
    return attachments.of_ids(subject_ids)


def evidence_missing(entry: PartEntry) -> bool:
    """Whether a compliance part was installed and neither photo nor certificate is there yet."""
    if not (entry.part.compliance and entry.installed > ZERO):
        return False
    return _lacks_evidence(entry, bool(photos(_evidence_of(entry))))


def without_evidence(entries: Iterable[PartEntry]) -> frozenset[UUID]:
    """Those of the entries that were installed without the evidence that they need."""
    needing = {one.id: [one.id] for one in entries if one.part.compliance and one.installed > ZERO}
    if not needing:
        return frozenset()
    fitted = select(Installation.entry_id, Installation.id).where(
        Installation.entry_id.in_(needing), Installation.taken_back_at.is_(None)
    )
    for entry_id, one in db.session.execute(fitted):
        needing[entry_id].append(one)
    there = photos([one for subjects in needing.values() for one in subjects])
    return frozenset(
        entry_id for entry_id, subjects in needing.items() if not any(map(there.get, subjects))
    )


def _evidence_of(entry: PartEntry) -> list[UUID]:
    return [entry.id, *(one.id for one in entry.installations if one.taken_back_at is None)]


def _lacks_evidence(entry: PartEntry, there: bool) -> bool:  # noqa: FBT001
    return entry.part.compliance and entry.installed > ZERO and not there


def last_work(order_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When something was fitted or noted on each order the last time."""
    fitted = (
        select(PartEntry.order_id, func.max(Installation.occurred_at))
        .join(Installation, Installation.entry_id == PartEntry.id)
        .where(PartEntry.order_id.in_(order_ids), Installation.taken_back_at.is_(None))
        .group_by(PartEntry.order_id)
    )
    noted = (
        select(WorkNote.order_id, func.max(WorkNote.occurred_at))
        .where(WorkNote.order_id.in_(order_ids))
        .group_by(WorkNote.order_id)
    )
    found: dict[UUID, datetime] = {}
    for rows in (fitted, noted):
        for order_id, at in db.session.execute(rows):
            found[order_id] = max(at, found.get(order_id, at))
    return found


def van_for(order: Order) -> Location | None:
    """The van of the order's technician."""
    return locations.van_of(order.assigned_to) if order.assigned_to else None


# --- Requests that wait for an answer ---------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a list of requests is narrowed to."""

    words: str = ""
    urgency: Urgency | None = None
    technician_id: UUID | None = None

    def __bool__(self) -> bool:
        """Whether it is narrowed at all."""
        return bool(self.words or self.urgency or self.technician_id)


ALL = Asked()


def requests(wanted: Asked = ALL, *, page: int = 1) -> Page[PartEntry]:
    """Parts that somebody waits for and nobody answered: urgent and old ones first."""
    return paged(_of_open_orders(PartEntry.waiting > ZERO, wanted), number=page)


def to_make_ready(wanted: Asked = ALL, *, page: int = 1) -> Page[PartEntry]:
    """Parts that are allocated, and still have to be set aside or carried to the van."""
    return paged(_of_open_orders(PartEntry.allocated > ZERO, wanted), number=page)


def entries_of(asked: CatalogueRequest, *, seen_by: Person) -> Sequence[PartEntry]:
    """Where a part that was asked for is waited for, or was, on orders that the person may see."""
    part_id = asked.merged_into_id or asked.part_id
    rows = select(PartEntry).join(PartEntry.order).where(PartEntry.part_id == part_id)
    if asked.merged_into_id:
        # Of all that have the part, the one that it was asked for on.
        rows = rows.where(Order.number == asked.paper)
    rows = rows.where(visible(seen_by)).order_by(PartEntry.requested_at, PartEntry.id)
    return db.session.scalars(rows.limit(MOST_SITES)).all()


def _of_open_orders(wanted: ColumnElement[bool], asked: Asked) -> Select[PartEntry]:
    rank = case(SOONEST_FIRST, value=PartEntry.urgency)
    rows = select(PartEntry).join(PartEntry.order).where(wanted, Order.state.not_in(CLOSED))
    if asked.urgency:
        rows = rows.where(PartEntry.urgency == asked.urgency)
    if asked.technician_id:
        rows = rows.where(Order.assigned_to_id == asked.technician_id)
    if asked.words.split():
        rows = rows.join(Order.site).join(Site.customer).join(Part, Part.id == PartEntry.part_id)
    for word in asked.words.split():
        rows = rows.where(or_(_has(word), Part.words.contains(catalogue.folded(word))))
    return rows.order_by(rank, PartEntry.requested_at, PartEntry.id)


@dataclass(frozen=True)
class Held:
    """What a van, or a warehouse with all its bins, holds of a part."""

    place: Location
    on_hand: Decimal
    available: Decimal


def holdings(part_ids: Sequence[UUID], *, near: Location | None) -> dict[UUID, list[Held]]:
    """Where the parts are, bins counted with their warehouse.

    The near van first, then the warehouse that it is restocked from, then the fullest.
    """
    held = _by_home(
        select(Balance.part_id, Location, func.sum(Balance.quantity))
        .join(Location, Location.id == Balance.location_id)
        .where(Balance.part_id.in_(part_ids), Location.kind.in_(PLACES), Balance.quantity != ZERO)
        .group_by(Balance.part_id, Location.id)
    )
    meant = _by_home(
        select(Allocation.part_id, Location, func.sum(Allocation.quantity))
        .join(Location, Location.id == Allocation.location_id)
        .where(Allocation.part_id.in_(part_ids), Allocation.quantity > ZERO)
        .group_by(Allocation.part_id, Location.id)
    )
    found: dict[UUID, list[Held]] = {part_id: [] for part_id in part_ids}
    for (part_id, place), quantity in held.items():
        if quantity:
            free = quantity - meant.get((part_id, place), ZERO)
            found[part_id].append(Held(place, quantity, free))
    warehouse = locations.nearest_warehouse(near) if near else None
    first = [place.id for place in (near, warehouse) if place]
    for places in found.values():
        places.sort(
            key=lambda one: (
                first.index(one.place.id) if one.place.id in first else len(first),
                -one.available,
                one.place.name,
            )
        )
    return found


def nearest_first(
    parts: Sequence[Part], held: dict[UUID, list[Held]], *, near: Location | None, words: str
) -> Sequence[Part]:
    """What the near van has before what it lacks; a part of exactly that code before both."""
    code = f"|{catalogue.compact(words)}|"

    def rank(part: Part) -> tuple[bool, bool]:
        first = next(iter(held[part.id]), None)
        there = near and first and first.place.id == near.id and first.on_hand > ZERO
        return code not in part.words, not there

    return sorted(parts, key=rank)


def _by_home(
    rows: Select[UUID, Location, Decimal],
) -> dict[tuple[UUID, Location], Decimal]:
    summed: dict[tuple[UUID, Location], Decimal] = {}
    for part_id, place, quantity in db.session.execute(rows):
        home = place.parent if place.kind == Kind.BIN and place.parent else place
        summed[part_id, home] = summed.get((part_id, home), ZERO) + quantity
    return summed


def likely_source(entry: PartEntry | None, van: Location | None) -> Location | None:
    """Where it lies ready for the entry; the own van before any other place."""
    apart = stock.allocations_for(entry.subject) if entry else ()
    places = {row.location_id: row.location for row in apart}
    if van is None or (places and van.id not in places):
        return next(iter(places.values()), van)
    return van


def likely_fate(part: Part, *, swap: bool = False) -> Fate:
    """Where the original goes, as long as nobody says otherwise."""
    if part.core_charge:
        return Fate.CORE
    return Fate.RETURNED_TO_STOCK if swap else Fate.NONE


def sources(part: Part, *, near: Location | None) -> Sequence[stock.At]:
    """From where it can be taken: the near van first, then what holds it, then all the others."""
    known = {at.location.id: at for at in stock.whereabouts(part)}
    places = [known.get(one.id) or stock.At(one, ZERO, ZERO) for one in locations.places()]
    near_id = near.id if near else None
    return sorted(
        places,
        key=lambda at: (
            at.location.id != near_id,
            at.on_hand <= ZERO,
            -at.available,
            locations.natural(at.location.name),
        ),
    )


def van_stock(van: Location, words: str = "") -> Sequence[tuple[Part, Decimal]]:
    """What lies in a van, by description; all owners together."""
    rows = (
        select(Part, func.sum(Balance.quantity))
        .join(Balance, Balance.part_id == Part.id)
        .where(Balance.location_id == van.id)
        .group_by(Part.id)
        .having(func.sum(Balance.quantity) > ZERO)
        .order_by(Part.description)
    )
    for word in catalogue.folded(words).split():
        rows = rows.where(Part.words.contains(word, autoescape=True))
    return [(part, quantity) for part, quantity in db.session.execute(rows)]


def parts_asked_by(person: Person) -> Sequence[Part]:
    """The parts of the person's open orders."""
    rows = (
        select(Part)
        .join(PartEntry, PartEntry.part_id == Part.id)
        .join(Order, Order.id == PartEntry.order_id)
        .where(Order.assigned_to_id == person.id, Order.state.not_in(CLOSED))
    )
    return db.session.scalars(rows.distinct()).all()


# --- What was fitted --------------------------------------------------------------------------


def standing_moves(of: Installation) -> list[Movement]:
    """Its movements that were not taken back, oldest first."""
    moved = stock.caused_by(of.subject)
    undone = {one.reverses_id for one in moved}
    return [one for one in moved if one.reverses_id is None and one.id not in undone]


def issue_cost(unit: Serial) -> Decimal:
    """What the unit cost when we installed it, as known now; nothing where we never did."""
    undone = select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    rows = select(Movement).where(
        Movement.serial_id == unit.id,
        Movement.reason == Reason.INSTALL,
        Movement.id.not_in(undone),
    )
    issue = db.session.scalars(rows.order_by(Movement.id.desc())).first()
    return stock.cost_of(issue) if issue else ZERO


def same_lately(one: Installation, number: str) -> Installation | None:
    """The same part and quantity that somebody else fitted on the order a few minutes apart.

    Units with different serials are different units.
    """
    rows = (
        select(Installation)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .where(
            PartEntry.order_id == one.entry.order_id,
            PartEntry.part_id == one.entry.part_id,
            Installation.quantity == one.quantity,
            Installation.by_id != one.by.id,
            Installation.taken_back_at.is_(None),
            Installation.occurred_at >= one.occurred_at - SAME_WITHIN,
            Installation.occurred_at <= one.occurred_at + SAME_WITHIN,
        )
    )
    if number:
        rows = rows.join(Serial, Serial.id == Installation.serial_id).where(Serial.number == number)
    return db.session.scalars(rows.order_by(Installation.occurred_at.desc())).first()


def warnings(fitted: Sequence[Installation]) -> list[str]:
    """What is odd about what was just fitted, in words for everybody who should know."""
    said = [text for one in fitted for text in _oddities(one)]
    return list(dict.fromkeys(said))


def _oddities(one: Installation) -> Iterable[str]:
    moved = standing_moves(one)
    if not moved:
        return
    first, part = moved[0], one.entry.part
    if one.serial is not None and first.source_id != one.source_id:
        yield (
            f"The books had serial {one.serial.number} {whereabouts(first.source)}: "
            "it is installed from there."
        )
    issued = next(move for move in moved if move.reason == Reason.INSTALL)
    balance = db.session.get(Balance, (part.id, issued.source_id, issued.owner_id))
    if issued.source.is_place and balance is not None and balance.quantity < ZERO:
        yield (
            f"{issued.source.called} now shows {qty(balance.quantity)} of {part.sku}: "
            "it was used before it was received."
        )
    for move in moved:
        original = move.serial is not None and move.serial_id != one.serial_id
        if original and move.source.kind != Kind.INSTALLED and move.serial is not None:
            yield f"The books had the original {move.serial.number} {whereabouts(move.source)}."


def whereabouts(place: Location) -> str:
    """In Van 3, at Depot A3, already installed: a place as one says it in a sentence."""
    return {
        Kind.VAN: f"in {place.called}",
        Kind.INSTALLED: "as installed already",
        Kind.VENDOR: "at its vendor",
        Kind.SCRAP: "as scrapped",
        Kind.ADJUSTMENT: "as not there",
        Kind.IN_TRANSIT: "in transit",
    }.get(place.kind, f"at {place.called}")
