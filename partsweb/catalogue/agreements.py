"""What is agreed with vendors whose stock lies with us."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from partsweb.catalogue import agreement_queries as queries
from partsweb.catalogue.models import Agreement, AgreementPrice, Part, Vendor
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal

LONGEST_NUMBER = 60


def agree(vendor: Vendor, number: str, *, note: str = "") -> Agreement:
    """Record a consignment agreement with a vendor."""
    number = " ".join(number.split())
    if not number or len(number) > LONGEST_NUMBER:
        said = f"An agreement has a number of 1 to {LONGEST_NUMBER} characters."
        raise Refusal(said, field="number")
    if queries.by_number(number):
        raise Refusal(f"There is an agreement {number} already.", field="number")
    agreement = Agreement(vendor=vendor, number=number, note=note.strip())
    db.session.add(agreement)
    db.session.flush()
    return agreement


def say(agreement: Agreement, note: str) -> None:
    """Change what is noted of it; its number and vendor stay."""
    agreement.note = note.strip()
    db.session.flush()


def agree_price(
    agreement: Agreement, part: Part, *, agreed: Decimal, sell: Decimal, since: date
) -> AgreementPrice:
    """What a part is due at once installed, and sold for, from a day on; said again, corrected."""
    if min(agreed, sell) < 0:
        raise Refusal("A price can’t be below zero.", field="agreed")
    same = select(AgreementPrice).where(
        AgreementPrice.agreement_id == agreement.id,
        AgreementPrice.part_id == part.id,
        AgreementPrice.since == since,
    )
    price = db.session.scalar(same)
    if price is None:
        price = AgreementPrice(agreement=agreement, part=part, since=since)
        db.session.add(price)
    price.agreed, price.sell = agreed, sell
    db.session.flush()
    return price


def hand_over(part: Part, *, to: Part) -> None:
    """A part turned out to be another: what was agreed for it holds for that, if nothing did."""
    prices = select(AgreementPrice).where(AgreementPrice.part_id == part.id)
    for price in db.session.scalars(prices).all():
        if queries.price(price.agreement, to, on=price.since) is None:
            price.part = to
        else:
            db.session.delete(price)
    db.session.flush()
