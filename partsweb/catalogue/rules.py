"""Keeping the catalogue."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select, update

from partsweb.catalogue import queries, trigrams
from partsweb.catalogue.models import CatalogueRequest, Part, Vendor, VendorReference
from partsweb.codes.models import Barcode
from partsweb.codes.reading import read
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal

LONGEST_SKU = 80
LONGEST_DESCRIPTION = 500
# How parts are called that are asked for and not in the catalogue yet.
PLACEHOLDER = "NEW-"


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
    warranty_months: int | None = None,
) -> Part:
    """Add a part to the catalogue; the SKU is kept as written, leading zeros and all."""
    refuse_sku(sku.strip())
    part = new_part(
        sku,
        description,
        category=category,
        unit=unit,
        serialized=serialized,
        compliance=compliance,
        core_charge=core_charge,
        list_price=list_price,
        warranty_months=warranty_months,
    )
    db.session.add(part)
    db.session.flush()
    refresh_words(part)
    return part


def refuse_sku(sku: str) -> None:
    """A SKU has so many characters, and is one part's."""
    refuse_length(sku)
    if queries.by_sku(sku):
        raise Refusal(f"There is a part {sku} already.", field="sku")


def refuse_length(sku: str) -> None:
    """A SKU has so many characters."""
    if not 0 < len(sku) <= LONGEST_SKU:
        raise Refusal(f"A SKU has 1 to {LONGEST_SKU} characters.", field="sku")


def new_part(
    sku: str,
    description: str,
    *,
    category: str = "",
    unit: str = "EA",
    serialized: bool = False,
    compliance: bool = False,
    core_charge: Decimal = Decimal(0),
    list_price: Decimal = Decimal(0),
    active: bool = True,
    warranty_months: int | None = None,
) -> Part:
    """A part as `add_part` adds one, not added yet: `many.add_parts` takes thousands at once."""
    refuse_length(sku.strip())
    part = Part(sku=sku.strip(), description=description)
    _describe(part, description, category, unit, core_charge, list_price)
    part.serialized, part.compliance, part.active = serialized, compliance, active
    part.warranty_months = warranty_months
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
    warranty_months: int | None = None,
) -> None:
    """Change what a part is called and costs; its SKU and serialization stay."""
    revise_part(
        part,
        description=description,
        category=category,
        unit=unit,
        compliance=compliance,
        core_charge=core_charge,
        list_price=list_price,
        active=active,
        warranty_months=warranty_months,
    )
    refresh_words(part)


def revise_part(
    part: Part,
    *,
    description: str,
    category: str,
    unit: str,
    compliance: bool,
    core_charge: Decimal,
    list_price: Decimal,
    active: bool,
    warranty_months: int | None = None,
) -> None:
    """As `change_part` does, but searching knows it only after `many.refresh_words_of`."""
    if part.placeholder:
        raise Refusal(f"{part.sku} isn’t in the catalogue. Add it from its request first.")
    _describe(part, description, category, unit, core_charge, list_price)
    part.compliance, part.active = compliance, active
    part.warranty_months = warranty_months


def add_vendor(
    code: str,
    name: str,
    *,
    email: str = "",
    phone: str = "",
    lead_days: int | None = None,
    active: bool = True,
    note: str = "",
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
    vendor.note = note.strip()
    db.session.add(vendor)
    db.session.flush()
    return vendor


def change_vendor(
    vendor: Vendor,
    *,
    name: str,
    email: str,
    phone: str,
    lead_days: int | None,
    active: bool,
    note: str,
) -> None:
    """Change how a vendor is called and reached, or buy no longer there; the code stays."""
    if not name.strip():
        raise Refusal("A vendor needs a name.", field="name")
    vendor.name, vendor.email, vendor.phone = " ".join(name.split()), email.strip(), phone.strip()
    vendor.lead_days, vendor.active, vendor.note = lead_days, active, note.strip()
    db.session.flush()


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
    same = select(VendorReference).where(
        VendorReference.part_id == part.id,
        VendorReference.vendor_id == vendor.id,
        VendorReference.number == number.strip(),
    )
    reference = db.session.scalar(same)
    if reference is None:
        reference = VendorReference(part=part, vendor=vendor, number=number.strip())
        db.session.add(reference)
    offer(reference, price=price, unit=unit, pack=pack, lead_days=lead_days, preferred=preferred)
    _prefer(reference)
    refresh_words(part)
    return reference


def change_reference(
    reference: VendorReference,
    *,
    number: str,
    price: Decimal | None,
    unit: str,
    pack: Decimal,
    lead_days: int | None,
    preferred: bool,
) -> None:
    """Change a vendor's number for a part, or what he asks for it."""
    same = select(VendorReference.id).where(
        VendorReference.part_id == reference.part_id,
        VendorReference.vendor_id == reference.vendor_id,
        VendorReference.number == number.strip(),
        VendorReference.id != reference.id,
    )
    if db.session.scalar(same):
        raise Refusal(f"{reference.vendor.name} has that number for it already.", field="number")
    reference.number = number.strip()
    offer(reference, price=price, unit=unit, pack=pack, lead_days=lead_days, preferred=preferred)
    _prefer(reference)
    refresh_words(reference.part)


def withdraw(reference: VendorReference) -> None:
    """The vendor doesn't sell the part any more; past orders keep the number that they used."""
    part = reference.part
    db.session.delete(reference)
    db.session.flush()
    refresh_words(part)


def add_barcode(part: Part, code: str, *, quantity: Decimal = Decimal(1)) -> Barcode:
    """Teach a code to a part; a code means one thing."""
    code = code.strip()
    if not code or len(code) > 200:
        raise Refusal("A barcode has 1 to 200 characters.", field="code")
    if quantity <= 0:
        raise Refusal("A pack holds more than nothing.", field="quantity")
    # A GTIN is the same one in 8, 12, 13 and 14 digits.
    spelled = select(Barcode).where(Barcode.code.in_(read(code).spellings))
    known = db.session.scalars(spelled.order_by(Barcode.code != code)).first()
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


def forget_barcode(part: Part, barcode: Barcode) -> None:
    """The code no longer means the part, and can be taught to another."""
    if barcode.subject != part.subject:
        raise Refusal(f"{barcode.code} doesn't belong to {part.sku}.")
    db.session.delete(barcode)
    db.session.flush()
    refresh_words(part)


def refresh_words(part: Part) -> None:
    """Put together what search looks through; called whenever one of its sources changes."""
    numbers = select(VendorReference.number).where(VendorReference.part_id == part.id)
    codes = select(Barcode.code).where(
        Barcode.subject_kind == "part", Barcode.subject_id == part.id
    )
    found = [*db.session.scalars(numbers), *db.session.scalars(codes)]
    if part.placeholder:
        asked_for = select(CatalogueRequest).where(CatalogueRequest.part_id == part.id)
        found += [code for one in db.session.scalars(asked_for) for code in one.codes]
    part.words = queries.words_of(part.sku, part.description, found)
    db.session.flush()


def refresh_all_words() -> None:
    """The same for every part, in a handful of statements: after an import."""
    right = queries.all_words()
    known = db.session.execute(select(Part.id, Part.words))
    changed = [
        {"id": part_id, "words": right[part_id]}
        for part_id, words in known
        if words != right[part_id]
    ]
    if changed:
        db.session.execute(update(Part), changed)


def reindex() -> None:
    """Put together anew all that search looks through, and its index."""
    # First the index: while it is wrong, SQLite lets no word be changed.
    trigrams.rebuild()
    refresh_all_words()


def offer(
    reference: VendorReference,
    *,
    price: Decimal | None,
    unit: str,
    pack: Decimal,
    lead_days: int | None,
    preferred: bool,
) -> None:
    """What the vendor asks for it; `list_part` and `change_reference` say it for one."""
    if price is not None and price < 0:
        raise Refusal("A price can't be below zero.", field="price")
    if pack <= 0:
        raise Refusal("A pack holds more than nothing.", field="pack")
    reference.price, reference.unit, reference.pack = price, unit.strip().upper(), pack
    reference.lead_days, reference.preferred = lead_days, preferred


def _prefer(reference: VendorReference) -> None:
    """A part has one preferred reference at most."""
    db.session.flush()
    if not reference.preferred:
        return
    others = update(VendorReference).where(
        VendorReference.part_id == reference.part_id, VendorReference.id != reference.id
    )
    db.session.execute(others.values(preferred=False))


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
