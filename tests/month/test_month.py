"""June 2026 at the demo company, day by day, each role at its own pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import text

from partsweb.extensions import db
from partsweb.upkeep import audit
from tests.month.conftest import Firm
from tests.month.desk import Desk
from tests.month.more import (
    asked_for_fitted_and_merged,
    bought_at_a_counter,
    carried_short,
    consigned_and_billed,
    core_goes_back,
    counted,
    from_van,
    not_used,
    used_before_received,
    warranty,
)
from tests.month.work import an_order, bought_and_fitted, done, fitted_from_the_depot
from tests.reports import independent

JUNE = "from=2026-06-01&to=2026-06-30"


def test_a_month_from_the_first_request_to_the_closed_books(firm: Firm, app: Flask):
    with firm.on(1, "08:00"):
        boiler = an_order(firm, "Mill Lane", "Boiler, no hot water", "Marcus")
        school = an_order(firm, "School Lane", "Radiators cold", "Katie")
        fryer = an_order(firm, "Castle Hill", "Fan is loud", "Katie")

    with firm.on(1, "09:00"):
        fitted_from_the_depot(firm, boiler)
    bought_and_fitted(firm, school)
    core_goes_back(firm, boiler)
    asked_for_fitted_and_merged(firm, school)
    consigned_and_billed(firm, boiler)
    warranty(firm, boiler, "DIV-HC30C", "Approve")
    warranty(firm, boiler, "PHE-HC14", "Reject", "It is limescale")
    not_used(firm, school)
    bought_at_a_counter(firm, school)
    used_before_received(firm, school)
    carried_short(firm)
    counted(firm)
    with firm.on(29):
        done(firm.marcus, boiler)
        done(firm.katie, school)
    with firm.on(30):
        billed(firm, boiler, school)
    with firm.on(1, month=7):
        closed(firm)

    with firm.on(2, month=7):
        told_too_late(firm, fryer)
    the_books_agree(app)
    parts_usage_is_what_the_rows_come_to(firm, app)


# --- The end of the month --------------------------------------------------------------------


def billed(firm: Firm, *numbers: str) -> None:
    """Finance marks what is ready on each order as billed."""
    for count, number in enumerate(numbers):
        ingrid = firm.finance.open("/").follow("More").follow("Billing").follow(number)
        ingrid.press("Mark as billed", invoice=f"INV-{count}").says(f"Billed on INV-{count}")


def closed(firm: Firm) -> None:
    """Finance looks at everything in order, and closes June."""
    ingrid = firm.finance.open("/more").follow("Month-end").follow("June 2026")
    ingrid.follow("Differences that the audit finds")
    ingrid.press("Close June 2026", reason="Two bills come in July")
    ingrid.says("June 2026 is closed", "Received, not billed", "Two bills come in July")


def told_too_late(firm: Firm, number: str) -> None:
    """What happened in June and comes in July counts in July, listed as late; June stays."""
    katie, ingrid = firm.katie, firm.finance
    june = ingrid.open(f"/reports/usage?{JUNE}").file("CSV")
    katie.happened_at = "2026-06-29T15:00:00Z"
    from_van(katie, number, "TC-600").press("Install").says("Installed")
    assert ingrid.open(f"/reports/usage?{JUNE}").file("CSV") == june
    ingrid.open("/reports/usage?from=2026-07-01&to=2026-07-31").says("1 row was posted late")
    ingrid.follow("1 row was").says(number, "Late", "counts on Wed 1 Jul")


def the_books_agree(app: Flask) -> None:
    """What `partsweb audit` calls finds nothing."""
    with app.app_context():
        assert list(audit.differences()) == []


def parts_usage_is_what_the_rows_come_to(firm: Firm, app: Flask) -> None:
    """The files that the pages give are what plain rows of the tables come to, line for line."""
    for by in ("technician", "location", "customer"):
        with app.app_context():
            counted = independent.usage(date(2026, 6, 1), date(2026, 6, 30), by=by)
            skus = {
                row.id: row.sku for row in db.session.execute(text("SELECT id, sku FROM parts"))
            }
        known = {str(part_id).replace("-", ""): sku for part_id, sku in skus.items()}

        reported = dict(as_reported(firm.finance, by))

        assert reported
        assert reported == {(key, known[part]): used for (key, part), used in counted.items()}


def as_reported(desk: Desk, by: str) -> Iterator[tuple[tuple[str, str], independent.Used]]:
    """Each group's parts, from the file that its page offers."""
    desk.open("/more").follow("Parts Usage").open(f"/reports/usage?{JUNE}&by={by}")
    for group in desk.hrefs("group="):
        key = parse_qs(urlsplit(group).query)["group"][0].replace("-", "")
        file = desk.open(group).file("CSV")
        for row in csv.DictReader(io.StringIO(file)):
            used = independent.Used(Decimal(row["Quantity"]), Decimal(row["Cost"]))
            if any(used):
                yield (key, row["SKU"]), used
