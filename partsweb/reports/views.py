"""Reports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.catalogue import queries as catalogue
from partsweb.kit import fields
from partsweb.kit.door import reads
from partsweb.kit.pages import page
from partsweb.kit.paging import asked_page
from partsweb.kit.sheets import download
from partsweb.locations import queries as locations
from partsweb.month_end import pack
from partsweb.reports import forms, queries, sheets
from partsweb.reports import rows as row_by_row
from partsweb.reports import vendors as beside
from partsweb.reports.asked import By, Level, Usage, last_month
from partsweb.stock import valuation as stock

bp = Blueprint("reports", __name__)


@bp.get("/reports/usage")
@reads("see usage")
def usage() -> ResponseReturnValue:
    """Parts Usage: groups, the parts of one, the single rows of a part."""
    asked = _asked()
    return page(
        "reports/usage.html",
        "panel",
        nav="more",
        asked=asked,
        name=queries.name_of(asked),
        part=catalogue.part(asked.part_id) if asked.part_id else None,
        found=_found(asked),
        totals=queries.totals(asked),
        own=queries.own_costs(asked) if _sees_only_own() else {},
        originals=queries.originals(asked),
        late=row_by_row.late_rows(asked).total,
        only_own=_sees_only_own(),
        **_choices(),
        **_addresses(asked),
    )


@bp.get("/reports/usage.<ending>")
@reads("see usage")
def usage_file(ending: str) -> ResponseReturnValue:
    """The same as a file: the level that is shown, or the raw rows."""
    return download(sheets.sheet(_asked(), seen_by=g.person), ending)


@bp.get("/reports/valuation")
@reads("see prices")
def valuation() -> ResponseReturnValue:
    """What stock was worth on a day: by location, or the parts of one."""
    on, place_id = forms.on(request.args), fields.an_id(request.args, "at")
    place = locations.location(place_id) if place_id else None
    found = stock.by_part(on, location_id=place_id, page=asked_page()) if place else None
    return page(
        "reports/valuation.html",
        nav="more",
        on=on,
        place=place,
        by_location=stock.by_location(on),
        found=found,
    )


@bp.get("/reports/valuation.<ending>")
@reads("see prices")
def valuation_file(ending: str) -> ResponseReturnValue:
    """Every part at every location as a file."""
    return download(pack.valued(forms.on(request.args)), ending)


@bp.get("/reports/vendors")
@reads("see invoices")
def vendors() -> ResponseReturnValue:
    """What vendors invoiced beside what came and what was used; of one vendor by part."""
    days, of = forms.days(request.args), request.args.get("of", "")
    vendor_id = fields.an_id(request.args, "of")
    return page(
        "reports/vendors.html",
        nav="more",
        days=days,
        of_one=bool(of),
        vendor=catalogue.vendor(vendor_id) if vendor_id else None,
        lines=beside.by_part(days, vendor_id) if of else beside.by_vendor(days),
        last=last_month(),
    )


@bp.get("/reports/vendors.<ending>")
@reads("see invoices")
def vendors_file(ending: str) -> ResponseReturnValue:
    """Every vendor's parts as a file."""
    return download(beside.sheet(forms.days(request.args)), ending)


def _found(asked: Usage) -> Any:
    asks = {
        Level.GROUPS: queries.groups,
        Level.PARTS: queries.parts,
        Level.ROWS: row_by_row.rows,
        Level.LATE: row_by_row.late_rows,
    }
    return asks.get(asked.level, row_by_row.rows)(asked, page=asked_page(), size=50)


def _asked() -> Usage:
    return forms.usage(request.args, own=g.person.id if _sees_only_own() else None)


def _sees_only_own() -> bool:
    return not g.person.may("see all orders")


def _choices() -> dict[str, Any]:
    """What can be filtered by."""
    vendors = [(one.id, one.name) for one in catalogue.vendors()]
    return {
        "categories": [("", "All categories"), *((name, name) for name in catalogue.categories())],
        "vendors": [("", "All vendors"), *vendors],
        "last": last_month(),
        "groupings": list(By),
    }


def _addresses(asked: Usage) -> dict[str, Any]:
    """The same report with one thing changed, as page or as file."""

    def address(endpoint: str = ".usage", **changes: Any) -> str:
        return url_for(endpoint, **asked.address(**changes))

    return {"address": address}
