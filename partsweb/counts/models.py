"""Counts: a place is counted line by line; what was seen, when, and what followed from it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.catalogue.models import Part
from partsweb.kit.subject import Subject
from partsweb.kit.table import RowNumber, Table, WithId
from partsweb.locations.models import Location
from partsweb.people.models import Person
from partsweb.stock.models import OURS, Movement, Owner


class CountState(StrEnum):
    """How far a count is."""

    COUNTING = "counting"
    COUNTED = "counted"
    WAITING = "awaiting approval"
    POSTED = "posted"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    """How far a line of it is."""

    OPEN = "open"
    COUNTED = "counted"
    WAITING = "awaiting approval"
    SENT_BACK = "sent back"
    POSTED = "posted"
    TAKEN_BACK = "taken back"


# Not yet in the books, and still to be.
UNPOSTED = (LineState.OPEN, LineState.COUNTED, LineState.WAITING, LineState.SENT_BACK)
# Somebody is still at it.
UNDONE = (CountState.COUNTING, CountState.COUNTED, CountState.WAITING)


class Count(WithId, Table):
    """One physical count of a place with the bins in it."""

    __tablename__ = "counts"
    __table_args__ = (Index(None, "state", "started_at"),)

    number: Mapped[str] = mapped_column(unique=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id), index=True)
    state: Mapped[CountState] = mapped_column(default=CountState.COUNTING)
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    started_at: Mapped[datetime]
    posted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    posted_at: Mapped[datetime | None]

    location: Mapped[Location] = relationship(lazy="joined")
    started_by: Mapped[Person] = relationship(foreign_keys=[started_by_id], lazy="joined")
    posted_by: Mapped[Person | None] = relationship(foreign_keys=[posted_by_id], lazy="joined")

    @property
    def subject(self) -> Subject:
        """For its history and notices."""
        return Subject("count", self.id)


class CountLine(WithId, Table):
    """One part of one owner at one location: what was counted, when, and what the books had then.

    `counted` is None until somebody has counted it: that is not zero. `book`, `variance` and
    `value` are set when it is posted, and follow what becomes known of the time before.
    """

    __tablename__ = "count_lines"
    __table_args__ = (
        UniqueConstraint("count_id", "part_id", "location_id", "owner_id"),
        Index(None, "location_id", "part_id"),
        Index(None, "state", "counted_at"),
    )

    count_id: Mapped[UUID] = mapped_column(ForeignKey(Count.id))
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id))
    location_id: Mapped[UUID] = mapped_column(ForeignKey(Location.id))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey(Owner.id), default=OURS)
    state: Mapped[LineState] = mapped_column(default=LineState.OPEN)
    counted: Mapped[Decimal | None]
    # The units that were seen, one a line.
    serials: Mapped[str] = mapped_column(default="")
    counted_at: Mapped[datetime | None]
    counted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    recounts: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(default="")
    book: Mapped[Decimal | None]
    variance: Mapped[Decimal | None]
    value: Mapped[Decimal | None]
    posted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))

    count: Mapped[Count] = relationship(lazy="joined")
    part: Mapped[Part] = relationship(lazy="joined")
    location: Mapped[Location] = relationship(lazy="joined")
    owner: Mapped[Owner] = relationship(lazy="joined")
    counted_by: Mapped[Person | None] = relationship(foreign_keys=[counted_by_id], lazy="joined")
    posted_by: Mapped[Person | None] = relationship(foreign_keys=[posted_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def subject(self) -> Subject:
        """What its movements were done for, and what is asked about it."""
        return Subject("count-line", self.id)

    @property
    def numbers(self) -> list[str]:
        """The serials that were seen."""
        return self.serials.splitlines()


class Tally(Table):
    """What somebody saw of a line at some moment; never changed, the latest one counts."""

    __tablename__ = "tallies"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey(CountLine.id), index=True)
    quantity: Mapped[Decimal]
    serials: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    by: Mapped[Person] = relationship(lazy="joined")


class CountCorrection(WithId, Table):
    """What became known after posting of the time before the count, and was set right for it."""

    __tablename__ = "count_corrections"

    line_id: Mapped[UUID] = mapped_column(ForeignKey(CountLine.id), index=True)
    # The movement that arrived late.
    movement_id: Mapped[int] = mapped_column(ForeignKey(Movement.id), index=True)
    quantity: Mapped[Decimal]
    recorded_at: Mapped[datetime]

    line: Mapped[CountLine] = relationship(lazy="joined")
    movement: Mapped[Movement] = relationship()

    @property
    def subject(self) -> Subject:
        """What its movement was done for."""
        return Subject("count-correction", self.id)
