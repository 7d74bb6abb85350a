"""Who works there, what they know, and what they held when the books began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from partsweb.catalogue import rules as catalogue
from partsweb.catalogue.models import Agreement, Part, Vendor
from partsweb.demo.reading import amount, rows, yes
from partsweb.extensions import db
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
    for row in rows("people"):
        company.people[row["login"]] = people.add_person(
            row["login"],
            row["name"],
            row["roles"].split(";"),
            password=PASSWORD,
            phone=row["phone"],
            demo=True,
        )


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
            company.agreement = catalogue.agree(vendor, row["agreement"], note=note)


def _know_parts(company: Company, on_step: Step) -> None:
    for number, row in enumerate(rows("parts")):
        part = catalogue.add_part(
            row["sku"],
            row["description"],
            category=row["category"],
            unit=row["unit"],
            serialized=yes(row["serialized"]),
            compliance=yes(row["compliance"]),
            core_charge=amount(row["core_charge"]),
            list_price=amount(row["list_price"]),
        )
        company.parts[row["sku"]] = part
        company.costs[row["sku"]] = amount(row["standard_cost"])
        for code in {row["gtin"], row["maker_number"]} - {"", row["sku"]}:
            catalogue.add_barcode(part, code)
        if number % ROWS_A_STEP == 0:
            on_step()
    for row in rows("vendor_references"):
        catalogue.list_part(
            company.parts[row["sku"]],
            company.vendors[row["vendor"]],
            number=row["vendor_sku"],
            price=amount(row["price"]),
            pack=amount(row["pack"]),
            lead_days=int(row["lead_days"]),
            preferred=yes(row["preferred"]),
        )
    on_step()


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
