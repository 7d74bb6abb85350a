"""Opening stock, by part, location and bin.

A quantity says what the place held when the books began. The same file again therefore moves
nothing, whatever happened since; another quantity corrects the opening balance by the difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import select, tuple_

from partsweb.catalogue.models import Part
from partsweb.exchange import queries
from partsweb.exchange.kind import (
    UNCHANGED,
    Change,
    Fields,
    Kept,
    Kind,
    Names,
    OnRows,
    Row,
    counted,
    known_by,
)
from partsweb.exchange.levels import levels_at
from partsweb.exchange.places import Places
from partsweb.exchange.values import (
    Amount,
    Codes,
    Currency,
    Day,
    Money,
    Quantity,
    Words,
)
from partsweb.exchange.values import Code as CodeValue
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.kit.words import day, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind as LocationKind
from partsweb.locations.models import Location
from partsweb.stock import rules as ledger
from partsweb.stock.models import Serial
from partsweb.stock.rules import Move

NO_SHELF = frozenset({"", "n/a", "na", "none", "-"})
# What isn't usable lies in the location's quarantine.
SPOILT = frozenset(
    {"damaged", "rejected", "quarantined", "quarantine", "defective"}
    | {"faulty", "broken", "expired", "destroyed"}
)
MOVES_AT_ONCE = 1000
UNITS_AT_ONCE = 400
At = tuple[UUID, UUID]


class StockRow(Row):
    """How much of a part lay at a place."""

    synonyms: ClassVar[Names] = {
        "sku": ("part number", "part no", "item number", "item", "part", "product code"),
        "location": ("location name", "warehouse", "site"),
        "shelf": ("rack", "row", "aisle"),
        "bin": ("bin number", "bin location", "compartment", "preferred bin location"),
        "quantity": (
            "qty",
            "on hand",
            "quantity on hand",
            "qty on hand",
            "stock",
            "current quantity",
            "physical qoh",
        ),
        "unit_cost": ("cost", "average cost", "standard cost", "purchase price"),
        "currency": ("purchase currency", "cost currency"),
        "serials": ("serial", "serial number", "serial numbers", "serial no"),
        "condition": ("stock status", "status"),
        "lot": ("lot number", "batch", "batch number"),
        "expires_on": ("expiration date", "expiry date", "expires", "best before"),
        "id": ("stock id", "stock item id"),
        "reorder_point": ("min", "minimum", "reorder level", "min stock", "min quantity"),
        "reorder_maximum": ("max", "maximum", "reorder max", "max stock", "max quantity"),
    }

    needs_any: ClassVar[tuple[tuple[str, ...], ...]] = (("quantity",), ("reorder_point",))

    sku: CodeValue = Field(description="our number of the part")
    location: Words = Field(description="where it lies")
    shelf: Words = Field("", description="makes a bin of the warehouse: “Depot A-6”")
    bin: Words = Field("", description="the same; either of them may be missing")
    quantity: Quantity | None = Field(None, description="how many; may be below zero")
    unit_cost: Money | None = Field(None, description="what one is worth")
    currency: Currency = Field("", description="of what it is worth, where that isn't ours")
    serials: Codes = Field((), description="of a serialized part: its units, by comma or semicolon")
    condition: Words = Field("", description="damaged, rejected, expired: it lies in quarantine")
    lot: CodeValue = Field("", description="noted on the movement")
    expires_on: Day | None = Field(None, description="noted on the movement")
    id: CodeValue = Field("", description="tells rows of the same part and place apart")
    reorder_point: Amount | None = Field(None, description="restock the location at so many")
    reorder_maximum: Amount | None = Field(None, description="restock it up to so many")

    @property
    def key(self) -> Hashable | None:
        """Part, place and what tells rows of it apart; units may stand in rows of their own."""
        what = (self.sku, self.location, self.bin_name, self.lot, self.id, self.is_spoilt)
        return None if self.serials else what

    @property
    def title(self) -> str:
        """Its part and place."""
        return f"{self.sku} · {self.bin_name or self.location}"

    @cached_property
    def inside(self) -> str:
        """What the bin is called inside its warehouse; empty where it lies there at large."""
        shelf = "" if self.shelf.casefold() in NO_SHELF else self.shelf
        nothing = NO_SHELF if shelf else NO_SHELF | {"0"}
        compartment = "" if self.bin.casefold() in nothing else self.bin
        return "-".join(filter(None, (shelf, compartment)))

    @cached_property
    def bin_name(self) -> str:
        """The bin's whole name."""
        return f"{self.location} {self.inside}" if self.inside else ""

    @cached_property
    def is_spoilt(self) -> bool:
        """Whether it can't be used."""
        return self.condition.casefold() in SPOILT

    @cached_property
    def note(self) -> str:
        """What there is to know of where it came from."""
        said = [f"lot {self.lot}"] if self.lot else []
        said += [f"expires {day(self.expires_on)}"] if self.expires_on else []
        said += [self.condition] if self.is_spoilt else []
        return ", ".join(said)


class Stock(Kind[StockRow]):
    """What was there when the books began."""

    name: ClassVar = "stock"
    things: ClassVar = "stock rows"
    row: ClassVar = StockRow

    def __init__(self, rows: Sequence[StockRow]) -> None:
        """Look up parts and places, and what was opened before."""
        self.parts: dict[str, Part] = known_by(Part.sku, (row.sku for row in rows))
        self.places = Places(rows)
        self.outside = locations.single(LocationKind.ADJUSTMENT)
        self.opened = queries.opened()
        self.units = queries.opened_units() if any(row.serials for row in rows) else {}
        self.known_units = self._known_units(rows)
        self.levels = levels_at(self.places.known.values())
        self.said: dict[At, Decimal] = defaultdict(Decimal)
        for row in rows:
            self._add_up(row)
        self.corrected: set[At] = set()
        self.moves: list[Move] = []
        self.spoilt: Counter[str] = Counter()
        self.blank = self.below = 0

    def keep(self, row: StockRow) -> Kept:
        """Note what is to be moved so that the opening balance is what the rows come to."""
        part, warehouse = self._part(row), self.places.warehouse(row)
        restocked: Fields = {}
        if row.reorder_point is not None:
            restocked = self.levels.set(part, warehouse, row.reorder_point, row.reorder_maximum)
        if row.quantity is None:
            self.blank += 1
            return UNCHANGED.also(restocked)
        if part.serialized and row.quantity and not row.serials:
            raise Refusal(f"each {part.sku} needs its serial", field="serials")
        self.below += row.quantity < 0
        place = self.places.of(row)
        before = self.opened.get((part.id, place.id))
        serials = self._new_serials(part, place, row)
        more = Decimal(len(serials)) if row.serials else self._more(part, place, row)
        self.moves += self._moves(part, place, more, row, serials)
        self.spoilt.update([row.condition.casefold()] if row.is_spoilt else [])
        if more and before is None:
            return Kept(Change.ADDED, restocked)
        return UNCHANGED.also({"quantity": (before, row.quantity)} if more else {}).also(restocked)

    def finish(self, on_rows: OnRows) -> None:
        """Post what is to be moved."""
        for moves in batched(self.moves, MOVES_AT_ONCE):
            ledger.post_many(moves, by=self.by, at=clock.now())
            on_rows(len(moves))
        self.levels.write()

    def notes(self) -> list[str]:
        """What a list of stock hides."""
        said = [f"{self.below} rows are below zero: see Negative stock"] if self.below else []
        said += [f"{self.blank} rows say no quantity and move nothing"] if self.blank else []
        if self.spoilt:
            said.append(f"in quarantine, since it can't be used: {counted(self.spoilt.elements())}")
        return said + self.places.notes()

    def _moves(
        self, part: Part, place: Location, more: Decimal, row: StockRow, serials: Sequence[str]
    ) -> list[Move]:
        # What a customer has was paid for long ago; so was what can't be used.
        worth = row.unit_cost if place.is_place else None
        return ledger.opening_moves(
            part,
            place,
            more,
            unit_cost=worth,
            serials=serials,
            note=row.note,
            outside=self.outside,
        )

    def _part(self, row: StockRow) -> Part:
        if row.sku not in self.parts:
            raise Refusal(f"there is no part {row.sku}", field="sku")
        return self.parts[row.sku]

    def _add_up(self, row: StockRow) -> None:
        """Rows of the same part and place come to one balance: lots, reels, boxes."""
        if row.sku in self.parts and row.quantity is not None and not row.serials:
            place = self.places.found(row)
            if place is not None:
                self.said[self.parts[row.sku].id, place.id] += row.quantity

    def _more(self, part: Part, place: Location, row: StockRow) -> Decimal:
        """What the row adds: itself at first, later the first of its place corrects them all."""
        at = (part.id, place.id)
        quantity = row.quantity or ZERO
        if at not in self.opened:
            return quantity
        if at in self.corrected:
            return ZERO
        self.corrected.add(at)
        return self.said[at] - self.opened[at]

    def _known_units(self, rows: Sequence[StockRow]) -> dict[tuple[UUID, str], Serial]:
        wanted = {
            (self.parts[row.sku].id, number)
            for row in rows
            if row.sku in self.parts
            for number in row.serials
        }
        found: dict[tuple[UUID, str], Serial] = {}
        for some in batched(sorted(wanted), UNITS_AT_ONCE):
            units = select(Serial).where(tuple_(Serial.part_id, Serial.number).in_(some))
            found |= {(one.part_id, one.number): one for one in db.session.scalars(units)}
        return found

    def _new_serials(self, part: Part, place: Location, row: StockRow) -> list[str]:
        """The row's units that weren't brought in before."""
        if not row.serials:
            return []
        if not part.serialized:
            raise Refusal(f"{part.sku} is a part without serials", field="serials")
        if len(row.serials) != row.quantity:
            raise Refusal(f"{len(row.serials)} serials for {qty(row.quantity)}", field="serials")
        new = [number for number in row.serials if (part.id, number) not in self.units]
        for number in row.serials:
            began = self.units.setdefault((part.id, number), place.id)
            if began != place.id:
                where = db.session.get_one(Location, began).called
                raise Refusal(f"serial {number} began in {where}", field="serials")
        for known in filter(None, (self.known_units.get((part.id, number)) for number in new)):
            raise Refusal(f"serial {known.number} is in {known.location.called}", field="serials")
        return new
