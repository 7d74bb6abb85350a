"""How a file goes from its upload to the books: columns, check, keep, or given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from partsweb.exchange import reports
from partsweb.exchange.intake import Came
from partsweb.exchange.kind import Change
from partsweb.exchange.looking import ROOM
from partsweb.exchange.models import AT_WORK, OVER, Import, Stage
from partsweb.exchange.offers import Offer
from partsweb.exchange.result import Result
from partsweb.extensions import db
from partsweb.kit import clock, files
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Person

# What nobody went on with is given up after so long; files are kept so long after the last step.
WAITS, KEPT = timedelta(days=7), timedelta(days=30)


def begin(came: Came, offer: Offer, *, by: Person, at: datetime) -> Import:
    """A file was sent: its columns come next."""
    begun = Import(
        kind=offer.name,
        name=came.name,
        stored=came.stored,
        size=came.size,
        rows=came.look.rows,
        by=by,
        started_at=at,
        moved_by=by,
        moved_at=at,
    )
    db.session.add(begun)
    db.session.flush()
    return begun


def read_as(of: Import, reading: Mapping[str, Any], rows: int, *, by: Person, at: datetime) -> None:
    """Say how it is read. Whatever was found before holds no more."""
    _hold(of)
    _refuse_when_over(of)
    of.reading, of.rows = json.dumps(reading), rows
    _move(of, Stage.COLUMNS, by=by, at=at)


def check(of: Import, *, by: Person, at: datetime, was_cut_off: bool = False) -> None:
    """It is being tried; also where earlier work on it was cut off, and would never end."""
    _hold(of)
    if not (was_cut_off and of.at_work):
        _refuse_when_over(of)
    _move(of, Stage.CHECKING, by=by, at=at)


def checked(of: Import, done: Result) -> None:
    """It was tried: with problems, or ready to be kept."""
    _note(of, done)
    of.stage = Stage.WRONG if done.problems else Stage.CHECKED
    of.moved_at = clock.now()


def keep(of: Import, *, by: Person, at: datetime) -> None:
    """It is being kept, as it was checked."""
    _hold(of)
    if of.stage != Stage.CHECKED:
        raise Refusal(f"{of.name} can't be brought in now: it {_stands(of)}.")
    _move(of, Stage.KEEPING, by=by, at=at)


def kept(of: Import, done: Result) -> None:
    """It is in the books."""
    notes = of.told.get("notes", [])
    done.notes = [*notes, *(note for note in done.notes if note not in notes)]
    _note(of, done)
    of.stage, of.moved_at = Stage.DONE, clock.now()


def stop(of: Import, why: str) -> None:
    """It went no further, for a reason that is about the whole file."""
    of.stage, of.stopped, of.moved_at = Stage.COLUMNS, why, clock.now()


def give_up(of: Import, *, by: Person, at: datetime) -> None:
    """Nobody wants it any more. Nothing of it was kept."""
    _hold(of)
    if of.stage == Stage.KEEPING:
        raise Refusal(f"{of.name} is being brought in just now. Wait for its end.")
    _refuse_when_over(of)
    _move(of, Stage.GIVEN_UP, by=by, at=at)


def tidy() -> None:
    """Give up what nobody went on with, and remove files that are old."""
    long_ago = clock.now() - WAITS
    left = select(Import).where(Import.stage.not_in(OVER), Import.moved_at < long_ago)
    for of in db.session.scalars(left):
        of.stage = Stage.GIVEN_UP
    _remove_old_files(clock.now() - KEPT)


def _remove_old_files(before: datetime) -> None:
    # One file may belong to several: the same bytes lie there once.
    young = or_(Import.moved_at >= before, Import.stage.not_in(OVER))
    rows = db.session.execute(select(Import.stored, Import.whole_report).where(young))
    wanted = {name for row in rows for name in row}
    folder = files.folder(ROOM)
    for path in [*folder.rglob("*")]:
        if not path.is_file() or path.relative_to(folder).as_posix() in wanted:
            continue
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def _move(of: Import, stage: Stage, *, by: Person, at: datetime) -> None:
    of.stage, of.stopped = stage, ""
    of.moved_by, of.moved_at = by, at


def _note(of: Import, done: Result) -> None:
    of.added = done.counts[Change.ADDED]
    of.changed = done.counts[Change.CHANGED]
    of.unchanged = done.counts[Change.UNCHANGED]
    of.problems = len(done.problems)
    reports.write(of, done)


def _hold(of: Import) -> None:
    """Two people at one file: the second one sees what the first did."""
    db.session.refresh(of, ["stage"], with_for_update=True)


def _refuse_when_over(of: Import) -> None:
    if of.stage in OVER:
        raise Refusal(f"{of.name} {_stands(of)}. Send it again to bring it in anew.")
    if of.stage in AT_WORK:
        raise Refusal(f"{of.name} {_stands(of)} just now. Wait for its end.")


def _stands(of: Import) -> str:
    return {
        Stage.COLUMNS: "was changed and must be checked first",
        Stage.WRONG: "has problems",
        Stage.DONE: "was brought in already",
        Stage.GIVEN_UP: "was given up",
    }.get(of.stage, f"is {of.stage.value}")
