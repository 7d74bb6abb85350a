"""Work orders of another system, by number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from partsweb.exchange.customers import CustomersNamed, folded
from partsweb.exchange.kind import (
    ADDED,
    UNCHANGED,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    as_it_is,
    compared,
    known_by,
)
from partsweb.exchange.values import Code, Moment, Words, shown
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.orders import elsewhere
from partsweb.orders.models import Order, OrderState, Site
from partsweb.people.models import Person

KEPT = ("summary", "description", "equipment", "state", "scheduled_for", "assigned_to_id")
WORDS = {
    "open": OrderState.NEW,
    "pending": OrderState.NEW,
    "planned": OrderState.SCHEDULED,
    "assigned": OrderState.SCHEDULED,
    "started": OrderState.IN_PROGRESS,
    "working": OrderState.IN_PROGRESS,
    "on hold": OrderState.AWAITING_PARTS,
    "waiting for parts": OrderState.AWAITING_PARTS,
    "complete": OrderState.COMPLETED,
    "closed": OrderState.COMPLETED,
    "done": OrderState.COMPLETED,
    "finished": OrderState.COMPLETED,
    "canceled": OrderState.CANCELLED,
}


def _state(cell: str) -> OrderState:
    word = " ".join(cell.replace("_", " ").replace("-", " ").split()).casefold()
    for state in OrderState:
        if word == state.value.casefold():
            return state
    if word in WORDS:
        return WORDS[word]
    states = ", ".join(OrderState)
    raise ValueError(f"{shown(cell.strip())} is none of {states}")


class OrderRow(Row):
    """One work order."""

    synonyms: ClassVar[Names] = {
        "number": ("order number", "work order", "work order number", "wo", "job", "job number"),
        "customer": ("customer number", "customer name", "customer id", "account"),
        "site": ("site name", "site address", "address", "street", "location"),
        "summary": ("title", "subject", "problem", "short description"),
        "description": ("details", "long description", "notes"),
        "equipment": ("asset", "unit", "machine", "appliance"),
        "state": ("status", "order status"),
        "created_at": ("created", "created on", "date", "opened", "order date"),
        "scheduled_for": ("scheduled", "scheduled on", "appointment", "due", "due date"),
        "changed_at": ("completed", "completed on", "closed on", "status date"),
        "technician": ("assigned to", "engineer", "assignee"),
    }

    number: Code = Field(description="what tells orders apart")
    customer: Words = Field(description="the customer's number or name")
    site: Words = Field("", description="the site's name or street; needed where there are several")
    summary: Words = Field(description="what is to be done, in a few words")
    description: Words = Field("", description="all that is known of it")
    equipment: Words = Field("", description="what it is about")
    state: Annotated[OrderState, BeforeValidator(_state)] = Field(
        OrderState.NEW, description="how it stands; New or Scheduled where it isn't said"
    )
    created_at: Moment | None = Field(None, description="when it was made")
    scheduled_for: Moment | None = Field(None, description="when somebody goes there")
    changed_at: Moment | None = Field(None, description="since when it stands so")
    technician: Words = Field("", description="who works on it: sign-in name or name")

    @property
    def key(self) -> Hashable:
        """The number."""
        return self.number

    @property
    def stands(self) -> OrderState:
        """As it is said, else by whether a day is set."""
        if "state" in self.model_fields_set or self.scheduled_for is None:
            return self.state
        return OrderState.SCHEDULED


class Orders(Kind[OrderRow]):
    """What is to be done at customers' sites, and what was."""

    name: ClassVar = "orders"
    things: ClassVar = "orders"
    row: ClassVar = OrderRow

    def __init__(self, rows: Sequence[OrderRow]) -> None:
        """Look up orders, customers with their sites, and people."""
        self.orders: dict[str, Order] = known_by(Order.number, (row.number for row in rows))
        self.worked_on = elsewhere.worked_on_here([order.id for order in self.orders.values()])
        self.customers = CustomersNamed()
        self.people: dict[str, list[Person]] = defaultdict(list)
        for person in db.session.scalars(select(Person)):
            for name in {person.login.casefold(), folded(person.name)}:
                self.people[name].append(person)
        self.stay = 0

    def keep(self, row: OrderRow) -> Kept:
        """Keep the order as it stands there, unless somebody worked on it here."""
        known = self.orders.get(row.number)
        if known is not None and known.id in self.worked_on:
            self.stay += 1
            return UNCHANGED
        site, technician = self._site(row), self._technician(row)
        told = self._told(row, technician)
        if known is None:
            elsewhere.record_order(
                row.number,
                site,
                row.summary,
                state=row.stands,
                description=row.description,
                equipment=row.equipment,
                created_at=_moment(row.created_at),
                changed_at=_moment(row.changed_at),
                scheduled_for=_moment(row.scheduled_for),
                assigned_to=technician,
            )
            return ADDED
        before = as_it_is(known, KEPT)
        if before | told == before and known.site_id == site.id:
            return UNCHANGED
        elsewhere.change_order(known, **(before | told))
        fields = dict(compared(before, as_it_is(known, KEPT)).fields)
        if known.site_id != site.id:
            known.site_id = site.id
            fields["site"] = ("another", site.name or site.street)
        if "assigned_to_id" in fields:
            del fields["assigned_to_id"]
            fields["technician"] = ("", technician.name if technician else "")
        return UNCHANGED.also(fields)

    def finish(self, on_rows: OnRows) -> None:
        """Write all of it."""
        db.session.flush()

    def notes(self) -> list[str]:
        """What people did here counts more than what the file says."""
        said = f"{self.stay} orders were made or worked on here: they stay as they are"
        return [said] if self.stay else []

    def _told(self, row: OrderRow, technician: Person | None) -> dict[str, Any]:
        told = {field: row.given[field] for field in KEPT if field in row.given}
        if "scheduled_for" in told:
            told["scheduled_for"] = _moment(row.scheduled_for)
        if technician is not None:
            told["assigned_to_id"] = technician.id
        return told

    def _site(self, row: OrderRow) -> Site:
        customer = self.customers.by_number.get(row.customer)
        try:
            customer = customer or self.customers.find("", row.customer)
        except Refusal as refusal:
            raise Refusal(refusal.text, field="customer") from None
        if customer is None:
            raise Refusal(f"there is no customer {row.customer}", field="customer")
        of = self.customers.sites.get(customer.id, [])
        if row.site:
            named = {folded(row.site)}
            of = [site for site in of if {folded(site.name), folded(site.street)} & named]
        if len(of) != 1:
            raise Refusal(_which(row, customer.name, len(of)), field="site")
        return of[0]

    def _technician(self, row: OrderRow) -> Person | None:
        if not row.technician:
            return None
        found = self.people.get(folded(row.technician), [])
        if len(found) != 1:
            many = "nobody" if not found else f"{len(found)} people"
            raise Refusal(f"{many} here: {row.technician}", field="technician")
        return found[0]


def _which(row: OrderRow, customer: str, sites: int) -> str:
    if row.site:
        return f"{customer} has {sites or 'no'} sites called {row.site}"
    return f"{customer} has {sites} sites: say which" if sites else f"{customer} has no site"


def _moment(told: datetime | None) -> datetime | None:
    """As the clock on the firm's wall."""
    return told.replace(tzinfo=clock.zone()) if told else None
