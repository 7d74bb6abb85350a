"""Which files were brought in, and how they stand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from partsweb.exchange import offers
from partsweb.exchange.models import Import
from partsweb.extensions import db
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.people.models import Person


def imports(*, seen_by: Person, page: int = 1) -> Page[Import]:
    """Those of the kinds that the person may bring in, the latest first."""
    kinds = [offer.name for offer in offers.offered(to=seen_by)]
    rows = select(Import).where(Import.kind.in_(kinds))
    return paged(rows.order_by(Import.started_at.desc(), Import.id), number=page)


def an_import(import_id: UUID, *, seen_by: Person) -> Import:
    """One of them: whoever may bring that kind in may go on with it."""
    found = db.session.get(Import, import_id)
    kinds = {offer.name for offer in offers.offered(to=seen_by)}
    if found is None or found.kind not in kinds:
        raise NotFound("There is no such import.")
    return found
