"""What is due to vendors: what stands installed of theirs, at the price agreed for its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager

from partsweb.billing.drafting import to_the_cent
from partsweb.catalogue import agreement_queries as agreements
from partsweb.catalogue.models import Agreement, AgreementPrice, Part
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.locations.models import PLACES, Location
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.stock.models import OURS, Balance, Movement, Owner, Reason


@dataclass(frozen=True)
class Wanted:
    """Which dues are listed: of days, and of one agreement."""

    since: date | None = None
    until: date | None = None
    agreement_id: UUID | None = None


@dataclass(frozen=True)
class Due:
    """One installation of a vendor's part. Without an agreement or price nobody knows how much."""

    moved: Movement
    owner: Owner
    order: Order
    agreement: Agreement | None
    price: Decimal | None

    @property
    def amount(self) -> Decimal:
        """What the vendor gets for it."""
        return to_the_cent(self.moved.quantity * (self.price or ZERO))


@dataclass(frozen=True)
class OfPart:
    """What is due for a part at one price."""

    part: Part
    price: Decimal | None
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True)
class OfAgreement:
    """What is due under one agreement, or without any."""

    owner: Owner
    agreement: Agreement | None
    parts: Sequence[OfPart]

    @property
    def amount(self) -> Decimal:
        """What the vendor gets."""
        return sum((one.amount for one in self.parts), ZERO)


def dues(wanted: Wanted) -> list[Due]:
    """Each installation that stands, the oldest first; taken back it is due no longer."""
    undone = aliased(Movement)
    rows = (
        select(Movement, Owner, Installation)
        .join(Owner, Owner.id == Movement.owner_id)
        .join(Installation, Installation.id == Movement.cause_id)
        .join(Installation.entry)
        .join(PartEntry.order)
        .options(contains_eager(Installation.entry).contains_eager(PartEntry.order))
        .where(
            Movement.owner_id != OURS,
            Movement.reason == Reason.INSTALL,
            Movement.cause_kind == "installation",
            ~select(undone.id).where(undone.reverses_id == Movement.id).exists(),
        )
        .order_by(Movement.occurred_at, Movement.id)
    )
    if wanted.since:
        rows = rows.where(Movement.posted_on >= wanted.since)
    if wanted.until:
        rows = rows.where(Movement.posted_on <= wanted.until)
    if wanted.agreement_id:
        rows = rows.where(PartEntry.agreement_id == wanted.agreement_id)
    prices = agreements.all_prices()
    return [_due(moved, owner, one, prices) for moved, owner, one in db.session.execute(rows)]


def by_agreement(found: Iterable[Due]) -> list[OfAgreement]:
    """The dues added up, by vendor, agreement, part and price."""
    sums: dict[tuple[Owner, Agreement | None], dict[tuple[Part, Decimal | None], list[Due]]]
    sums = defaultdict(lambda: defaultdict(list))
    for due in found:
        sums[due.owner, due.agreement][due.moved.part, due.price].append(due)
    listed = [
        OfAgreement(owner, agreement, [_of_part(key, some) for key, some in parts.items()])
        for (owner, agreement), parts in sums.items()
    ]
    return sorted(
        listed, key=lambda one: (one.owner.name, one.agreement.number if one.agreement else "")
    )


def lying_here(agreement: Agreement) -> Sequence[tuple[Part, Location, Decimal]]:
    """What of the vendor's lies in our warehouses and vans."""
    rows = (
        select(Part, Location, func.sum(Balance.quantity))
        .join(Part, Part.id == Balance.part_id)
        .join(Location, Location.id == Balance.location_id)
        .join(Owner, Owner.id == Balance.owner_id)
        .where(
            Owner.vendor_id == agreement.vendor_id,
            Location.kind.in_(PLACES),
            Balance.quantity != ZERO,
        )
        .group_by(Part.id, Location.id)
        .order_by(Part.sku, Location.name)
    )
    return [(part, place, held) for part, place, held in db.session.execute(rows)]


def _due(
    moved: Movement,
    owner: Owner,
    one: Installation,
    prices: dict[tuple[UUID, UUID], list[AgreementPrice]],
) -> Due:
    agreement = one.entry.agreement
    found = None
    if agreement is not None:
        known = prices.get((agreement.id, moved.part_id), [])
        found = agreements.in_force(known, clock.day_of(moved.occurred_at))
    return Due(moved, owner, one.entry.order, agreement, found.agreed if found else None)


def _of_part(key: tuple[Part, Decimal | None], some: Sequence[Due]) -> OfPart:
    part, price = key
    quantity = sum((due.moved.quantity for due in some), ZERO)
    return OfPart(part, price, quantity, sum((due.amount for due in some), ZERO))
