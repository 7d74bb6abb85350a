"""A firm with 100,000 parts and 300,000 balances: seeded, so that every run has the same one.

Rows are inserted as the rules would have left them, opening movements and all: the audit is clean.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.codes.models import Barcode
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.table import Table, batched
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind, Location
from partsweb.people import rules as people
from partsweb.people.models import Person
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder, PurchaseState
from partsweb.stock.models import OURS, Balance, Movement, Reason, ReorderLevel

SEED = 20_260_601
AT_ONCE = 5000
# Prefixes and words as they stand in catalogues of heating and refrigeration parts.
MAKERS = "VK, C77, H42, GVX, IGN, PCB, FLT, BRN, TRM, PMP, SEN, REL, CAP, MTR, EXV, HX, DRY, CMP"
THINGS = (
    "gas valve, ignition electrode, flame sensor, fan motor, control board, expansion valve, "
    "heat exchanger, filter drier, compressor, pressure switch, thermostat, circulation pump, "
    "run capacitor, contactor, burner, relay, gasket set, drain pan, solenoid coil, belt"
)
MARKS = (
    "two-stage, stainless, left-hand, right-hand, with harness, long life, low noise, compact, "
    "heavy duty, for outdoor units, universal, pre-wired, insulated, reversible"
)
LINES = "Halden, Calder, Norvik, Ardmore, Tessin, Brookvale, Lindqvist, Oakham, Perrin, Sandoval"
SIZES = '24 V, 230 V, 1/2" BSP, 3/4" NPT, 22 mm, 28 mm, R410A, R32, 5 µF, 35 µF, 1.5 kW, 12 kW'


@dataclass(frozen=True)
class Size:
    """How large the firm is."""

    parts: int = 100_000
    places_of_a_part: int = 3
    kept: float = 0.3  # how many of the parts have a reorder level somewhere
    negative: int = 200
    open_lines: int = 5000


def add_parts(many: int) -> None:
    """Bring so many parts, with a vendor's number and a barcode each, into any firm."""
    chance = random.Random(SEED)
    parts = list(_parts(Size(parts=many), chance))
    _insert(Part, parts)
    _insert(VendorReference, _references(parts, _vendors(), chance))
    _insert(Barcode, _barcodes(parts, chance))


def make(size: Size, *, password: str) -> None:
    """Fill a new, migrated database: a coordinator, places, vendors, parts, stock, orders."""
    chance = random.Random(SEED)
    coordinator = people.add_person(
        "coordinator", "Cora", roles={"coordinator", "purchasing"}, password=password
    )
    db.session.flush()
    places, vendors = _places(), _vendors()
    parts = list(_parts(size, chance))
    _insert(Part, parts)
    _insert(VendorReference, _references(parts, vendors, chance))
    _keep_stock(size, parts, places, coordinator, chance)
    _order(size, parts, vendors, places, chance)


def _places() -> list[UUID]:
    """Three warehouses with ten bins each, and twenty vans."""
    made = []
    for name in ("Depot North", "Depot South", "Depot East"):
        warehouse = Location(name=name, kind=Kind.WAREHOUSE)
        bins = [
            Location(name=f"{name} {n:02d}", kind=Kind.BIN, parent=warehouse) for n in range(10)
        ]
        apart = Location(name=f"{name} quarantine", kind=Kind.QUARANTINE, parent=warehouse)
        made += [warehouse, *bins]
        db.session.add(apart)
    made += [Location(name=f"Van {n}", kind=Kind.VAN) for n in range(1, 21)]
    db.session.add_all(made)
    db.session.flush()
    return [place.id for place in made]


def _vendors() -> list[UUID]:
    names = enumerate(LINES.split(", "))
    made = [Vendor(code=f"V{number:03d}", name=f"{name} Supply") for number, name in names]
    db.session.add_all(made)
    db.session.flush()
    return [vendor.id for vendor in made]


def _parts(size: Size, chance: random.Random) -> Iterator[dict[str, Any]]:
    makers, things, marks, lines, sizes = (
        words.split(", ") for words in (MAKERS, THINGS, MARKS, LINES, SIZES)
    )
    for number in range(size.parts):
        maker = makers[number % len(makers)]
        sku = f"{maker}{number // 1000:03d}-{number % 1000:03d}{chance.choice('ABCDEFGH')}"
        thing, line = chance.choice(things), chance.choice(lines)
        model = f"{line} {chance.choice('HMSX')}{chance.randrange(10, 99)}"
        what = f"{thing.capitalize()}, {chance.choice(marks)}, {model}, {chance.choice(sizes)}"
        vendor_number = f"{line[0]}{chance.randrange(10**6):06d}/{chance.randrange(100):02d}"
        yield {
            "id": _id(chance),
            "sku": sku,
            "description": what,
            "category": thing.split()[-1].capitalize(),
            "list_price": Decimal(chance.randrange(200, 90_000)).scaleb(-2),
            "words": catalogue.words_of(sku, what, [vendor_number]),
            "vendor_number": vendor_number,
        }


def catalogue_rows(many: int) -> Iterator[tuple[str, ...]]:
    """The same parts as rows of a file: SKU, description, category, unit, list price."""
    for part in _parts(Size(parts=many), random.Random(SEED)):
        price = str(part["list_price"])
        yield part["sku"], part["description"], part["category"], "EA", price


def _references(
    parts: Sequence[dict[str, Any]], vendors: Sequence[UUID], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield {
            "id": _id(chance),
            "part_id": part["id"],
            "vendor_id": chance.choice(vendors),
            "number": part.pop("vendor_number"),
            "price": part["list_price"] / 2,
            "preferred": True,
        }


def _barcodes(parts: Sequence[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    first = chance.randrange(4 * 10**12, 5 * 10**12)
    for number, part in enumerate(parts):
        code = str(first + number * 97)
        yield {"id": _id(chance), "code": code, "subject_kind": "part", "subject_id": part["id"]}


def _keep_stock(
    size: Size,
    parts: Sequence[dict[str, Any]],
    places: Sequence[UUID],
    by: Person,
    chance: random.Random,
) -> None:
    """Opening movements with the balances that they come to, and reorder levels."""
    source, now = locations.single(Kind.ADJUSTMENT).id, clock.now()
    when = {"occurred_at": now, "recorded_at": now, "posted_on": clock.today(), "by_id": by.id}
    balances, moves, levels = [], [], []
    # Of 33 places three times a warehouse comes before its ten bins; then come the vans.
    homes = {
        place: places[number // 11 * 11 if number < 33 else number]
        for number, place in enumerate(places)
    }
    for number, part in enumerate(parts):
        cost, given = part["list_price"] / 2, Decimal(0)
        chosen = chance.sample(places, size.places_of_a_part)
        for place in chosen:
            quantity = Decimal(-1 if number < size.negative else chance.randrange(1, 40))
            moves.append(_opening(part["id"], source, place, quantity, cost) | when)
            balances.append(_balance(part["id"], place, quantity, cost))
            given -= quantity
        balances.append(_balance(part["id"], source, given, cost))
        if chance.random() < size.kept:
            levels.append(_level(part["id"], homes[chance.choice(chosen)], chance))
    for model, rows in ((Movement, moves), (Balance, balances), (ReorderLevel, levels)):
        _insert(model, rows)


def _opening(
    part_id: UUID, source: UUID, place: UUID, quantity: Decimal, cost: Decimal
) -> dict[str, Any]:
    there = quantity > 0
    return {
        "part_id": part_id,
        "owner_id": OURS,
        "source_id": source if there else place,
        "target_id": place if there else source,
        "quantity": abs(quantity),
        "value": abs(quantity) * cost,
        "reason": Reason.OPENING,
    }


def _balance(part_id: UUID, place: UUID, quantity: Decimal, cost: Decimal) -> dict[str, Any]:
    return {
        "part_id": part_id,
        "location_id": place,
        "owner_id": OURS,
        "quantity": quantity,
        "value": quantity * cost,
        "unit_cost": cost,
    }


def _level(part_id: UUID, place: UUID, chance: random.Random) -> dict[str, Any]:
    point = chance.randrange(2, 6)
    return {
        "part_id": part_id,
        "location_id": place,
        "point": Decimal(point),
        "maximum": Decimal(point * 4),
    }


def _order(
    size: Size,
    parts: Sequence[dict[str, Any]],
    vendors: Sequence[UUID],
    places: Sequence[UUID],
    chance: random.Random,
) -> None:
    """Open purchase orders of ten lines each."""
    orders, lines = [], []
    for number in range(size.open_lines // 10):
        order = {
            "id": _id(chance),
            "number": f"PO-{number:06d}",
            "vendor_id": chance.choice(vendors),
            "ship_to_id": places[0],
            "state": PurchaseState.ORDERED,
            "ordered_on": clock.today(),
            "expected_on": clock.today() + timedelta(days=chance.randrange(-5, 20)),
        }
        orders.append(order)
        for position, part in enumerate(chance.sample(parts, 10), start=1):
            quantity, price = Decimal(chance.randrange(1, 30)), part["list_price"] / 2
            lines.append(
                {
                    "id": _id(chance),
                    "purchase_order_id": order["id"],
                    "position": position,
                    "part_id": part["id"],
                    "quantity": quantity,
                    "price": price,
                    "amount": quantity * price,
                }
            )
    _insert(PurchaseOrder, orders)
    _insert(PurchaseLine, lines)


def _insert(model: type[Table], rows: Any) -> None:
    for some in batched(list(rows), AT_ONCE):
        db.session.execute(insert(model), some)


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)
