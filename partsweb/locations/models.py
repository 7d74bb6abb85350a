"""Locations."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class Kind(StrEnum):
    """What a location is; the last four are virtual and close the books."""

    WAREHOUSE = "warehouse"
    BIN = "bin"
    VAN = "van"
    QUARANTINE = "quarantine"
    IN_TRANSIT = "in transit"
    VENDOR = "vendor"
    INSTALLED = "installed"
    ADJUSTMENT = "adjustment"
    SCRAP = "scrap"


# Their stock counts as on hand.
PLACES = frozenset({Kind.WAREHOUSE, Kind.BIN, Kind.VAN})
VIRTUAL = frozenset({Kind.VENDOR, Kind.INSTALLED, Kind.ADJUSTMENT, Kind.SCRAP})
# There is exactly one of each, made with the database.
SINGLE = VIRTUAL | {Kind.IN_TRANSIT}


class Location(WithId, Table):
    """A place, or a virtual location that closes the books."""

    __tablename__ = "locations"

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("locations.id"), index=True)
    held_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    address: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped[Location | None] = relationship(remote_side="Location.id", lazy="selectin")
    # Lists that name the holders ask for them at once: queries.WITH_HOLDERS.
    held_by: Mapped[Person | None] = relationship()

    @property
    def subject(self) -> Subject:
        """For its barcodes and what was bought for it."""
        return Subject("location", self.id)

    @property
    def is_place(self) -> bool:
        """Whether stock here counts as on hand."""
        return self.kind in PLACES

    @property
    def called(self) -> str:
        """Its name with the place it belongs to: A-03 in Depot."""
        if self.kind == Kind.BIN and self.parent:
            short = self.name.removeprefix(f"{self.parent.name} ")
            return f"{self.parent.name} {short}"
        return self.name
