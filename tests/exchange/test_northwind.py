"""Northwind's files, brought in as docs/import.md says, give that company's figures."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from partsweb.catalogue.models import Part, Vendor
from partsweb.extensions import db
from partsweb.purchasing.models import PurchaseLine
from partsweb.stock.models import Balance, ReorderLevel
from partsweb.upkeep import audit
from tests.support import documented
from tests.support.company import a_person, given, signed_in


def test_all_of_northwind(app: Flask, shared: Path, tmp_path: Path):
    facts = json.loads((shared / "facts.json").read_text())["northwind"]
    (tmp_path / "places.csv").write_text("name\nWarehouse\n")

    first = documented.run(app, "Northwind", shared / "northwind", tmp_path)
    again = documented.run(app, "Northwind", shared / "northwind", tmp_path)

    assert "77 parts added" in "".join(first)
    for said in documented.last_lines(again):
        assert said.startswith("0 ")
        assert " added, 0 changed, " in said
    with given(app):
        cora = a_person("coordinator")
    assert sum(documented.exported_stock(app).values()) == facts["units_in_stock"]
    assert "Gustaf" in signed_in(app, cora).get("/parts?q=knackebrod&at=everywhere").text
    in_list = signed_in(app, cora).get("/parts/stock.csv").text
    assert in_list.count(",Inactive,") == facts["discontinued_with_stock"]
    with app.app_context():
        assert db.session.scalar(select(func.count(Vendor.id))) == facts["rows"]["vendors"]
        inactive = select(func.count(Part.id)).where(~Part.active)
        assert db.session.scalar(inactive) == facts["discontinued"]
        worth = select(func.sum(Balance.value)).where(Balance.value > 0)
        assert db.session.scalar(worth) == Decimal(facts["stock_value"])
        on_order = select(func.sum(PurchaseLine.quantity))
        assert db.session.scalar(on_order) == facts["units_on_order"]
        assert below_their_level() == facts["below_reorder_level_not_discontinued"]
        assert list(audit.differences()) == []


def below_their_level() -> list[str]:
    held = select(func.coalesce(func.sum(Balance.quantity), 0)).where(
        Balance.part_id == Part.id, Balance.location_id == ReorderLevel.location_id
    )
    rows = (
        select(Part.description)
        .join(ReorderLevel, ReorderLevel.part_id == Part.id)
        .where(Part.active, held.scalar_subquery() < ReorderLevel.point)
    )
    return sorted(db.session.scalars(rows))
