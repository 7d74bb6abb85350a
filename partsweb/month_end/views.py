"""The end of a month."""

from __future__ import annotations

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.kit import clock, fields
from partsweb.kit.door import occurred_at, opens, reads, writes
from partsweb.kit.pages import ShowAfter, notice_problem, page, show_after
from partsweb.kit.sheets import as_workbook
from partsweb.month_end import checks, pack, queries, rules

bp = Blueprint("month_end", __name__)


@bp.get("/month-end")
@reads("see month-end")
def index() -> ResponseReturnValue:
    """Which months are to be closed, and which are."""
    return page(
        "month_end/months.html",
        nav="more",
        to_close=queries.open_months(),
        closings=queries.closings(),
        this=clock.today().replace(day=1),
    )


@bp.get("/month-end/<month>")
@reads("see month-end")
def month(month: str) -> ResponseReturnValue:
    """What to look at, in order; and how the month was closed."""
    of = queries.month(month)
    over = of < clock.today().replace(day=1)
    # Who wasn't let close it had everything looked at, and sees what was found.
    everything = "audit" in request.args or bool(notice_problem())
    return page(
        "month_end/month.html",
        nav="more",
        month=of,
        looked=checks.looked_at(of, by=g.person, everything=everything),
        closing=queries.closing(of),
        closed=queries.is_closed(of),
        over=over,
        opens=opens,
    )


@bp.post("/month-end/<month>")
@writes("close months")
def close(month: str) -> ShowAfter:
    """Close it, and show that it is."""
    of = queries.month(month)
    rules.close(of, fields.text(request.form, "reason"), by=g.person, at=occurred_at())
    return show_after(url_for(".month", month=month), notice=f"{of:%B %Y} is closed.")


@bp.get("/month-end/<month>/evidence")
@reads("see month-end")
def evidence(month: str) -> ResponseReturnValue:
    """Installs of the month that lack photo or certificate."""
    of = queries.month(month)
    entries = checks.without_evidence(of)
    return page("month_end/evidence.html", nav="more", month=of, entries=entries)


@bp.get("/month-end/<month>/pack.xlsx")
@reads("see month-end")
def the_pack(month: str) -> ResponseReturnValue:
    """The month's tables in one workbook."""
    of = queries.month(month)
    looked = checks.looked_at(of, by=g.person, everything=True)
    return as_workbook(f"month-end-{of:%Y-%m}", pack.sheets(of, looked, by=g.person))
