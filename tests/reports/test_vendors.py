"""What vendors invoiced beside what came and what was used."""

from __future__ import annotations

import re
from decimal import Decimal

from partsweb.invoices import rules as invoices
from partsweb.invoices.rules import Billed, Charges
from partsweb.kit import clock
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.arrivals import Arrival
from tests.reports.conftest import JULY, JUNE, Firm, june
from tests.support.company import a_purchase_order, a_vendor, a_warehouse, given


def test_invoiced_received_and_used_stand_beside_each_other_by_vendor_and_part(firm: Firm):
    with clock.set_to(june(8)), given(firm.app):
        vendor, depot, fay = a_vendor("Northgas"), a_warehouse(), firm.again(firm.fay)
        line = a_purchase_order(vendor, (firm.again(firm.valve), 6, "12"), ship_to=depot).lines[0]
        arrival = Arrival(line, accepted=Decimal(4))
        purchasing.receive(line.purchase_order, [arrival], by=fay, at=june(8))
        billed = Billed(Decimal(5), Decimal(12), line=line)
        charges = Charges(total=Decimal(60))
        invoices.enter(vendor, "N-1", june(8).date(), [billed], charges, by=fay, at=june(8))
    firm.fitted(firm.okafor, firm.valve, 2, at=june(9))
    fay_ = firm.browser(firm.fay)

    page = _words(fay_.get(f"/reports/vendors?{JUNE}").text)
    parts = _words(fay_.get(f"/reports/vendors?{JUNE}&of={vendor.id}").text)
    file = fay_.get(f"/reports/vendors.csv?{JUNE}").text

    assert "Northgas" in page
    assert "60.00 invoiced · 48.00 received · 25.00 used" in page
    assert "5 invoiced · 4 received · 2 used" in parts
    assert "Northgas,VK4105,Gas valve,5,4,2,60,48,25,12,23" in file
    assert "Nothing on these days" in fay_.get(f"/reports/vendors?{JULY}").text
    assert firm.browser(firm.tess).get("/reports/vendors").status_code == 403


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", "")
