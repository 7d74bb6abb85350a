"""Asking for a part that isn't in the catalogue, and the answers: created, merged, declined.

What rooms above do about an answer (entries, stock, purchase orders) they do when they hear of it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select, update

from partsweb.catalogue import agreements, asked, queries, rules
from partsweb.catalogue.models import (
    CatalogueRequest,
    Part,
    RequestState,
    Vendor,
)
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person
from partsweb.people.permissions import COORDINATOR
from partsweb.timeline import rules as timeline

# Sent with the request, before it is marked as answered; who can't follow refuses.
part_created = event("part-created")
part_merged = event("part-merged")
part_declined = event("part-declined")


def ask(
    description: str,
    *,
    by: Person,
    at: datetime,
    vendor: Vendor | None = None,
    vendor_name: str = "",
    vendor_number: str = "",
    maker: str = "",
    maker_number: str = "",
    code: str = "",
    notes: str = "",
    paper: str = "",
    serialized: bool = False,
    another: bool = False,
    request_id: UUID | None = None,
) -> CatalogueRequest:
    """Ask to add a part, and get a placeholder to work on with.

    A number that is known or was asked for already is refused, unless it is `another` part.
    """
    if request_id is not None and db.session.get(CatalogueRequest, request_id) is not None:
        raise Refusal("This was asked for already.")
    codes = [one.strip() for one in (vendor_number, maker_number, code) if one.strip()]
    if not another:
        _refuse_known(codes)
    part = _placeholder(description, serialized=serialized)
    request = CatalogueRequest(
        id=request_id or uuid4(),
        part=part,
        state=RequestState.REQUESTED,
        name=part.sku,
        description=part.description,
        vendor=vendor,
        vendor_name=" ".join(vendor_name.split()),
        vendor_number=vendor_number.strip(),
        maker=" ".join(maker.split()),
        maker_number=maker_number.strip(),
        code=code.strip(),
        notes=notes.strip(),
        paper=paper,
        asked_by=by,
        asked_at=at,
    )
    db.session.add(request)
    db.session.flush()
    if vendor is not None:
        rules.list_part(part, vendor, number=vendor_number)
    rules.refresh_words(part)
    said = f"{part.sku} asked for: {part.description}"
    timeline.record(request.subject, "catalogue-asked", said, by=by, at=at, body=request.notes)
    where = f" on {paper}" if paper else ""
    timeline.tell_role(COORDINATOR, request.subject, f"{by.name} asks for a part{where}: {said}")
    return request


def create(
    request: CatalogueRequest,
    sku: str,
    *,
    by: Person,
    at: datetime,
    description: str,
    category: str = "",
    unit: str = "EA",
    serialized: bool = False,
    compliance: bool = False,
    core_charge: Decimal = ZERO,
    list_price: Decimal = ZERO,
    barcode: str = "",
) -> Part:
    """Take the part into the catalogue: the placeholder becomes it, whatever points to it stays."""
    _refuse_answered(request)
    sku, part = sku.strip(), request.part
    if sku.upper() == request.name:
        raise Refusal(f"{request.name} is only its name meanwhile. Give it a SKU.", field="sku")
    rules.refuse_sku(sku)
    part.sku, part.serialized, part.placeholder = sku, serialized, False
    rules.change_part(
        part,
        description=description,
        category=category,
        unit=unit,
        compliance=compliance,
        core_charge=core_charge,
        list_price=list_price,
        active=True,
    )
    if barcode.strip():
        rules.add_barcode(part, barcode)
    part_created.send(request, by=by, at=at)
    _answer(request, RequestState.CREATED, f"In the catalogue as {sku}", by=by, at=at)
    rules.refresh_words(part)
    return part


def merge(
    request: CatalogueRequest, into: Part, *, by: Person, at: datetime, teach: bool = True
) -> None:
    """It is a part that we have: all that was done with the placeholder goes over to it.

    `teach` gives the vendor's number and the scanned code to that part.
    """
    _refuse_answered(request)
    if into.id == request.part_id:
        raise Refusal("That is the very part that is asked for. Choose another.", field="part")
    refuse_merged(into)
    part_merged.send(request, into=into, by=by, at=at)
    _hand_over(request, into, teach=teach)
    request.merged_into = into
    _answer(request, RequestState.MERGED, f"It is {into.sku}, {into.description}", by=by, at=at)


def decline(request: CatalogueRequest, why: str, *, by: Person, at: datetime) -> None:
    """It will not be added; what was fitted of it already stays as it is."""
    _refuse_answered(request)
    if not request.open:
        raise Refusal(f"{request.name} was declined already.")
    if not why.strip():
        raise Refusal("Say why: the technician stands in front of the customer.", field="why")
    request.why = why.strip()
    part_declined.send(request, by=by, at=at)
    _answer(request, RequestState.DECLINED, f"Not added: {request.why}", by=by, at=at)


def refuse_merged(part: Part) -> None:
    """Nothing more is done with a placeholder that turned out to be another part.

    It is asked for under a lock: a merge that is under way is waited for.
    """
    if not part.placeholder:
        return
    row = select(CatalogueRequest.merged_into_id).where(CatalogueRequest.part_id == part.id)
    into_id = db.session.scalar(row.with_for_update(read=True))
    if into_id is not None:
        into = queries.part(into_id)
        raise Refusal(
            f"{part.sku} is {into.sku} in the catalogue now: look again, and take that one."
        )


def _placeholder(description: str, *, serialized: bool) -> Part:
    sku = _free_name()
    part = rules.add_part(sku, description, serialized=serialized)
    part.active, part.placeholder = False, True
    db.session.flush()
    return part


def _free_name() -> str:
    """NEW-0012, unless somebody calls a part of the catalogue so."""
    while queries.by_sku(name := f"{rules.PLACEHOLDER}{next_number('catalogue request'):04d}"):
        pass
    return name


def _refuse_known(codes: list[str]) -> None:
    known = next((part for code in codes for part in queries.coded(code)), None)
    if known is not None:
        raise Refusal(
            f"{known.sku}, {known.description}, has that number: take it. If yours is another "
            "part, open the fold below and tick that it is.",
            field="another",
        )
    twin = asked.of_number(codes)
    if twin is not None:
        raise Refusal(
            f"{twin.name}, {twin.description}, was asked for with that number already: take it. "
            "If yours is another part, open the fold below and tick that it is.",
            field="another",
        )


def _refuse_answered(request: CatalogueRequest) -> None:
    """One of two who answer at once is the second. What was declined can still be added."""
    db.session.flush()
    row = select(CatalogueRequest).where(CatalogueRequest.id == request.id)
    row = row.with_for_update(of=CatalogueRequest).execution_options(populate_existing=True)
    db.session.scalars(row).one()
    if request.state == RequestState.CREATED:
        raise Refusal(f"{request.name} is in the catalogue already, as {request.part.sku}.")
    if request.merged_into_id is not None:
        raise Refusal(f"{request.name} is {queries.part(request.merged_into_id).sku} already.")


def _answer(
    request: CatalogueRequest, state: RequestState, said: str, *, by: Person, at: datetime
) -> None:
    request.state, request.decided_by, request.decided_at = state, by, at
    timeline.record(request.subject, f"catalogue-{state.value}", said, by=by, at=at)
    if not request.paper and request.asked_by_id != by.id:
        timeline.tell(request.asked_by, request.subject, f"{request.name}: {said}")
    db.session.flush()


def _hand_over(request: CatalogueRequest, into: Part, *, teach: bool) -> None:
    """The placeholder's references and codes become the part's, where it hasn't got them."""
    part = request.part
    kept = {(one.vendor_id, one.number) for one in queries.references_of(into)}
    for one in queries.references_of(part):
        if teach and one.number and (one.vendor_id, one.number) not in kept:
            one.part, one.preferred = into, False
        else:
            db.session.delete(one)
    taught = update(Barcode).where(Barcode.subject_kind == "part", Barcode.subject_id == part.id)
    db.session.execute(taught.values(subject_id=into.id))
    agreements.hand_over(part, to=into)
    db.session.flush()
    if teach and request.code and not _means_something(request.code):
        rules.add_barcode(into, request.code)
    rules.refresh_words(part)
    rules.refresh_words(into)


def _means_something(code: str) -> bool:
    return db.session.scalar(select(Barcode.id).where(Barcode.code == code)) is not None
