"""What a code means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from partsweb.codes import own
from partsweb.codes.models import Barcode
from partsweb.codes.reading import Reading, read
from partsweb.extensions import db
from partsweb.kit.subject import Subject


@dataclass(frozen=True)
class Meaning:
    """A thing that a code stands for.

    `is_its` says what the code is to it: barcode, SKU, vendor's number, serial, number, name.
    `quantity` counts packs; `serial` is the unit's number where the code told it too.
    """

    subject: Subject
    is_its: str
    quantity: Decimal = Decimal(1)
    serial: str = ""


# Rooms above say how their own things are recognised; what they know isn't known down here.
Recogniser = Callable[[Reading], Iterable[Meaning]]
_recognisers: list[Recogniser] = []


def recognise_by(recogniser: Recogniser) -> None:
    """Let a room recognise its own SKUs, serials, numbers or names; in the order of telling."""
    if recogniser not in _recognisers:
        _recognisers.append(recogniser)


def barcodes_of(subject: Subject) -> Sequence[Barcode]:
    """The codes that mean a thing."""
    rows = select(Barcode).where(
        Barcode.subject_kind == subject.kind, Barcode.subject_id == subject.id
    )
    return db.session.scalars(rows.order_by(Barcode.code)).all()


def barcodes_among(kind: str, ids: Collection[UUID]) -> Sequence[Barcode]:
    """The codes that mean any of the things."""
    rows = select(Barcode).where(Barcode.subject_kind == kind, Barcode.subject_id.in_(ids))
    return db.session.scalars(rows.order_by(Barcode.code)).all()


def meanings(text: str) -> Sequence[Meaning]:
    """Everything that a scanned or typed code can stand for, the surest first.

    A barcode means one thing and settles it. Else the rooms are asked: a SKU, a vendor's number,
    a serial that two parts may share, an order's number, a location's name.
    """
    ours = own.read(text)
    if ours is not None and ours.id:
        return [Meaning(Subject(ours.kind, ours.id), "label")]
    reading = read(ours.number if ours else text)
    if not reading.text:
        return []
    known = _barcode(reading)
    if known is not None:
        return [known]
    found: dict[tuple[str, UUID], Meaning] = {}
    for recogniser in _recognisers:
        for meaning in recogniser(reading):
            found.setdefault((meaning.subject.kind, meaning.subject.id), meaning)
    return list(found.values())


def meaning(text: str) -> Meaning | None:
    """What the code stands for, unless that is unknown or could be several things."""
    found = meanings(text)
    return found[0] if len(found) == 1 else None


def _barcode(reading: Reading) -> Meaning | None:
    rows = db.session.scalars(select(Barcode).where(Barcode.code.in_(reading.spellings))).all()
    if not rows:
        return None
    first = min(rows, key=lambda row: reading.spellings.index(row.code))
    quantity = first.quantity * (reading.quantity or 1)
    return Meaning(first.subject, "barcode", quantity, reading.serial)
