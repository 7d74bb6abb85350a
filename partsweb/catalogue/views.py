"""Parts and vendors, as they are kept. What stock knows of a part comes into its page's slots."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import queries as attachments
from partsweb.attachments.rules import attach_all
from partsweb.catalogue import asked, queries, rules
from partsweb.catalogue.forms import BarcodeForm, PartForm, ReferenceForm, VendorForm
from partsweb.catalogue.models import Part, Vendor
from partsweb.codes.queries import recognise_by
from partsweb.kit import subject
from partsweb.kit.door import reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal

bp = Blueprint("catalogue", __name__)


@bp.get("/parts/<uuid:part_id>")
@reads("see parts")
def part(part_id: UUID) -> ResponseReturnValue:
    """All there is to know of a part."""
    found = queries.part(part_id)
    return page(
        "catalogue/part.html",
        part=found,
        references=queries.references_of(found),
        barcodes=queries.barcodes_of(found),
        photos=attachments.of(found.subject),
        asked=asked.request_for(found) if found.placeholder else None,
        nav="parts",
    )


@bp.get("/parts/new")
@reads("keep the catalogue")
def new_part() -> ResponseReturnValue:
    """The form for a part that isn't in the catalogue."""
    return page("catalogue/new_part.html", nav="parts", **choices())


@bp.post("/parts/new")
@writes("keep the catalogue")
def add_part() -> ShowAfter:
    """Add it, and show it."""
    form = PartForm.read(request.form)
    added = rules.add_part(
        form.sku,
        form.description,
        category=form.category,
        unit=form.unit,
        serialized=form.serialized,
        compliance=form.compliance,
        core_charge=form.core_charge,
        list_price=form.list_price,
        warranty_months=form.warranty_months,
    )
    return _show_part(added, f"{added.sku} is in the catalogue.")


@bp.get("/parts/<uuid:part_id>/edit")
@reads("keep the catalogue")
def edit_part(part_id: UUID) -> ResponseReturnValue:
    """The form for what is kept of a part."""
    return page("catalogue/edit_part.html", nav="parts", part=queries.part(part_id), **choices())


@bp.post("/parts/<uuid:part_id>/edit")
@writes("keep the catalogue")
def change_part(part_id: UUID) -> ShowAfter:
    """Change it, and show it."""
    found, form = queries.part(part_id), PartForm.read(request.form)
    rules.change_part(
        found,
        description=form.description,
        category=form.category,
        unit=form.unit,
        compliance=form.compliance,
        core_charge=form.core_charge,
        list_price=form.list_price,
        warranty_months=form.warranty_months,
        active=form.active,
    )
    return _show_part(found, f"{found.sku} is changed.")


@bp.get("/parts/<uuid:part_id>/references/new")
@reads("keep the catalogue")
def new_reference(part_id: UUID) -> ResponseReturnValue:
    """The form for another vendor, or another number, of a part."""
    found = queries.part(part_id)
    return page("catalogue/new_reference.html", nav="parts", part=found, vendors=queries.vendors())


@bp.post("/parts/<uuid:part_id>/references/new")
@writes("keep the catalogue")
def add_reference(part_id: UUID) -> ShowAfter:
    """Say that a vendor sells the part."""
    found, form = queries.part(part_id), ReferenceForm.read(request.form)
    if form.vendor_id is None:
        raise Refusal("Choose who sells it.", field="vendor")
    rules.list_part(
        found,
        queries.vendor(form.vendor_id),
        number=form.number,
        price=form.price,
        unit=form.unit,
        pack=form.pack,
        lead_days=form.lead_days,
        preferred=form.preferred,
    )
    return _show_part(found, "The vendor is on the part’s list.")


@bp.get("/references/<uuid:reference_id>/edit")
@reads("keep the catalogue")
def edit_reference(reference_id: UUID) -> ResponseReturnValue:
    """The form for a vendor's number and price of a part."""
    reference = queries.vendor_reference(reference_id)
    return page("catalogue/edit_reference.html", nav="parts", reference=reference)


@bp.post("/references/<uuid:reference_id>/edit")
@writes("keep the catalogue")
def change_reference(reference_id: UUID) -> ShowAfter:
    """Change it, and show the part."""
    reference, form = queries.vendor_reference(reference_id), ReferenceForm.read(request.form)
    rules.change_reference(
        reference,
        number=form.number,
        price=form.price,
        unit=form.unit,
        pack=form.pack,
        lead_days=form.lead_days,
        preferred=form.preferred,
    )
    return _show_part(reference.part, f"What {reference.vendor.name} says of it is changed.")


@bp.post("/references/<uuid:reference_id>/withdrawal")
@writes("keep the catalogue")
def withdraw_reference(reference_id: UUID) -> ShowAfter:
    """The vendor doesn't sell it any more."""
    reference = queries.vendor_reference(reference_id)
    found, vendor = reference.part, reference.vendor
    rules.withdraw(reference)
    return _show_part(found, f"{vendor.name} no longer sells it.")


@bp.get("/parts/<uuid:part_id>/barcodes/new")
@reads("teach codes")
def new_barcode(part_id: UUID) -> ResponseReturnValue:
    """The form that teaches a code to a part."""
    found, code = queries.part(part_id), request.args.get("code", "")
    return page("catalogue/new_barcode.html", nav="parts", part=found, code=code)


@bp.post("/parts/<uuid:part_id>/barcodes/new")
@writes("teach codes")
def add_barcode(part_id: UUID) -> ShowAfter:
    """Teach it."""
    found, form = queries.part(part_id), BarcodeForm.read(request.form)
    barcode = rules.add_barcode(found, form.code, quantity=form.quantity)
    return _show_part(found, f"{barcode.code} means {found.sku} from now on.")


@bp.post("/parts/<uuid:part_id>/barcodes/<uuid:barcode_id>/removal")
@writes("keep the catalogue")
def forget_barcode(part_id: UUID, barcode_id: UUID) -> ShowAfter:
    """The code no longer means the part."""
    found = queries.part(part_id)
    barcode = queries.barcode(barcode_id)
    code = barcode.code
    rules.forget_barcode(found, barcode)
    return _show_part(found, f"{code} means nothing any more.")


@bp.get("/parts/<uuid:part_id>/photos/new")
@reads("keep the catalogue")
def new_photos(part_id: UUID) -> ResponseReturnValue:
    """The form for photos and papers of a part."""
    return page("catalogue/new_photos.html", part=queries.part(part_id), nav="parts")


@bp.post("/parts/<uuid:part_id>/photos/new")
@writes("keep the catalogue")
def add_photos(part_id: UUID) -> ShowAfter:
    """Put them on the part."""
    found = queries.part(part_id)
    added = attach_all(found.subject, request.files.getlist("photos"), by=g.person)
    if not added:
        raise Refusal("Choose a photo or a PDF first.", field="photos")
    return _show_part(found, f"{len(added)} added to {found.sku}.")


@bp.get("/vendors")
@reads("see parts")
def vendors() -> ResponseReturnValue:
    """Whom we buy from."""
    return page(
        "catalogue/vendors.html", nav="more", vendors=queries.all_vendors(page=asked_page())
    )


@bp.get("/vendors/<uuid:vendor_id>")
@reads("see parts")
def vendor(vendor_id: UUID) -> ResponseReturnValue:
    """How to reach a vendor, and what he sells us."""
    found = queries.vendor(vendor_id)
    return page(
        "catalogue/vendor.html",
        nav="more",
        vendor=found,
        references=queries.sold_by(found, page=asked_page()),
        agreements=queries.agreements_of(found),
    )


@bp.get("/vendors/new")
@reads("keep the catalogue")
def new_vendor() -> ResponseReturnValue:
    """The form for a new vendor."""
    return page("catalogue/new_vendor.html", nav="more")


@bp.post("/vendors/new")
@writes("keep the catalogue")
def add_vendor() -> ShowAfter:
    """Add him, and show him."""
    form = VendorForm.read(request.form)
    added = rules.add_vendor(
        form.code,
        form.name,
        email=form.email,
        phone=form.phone,
        lead_days=form.lead_days,
        note=form.note,
    )
    return show_after(url_for(".vendor", vendor_id=added.id), notice=f"{added.name} is added.")


@bp.get("/vendors/<uuid:vendor_id>/edit")
@reads("keep the catalogue")
def edit_vendor(vendor_id: UUID) -> ResponseReturnValue:
    """The form for what is kept of a vendor."""
    return page("catalogue/edit_vendor.html", nav="more", vendor=queries.vendor(vendor_id))


@bp.post("/vendors/<uuid:vendor_id>/edit")
@writes("keep the catalogue")
def change_vendor(vendor_id: UUID) -> ShowAfter:
    """Change it, and show it."""
    found, form = queries.vendor(vendor_id), VendorForm.read(request.form)
    rules.change_vendor(
        found,
        name=form.name,
        email=form.email,
        phone=form.phone,
        lead_days=form.lead_days,
        active=form.active,
        note=form.note,
    )
    return show_after(url_for(".vendor", vendor_id=found.id), notice=f"{found.name} is changed.")


def choices() -> dict[str, Any]:
    """What is in use, for the fields of a part."""
    return {"categories": queries.categories(), "units": queries.units()}


def _show_part(found: Part, notice: str) -> ShowAfter:
    return show_after(url_for(".part", part_id=found.id), notice=notice)


def _part_url(found: Part) -> str:
    return url_for("catalogue.part", part_id=found.id)


def _vendor_url(found: Vendor) -> str:
    return url_for("catalogue.vendor", vendor_id=found.id)


subject.announce(
    subject.Kind(
        "part",
        load=lambda part_id, person: queries.part(part_id),
        title=lambda found: f"{found.sku} {found.description}",
        url=_part_url,
    )
)
subject.announce(
    subject.Kind(
        "vendor",
        load=lambda vendor_id, person: queries.vendor(vendor_id),
        title=lambda found: found.name,
        url=_vendor_url,
    )
)
recognise_by(queries.recognised)
