"""What was fitted at a site, or for a customer, and when."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.orders.models import Customer, Installation, Order, PartEntry, Site
from partsweb.people.models import Person
from partsweb.stock.models import Serial


def site(site_id: UUID, *, seen_by: Person) -> Site:
    """The site, for the office, and for a technician who has an order there."""
    found = db.session.get(Site, site_id)
    if found is None or not (seen_by.may("see all orders") or _works_at(seen_by, found)):
        raise NotFound("There is no such site, or no order there is yours.")
    return found


def customer(customer_id: UUID, *, seen_by: Person) -> Customer:
    """The customer with all sites, for the office."""
    found = db.session.get(Customer, customer_id)
    if found is None or not seen_by.may("see all orders"):
        raise NotFound("There is no such customer.")
    return found


def fitted_at(place: Site, words: str = "", *, page: int = 1) -> Page[Installation]:
    """What was fitted at the site and wasn't taken back, the latest first."""
    return _paged(_fitted(words).where(Order.site_id == place.id), page)


def fitted_for(whom: Customer, words: str = "", *, page: int = 1) -> Page[Installation]:
    """The same at all sites of a customer."""
    sites = select(Site.id).where(Site.customer_id == whom.id)
    return _paged(_fitted(words).where(Order.site_id.in_(sites)), page)


def warranty_until(one: Installation) -> date | None:
    """Until when the part is under warranty, counted from the day when it was fitted."""
    months = one.entry.part.warranty_months
    return after(clock.day_of(one.occurred_at), months) if months else None


def after(on: date, months: int) -> date:
    """The same day so many months later, or the month's last one."""
    years, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + years, month + 1
    return date(year, month, min(on.day, monthrange(year, month)[1]))


def _works_at(person: Person, place: Site) -> bool:
    rows = select(Order.id).where(Order.site_id == place.id, Order.assigned_to_id == person.id)
    return db.session.scalar(rows.limit(1)) is not None


def _fitted(words: str) -> Select[Installation]:
    rows = (
        select(Installation)
        .join(PartEntry, PartEntry.id == Installation.entry_id)
        .join(Order, Order.id == PartEntry.order_id)
        .join(Part, Part.id == PartEntry.part_id)
        .outerjoin(Serial, Serial.id == Installation.serial_id)
        .where(Installation.taken_back_at.is_(None))
    )
    for word in words.split():
        looked_at = (Serial.number, Installation.original_serial, Installation.where_fitted)
        has = [column.icontains(word, autoescape=True) for column in looked_at]
        folded = catalogue.folded(word)
        if folded:
            has.append(Part.words.contains(folded, autoescape=True))
        rows = rows.where(or_(*has))
    return rows


def _paged(rows: Select[Installation], page: int) -> Page[Installation]:
    return paged(rows.order_by(Installation.occurred_at.desc(), Installation.id), number=page)
