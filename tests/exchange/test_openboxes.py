"""OpenBoxes' warehouse and a hospital's real list, brought in as docs/import.md says."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from partsweb.catalogue.models import Part, VendorReference
from partsweb.extensions import db
from partsweb.locations.models import Kind, Location
from partsweb.stock.models import Balance, Movement, ReorderLevel
from partsweb.upkeep import audit
from tests.exchange.conftest import Import
from tests.support import documented

HOSPITAL = "hospital_inventory_levels.csv"


def test_the_main_warehouse_of_openboxes(app: Flask, shared: Path, tmp_path: Path):
    facts = json.loads((shared / "facts.json").read_text())["openboxes_main_warehouse"]

    documented.run(app, "OpenBoxes", shared / "openboxes", tmp_path)
    again = documented.run(app, "OpenBoxes", shared / "openboxes", tmp_path)

    for said in documented.last_lines(again):
        assert said.startswith("0 ")
        assert " added, 0 changed, " in said
    held = documented.exported_stock(app)
    assert sum(held.values()) == facts["physical_qoh_sum"]
    assert held["Main Warehouse RM1-RACK1-SHELF1"] > 0
    with app.app_context():
        assert db.session.scalar(select(func.count(Part.id))) == facts["rows"]
        notes = set(db.session.scalars(select(Movement.note)))
        for lot in facts["lots_with_slash_or_leading_zero"]:
            assert any(note.startswith(f"lot {lot},") for note in notes)
        bought = select(VendorReference.price).where(VendorReference.number == "54565865")
        assert db.session.scalar(bought) == Decimal("0.25")
        assert list(audit.differences()) == []


def test_the_list_of_a_hospital(app: Flask, shared: Path, tmp_path: Path):
    facts = json.loads((shared / "facts.json").read_text())["hospital_inventory_levels"]
    (tmp_path / "places.csv").write_text("name\nHospital\n")

    first = documented.run(app, "A hospital's list", shared / "openboxes", tmp_path)
    again = documented.run(app, "A hospital's list", shared / "openboxes", tmp_path)

    assert "“Mckesson” is nearly “McKesson Medical”: the same?" in "".join(first)
    for said in documented.last_lines(again):
        assert said.startswith("0 ")
        assert " added, 0 changed, " in said
    total = sum(documented.exported_stock(app).values())
    assert total == Decimal(facts["current_quantity_sum"])
    with app.app_context():
        assert db.session.scalar(select(func.count(Part.id))) == facts["rows"]
        numbers = set(db.session.scalars(select(VendorReference.number)))
        assert set(facts["vendor_codes_with_leading_zero"]) <= numbers
        check_units(facts["uom_trim_lower"])
        check_levels(facts)
        worth = db.session.scalar(select(func.sum(Balance.value)).where(Balance.value > 0))
        assert abs(worth - Decimal(facts["stock_value_where_priced"])) < Decimal("0.01")
        assert list(audit.differences()) == []


def check_units(facts: dict[str, int]) -> None:
    units = Counter(db.session.scalars(select(Part.unit)))
    wanted: Counter[str] = Counter()
    for unit, parts in facts.items():
        wanted["EA" if unit in ("", "each") else unit.upper()] += parts
    assert units == wanted


def check_levels(facts: dict[str, int]) -> None:
    inside = select(Location.id).where(Location.kind.in_((Kind.WAREHOUSE, Kind.BIN)))
    held = (
        select(func.coalesce(func.sum(Balance.quantity), 0))
        .where(Balance.part_id == ReorderLevel.part_id, Balance.location_id.in_(inside))
        .scalar_subquery()
    )
    levels = select(func.count(ReorderLevel.part_id))
    assert db.session.scalar(levels.where(held < ReorderLevel.point)) == facts["below_min"]
    assert db.session.scalar(levels.where(held > ReorderLevel.maximum)) == facts["above_max"]


def test_negative_rows_blank_rows_and_what_stands_below_the_last_row(app: Flask, bring: Import):
    bring("locations", "name\nHospital\n")
    head = (
        "Status,Product code,Product,Bin location,Unit of measure,Min quantity,Current quantity\n"
    )
    rows = (
        "In stock,AJ42,Bowl,B1,each,2,-4\nIn stock,DY47,Forceps,,Boxes (10),,12\n"
        "Reorder,EX01,Gauze,B1,each,1,\n,,,,,,\n,,3 products,,,,\nTotal,,,,,,8\n"
    )
    bring("parts", head + rows)

    said = bring("stock", head + rows, "--set", "location=Hospital")

    assert "no rows of stock rows, left out: row 6 (3 products), row 7 (Total)" in said.output
    assert "1 rows are below zero: see Negative stock" in said.output
    assert "1 rows say no quantity and move nothing" in said.output
    assert documented.exported_stock(app) == {"Hospital B1": -4, "Hospital": 12}
