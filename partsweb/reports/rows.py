"""Usage row by row, with all that is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.sql.selectable import Subquery

from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.paging import Page, paged_rows
from partsweb.locations.models import Location
from partsweb.orders.models import Installation, Order, PartEntry
from partsweb.people.models import Person
from partsweb.reports.asked import Usage
from partsweb.reports.narrowing import used_rows
from partsweb.stock.models import Owner, Serial


@dataclass(frozen=True)
class Row:
    """One row of usage, with all that is known of it."""

    movement_id: int
    what: str
    quantity: Decimal
    cost: Decimal
    posted_on: date
    occurred_at: datetime
    recorded_at: datetime
    installed_at: datetime
    mark: str
    late: bool
    part: Part
    serial: str | None
    source: Location
    by: Person | None
    entry: PartEntry | None
    installation: Installation | None
    owner: str

    @property
    def order(self) -> Order | None:
        """The order that it was used on."""
        return self.entry.order if self.entry else None

    @property
    def own_cost(self) -> Decimal:
        """By the cost on the part entry, as its technician entered it."""
        return self.quantity * self.entry.cost if self.entry else ZERO

    def order_seen_by(self, person: Person) -> bool:
        """Whether the order may be shown: a technician may have given it to somebody else."""
        theirs = self.order is not None and self.order.assigned_to_id == person.id
        return theirs or person.may("see all orders")


def rows(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Row]:
    """The single rows, the newest first; an install taken back on the same days isn't there."""
    return paged_rows(_rows(used_rows(asked)), _row, number=page, size=size)


def late_rows(asked: Usage, *, page: int = 1, size: int | None = None) -> Page[Row]:
    """Rows that count on these days although they happened in a month closed before."""
    used = used_rows(asked)
    return paged_rows(_rows(used).where(used.c.late), _row, number=page, size=size)


def raw_rows(asked: Usage) -> Iterator[Row]:
    """Every row of the ledger that counts, also what was taken back on the same days."""
    used = used_rows(asked, whole=True)
    found = db.session.execute(_rows(used).execution_options(yield_per=500))
    return (_row(row) for row in found)


def _rows(used: Subquery) -> Select[Any]:
    listed = [used.c[name] for name in _LISTED]
    return (
        select(*listed, Part, Serial.number, Location, Person, PartEntry, Installation, Owner.name)
        .select_from(used)
        .join(Part, Part.id == used.c.part_id)
        .join(Location, Location.id == used.c.source_id)
        .join(Owner, Owner.id == used.c.owner_id)
        .outerjoin(Serial, Serial.id == used.c.serial_id)
        .outerjoin(Person, Person.id == used.c.by_id)
        .outerjoin(PartEntry, PartEntry.id == used.c.entry_id)
        .outerjoin(Installation, Installation.id == used.c.installation_id)
        .order_by(used.c.posted_on.desc(), used.c.movement_id.desc(), used.c.what)
    )


_LISTED = (
    "movement_id",
    "what",
    "quantity",
    "value",
    "posted_on",
    "occurred_at",
    "recorded_at",
    "installed_at",
    "mark",
    "late",
)


def _row(row: Any) -> Row:
    return Row(**dict(zip(_FIELDS, row, strict=True)))


_FIELDS = [field.name for field in fields(Row)]
