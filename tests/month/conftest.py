"""The demo company on the morning of its first day, and everybody's desk in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from partsweb.demo import opening
from partsweb.demo.company import LABOUR_RATE
from partsweb.kit import clock
from partsweb.kit.writing import written
from tests.month.desk import Desk


class Firm:
    """The demo company: who sits where, and which moment it is."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["SETTINGS"] = replace(
            app.config["SETTINGS"], demo=True, labour_rate=Decimal(LABOUR_RATE)
        )
        with self.on(1, "06:00"), app.app_context():
            company, begun = opening.Company(), clock.now()
            fill = opening.open_company
            written(lambda: fill(company, at=begun, on_step=lambda: None))

    @contextmanager
    def on(self, day: int, time: str = "09:00", *, month: int = 6) -> Iterator[None]:
        """Let it be that day of June 2026, and that time."""
        moment = datetime.fromisoformat(f"2026-{month:02d}-{day:02d}T{time}").replace(tzinfo=UTC)
        with clock.set_to(moment):
            yield

    def _sits(self, login: str) -> Desk:
        return Desk(self.app, login, opening.PASSWORD)

    @cached_property
    def marcus(self) -> Desk:
        """A technician, who drives Van 3."""
        return self._sits("technician")

    @cached_property
    def katie(self) -> Desk:
        """A technician, who drives Van 7."""
        return self._sits("technician2")

    @cached_property
    def dispatcher(self) -> Desk:
        """Helen, who plans."""
        return self._sits("dispatcher")

    @cached_property
    def coordinator(self) -> Desk:
        """Yusuf, who keeps the stock."""
        return self._sits("coordinator")

    @cached_property
    def purchasing(self) -> Desk:
        """Priya, who buys."""
        return self._sits("purchasing")

    @cached_property
    def supervisor(self) -> Desk:
        """Stuart, who decides."""
        return self._sits("supervisor")

    @cached_property
    def finance(self) -> Desk:
        """Ingrid, who bills and closes."""
        return self._sits("finance")


@pytest.fixture
def firm(app: Flask) -> Firm:
    """The demo company with its opening stock, before the first order."""
    return Firm(app)


def number_in(words: str, kind: str) -> str:
    """The first number of this kind, as it stands on a page."""
    found = re.search(rf"{kind}-\d+", words)
    assert found, f"no {kind} number in {words}"
    return found[0]


def a_photo(colour: str = "#8a5") -> tuple[bytes, str]:
    """What a phone's camera sends."""
    taken = BytesIO()
    Image.new("RGB", (120, 90), colour).save(taken, "JPEG")
    return taken.getvalue(), "photo.jpg"
