"""Which locations there are, and who holds which van."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit.refusal import NotFound
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.people.models import Person

WITH_HOLDERS = selectinload(Location.held_by)


def location(location_id: UUID) -> Location:
    """The location of that id."""
    found = db.session.get(Location, location_id)
    if found is None:
        raise NotFound("There is no such location.")
    return found


def place(location_id: UUID) -> Location:
    """The place of that id that somebody chose by hand: never a virtual one, which no form offers.

    Else a made-up form would take parts out of nothing, or let them vanish.
    """
    found = location(location_id)
    if not found.is_place:
        raise NotFound("There is no such place.")
    return found


def single(kind: Kind) -> Location:
    """The one location of a kind of which there is one."""
    return db.session.scalars(select(Location).where(Location.kind == kind)).one()


def by_name(name: str) -> Location | None:
    """The location of that name."""
    return db.session.scalar(select(Location).where(Location.name == name.strip()))


def van_of(person: Person) -> Location | None:
    """The van that the person holds."""
    rows = select(Location).where(Location.kind == Kind.VAN, Location.held_by_id == person.id)
    return db.session.scalar(rows.where(Location.active).order_by(Location.name))


def places() -> Sequence[Location]:
    """Warehouses, their bins, and vans, by name: where stock counts as on hand."""
    rows = select(Location).where(Location.kind.in_(PLACES), Location.active)
    return db.session.scalars(rows.options(WITH_HOLDERS).order_by(Location.name)).all()


def warehouses_and_vans() -> Sequence[Location]:
    """What one filters by: warehouses first, then vans."""
    rows = select(Location).where(Location.kind.in_((Kind.WAREHOUSE, Kind.VAN)), Location.active)
    found = db.session.scalars(rows.options(WITH_HOLDERS)).all()
    return sorted(found, key=lambda place: (place.kind != Kind.WAREHOUSE, natural(place.name)))


def listed() -> Sequence[Location]:
    """Warehouses, vans and bins, in this order, by name; those out of use last of their kind."""
    order = (Kind.WAREHOUSE, Kind.VAN, Kind.BIN)
    rows = select(Location).where(Location.kind.in_(order)).options(WITH_HOLDERS)
    found = db.session.scalars(rows).all()
    return sorted(found, key=lambda at: (order.index(at.kind), not at.active, natural(at.called)))


def bins_of(place: Location) -> Sequence[Location]:
    """The bins of a warehouse, by name."""
    rows = select(Location).where(Location.parent_id == place.id, Location.kind == Kind.BIN)
    return sorted(db.session.scalars(rows).all(), key=lambda at: natural(at.name))


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The place whose name was scanned or typed."""
    rows = select(Location).where(
        func.lower(Location.name) == reading.text.lower(), Location.kind.in_(PLACES)
    )
    return [Meaning(found.subject, "name") for found in db.session.scalars(rows)]


def within(place: Location) -> Sequence[UUID]:
    """The ids of the place and of the bins in it, without its quarantine."""
    inside = select(Location.id).where(
        or_(
            Location.id == place.id,
            (Location.parent_id == place.id) & (Location.kind == Kind.BIN),
        )
    )
    return db.session.scalars(inside).all()


def nearest_warehouse(place: Location) -> Location | None:
    """The warehouse that a van is restocked from: the one that was said, else the only one."""
    if place.kind != Kind.VAN:
        return None
    return place.parent or only_warehouse()


def only_warehouse() -> Location | None:
    """The warehouse of a firm that has one."""
    rows = select(Location).where(Location.kind == Kind.WAREHOUSE, Location.active).limit(2)
    found = db.session.scalars(rows).all()
    return found[0] if len(found) == 1 else None


def quarantine_of(place: Location) -> Location:
    """Where what arrived damaged at the place is kept apart."""
    home = place.parent if place.kind == Kind.BIN and place.parent else place
    rows = select(Location).where(Location.kind == Kind.QUARANTINE, Location.parent_id == home.id)
    return db.session.scalars(rows).one()


def natural(name: str) -> tuple[str, int, str]:
    """A key by which Van 2 comes before Van 10."""
    head = name.rstrip("0123456789")
    return (head.casefold(), int(name[len(head) :][:18] or 0), name)
