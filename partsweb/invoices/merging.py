"""What was billed as a placeholder was billed as the part that it turned out to be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from partsweb.catalogue.models import CatalogueRequest, Part
from partsweb.extensions import db
from partsweb.invoices.models import InvoiceLine
from partsweb.people.models import Person


def follow(request: CatalogueRequest, *, into: Part, by: Person, at: datetime) -> None:
    """Every invoice line of it is one of the part."""
    billed = update(InvoiceLine).where(InvoiceLine.part_id == request.part_id)
    db.session.execute(billed.values(part_id=into.id))
