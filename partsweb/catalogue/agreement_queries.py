"""Consignment agreements, and what they say of a part on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from partsweb.catalogue.models import Agreement, AgreementPrice, Part, Vendor, VendorReference
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotFound


def agreement(agreement_id: UUID) -> Agreement:
    """The agreement of that id."""
    found = db.session.get(Agreement, agreement_id)
    if found is None:
        raise NotFound("There is no such agreement.")
    return found


def by_number(number: str) -> Agreement | None:
    """The agreement of that number."""
    return db.session.scalar(select(Agreement).where(Agreement.number == number))


def agreements() -> Sequence[Agreement]:
    """All of them, by vendor."""
    rows = select(Agreement).join(Agreement.vendor)
    return db.session.scalars(rows.order_by(Vendor.name, Agreement.number)).all()


def prices_of(agreement: Agreement) -> Sequence[AgreementPrice]:
    """What was ever agreed for each part, the newest price of a part first."""
    rows = select(AgreementPrice).where(AgreementPrice.agreement_id == agreement.id)
    in_order = rows.join(Part, Part.id == AgreementPrice.part_id).order_by(
        Part.sku, AgreementPrice.since.desc()
    )
    return db.session.scalars(in_order).all()


def all_prices() -> dict[tuple[UUID, UUID], list[AgreementPrice]]:
    """By agreement and part, the newest first."""
    found: dict[tuple[UUID, UUID], list[AgreementPrice]] = {}
    rows = select(AgreementPrice).order_by(AgreementPrice.since.desc())
    for row in db.session.scalars(rows):
        found.setdefault((row.agreement_id, row.part_id), []).append(row)
    return found


def in_force(prices: Sequence[AgreementPrice], on: date) -> AgreementPrice | None:
    """The price of that day, of one part's prices, the newest first."""
    return next((price for price in prices if price.since <= on), None)


def price(agreement: Agreement, part: Part, *, on: date | None = None) -> AgreementPrice | None:
    """What the agreement says of the part, today or on a day."""
    rows = select(AgreementPrice).where(
        AgreementPrice.agreement_id == agreement.id,
        AgreementPrice.part_id == part.id,
        AgreementPrice.since <= (on or clock.today()),
    )
    return db.session.scalars(rows.order_by(AgreementPrice.since.desc())).first()


def covering(part: Part) -> Sequence[Agreement]:
    """Agreements that name the part, and those of vendors who sell it."""
    named = select(AgreementPrice.agreement_id).where(AgreementPrice.part_id == part.id)
    sellers = select(VendorReference.vendor_id).where(VendorReference.part_id == part.id)
    rows = select(Agreement).where(or_(Agreement.id.in_(named), Agreement.vendor_id.in_(sellers)))
    return db.session.scalars(rows.order_by(Agreement.number)).all()


def under_which(vendor_id: UUID, part: Part) -> Agreement | None:
    """Under which agreement the vendor keeps the part with us: that names it, else his only one."""
    mine = [one for one in agreements() if one.vendor_id == vendor_id]
    named = [one for one in mine if price(one, part) is not None]
    return next(iter(named), mine[0] if len(mine) == 1 else None)
