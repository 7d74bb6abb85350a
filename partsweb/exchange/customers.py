"""Customers with their sites, by number or name; one row for each site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from partsweb.exchange import alike
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
)
from partsweb.exchange.values import Code, Words
from partsweb.extensions import db
from partsweb.kit.refusal import Refusal
from partsweb.orders import elsewhere, rules
from partsweb.orders.models import Customer, Site

KEPT = ("name", "kind", "phone", "email")
# What a site's fields are called in a row.
OF_SITE = {
    "name": "site",
    "street": "street",
    "town": "town",
    "postcode": "postcode",
    "access_note": "access_note",
}


class CustomerRow(Row):
    """One customer, or one more of its sites."""

    synonyms: ClassVar[Names] = {
        "number": ("customer number", "customer no", "customer id", "account", "account number"),
        "name": ("customer", "customer name", "company", "company name"),
        "kind": ("type", "customer type"),
        "phone": ("telephone", "tel", "mobile"),
        "email": ("e-mail", "mail"),
        "site": ("site name", "location", "branch"),
        "street": ("address", "street address", "address line 1", "site address"),
        "town": ("city",),
        "postcode": ("zip", "zip code", "postal code"),
        "access_note": ("access", "access notes", "site notes", "notes"),
    }

    number: Code = Field("", description="what tells customers apart; else it is the name")
    name: Words = Field(description="the customer's name")
    kind: Words = Field("", description="household, landlord, hospital: what you call it")
    phone: Words = Field("", description="the telephone number")
    email: Words = Field("", description="where mail is sent")
    site: Words = Field("", description="what the site is called")
    street: Words = Field("", description="where the equipment stands; a site needs one")
    town: Words = Field("", description="the town of it")
    postcode: Code = Field("", description="the postcode of it")
    access_note: Words = Field("", description="how one comes in")

    @property
    def key(self) -> Hashable:
        """The customer and the site."""
        return (self.number or folded(self.name), folded(self.site), folded(self.street))

    @property
    def title(self) -> str:
        """Who and where."""
        return " · ".join(filter(None, (self.name, self.site or self.street)))


class Customers(Kind[CustomerRow]):
    """Whom we work for, and where."""

    name: ClassVar = "customers"
    things: ClassVar = "customers and sites"
    row: ClassVar = CustomerRow

    def __init__(self, rows: Sequence[CustomerRow]) -> None:
        """Look up customers and their sites."""
        self.customers = CustomersNamed()
        self.names = [row.name for row in rows]
        self.said: dict[UUID, dict[str, str]] = defaultdict(dict)

    def keep(self, row: CustomerRow) -> Kept:
        """Add the customer, the site, or both; or change what the file says of them."""
        known = self.customers.find(row.number, row.name)
        if known is None:
            told = row.model_dump(include={"name", "number", "kind", "phone", "email"})
            known, kept = elsewhere.record_customer(**told), ADDED
            self.customers.add(known)
        else:
            kept = self._change(known, row)
        if not row.street:
            if row.site or row.town:
                raise Refusal("a site needs a street", field="street")
            return kept
        return self._keep_site(known, row, kept)

    def finish(self, on_rows: OnRows) -> None:
        """Write what is left."""
        db.session.flush()

    def notes(self) -> list[str]:
        """Names that are nearly the same."""
        return alike.notes(self.names, [one.name for one in self.customers.all])

    def _change(self, customer: Customer, row: CustomerRow) -> Kept:
        before = as_it_is(customer, KEPT)
        given = {field: row.given[field] for field in KEPT if field in row.given}
        for field, value in given.items():
            if self.said[customer.id].setdefault(field, value) != value:
                raise Refusal(f"another row of {customer.name} says otherwise", field=field)
        if before | given == before:
            return UNCHANGED
        elsewhere.change_customer(customer, **(before | given))
        return compared(before, as_it_is(customer, KEPT))

    def _keep_site(self, customer: Customer, row: CustomerRow, kept: Kept) -> Kept:
        site = self.customers.site(customer, row.site, row.street)
        told = {field: row.given[said] for field, said in OF_SITE.items() if said in row.given}
        if site is None:
            some = {field: told[field] for field in ("name", "town", "postcode") if field in told}
            site = rules.add_site(customer, row.street, **some)
            site.access_note = row.access_note
            self.customers.sites[customer.id].append(site)
            return ADDED
        before = as_it_is(site, OF_SITE)
        if before | told == before:
            return kept
        elsewhere.change_site(site, **(before | told))
        return kept.also(compared(before, as_it_is(site, OF_SITE)).fields)


class CustomersNamed:
    """Every customer by number and by name, with its sites."""

    def __init__(self) -> None:
        self.all = list(db.session.scalars(select(Customer).options(lazyload("*"))))
        self.by_number = {one.number: one for one in self.all}
        self.by_name: dict[str, list[Customer]] = defaultdict(list)
        for one in self.all:
            self.by_name[folded(one.name)].append(one)
        self.sites: dict[UUID, list[Site]] = defaultdict(list)
        for site in db.session.scalars(select(Site).options(lazyload("*"))):
            self.sites[site.customer_id].append(site)

    def add(self, customer: Customer) -> None:
        """One more."""
        self.all.append(customer)
        self.by_number[customer.number] = customer
        self.by_name[folded(customer.name)].append(customer)

    def find(self, number: str, name: str) -> Customer | None:
        """By the number, else by a name that one has alone."""
        if number:
            return self.by_number.get(number)
        found = self.by_name.get(folded(name), [])
        if len(found) > 1:
            numbers = ", ".join(one.number for one in found)
            raise Refusal(f"several customers are called {name}: {numbers}", field="name")
        return found[0] if found else None

    def site(self, customer: Customer, name: str, street: str) -> Site | None:
        """By its name, else by its street."""
        of = self.sites.get(customer.id, [])
        named = [site for site in of if name and folded(site.name) == folded(name)]
        here = [site for site in of if street and folded(site.street) == folded(street)]
        found: Iterable[Site] = named or [site for site in here if not (name and site.name)]
        return next(iter(found), None)


def folded(name: str) -> str:
    """Names as they are compared."""
    return " ".join(name.split()).casefold()
