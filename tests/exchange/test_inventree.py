"""InvenTree's files, brought in as docs/import.md says, give that company's figures."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from partsweb.catalogue.models import Part, Vendor, VendorReference
from partsweb.extensions import db
from partsweb.locations.models import Kind, Location
from partsweb.purchasing.models import PurchaseLine, PurchaseOrder
from partsweb.stock.models import Balance, Movement, Serial
from partsweb.upkeep import audit
from tests.support import documented


def test_all_of_inventree(app: Flask, shared: Path, tmp_path: Path):
    facts = json.loads((shared / "facts.json").read_text())["inventree"]

    first = documented.run(app, "InvenTree", shared / "inventree", tmp_path)
    again = documented.run(app, "InvenTree", shared / "inventree", tmp_path)

    assert "in quarantine, since it can't be used: damaged 4, rejected 3" in "".join(first)
    for said in documented.last_lines(again):
        assert said.startswith("0 ")
        assert " added, 0 changed, " in said
    exported = documented.exported_stock(app)
    with app.app_context():
        check_stock(facts, exported)
        check_vendors(facts)
        check_purchase_orders(facts)
        assert db.session.scalar(select(func.count(Part.id))) == facts["rows"]["parts"]
        assert list(audit.differences()) == []


def check_stock(facts: Any, exported: dict[str, Decimal]) -> None:
    rows = (
        select(Location, func.sum(Balance.quantity))
        .join(Balance, Balance.location_id == Location.id)
        .group_by(Location.id)
    )
    held: dict[str, Decimal] = defaultdict(Decimal)
    for place, quantity in db.session.execute(rows):
        home = place.parent if place.kind == Kind.QUARANTINE and place.parent else place
        elsewhere = "(none: installed, sent to a customer or consumed)"
        held[elsewhere if place.kind == Kind.INSTALLED else home.name] += quantity
        if place.kind == Kind.WAREHOUSE and quantity:
            assert exported[place.name] == quantity
    wanted = {name: Decimal(said) for name, said in facts["stock_by_location"].items()}
    assert {name: held[name] for name in wanted} == wanted
    assert sum(held[name] for name in wanted) == Decimal(facts["stock_total"])

    serials = select(Serial.number, func.count()).group_by(Serial.number)
    counts = [times for _, times in db.session.execute(serials)]
    assert sum(counts) == facts["serialised_items"]
    shared_numbers = [times for times in counts if times > 1]
    assert len(shared_numbers) == facts["serial_numbers_used_by_more_than_one_part"]
    lots = select(func.count(Movement.id)).where(Movement.note.contains("lot "))
    assert db.session.scalar(lots) == facts["items_with_batch"]


def check_vendors(facts: Any) -> None:
    rows = select(Vendor.name, func.count(VendorReference.id)).join(
        VendorReference, VendorReference.vendor_id == Vendor.id
    )
    sold = dict(db.session.execute(rows.group_by(Vendor.name)).all())
    assert sold == facts["supplier_parts_per_supplier"]


def check_purchase_orders(facts: Any) -> None:
    rows = select(PurchaseOrder.number, PurchaseLine).join(PurchaseOrder.lines)
    lines = [
        (number, line.quantity, line.received, line.outstanding, line.amount)
        for number, line in db.session.execute(rows.order_by(PurchaseOrder.number))
    ]
    assert sorted(lines) == sorted(
        (
            line["po"],
            *(Decimal(line[name]) for name in ("ordered", "received", "outstanding", "value")),
        )
        for line in facts["po_lines"]
    )
