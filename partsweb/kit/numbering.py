"""Numbers of papers: orders, purchase orders."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Mapped, mapped_column

from partsweb.extensions import db
from partsweb.kit.table import Table, insert_if_absent


class Sequence(Table):
    """The last number given out of a kind of paper."""

    __tablename__ = "sequences"

    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(name: str, *, start: int = 1) -> int:
    """The next number of a kind of paper; two writers never get the same one."""
    if insert_if_absent(Sequence, name=name, last=start):
        return start
    raised = update(Sequence).where(Sequence.name == name).values(last=Sequence.last + 1)
    return db.session.scalars(raised.returning(Sequence.last)).one()


def number_taken(name: str, number: int) -> None:
    """A paper came in with a number of its own: the next one given out is higher."""
    if insert_if_absent(Sequence, name=name, last=number):
        return
    lower = update(Sequence).where(Sequence.name == name, Sequence.last < number)
    db.session.execute(lower.values(last=number))
