"""kill -9 while writing: acknowledged work is there; the rest is there whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from partsweb.extensions import db
from partsweb.stock import audit
from partsweb.stock.models import Movement
from tests.conftest import LONG
from tests.support.company import a_part, a_van, given

ROUNDS = 12 if LONG else 3

# Writes for ever in a process of its own, and says so only after each commit.
WRITER = textwrap.dedent(
    """
    import sys
    from decimal import Decimal
    from partsweb import create_app
    from partsweb.catalogue import queries as catalogue
    from partsweb.kit import clock
    from partsweb.kit.writing import written
    from partsweb.locations import queries as locations
    from partsweb.stock import rules

    app = create_app({"INSTANCE": sys.argv[1], "DATABASE_URL": sys.argv[2], "SECRET_KEY": "x"})

    def work():
        part, van = catalogue.by_sku("PIPE"), locations.by_name("Van 3")
        return rules.open_stock(part, van, Decimal("0.1"), by=None, at=clock.now())[0].id

    while True:
        with app.app_context():
            print(written(work), flush=True)
    """
)


@pytest.mark.parametrize("killed", range(ROUNDS))
def test_acknowledged_work_survives_a_kill(app, database_url, killed):
    with given(app):
        a_part("PIPE", unit="M")
        a_van("Van 3")

    acknowledged = _killed_after(0.4 + killed * 0.13, app.instance_path, database_url)

    with app.app_context():
        kept = set(db.session.scalars(select(Movement.id)))
        assert acknowledged, "the writer never wrote"
        assert set(acknowledged) <= kept
        assert len(kept) <= len(acknowledged) + 1
        assert list(audit.differences()) == []


def _killed_after(seconds: float, instance: str, database_url: str) -> list[int]:
    """What a writer acknowledged until it was killed, some time after its first word."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, instance, database_url],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = process.communicate()
    # A last line may be cut: it wasn't said whole, so it wasn't acknowledged.
    return [int(line) for line in (first + rest).splitlines(keepends=True) if line.endswith(b"\n")]
