"""How it stands with flagged entries, and the claims that came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from partsweb.approvals.models import Approval, Decision
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.kit import subject
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.words import money, qty
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.people.models import Person
from partsweb.warranty.models import Claim, ClaimState, Hold


@dataclass(frozen=True)
class Standing:
    """How an entry stands: how much of it waits for a decision, and what the customer is spared."""

    undecided: Decimal = ZERO
    covered: Decimal = ZERO
    latest: Hold | None = None

    @property
    def sent_back(self) -> bool:
        """Whether the technician has to explain it further and ask again."""
        return (
            self.undecided > ZERO
            and self.latest is not None
            and self.latest.approval.decision == Decision.SENT_BACK
        )

    @property
    def in_words(self) -> str:
        """What the last decision was, and why."""
        if self.latest is None or not self.latest.answered:
            return ""
        said = self.latest.approval
        part = f", {money(said.granted)} of it" if said.granted is not None else ""
        why = f": {said.why}" if said.why else ""
        return f"Warranty {said.decision.value}{part}{why}"


NOT_FLAGGED = Standing()


def holds(entry_ids: Sequence[UUID]) -> dict[UUID, list[Hold]]:
    """What was asked about the entries, oldest first."""
    if not entry_ids:
        return defaultdict(list)
    rows = select(Hold).join(Hold.approval).where(Hold.entry_id.in_(entry_ids))
    found: dict[UUID, list[Hold]] = defaultdict(list)
    for hold in db.session.scalars(rows.order_by(Approval.asked_at, Hold.id)):
        found[hold.entry_id].append(hold)
    return found


def standing(entry: PartEntry, asked: Sequence[Hold]) -> Standing:
    """A decision is for as many as were decided; what was installed beyond waits for another.

    Of fewer than were decided, the part that was granted covers as large a share.
    """
    answered = [hold for hold in asked if hold.answered]
    decided = sum((hold.quantity for hold in answered), ZERO)
    granted = sum((hold.granted for hold in answered), ZERO)
    if decided > entry.installed:
        granted = rounded(granted * entry.installed / decided)
    undecided = max(entry.installed - decided, ZERO) if entry.warranty else ZERO
    return Standing(undecided, granted, asked[-1] if asked else None)


def standing_of(entry: PartEntry) -> Standing:
    """How one entry stands."""
    return standing(entry, holds([entry.id])[entry.id])


def hold_of(approval: Approval) -> Hold | None:
    """What the question is about."""
    return db.session.scalar(select(Hold).where(Hold.approval_id == approval.id))


def fitted_before(entry: PartEntry) -> Installation | None:
    """When the same part was fitted at the site the last time before."""
    since = min((one.occurred_at for one in entry.installations), default=entry.requested_at)
    rows = (
        select(Installation)
        .join(Installation.entry)
        .join(PartEntry.order)
        .where(
            Order.site_id == entry.order.site_id,
            PartEntry.part_id == entry.part_id,
            PartEntry.id != entry.id,
            Installation.taken_back_at.is_(None),
            Installation.occurred_at < since,
        )
    )
    return db.session.scalars(rows.order_by(Installation.occurred_at.desc())).first()


def months_between(earlier: datetime, later: datetime) -> int:
    """Whole months from one day to the other."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def likely_vendor(entry: PartEntry) -> Vendor | None:
    """From whom the part usually comes."""
    references = catalogue.references_of(entry.part)
    return references[0].vendor if references else None


# --- Claims -----------------------------------------------------------------------------------


def claim(claim_id: UUID) -> Claim:
    """One claim."""
    found = db.session.get(Claim, claim_id)
    if found is None:
        raise NotFound("There is no such claim.")
    return found


def claims(state: ClaimState | None = None, *, page: int = 1) -> Page[Claim]:
    """Claims, those with something to do first."""
    rows = select(Claim)
    if state:
        rows = rows.where(Claim.state == state)
    return paged(rows.order_by(Claim.made_at.desc(), Claim.number.desc()), number=page)


def claims_by_state() -> dict[ClaimState, tuple[int, Decimal]]:
    """How many there are of each state, and what they come to."""
    rows = select(Claim.state, func.count(), func.sum(Claim.amount)).group_by(Claim.state)
    return {state: (many, amount) for state, many, amount in db.session.execute(rows)}


def claims_of(entry: PartEntry) -> Sequence[Claim]:
    """What was claimed for an entry."""
    rows = select(Claim).where(Claim.entry_id == entry.id)
    return db.session.scalars(rows.order_by(Claim.made_at)).all()


def claim_title(found: Claim) -> str:
    """WC-1001, 1 × VK4105."""
    return f"{found.number}, {qty(found.quantity)} × {found.entry.part.sku}"


def _claim_seen(claim_id: UUID, person: Person) -> Claim:
    if not person.may("see claims"):
        raise NotFound("There is no such claim.")
    return claim(claim_id)


subject.announce(
    subject.Kind(
        "warranty-claim",
        load=_claim_seen,
        title=claim_title,
        url=lambda found: f"/warranty/claims/{found.id}",
        model=Claim,
    )
)
