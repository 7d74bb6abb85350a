"""Parts are fitted; what was logged is taken back or set right.

How fitting changes stock is in installing.py, what people are told in telling.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.event import event
from partsweb.locations.models import Location
from partsweb.orders import installations, installing, requesting, telling
from partsweb.orders.installing import hold
from partsweb.orders.models import Fate, Installation, Order, PartEntry
from partsweb.orders.refusing import refuse_known, refuse_taken_back
from partsweb.orders.telling import in_words
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR, DISPATCHER
from partsweb.timeline import rules as timeline

part_installed = event("part-installed")
installation_undone = event("installation-undone")


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
        requesting.flag(entry, notes, by=by)
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
    entry = requesting.blank_entry(
        order, part, by=by, at=at, entry_id=entry_id, cost=None, notes=""
    )
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


def _fit(one: Installation, number: str, *, by: Person, at: datetime) -> None:
    twin = installations.same_lately(one, number)
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
    for said in installations.warnings(fitted):
        telling.record(entry, "stock-odd", said, by, at)
        timeline.tell_role(COORDINATOR, fitted[0].subject, f"{entry.order.number}: {said}")


def _goes(fate: Fate, original: str) -> tuple[Fate | None, str]:
    """Where the original goes as far as stock is concerned."""
    return (fate, original) if fate in installing.MOVES else (None, "")


def _say_anew(one: Installation, where_fitted: str | None, notes: str | None) -> None:
    if where_fitted is not None:
        one.where_fitted = where_fitted.strip()
    if notes is not None:
        one.notes = notes.strip()
