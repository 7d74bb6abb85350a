"""The catalogue by the thousand: what an import brings, in a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import insert, select, update

from partsweb.catalogue import queries
from partsweb.catalogue.models import CatalogueRequest, Part, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit.table import Table, batched

AT_ONCE = 500


def add_parts(parts: Sequence[Part]) -> None:
    """Add new parts, made by `rules.new_part` with ids; that no SKU is there is known."""
    for part in parts:
        part.words = queries.words_of(part.sku, part.description, ())
    _insert(Part, parts)


def add_references(references: Sequence[VendorReference]) -> None:
    """Add new vendor references with ids; those that are preferred go through `prefer`."""
    _insert(VendorReference, references)


def prefer(references: Iterable[VendorReference]) -> None:
    """Of all that a part has, the last of these is preferred."""
    chosen = {one.part_id: one.id for one in references}
    for some in batched(sorted(chosen), AT_ONCE):
        others = update(VendorReference).where(
            VendorReference.part_id.in_(some),
            VendorReference.id.not_in([chosen[part_id] for part_id in some]),
            VendorReference.preferred,
        )
        db.session.execute(others.values(preferred=False))


def refresh_words_of(part_ids: Collection[UUID]) -> None:
    """Put together anew what search looks through."""
    db.session.flush()
    for some in batched(sorted(part_ids), AT_ONCE):
        codes = _codes_of(some)
        described = select(Part.id, Part.sku, Part.description).where(Part.id.in_(some))
        changed = [
            {"id": part_id, "words": queries.words_of(sku, description, codes[part_id])}
            for part_id, sku, description in db.session.execute(described)
        ]
        db.session.execute(update(Part), changed)


def _codes_of(part_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    numbers = select(VendorReference.part_id, VendorReference.number)
    barcodes = select(Barcode.subject_id, Barcode.code).where(Barcode.subject_kind == "part")
    for rows in (
        numbers.where(VendorReference.part_id.in_(part_ids)),
        barcodes.where(Barcode.subject_id.in_(part_ids)),
    ):
        for part_id, code in db.session.execute(rows):
            found[part_id].append(code)
    asked_for = select(CatalogueRequest).where(CatalogueRequest.part_id.in_(part_ids))
    for one in db.session.scalars(
        asked_for.join(Part, Part.id == CatalogueRequest.part_id).where(Part.placeholder)
    ):
        found[one.part_id] += one.codes
    return found


def _insert(model: type[Table], things: Sequence[Table]) -> None:
    """As rows: the session would take a moment for each, and keep them all."""
    columns = model.__mapper__.columns
    rows = [
        {
            column.key: value
            for column in columns
            if (value := getattr(thing, column.key)) is not None or column.default is None
        }
        for thing in things
    ]
    for some in batched(rows, AT_ONCE):
        db.session.execute(insert(model), some)
