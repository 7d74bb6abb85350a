"""Which parts were asked for, by whom, and what they may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select

from partsweb.catalogue import queries
from partsweb.catalogue.models import CatalogueRequest, Part, RequestState
from partsweb.extensions import db
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.people.models import Person

KEEPS = "keep the catalogue"
LIKELY = 6
# Shorter words than these tell nothing: of, for, 12.
SHORTEST_WORD = 3


def catalogue_request(request_id: UUID, *, seen_by: Person) -> CatalogueRequest:
    """A request for who asked, the office, and who keeps the catalogue."""
    found = db.session.get(CatalogueRequest, request_id)
    if found is None or not (
        found.asked_by_id == seen_by.id or seen_by.may(KEEPS) or seen_by.may("see all orders")
    ):
        raise NotFound("There is no such request.")
    return found


def catalogue_requests(
    *, seen_by: Person, answered: bool = False, page: int = 1
) -> Page[CatalogueRequest]:
    """Open requests, the oldest first, or answered ones, the latest first; one's own, or all."""
    rows = select(CatalogueRequest).where(_seen(seen_by))
    if answered:
        rows = rows.where(CatalogueRequest.state != RequestState.REQUESTED)
        newest = (CatalogueRequest.decided_at.desc(), CatalogueRequest.id)
        return paged(rows.order_by(*newest), number=page)
    rows = rows.where(CatalogueRequest.state == RequestState.REQUESTED)
    return paged(rows.order_by(CatalogueRequest.asked_at, CatalogueRequest.id), number=page)


def waiting() -> int:
    """How many requests nobody has answered."""
    rows = select(func.count()).select_from(CatalogueRequest)
    return db.session.scalar(rows.where(CatalogueRequest.state == RequestState.REQUESTED)) or 0


def request_for(part: Part) -> CatalogueRequest | None:
    """The request that the placeholder, or what it became, goes back to."""
    return db.session.scalar(select(CatalogueRequest).where(CatalogueRequest.part_id == part.id))


def requests_for(parts: Iterable[Part]) -> dict[UUID, CatalogueRequest]:
    """By part: the requests of placeholders."""
    ids = {part.id for part in parts if part.placeholder}
    if not ids:
        return {}
    rows = select(CatalogueRequest).where(CatalogueRequest.part_id.in_(ids))
    return {one.part_id: one for one in db.session.scalars(rows)}


def asked_like(words: str, *, but: CatalogueRequest | None = None) -> Sequence[CatalogueRequest]:
    """Open requests that have the words, or a number, in them: asked for already, perhaps."""
    rows = (
        select(CatalogueRequest)
        .join(Part, Part.id == CatalogueRequest.part_id)
        .where(CatalogueRequest.state == RequestState.REQUESTED, queries.having(words))
        .order_by(CatalogueRequest.asked_at)
        .limit(LIKELY)
    )
    if but is not None:
        rows = rows.where(CatalogueRequest.id != but.id)
    return db.session.scalars(rows).all()


def of_number(codes: Iterable[str]) -> CatalogueRequest | None:
    """The open request that names one of these numbers as a whole code."""
    compacted = [f"|{queries.compact(code)}|" for code in codes if queries.compact(code)]
    if not compacted:
        return None
    same = or_(*(Part.words.contains(code) for code in compacted))
    rows = (
        select(CatalogueRequest)
        .join(Part, Part.id == CatalogueRequest.part_id)
        .where(CatalogueRequest.state == RequestState.REQUESTED, same)
    )
    return db.session.scalars(rows.order_by(CatalogueRequest.asked_at)).first()


def likely_parts(request: CatalogueRequest) -> Sequence[Part]:
    """Parts of the catalogue that the request may mean: by its numbers, then by its words."""
    found: dict[UUID, Part] = {}
    for code in request.codes:
        found |= {part.id: part for part in queries.search(code, limit=LIKELY)}
    for part in _by_words(request.description):
        found.setdefault(part.id, part)
    return [part for part in found.values() if part.id != request.part_id][:LIKELY]


def _by_words(description: str) -> Sequence[Part]:
    """What has all the words, else what has the most of them."""
    exact = queries.search(description, limit=LIKELY)
    if exact:
        return exact
    words = [word for word in queries.folded(description).split() if len(word) >= SHORTEST_WORD]
    if not words:
        return ()
    has = [Part.words.contains(word, autoescape=True) for word in words[: queries.MOST_WORDS]]
    many = sum((case((one, 1), else_=0) for one in has), literal(0))
    rows = select(Part).where(Part.active, or_(*has)).order_by(many.desc(), Part.sku)
    return db.session.scalars(rows.limit(LIKELY)).all()


def _seen(person: Person) -> ColumnElement[bool]:
    if person.may(KEEPS) or person.may("see all orders"):
        return CatalogueRequest.id.is_not(None)
    return CatalogueRequest.asked_by_id == person.id
