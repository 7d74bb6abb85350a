"""The catalogue as phones hold it: a line a part, whole or only what changed.

The first line says which state it is. Then, in the order of SKUs, tabs between:
id, SKU, description, unit, marks, codes... After a pack's code stand the unit separator (0x1f) and
how many are in it. A line of "-" and an id is a part that is no longer there. No prices: it is the
same for everybody.

The first line's hash (SHA-256) is of all lines as they stand now: a phone that has put changes into
what it holds compares it, and fetches the catalogue whole where it differs.
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

from flask import current_app
from sqlalchemy import Select, func, select

from partsweb.catalogue.models import Part, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.words import qty

FORMAT = 1
# A write becomes visible later than the time that it carries: so much is told twice.
OVERLAP = timedelta(minutes=10)
# Packing so many only to name their hash takes seconds: now and then, not at every change.
LARGE, PAUSE = 20_000, timedelta(minutes=10)
KNOWN = "partsweb.catalogue"
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
    text = _all()
    return _packed(text, whole=True, content=_remembered(version(), text))


def changed(since: datetime) -> str:
    """The parts that changed since then, some of them told before."""
    only = Part.changed_at >= since - OVERLAP
    gone = select(Part.id).where(only, Part.active.is_(False))
    lines = [*_lines(select(Part).where(Part.active, only), since)]
    lines += [f"-{part_id.hex}" for part_id in db.session.scalars(gone)]
    return _packed("\n".join(lines), whole=False, content=_content())


def _all() -> str:
    return "\n".join(_lines(select(Part).where(Part.active), None))


def _content() -> str | None:
    """The hash of all as it is now; None where it was reckoned for another state just before."""
    known, now = current_app.extensions.get(KNOWN), version()
    if known and known[0] == now:
        return str(known[1])
    _, count = state()
    if known and count > LARGE and clock.now() - known[2] < PAUSE:
        return None
    return _remembered(now, _all())


def _remembered(of: str, text: str) -> str:
    content = hashlib.sha256(text.encode()).hexdigest()
    current_app.extensions[KNOWN] = (of, content, clock.now())
    return content


def _packed(text: str, *, whole: bool, content: str | None) -> str:
    _, count = state()
    said = {"version": version(), "count": count, "whole": whole, "hash": content}
    return f"{json.dumps(said)}\n{text}"


def _lines(parts: Select[Any], since: datetime | None) -> Iterator[str]:
    codes = _codes(since)
    wanted = (Part.id, Part.sku, Part.description, Part.unit, Part.serialized, Part.compliance)
    rows = parts.with_only_columns(*wanted, Part.core_charge > 0)
    lines = []
    for part_id, *texts, serialized, papers, core in db.session.execute(rows):
        sku, description, unit = (SEPARATORS.sub(" ", one) for one in texts)
        marks = zip("spc", (serialized, papers, core), strict=True)
        said = "".join(mark for mark, has in marks if has)
        line = "\t".join([part_id.hex, sku, description, unit, said, *sorted(codes[part_id])])
        lines.append((_order(sku), line))
    yield from (line for _, line in sorted(lines))


def _order(sku: str) -> bytes:
    """As the phone compares: by UTF-16's numbers, whatever the database's language."""
    return sku.encode("utf-16-be")


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
