"""Finding parts and vendors."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, case, or_, select

from partsweb.catalogue.models import Agreement, Part, Vendor, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit.refusal import NotFound

FOUND_AT_MOST = 30


def part(part_id: UUID) -> Part:
    """The part of that id."""
    found = db.session.get(Part, part_id)
    if found is None:
        raise NotFound("There is no such part.")
    return found


def by_sku(sku: str) -> Part | None:
    """The part of exactly that SKU, as written."""
    return db.session.scalar(select(Part).where(Part.sku == sku))


def vendor(vendor_id: UUID) -> Vendor:
    """The vendor of that id."""
    found = db.session.get(Vendor, vendor_id)
    if found is None:
        raise NotFound("There is no such vendor.")
    return found


def vendor_by_code(code: str) -> Vendor | None:
    """The vendor of exactly that code."""
    return db.session.scalar(select(Vendor).where(Vendor.code == code))


def vendors() -> Sequence[Vendor]:
    """Vendors one can order from, by name."""
    return db.session.scalars(select(Vendor).where(Vendor.active).order_by(Vendor.name)).all()


def references_of(part: Part) -> Sequence[VendorReference]:
    """Who sells the part, preferred and cheapest first."""
    rows = select(VendorReference).where(VendorReference.part_id == part.id)
    order = (VendorReference.preferred.desc(), VendorReference.price)
    return db.session.scalars(rows.order_by(*order)).all()


def reference(part_id: UUID, vendor_id: UUID) -> VendorReference | None:
    """What one vendor says of one part."""
    rows = select(VendorReference).where(
        VendorReference.part_id == part_id, VendorReference.vendor_id == vendor_id
    )
    return db.session.scalars(rows.order_by(VendorReference.preferred.desc())).first()


def agreements_of(vendor: Vendor) -> Sequence[Agreement]:
    """The vendor's consignment agreements."""
    return db.session.scalars(select(Agreement).where(Agreement.vendor_id == vendor.id)).all()


def folded(text: str) -> str:
    """The text as search compares it: lower case, single spaces."""
    return " ".join(text.casefold().split())


def search(text: str, *, limit: int = FOUND_AT_MOST) -> Sequence[Part]:
    """Active parts by SKU, description, vendor reference or barcode; the best match first.

    Exact codes come first, then what begins with the text, then parts that have all its words.
    """
    wanted = folded(text)
    if not wanted:
        return []
    coded = select(Barcode.subject_id).where(
        Barcode.subject_kind == "part", Barcode.code == text.strip()
    )
    all_words = [Part.words.contains(word, autoescape=True) for word in wanted.split()]
    sku = Part.words.startswith(wanted + " ", autoescape=True)
    rank = case(
        (sku, 0),
        (Part.id.in_(coded), 0),
        (Part.words.startswith(wanted, autoescape=True), 1),
        (Part.words.contains(" " + wanted, autoescape=True), 2),
        else_=3,
    )
    matching = or_(Part.id.in_(coded), and_(*all_words))
    rows = select(Part).where(Part.active, matching).order_by(rank, Part.sku).limit(limit)
    return db.session.scalars(rows).all()
