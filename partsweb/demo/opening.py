"""Who works there, what they know, and what they held when the books began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from partsweb.catalogue import agreements
from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Agreement, Part, Vendor, VendorReference
from partsweb.codes.models import Barcode
from partsweb.demo.reading import amount, rows, yes
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.table import batched
from partsweb.locations import rules as locations
from partsweb.locations.models import Kind, Location
from partsweb.orders.models import Customer, Site
from partsweb.people import rules as people
from partsweb.people.models import Person
from partsweb.stock import rules as stock

PASSWORD = "partsweb-demo-only"  # noqa: S105 - the demo's, refused outside it
ROWS_A_STEP = 50
Step = Callable[[], None]


@dataclass
class Company:
    """The demo company as it stands, by its own codes."""

    people: dict[str, Person] = field(default_factory=dict)
    vans: dict[str, Location] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)
    vendors: dict[str, Vendor] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    costs: dict[str, Decimal] = field(default_factory=dict)
    # What each vendor sells.
    sold: dict[str, list[Part]] = field(default_factory=dict)
    agreement: Agreement | None = None
    homes: list[Site] = field(default_factory=list)
    businesses: list[Site] = field(default_factory=list)

    @property
    def technicians(self) -> list[Person]:
        """Who drives a van, the first ones first."""
        return [self.people[login] for login in self.vans if login in self.people]


def open_company(company: Company, *, at: datetime, on_step: Step) -> None:
    """Everything that there was before the first order."""
    _hire(company)
    _open_places(company)
    _know_vendors(company)
    _know_parts(company, on_step)
    _know_customers(company)
    _count_opening_stock(company, at, on_step)
    _take_consignment(company, at)


def _hire(company: Company) -> None:
    known = ""
    for row in rows("people"):
        person = people.add_person(
            row["login"], row["name"], row["roles"].split(";"), phone=row["phone"]
        )
        # One password for all, and hashing is slow on purpose: once is enough.
        if not known:
            people.set_password(person, PASSWORD, demo=True)
            known = person.password_hash
        person.password_hash = known
        company.people[row["login"]] = person


def _open_places(company: Company) -> None:
    drivers = {row["van"]: row["login"] for row in rows("people") if row["van"]}
    for row in rows("locations"):
        if row["kind"] == "quarantine":
            continue  # opened with its warehouse
        driver = drivers.get(row["code"], "")
        place = locations.open_location(
            row["name"],
            Kind(row["kind"]),
            parent=company.places.get(row["parent"]),
            held_by=company.people.get(driver),
            address=row["address"],
        )
        company.places[row["code"]] = place
        if driver:
            company.vans[driver] = place


def _know_vendors(company: Company) -> None:
    for row in rows("vendors"):
        vendor = catalogue.add_vendor(
            row["code"],
            row["name"],
            email=row["email"],
            phone=row["phone"],
            lead_days=int(row["lead_days"]),
        )
        company.vendors[row["code"]] = vendor
        if row["agreement"]:
            note = row["agreement_note"]
            company.agreement = agreements.agree(vendor, row["agreement"], note=note)


def _know_parts(company: Company, on_step: Step) -> None:
    """All at once, as an import does it; what search looks through is put together afterwards."""
    for row in rows("parts"):
        part = Part(
            id=uuid4(),
            sku=row["sku"],
            description=row["description"],
            category=row["category"],
            unit=row["unit"],
            serialized=yes(row["serialized"]),
            compliance=yes(row["compliance"]),
            core_charge=amount(row["core_charge"]),
            list_price=amount(row["list_price"]),
        )
        db.session.add(part)
        for code in {row["gtin"], row["maker_number"]} - {"", row["sku"]}:
            db.session.add(Barcode(code=code, subject_kind="part", subject_id=part.id))
        company.parts[part.sku] = part
        company.costs[part.sku] = amount(row["standard_cost"])
    on_step()
    _know_references(company)
    db.session.flush()
    catalogue.refresh_all_words()
    on_step()


def _know_references(company: Company) -> None:
    for row in rows("vendor_references"):
        reference = VendorReference(
            part=company.parts[row["sku"]],
            vendor=company.vendors[row["vendor"]],
            number=row["vendor_sku"],
            price=amount(row["price"]),
            pack=amount(row["pack"]),
            lead_days=int(row["lead_days"]),
            preferred=yes(row["preferred"]),
        )
        db.session.add(reference)
        company.sold.setdefault(row["vendor"], []).append(reference.part)


def _know_customers(company: Company) -> None:
    known = {}
    for row in rows("customers"):
        known[row["number"]] = Customer(**row)
        db.session.add(known[row["number"]])
    for row in rows("sites"):
        customer = known[row.pop("customer")]
        site = Site(customer=customer, **row)
        db.session.add(site)
        (company.homes if customer.kind == "home" else company.businesses).append(site)
    db.session.flush()


def _count_opening_stock(company: Company, at: datetime, on_step: Step) -> None:
    keeper = company.people["coordinator"]
    next_unit = count(41700)
    for some in batched(rows("stock_plan"), ROWS_A_STEP):
        moves = []
        for row in some:
            part, place = company.parts[row["sku"]], company.places[row["location"]]
            quantity = amount(row["quantity"])
            units = range(int(quantity)) if part.serialized else ()
            serials = [f"{part.sku[:2]}{next(next_unit)}" for _ in units]
            cost = company.costs[part.sku]
            moves += stock.opening_moves(part, place, quantity, unit_cost=cost, serials=serials)
            point, most = amount(row["reorder_point"]), amount(row["reorder_max"])
            stock.set_reorder_level(part, place, point=point, maximum=most)
        stock.post(moves, by=keeper, at=at)
        on_step()


def _take_consignment(company: Company, at: datetime) -> None:
    """Four gas valves in each of two vans that still belong to their vendor."""
    if company.agreement is None:
        return
    owner = stock.owner_of(company.agreement.vendor)
    part = company.parts["VK4105"]
    agreements.agree_price(
        company.agreement, part, agreed=Decimal(95), sell=Decimal(160), since=clock.day_of(at)
    )
    for van, first in (("VAN-03", 501), ("VAN-07", 511)):
        numbers = [f"CF{first + count}" for count in range(4)] if part.serialized else []
        stock.open_stock(
            part,
            company.places[van],
            Decimal(4),
            by=company.people["coordinator"],
            at=at,
            owner_id=owner.id,
            serials=numbers,
        )
