"""Making and changing locations."""

from __future__ import annotations

from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries
from partsweb.locations.models import Kind, Location
from partsweb.people.models import Person


def open_location(
    name: str,
    kind: Kind,
    *,
    parent: Location | None = None,
    held_by: Person | None = None,
    address: str = "",
) -> Location:
    """Open a warehouse, a bin in one, or a van; places get their quarantine with them."""
    name = " ".join(name.split())
    if not name:
        raise Refusal("A location needs a name.", field="name")
    if queries.by_name(name):
        raise Refusal(f"There is a location called {name} already.", field="name")
    if (kind == Kind.BIN) != (parent is not None):
        raise Refusal("A bin belongs to a warehouse; nothing else does.", field="parent")
    opened = Location(name=name, kind=kind, parent=parent, address=address.strip())
    db.session.add(opened)
    db.session.flush()
    if kind in (Kind.WAREHOUSE, Kind.VAN):
        _open_quarantine(opened)
    if held_by is not None:
        hand_over(opened, to=held_by)
    return opened


def hand_over(van: Location, *, to: Person | None) -> None:
    """Give a van to a technician, who holds no other; None takes it back."""
    if van.kind != Kind.VAN:
        raise Refusal("Only a van is held by somebody.", field="held_by")
    if to is not None:
        held = queries.van_of(to)
        if held is not None and held.id != van.id:
            raise Refusal(f"{to.name} holds {held.name}. Take it back first.", field="held_by")
    van.held_by = to
    db.session.flush()


def give_van(person: Person, van: Location | None) -> None:
    """Give somebody a van, whoever held it; the one held before stays behind."""
    held = queries.van_of(person)
    if held is not None and (van is None or held.id != van.id):
        hand_over(held, to=None)
    if van is not None:
        hand_over(van, to=person)


def change(
    location: Location,
    *,
    name: str,
    address: str,
    active: bool,
    restocked_from: Location | None = None,
) -> None:
    """Rename a place, say where a van is restocked, or take it out of use; its history stays."""
    name = " ".join(name.split())
    other = queries.by_name(name)
    if not name or (other is not None and other.id != location.id):
        raise Refusal("A location needs a name of its own.", field="name")
    if restocked_from is not None and restocked_from.kind != Kind.WAREHOUSE:
        raise Refusal("A van is restocked from a warehouse.", field="restocked_from")
    location.name, location.address, location.active = name, address.strip(), active
    if location.kind == Kind.VAN:
        location.parent = restocked_from
    db.session.flush()


def _open_quarantine(place: Location) -> None:
    name = f"{place.name} quarantine"
    db.session.add(Location(name=name, kind=Kind.QUARANTINE, parent=place))
    db.session.flush()
