"""The catalogue as phones hold it: a line a part, whole or only what changed.

The first line says which state it is. Then, in the order of SKUs, tabs between:
id, SKU, description, unit, marks, codes... After a pack's code stand the unit separator (0x1f) and
how many are in it. A line of "-" and an id is a part that is no longer there. No prices: it is the
same for everybody.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from partsweb.catalogue.models import Part, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit.words import qty

FORMAT = 1
# A write becomes visible later than the time that it carries: so much is told twice.
OVERLAP = timedelta(minutes=10)
SEPARATORS = re.compile(r"[\t\n\r\x1f\u2028\u2029]+")


def state() -> tuple[datetime | None, int]:
    """When a part last changed, and how many can be found."""
    latest = db.session.scalar(select(func.max(Part.changed_at)))
    return latest, db.session.scalar(select(func.count()).where(Part.active)) or 0


def version() -> str:
    """The state in a word."""
    latest, count = state()
    return f"{FORMAT}.{latest.timestamp() if latest else 0:.6f}.{count}"


def whole() -> str:
    """All parts that can be found."""
    return _packed(list(_lines(select(Part).where(Part.active), None)), whole=True)


def changed(since: datetime) -> str:
    """The parts that changed since then, some of them told before."""
    only = Part.changed_at >= since - OVERLAP
    gone = select(Part.id).where(only, Part.active.is_(False))
    lines = [*_lines(select(Part).where(Part.active, only), since)]
    lines += [f"-{part_id.hex}" for part_id in db.session.scalars(gone)]
    return _packed(lines, whole=False)


def _packed(lines: list[str], *, whole: bool) -> str:
    text = "\n".join(lines)
    _, count = state()
    said = {"version": version(), "count": count, "whole": whole}
    said["hash"] = hashlib.sha256(text.encode()).hexdigest()
    return f"{json.dumps(said)}\n{text}"


def _lines(parts: Select[Any], since: datetime | None) -> Iterator[str]:
    codes = _codes(since)
    wanted = (Part.id, Part.sku, Part.description, Part.unit, Part.serialized, Part.compliance)
    rows = parts.with_only_columns(*wanted, Part.core_charge > 0)
    # As the phone compares: by the characters' numbers, whatever the database's language.
    for part_id, sku, description, unit, *marks in sorted(
        db.session.execute(rows), key=lambda row: row[1]
    ):
        said = "".join(mark for mark, has in zip("spc", marks, strict=True) if has)
        texts = (part_id.hex, sku, description, unit, said)
        yield "\t".join([*(SEPARATORS.sub(" ", one) for one in texts), *sorted(codes[part_id])])


def _codes(since: datetime | None) -> dict[UUID, set[str]]:
    """Vendors' numbers and barcodes, of all parts or of those that changed."""
    numbers = select(VendorReference.part_id, VendorReference.number)
    barcodes = select(Barcode.subject_id, Barcode.code, Barcode.quantity).where(
        Barcode.subject_kind == "part"
    )
    if since is not None:
        those = select(Part.id).where(Part.changed_at >= since - OVERLAP)
        numbers = numbers.where(VendorReference.part_id.in_(those))
        barcodes = barcodes.where(Barcode.subject_id.in_(those))
    found: dict[UUID, set[str]] = defaultdict(set)
    for part_id, number in db.session.execute(numbers):
        if number:
            found[part_id].add(SEPARATORS.sub(" ", number))
    for part_id, code, quantity in db.session.execute(barcodes):
        pack = "" if quantity == 1 else f"\x1f{qty(quantity)}"
        found[part_id].add(SEPARATORS.sub(" ", code) + pack)
    return found
