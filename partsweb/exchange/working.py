"""The work on a file: at once where it is small, beside the requests where it is large.

A check tries everything and takes it back. On the embedded database that would hold the one lock
that every writer needs, so a large file is checked in a process of its own on a copy of the
database. Keeping can't go there: large files of rows that don't lean on each other are kept a step
at a time, and others get their turn between two steps. See docs/decisions.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, current_app

from partsweb.config import Settings
from partsweb.exchange import columns as columns_of
from partsweb.exchange import looking, offers, reading, rules, steps
from partsweb.exchange.hints import Hints
from partsweb.exchange.looking import ROOM
from partsweb.exchange.models import Import
from partsweb.exchange.offers import Offer
from partsweb.exchange.result import Result
from partsweb.exchange.tables import Table
from partsweb.extensions import db
from partsweb.kit import clock, files
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import batched
from partsweb.kit.writing import written
from partsweb.people.models import Person

MakeApp = Callable[[dict[str, Any]], Flask]
log = logging.getLogger(__name__)
# So many rows are done while the person waits; so many are kept in one step of a large file.
SMALL = 1000
STEP = 1000
SAID_EVERY = 0.5
SILENT_AFTER = 120.0
BROKE = "Something broke on our side, and nothing more of it was kept. Check it again."


# --- At once -----------------------------------------------------------------------------------


def is_small(of: Import) -> bool:
    """Whether nobody has to wait for it."""
    return of.rows <= SMALL


def check(of: Import) -> None:
    """Try all of it, inside the write of whoever asked."""
    steps.checked(of, _tried(of, looking.whole(of)))


def keep(of: Import) -> None:
    """Keep all of it, inside the write of whoever asked."""
    table, offer = looking.whole(of), _offer(of)
    steps.kept(of, rules.bring_in(table, offer.kind, of.hints, by=of.moved_by))


# --- Beside the requests -----------------------------------------------------------------------


def check_beside(import_id: UUID) -> None:
    """Begin the check of a large file; its page tells how far it is."""
    _say(import_id, 0, 0)
    settings: Settings = current_app.config["SETTINGS"]
    places = {"PARTSWEB_INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url}
    call = [sys.executable, "-c", "from partsweb.cli import main; main()", "check-import"]

    def work() -> None:
        done = subprocess.run([*call, str(import_id)], env=os.environ | places, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(f"the check of import {import_id} ended with {done.returncode}")

    _begin(import_id, work)


def keep_beside(import_id: UUID) -> None:
    """Begin to keep a large file."""
    _say(import_id, 0, 0)
    _begin(import_id, lambda: _keep_large(import_id))


def check_here(import_id: UUID, *, make_app: MakeApp) -> None:
    """Check a large file in this process: what `check_beside` starts."""
    of = db.session.get_one(Import, import_id)
    table = looking.whole(of)
    try:
        with _aside(make_app):
            done = _tried(db.session.get_one(Import, import_id), table)
    except Refusal as refusal:
        why = refusal.text
        written(lambda: steps.stop(db.session.get_one(Import, import_id), why))
    else:
        written(lambda: steps.checked(db.session.get_one(Import, import_id), done))


def progress(of: Import) -> tuple[int, int]:
    """How many rows are done, of how many; 0 of 0 while the file is still being read."""
    try:
        done, rows = json.loads(_progress_file(of.id).read_text())
    except (OSError, ValueError):
        return 0, 0
    return done, rows


def is_silent(of: Import) -> bool:
    """Whether nothing was heard of the work for so long that it must have been cut off."""
    try:
        said_at = _progress_file(of.id).stat().st_mtime
    except OSError:
        said_at = of.moved_at.timestamp()
    return of.at_work and time.time() - said_at > SILENT_AFTER


def _begin(import_id: UUID, work: Callable[[], None]) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001

    def run() -> None:
        with app.app_context():
            try:
                work()
            except Refusal as refusal:
                _stop(import_id, refusal.text)
            except Exception:
                log.exception("import %s", import_id)
                _stop(import_id, BROKE)

    threading.Thread(target=run, name=f"import-{import_id}", daemon=True).start()


def _stop(import_id: UUID, why: str) -> None:
    written(lambda: steps.stop(db.session.get_one(Import, import_id), why))


def _keep_large(import_id: UUID) -> None:
    of = db.session.get_one(Import, import_id)
    offer, hints, by_id = _offer(of), of.hints, of.moved_by_id
    table, total = looking.whole(of), Result(of.name, "")
    size = len(table.lines)
    if offer.name in offers.IN_STEPS:
        table, size = _rows_alone(table, offer, hints), STEP
    for lines in batched(table.lines, size):
        some, before = replace(table, lines=lines), total.read

        def step(some: Table = some, before: int = before) -> Result:
            return rules.bring_in(
                some,
                offer.kind,
                hints,
                by=db.session.get_one(Person, by_id),
                progress=lambda done, of: _say(
                    import_id, before + done * len(some.lines) // of, len(table.lines)
                ),
            )

        _add(total, _one(step, total))
    written(lambda: steps.kept(db.session.get_one(Import, import_id), total))


def _rows_alone(table: Table, offer: Offer, hints: Hints) -> Table:
    """Without what is no row, such as a total: only the whole file tells."""
    found = columns_of.match(table, offer.kind.row, hints)
    read = reading.rows_of(table, offer.kind.row, found, hints, Result(table.name, ""))
    numbers = {one.number for one in read}
    return replace(table, lines=[line for line in table.lines if line.number in numbers])


def _one(step: Callable[[], Result], so_far: Result) -> Result:
    try:
        return written(step)
    except Refusal as refusal:
        if not so_far.changes:
            raise
        raise Refusal(
            f"{refusal.text} {so_far.read} rows before it are in. Check the file again: what is in "
            "already changes nothing."
        ) from None


def _add(total: Result, some: Result) -> None:
    total.read += some.read
    total.counts += some.counts
    total.rows += some.rows
    total.notes += [note for note in some.notes if note not in total.notes]


def _tried(of: Import, table: Table) -> Result:
    """What would come of it. Progress is told by the file's own number, also from aside."""
    import_id = of.id
    return rules.try_out(
        table,
        _offer(of).kind,
        of.hints,
        by=of.moved_by,
        progress=lambda done, rows: _say(import_id, done, rows),
    )


def _offer(of: Import) -> Offer:
    return next(offer for offer in offers.OFFERS if offer.name == of.kind)


@contextmanager
def _aside(make_app: MakeApp) -> Iterator[None]:
    """On a copy of the embedded database; a PostgreSQL can be tried where it is."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.database_url.startswith("sqlite"):
        yield
        return
    db.session.rollback()
    with tempfile.TemporaryDirectory(dir=files.folder(ROOM), prefix="trial-") as folder:
        copy = Path(folder) / "partsweb.db"
        _copy(str(db.engine.url.database), copy)
        aside = make_app({"INSTANCE": settings.instance, "DATABASE_URL": f"sqlite:///{copy}"})
        with aside.app_context():
            yield
            db.engine.dispose()


def _copy(source: str, target: Path) -> None:
    with closing(sqlite3.connect(source)) as of, closing(sqlite3.connect(target)) as to:
        of.backup(to)


_said_at: dict[UUID, float] = {}


def _say(import_id: UUID, done: int, rows: int) -> None:
    """Note how far it is, for the page of anybody, in any process; not with every row."""
    now = clock.now().timestamp()
    if done and now - _said_at.get(import_id, 0) < SAID_EVERY:
        return
    _said_at[import_id] = now
    file = _progress_file(import_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps([done, rows]))
    unfinished.replace(file)


def _progress_file(import_id: UUID) -> Path:
    return files.folder(ROOM) / "progress" / str(import_id)
