"""A file that somebody brings in, from its upload to what it changed."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.exchange.hints import Hints
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class Stage(StrEnum):
    """How far a file has come."""

    COLUMNS = "columns"
    CHECKING = "being checked"
    WRONG = "has problems"
    CHECKED = "checked"
    KEEPING = "being kept"
    DONE = "done"
    GIVEN_UP = "given up"


AT_WORK = {Stage.CHECKING, Stage.KEEPING}
OVER = {Stage.DONE, Stage.GIVEN_UP}


class Import(WithId, Table):
    """One file: what it is, how it is read, how far it has come and what came of it.

    `reading` (hints, sheet, head) and `report` (the first problems and changes, notes) are JSON.
    The file and the whole report lie under their hashes in instance/imports, until they are old.
    """

    __tablename__ = "imports"
    __table_args__ = (Index(None, "started_at"), Index(None, "stage", "moved_at"))

    kind: Mapped[str]
    name: Mapped[str]
    stored: Mapped[str]
    size: Mapped[int]
    rows: Mapped[int]
    reading: Mapped[str] = mapped_column(default="{}")
    stage: Mapped[Stage] = mapped_column(default=Stage.COLUMNS)
    # Why it went no further: a no that is about the whole file.
    stopped: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    started_at: Mapped[datetime]
    moved_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    moved_at: Mapped[datetime]
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
    report: Mapped[str] = mapped_column(default="{}")
    whole_report: Mapped[str] = mapped_column(default="")

    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="joined")
    moved_by: Mapped[Person] = relationship(foreign_keys=[moved_by_id], lazy="joined")

    @property
    def url(self) -> str:
        """Its page."""
        return f"/imports/{self.id}"

    @property
    def at_work(self) -> bool:
        """Whether the server is busy with it."""
        return self.stage in AT_WORK

    @property
    def over(self) -> bool:
        """Whether nothing can be done with it any more."""
        return self.stage in OVER

    @property
    def how(self) -> dict[str, Any]:
        """How the file is read: sheet, head, and what `hints` takes."""
        said: dict[str, Any] = json.loads(self.reading)
        return said

    @property
    def hints(self) -> Hints:
        """What the person said of its columns."""
        how = self.how
        return Hints(
            mapped=how.get("mapped", {}),
            fixed=how.get("fixed", {}),
            once=how.get("once", False),
            month_first=how.get("month_first"),
            as_written=how.get("as_written", False),
        )

    @property
    def told(self) -> dict[str, Any]:
        """The first problems, changes and notes."""
        said: dict[str, Any] = json.loads(self.report)
        return said
