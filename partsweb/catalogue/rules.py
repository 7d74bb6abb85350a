"""Keeping the catalogue."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from partsweb.catalogue import queries
from partsweb.catalogue.models import Agreement, Part, Vendor, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal

LONGEST_SKU = 80
LONGEST_DESCRIPTION = 500


def add_part(
    sku: str,
    description: str,
    *,
    category: str = "",
    unit: str = "EA",
    serialized: bool = False,
    compliance: bool = False,
    core_charge: Decimal = Decimal(0),
    list_price: Decimal = Decimal(0),
) -> Part:
    """Add a part to the catalogue; the SKU is kept as written, leading zeros and all."""
    if queries.by_sku(sku.strip()):
        raise Refusal(f"There is a part {sku.strip()} already.", field="sku")
    part = Part(sku=sku.strip(), description=description)
    _describe(part, description, category, unit, core_charge, list_price)
    part.serialized, part.compliance = serialized, compliance
    if not part.sku or len(part.sku) > LONGEST_SKU:
        raise Refusal(f"A SKU has 1 to {LONGEST_SKU} characters.", field="sku")
    db.session.add(part)
    db.session.flush()
    refresh_words(part)
    return part


def change_part(
    part: Part,
    *,
    description: str,
    category: str,
    unit: str,
    compliance: bool,
    core_charge: Decimal,
    list_price: Decimal,
    active: bool,
) -> None:
    """Change what a part is called and costs; its SKU and serialization stay."""
    _describe(part, description, category, unit, core_charge, list_price)
    part.compliance, part.active = compliance, active
    refresh_words(part)


def add_vendor(
    code: str,
    name: str,
    *,
    email: str = "",
    phone: str = "",
    lead_days: int | None = None,
    active: bool = True,
) -> Vendor:
    """Add a vendor."""
    code, name = code.strip(), " ".join(name.split())
    if not code or not name:
        raise Refusal("A vendor needs a code and a name.", field="code")
    if queries.vendor_by_code(code):
        raise Refusal(f"There is a vendor {code} already.", field="code")
    vendor = Vendor(
        code=code, name=name, email=email, phone=phone, lead_days=lead_days, active=active
    )
    db.session.add(vendor)
    db.session.flush()
    return vendor


def list_part(
    part: Part,
    vendor: Vendor,
    *,
    number: str = "",
    price: Decimal | None = None,
    unit: str = "",
    pack: Decimal = Decimal(1),
    lead_days: int | None = None,
    preferred: bool = False,
) -> VendorReference:
    """Say that a vendor sells the part under his own number; said again, it is changed."""
    if price is not None and price < 0:
        raise Refusal("A price can't be below zero.", field="price")
    if pack <= 0:
        raise Refusal("A pack holds more than nothing.", field="pack")
    same = select(VendorReference).where(
        VendorReference.part_id == part.id,
        VendorReference.vendor_id == vendor.id,
        VendorReference.number == number.strip(),
    )
    reference = db.session.scalar(same)
    if reference is None:
        reference = VendorReference(part=part, vendor=vendor, number=number.strip())
        db.session.add(reference)
    reference.price, reference.unit, reference.pack = price, unit, pack
    reference.lead_days, reference.preferred = lead_days, preferred
    db.session.flush()
    refresh_words(part)
    return reference


def add_barcode(part: Part, code: str, *, quantity: Decimal = Decimal(1)) -> Barcode:
    """Teach a code to a part; a code means one thing."""
    code = code.strip()
    if not code or len(code) > 200:
        raise Refusal("A barcode has 1 to 200 characters.", field="code")
    if quantity <= 0:
        raise Refusal("A pack holds more than nothing.", field="quantity")
    known = db.session.scalar(select(Barcode).where(Barcode.code == code))
    if known is not None:
        if known.subject != part.subject:
            raise Refusal(f"{code} belongs to another part or place already.", field="code")
        known.quantity = quantity
        return known
    barcode = Barcode(code=code, subject_kind="part", subject_id=part.id, quantity=quantity)
    db.session.add(barcode)
    db.session.flush()
    refresh_words(part)
    return barcode


def agree(vendor: Vendor, number: str, *, note: str = "") -> Agreement:
    """Record a consignment agreement with a vendor."""
    agreement = Agreement(vendor=vendor, number=number.strip(), note=note.strip())
    db.session.add(agreement)
    db.session.flush()
    return agreement


def refresh_words(part: Part) -> None:
    """Put together what search looks through; called whenever one of its sources changes."""
    numbers = select(VendorReference.number).where(VendorReference.part_id == part.id)
    codes = select(Barcode.code).where(
        Barcode.subject_kind == "part", Barcode.subject_id == part.id
    )
    words = [part.sku, part.description]
    words += sorted({*db.session.scalars(numbers), *db.session.scalars(codes)} - {""})
    part.words = queries.folded(" ".join(words)) + " "
    db.session.flush()


def _describe(
    part: Part,
    description: str,
    category: str,
    unit: str,
    core_charge: Decimal,
    list_price: Decimal,
) -> None:
    description = " ".join(description.split())
    if not description or len(description) > LONGEST_DESCRIPTION:
        raise Refusal("A part needs a description of up to 500 characters.", field="description")
    if min(core_charge, list_price) < 0:
        raise Refusal("An amount can't be below zero.", field="list_price")
    part.description, part.category = description, " ".join(category.split())
    part.unit = unit.strip().upper() or "EA"
    part.core_charge, part.list_price = core_charge, list_price
