"""Finding parts and vendors."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, literal, select

from partsweb.catalogue import spelling
from partsweb.catalogue.models import Agreement, CatalogueRequest, Part, Vendor, VendorReference
from partsweb.catalogue.trigrams import Piece, found_by
from partsweb.codes.models import Barcode
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound

FOUND_AT_MOST = 30
LONGEST_TEXT = 120
MOST_WORDS = 8


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


def vendor_named(name: str) -> Vendor | None:
    """The vendor of that name that one can order from, however it is written."""
    return next((one for one in vendors() if folded(one.name) == folded(name)), None)


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


def vendor_reference(reference_id: UUID) -> VendorReference:
    """The vendor reference of that id."""
    found = db.session.get(VendorReference, reference_id)
    if found is None:
        raise NotFound("There is no such vendor reference.")
    return found


def sold_by(vendor: Vendor, *, page: int = 1) -> Page[VendorReference]:
    """What a vendor sells us, by SKU."""
    rows = select(VendorReference).join(Part).where(VendorReference.vendor_id == vendor.id)
    return paged(rows.order_by(Part.sku, VendorReference.number), number=page)


def all_vendors(*, page: int = 1) -> Page[Vendor]:
    """Every vendor by name, those we no longer buy from last."""
    return paged(select(Vendor).order_by(Vendor.active.desc(), Vendor.name), number=page)


def barcodes_of(part: Part) -> Sequence[Barcode]:
    """The codes that mean the part."""
    rows = select(Barcode).where(Barcode.subject_kind == "part", Barcode.subject_id == part.id)
    return db.session.scalars(rows.order_by(Barcode.code)).all()


def barcode(barcode_id: UUID) -> Barcode:
    """The barcode of that id."""
    found = db.session.get(Barcode, barcode_id)
    if found is None:
        raise NotFound("There is no such barcode.")
    return found


def categories() -> Sequence[str]:
    """The categories in use."""
    rows = select(Part.category).where(Part.category != "").distinct()
    return db.session.scalars(rows.order_by(Part.category)).all()


def units() -> Sequence[str]:
    """The units in use."""
    return db.session.scalars(select(Part.unit).distinct().order_by(Part.unit)).all()


def coded(text: str) -> Sequence[Part]:
    """The parts of which the text is a whole code, however it is written: case, dashes, blanks."""
    if not compact(text):
        return []
    rows = select(Part).where(Part.active, found_by([[[f"|{compact(text)}|"]]]))
    return db.session.scalars(rows.order_by(Part.sku)).all()


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The parts that a scanned or typed code names by SKU or by a vendor's number."""
    for code in dict.fromkeys(filter(None, (reading.text, reading.gtin, *reading.part_numbers))):
        for found in coded(code):
            is_its = "SKU" if compact(found.sku) == compact(code) else "vendor’s number"
            yield Meaning(found.subject, is_its, reading.quantity or Decimal(1), reading.serial)


def folded(text: str) -> str:
    """The text as search compares it: lower case, no accents, single spaces, no brackets."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (_folded(character) for character in plain if not unicodedata.combining(character))
    return " ".join("".join(kept).split())


def compact(code: str) -> str:
    """A code as search compares it: letters and digits alone."""
    return "".join(character for character in folded(code) if character.isalnum())


def words_of(sku: str, description: str, codes: Iterable[str]) -> str:
    """What search looks through: `|sku|code|code| sku description code code `.

    Before the words each code stands compact between bars, the SKU first, so that a whole code,
    the beginning of one and the beginning of a word are each one comparison.
    """
    others = sorted({code for code in codes if code})
    whole = [compact(code) for code in (sku, *others)]
    return f"|{'|'.join(whole)}| {folded(' '.join((sku, description, *others)))} "


def all_words() -> dict[UUID, str]:
    """What search should look through, for every part."""
    codes: dict[UUID, list[str]] = defaultdict(list)
    numbers = select(VendorReference.part_id, VendorReference.number)
    barcodes = select(Barcode.subject_id, Barcode.code).where(Barcode.subject_kind == "part")
    for rows in (numbers, barcodes):
        for part_id, code in db.session.execute(rows):
            codes[part_id].append(code)
    asked_for = select(CatalogueRequest).join(Part, Part.id == CatalogueRequest.part_id)
    for one in db.session.scalars(asked_for.where(Part.placeholder)):
        codes[one.part_id].extend(one.codes)
    described = select(Part.id, Part.sku, Part.description)
    return {
        part_id: words_of(sku, description, codes[part_id])
        for part_id, sku, description in db.session.execute(described)
    }


@dataclass(frozen=True)
class Matching:
    """Which parts a text finds, and how well: 0 is best. `alike`: nothing has it as it is typed."""

    parts: ColumnElement[bool]
    rank: ColumnElement[int]
    alike: bool = False


@dataclass(frozen=True)
class Found:
    """What a text found, the best first. `alike`: nothing has it as it is typed."""

    parts: Sequence[Part]
    alike: bool


def matching(text: str, *, among: ColumnElement[bool] | None = None) -> Matching:
    """Which parts match, and how well: 0 is best. What is alike is looked for if none `among` does.

    0 the text is the SKU; 1 it is another code of the part; 2 the SKU begins with it; 3 another
    code does; 4 every word of it begins a word of the part; 5 every word is somewhere in the
    part (one or two letters: at a beginning), or the text is inside a code; 6 a code, 7 all words
    are one slip away, where nothing else is found. Codes are compared without case, dashes and
    blanks.
    """
    code, words = compact(text[:LONGEST_TEXT]), _words(text)
    if not code:
        return Matching(false(), literal(5))
    exact = having(text)
    known = Part.active if among is None else among
    if db.session.scalar(select(Part.id).where(known, exact).limit(1)) is None:
        return _alike(code, words)
    beginning = and_(*(Part.words.contains(f" {word}", autoescape=True) for word in words))
    rank = case(
        (Part.words.startswith(f"|{code}|"), 0),
        (Part.words.contains(f"|{code}|"), 1),
        (Part.words.startswith(f"|{code}"), 2),
        (Part.words.contains(f"|{code}"), 3),
        (beginning, 4),
        else_=5,
    )
    return Matching(exact, rank)


def having(text: str) -> ColumnElement[bool]:
    """Parts of any kind that have the text inside a code, or every word of it somewhere."""
    code, words = compact(text[:LONGEST_TEXT]), _words(text)
    return found_by([[_inside(code)], [_inside(word) for word in words]]) if code else false()


def found(text: str, *, limit: int = FOUND_AT_MOST) -> Found:
    """Active parts by SKU, description, vendor reference or barcode; the best match first.

    Ties stand in the order of their SKUs; see `matching` for what is better than what.
    """
    wanted = matching(text)
    rows = select(Part).where(Part.active, wanted.parts).order_by(wanted.rank, Part.sku)
    return Found(db.session.scalars(rows.limit(limit)).all(), wanted.alike)


def search(text: str, *, limit: int = FOUND_AT_MOST) -> Sequence[Part]:
    """The parts that a text finds, the best match first."""
    return found(text, limit=limit).parts


def _words(text: str) -> list[str]:
    """The words that can be looked for: a dash alone is none."""
    return [word for word in folded(text[:LONGEST_TEXT]).split() if compact(word)][:MOST_WORDS]


def _inside(piece: str) -> Piece:
    """Where it may stand: anywhere, or, being short, at the beginning of a word or code."""
    return [piece] if len(piece) >= 3 else [f" {piece}", f"|{piece}"]


def _alike(code: str, words: Sequence[str]) -> Matching:
    """Parts of which a code, or the words, are one slip away from what was typed."""
    codes = spelling.of_code(code)
    ways = [way for way in (codes, spelling.of_words(words)) if way]
    if not ways:
        return Matching(false(), literal(5))
    rank = case((found_by([codes]), 6), else_=7) if codes else literal(7)
    return Matching(found_by(ways), rank, alike=True)


def _folded(character: str) -> str:
    return character if character.isalnum() or character in "-.+%°" else " "
