from __future__ import annotations

from decimal import Decimal

from flask import Flask

from partsweb.counts import queries
from partsweb.counts.models import Count
from partsweb.exchange import rules as exchange
from partsweb.exchange import tables
from partsweb.exchange.counts import Counts
from partsweb.extensions import db
from tests.counts.counting import at, here, lay, line_of
from tests.support.company import a_part, given, signed_in


def test_an_edited_sheet_comes_in_as_it_went_out(app: Flask, firm, tmp_path):
    with given(app):
        lay(a_part("-CLIP", "Clip"), firm.van, 4)
        lay(a_part("TAPE", "Tape"), firm.van, 2)
    cora = signed_in(app, firm.cora)
    url = cora.post("/counts/new", data={"location": firm.van.id}).location
    sheet = cora.get(f"{url}/sheet.csv").text
    assert "'-CLIP" in sheet
    filled = sheet.replace("Clip,EA,Van 3,,,", "Clip,EA,Van 3,,,3").replace(
        "Fan,EA,Van 3,,,", "Fan,EA,Van 3,,,8"
    )
    file = tmp_path / "sheet.csv"
    file.write_text(filled, encoding="utf-8")

    with given(app):
        firm = here(firm)
        done = exchange.bring_in(tables.read(file), Counts, by=firm.cora)

        count = db.session.scalars(db.select(Count)).one()
        counted = {line.part.sku: line.counted for line in queries.all_lines(count)}
        assert counted == {"-CLIP": 3, "FAN": 8, "TAPE": None}
        assert line_of(count, firm.fan).counted_by_id == firm.cora.id
        assert not done.problems


def test_a_list_begins_a_count_and_says_when_it_was_counted(app: Flask, firm, tmp_path):
    file = tmp_path / "list.csv"
    when = at("18:00")
    file.write_text(
        f"SKU,Place,On hand,Counted,Counted at\nFAN,Van 3,10,7,{when.isoformat()}\n",
        encoding="utf-8",
    )

    with given(app):
        firm = here(firm)
        exchange.bring_in(tables.read(file), Counts, by=firm.cora)

        line = line_of(db.session.scalars(db.select(Count)).one(), firm.fan)
        assert (line.counted, line.counted_at) == (Decimal(7), when)


def test_a_sheet_with_what_nobody_knows_is_refused_by_row(app: Flask, firm, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("SKU,Location,Counted\nFAN,Nowhere,7\nNOPE,Van 3,1\n", encoding="utf-8")

    with given(app):
        firm = here(firm)
        tried = exchange.try_out(tables.read(file), Counts, by=firm.cora)

        said = " ".join(str(problem) for problem in tried.problems)
        assert "there is no place Nowhere" in said
        assert "there is no part NOPE" in said
