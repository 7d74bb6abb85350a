"""The demo company, whole."""

from __future__ import annotations

from datetime import timedelta

from partsweb.demo import month, opening, waiting
from partsweb.demo.opening import Step
from partsweb.kit import clock

STEPS = 53  # how often `on_step` is called
LABOUR_RATE = "80"  # what an hour costs there


def fill(*, on_step: Step) -> opening.Company:
    """Fill an empty database; the same company every time, its month ending today."""
    company = opening.Company()
    begun = clock.now() - timedelta(days=month.DAYS + 5)
    with clock.set_to(begun):
        opening.open_company(company, at=begun, on_step=on_step)
    month.play(company, on_step=on_step)
    waiting.leave(company)
    return company
