"""Cores, as seen by a person, and what is still to come back for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from partsweb.catalogue.models import Part
from partsweb.codes.queries import Meaning
from partsweb.codes.reading import Reading
from partsweb.extensions import db
from partsweb.kit import clock, subject
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.people.models import Person
from partsweb.returns.models import OPEN, TO_SHIP, Core, CoreState, Payer
from partsweb.stock.models import Movement, Reason

REMINDED_BEFORE = timedelta(days=7)
SHOWN_AT_ONCE = 20


def core(core_id: UUID, *, seen_by: Person) -> Core:
    """One core: of the person's own, or of an order that the person may see."""
    found = db.session.get(Core, core_id)
    if found is None:
        raise NotFound("There is no such core.")
    if not (seen_by.may("see all orders") or found.assignee_id == seen_by.id):
        subject.load(found.about, seen_by=seen_by)
    return found


def cores(show: str, *, seen_by: Person, page: int = 1) -> Page[Core]:
    """The cores that the person has to do with: what is due first, first."""
    rows = select(Core).where(_shown(show), _visible(seen_by))
    return paged(rows.order_by(Core.due_on, Core.number), number=page)


def all_cores(show: str, *, seen_by: Person) -> Sequence[Core]:
    """All of them, for a file."""
    rows = select(Core).where(_shown(show), _visible(seen_by))
    return db.session.scalars(rows.order_by(Core.due_on, Core.number)).all()


def exposure() -> Decimal:
    """What vendors still have of ours for cores: charged, and neither credited nor given up."""
    amounts = select(Core.charge, Core.quantity).where(Core.state.in_(OPEN))
    return sum((charge * quantity for charge, quantity in db.session.execute(amounts)), ZERO)


def own(person: Person) -> Sequence[Core]:
    """What the person has to ship, what is due first, first."""
    rows = select(Core).where(Core.assignee_id == person.id, Core.state.in_(TO_SHIP))
    return db.session.scalars(rows.order_by(Core.due_on).limit(SHOWN_AT_ONCE)).all()


def to_ship(part: Part, serial: str, *, seen_by: Person) -> Sequence[Core]:
    """Cores of the part, or of that unit, that the person could ship."""
    rows = select(Core).where(Core.part_id == part.id, Core.state.in_(TO_SHIP), _visible(seen_by))
    if serial:
        rows = rows.where(Core.serial == serial)
    return db.session.scalars(rows.order_by(Core.due_on).limit(3)).all()


def of_orders(order_ids: Sequence[UUID]) -> dict[UUID, list[Core]]:
    """What was left over on the orders."""
    rows = select(Core).where(
        Core.about_kind == "order",
        Core.about_id.in_(order_ids),
        Core.state != CoreState.CANCELLED,
    )
    found: dict[UUID, list[Core]] = defaultdict(list)
    for one in db.session.scalars(rows.order_by(Core.made_at, Core.number)):
        found[one.about_id].append(one)
    return found


def borne_by_customer(one: Core) -> Decimal:
    """What of it the customer is billed."""
    return one.uncredited if one.payer == Payer.CUSTOMER else ZERO


def left_by(cause: Subject) -> Core | None:
    """What the installation left over and still counts."""
    rows = select(Core).where(
        Core.cause_kind == cause.kind,
        Core.cause_id == cause.id,
        Core.state != CoreState.CANCELLED,
    )
    return db.session.scalar(rows)


def due_soon() -> Sequence[Core]:
    """What has to be shipped within a week."""
    rows = select(Core).where(
        Core.state.in_(TO_SHIP),
        Core.due_on >= clock.today(),
        Core.due_on <= clock.today() + REMINDED_BEFORE,
    )
    return db.session.scalars(rows.order_by(Core.due_on)).all()


def receipt_of(part: Part, *, serial_id: UUID | None, before: datetime) -> Movement | None:
    """When the new part came in: that unit, else the last delivery of the part before then."""
    undone = aliased(Movement)
    rows = select(Movement).where(
        Movement.part_id == part.id,
        Movement.reason == Reason.RECEIPT,
        Movement.occurred_at <= before,
        ~select(undone.id).where(undone.reverses_id == Movement.id).exists(),
    )
    if serial_id is not None:
        rows = rows.where(Movement.serial_id == serial_id)
    return db.session.scalars(rows.order_by(Movement.occurred_at.desc()).limit(1)).first()


def recognised(reading: Reading) -> Iterable[Meaning]:
    """The core whose number or RMA stands on the tag."""
    text = reading.text.strip()
    rows = select(Core).where(
        (Core.number == text.upper()) | and_(Core.rma == text, Core.rma != "")
    )
    return [Meaning(found.subject, "number") for found in db.session.scalars(rows.limit(5))]


def _shown(show: str) -> ColumnElement[bool]:
    if show == "shipped":
        return Core.state == CoreState.SHIPPED
    if show == "undecided":
        return and_(Core.uncredited > ZERO, Core.payer.is_(None))
    if show == "all":
        return Core.state != CoreState.CANCELLED
    return Core.state.in_(TO_SHIP)


def _visible(person: Person) -> ColumnElement[bool]:
    if person.may("see all orders"):
        return Core.id.is_not(None)
    return Core.assignee_id == person.id


def counts(*, seen_by: Person) -> dict[str, int]:
    """How many of them each view shows."""
    return {
        show: db.session.scalar(
            select(func.count()).select_from(Core).where(_shown(show), _visible(seen_by))
        )
        or 0
        for show in ("open", "shipped", "undecided")
    }


subject.announce(
    subject.Kind(
        "core",
        load=lambda core_id, person: core(core_id, seen_by=person),
        title=lambda found: f"Core {found.number}, {found.part.sku}",
        url=lambda found: f"/cores/{found.id}",
        model=Core,
    )
)
