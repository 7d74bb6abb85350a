"""Every code by which labels and slips name parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from partsweb.catalogue.models import Part, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db


def codes_of(part_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """The parts' SKUs, barcodes and vendors' numbers, in three questions however many there are."""
    skus = select(Part.id, Part.sku).where(Part.id.in_(part_ids))
    barcodes = select(Barcode.subject_id, Barcode.code).where(
        Barcode.subject_kind == "part", Barcode.subject_id.in_(part_ids)
    )
    numbers = select(VendorReference.part_id, VendorReference.number).where(
        VendorReference.part_id.in_(part_ids), VendorReference.number != ""
    )
    codes: dict[UUID, list[str]] = defaultdict(list)
    for rows in (skus, barcodes, numbers) if part_ids else ():
        for part_id, code in db.session.execute(rows):
            codes[part_id].append(code)
    return codes
