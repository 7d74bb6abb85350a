"""Files brought in through `partsweb import`: what is kept, what is refused, and in which words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part, VendorReference
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations import queries as locations
from partsweb.locations.models import Kind
from partsweb.people import queries as people
from partsweb.purchasing.models import PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock.models import Movement, Reason, SerialState
from tests.exchange.conftest import Import
from tests.support.company import (
    a_part,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    given,
    in_stock,
)

PARTS = "sku,description,list price\n0042,Fan,12.50\nGV 100,Gas valve,.0000\n"


def parts_kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Part)) or 0


# --- All of it or nothing --------------------------------------------------------------------


def test_a_file_says_what_it_changed_and_again_nothing_changes(app: Flask, bring: Import):
    first = bring("parts", PARTS)
    again = bring("parts", PARTS)

    assert first.output.splitlines() == [
        "parts.csv: 2 rows",
        "  read: sku, description, list_price",
        "2 parts added, 0 changed, 0 unchanged.",
    ]
    assert again.output.splitlines()[-1] == "0 parts added, 0 changed, 2 unchanged."


def test_what_is_different_is_changed(app: Flask, bring: Import):
    bring("parts", PARTS)

    again = bring("parts", PARTS.replace("12.50", "13"))

    assert again.output.splitlines()[-1] == "0 parts added, 1 changed, 1 unchanged."
    with app.app_context():
        fan = catalogue.by_sku("0042")
        assert fan is not None
        assert fan.list_price == Decimal(13)


def test_a_dry_run_keeps_nothing(app: Flask, bring: Import):
    tried = bring("parts", PARTS, "--dry-run")

    assert tried.exit_code == 0
    said = "Nothing was kept; it would be: 2 parts added, 0 changed, 0 unchanged."
    assert tried.output.splitlines()[-1] == said
    assert parts_kept(app) == 0


def test_one_bad_row_keeps_all_of_the_file_out_and_every_problem_is_named(
    app: Flask, bring: Import
):
    file = "sku,description,msrp\nA,Fan,abc\n,Valve,1\nB,,2\nC,Pump,3\nC,Pump,3\nD,Belt,-1\n"

    refused = bring("parts", file)

    assert refused.exit_code == 1
    assert refused.output.splitlines()[-6:] == [
        "Error: Nothing of parts.csv was kept: 5 problems.",
        "  row 2, msrp: 'abc' is not a number",
        "  row 3, sku: is empty",
        "  row 4, description: is empty",
        "  row 6: the same stands in row 5 already",
        "  row 7, msrp: '-1' is below zero",
    ]
    assert parts_kept(app) == 0


def test_fifty_problems_are_named_and_the_rest_counted(bring: Import):
    refused = bring("parts", "sku,description,price\n" + "X,Fan,abc\n" * 62)

    lines = refused.output.splitlines()
    assert "62 problems." in refused.output
    assert lines[-1] == "  and 12 more"
    assert len([line for line in lines if line.startswith("  row ")]) == 50


def test_rows_are_numbered_as_a_spreadsheet_does_it(bring: Import):
    refused = bring("parts", 'sku,description,price\nA,"Fan\nlarge",1\n\nB,Valve,x\n')

    assert "row 4, price: 'x' is not a number" in refused.output


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("A,Fan", "row 2: has 2 cells, the head 3"),
        ("A,Fan,1,2", "row 2: has 4 cells, the head 3"),
    ],
)
def test_a_row_has_as_many_cells_as_the_head(bring: Import, cells, said):
    assert said in bring("parts", f"sku,description,price\n{cells}\n").output


# --- Columns ---------------------------------------------------------------------------------


def test_columns_are_mapped_by_hand_where_names_don_t_tell(app: Flask, bring: Import):
    file = "Artikel;Bezeichnung;Preis\n0042;Lüfter;1.234,50\n"
    options = ["--map", "sku=Artikel", "--map", "description=Bezeichnung", "--map"]

    said = bring("parts", file.encode("cp1252"), *options, "list_price=preis")

    assert "read: sku from Artikel, description from Bezeichnung, list_price from Preis" in (
        said.output
    )
    with app.app_context():
        fan = catalogue.by_sku("0042")
        assert fan is not None
        assert (fan.description, fan.list_price) == ("Lüfter", Decimal("1234.5"))


def test_a_column_is_left_out_and_a_value_set_for_every_row(app: Flask, bring: Import):
    said = bring("parts", PARTS, "--map", "list_price=", "--set", "category=Heating")

    assert "not read: list price" in said.output
    with app.app_context():
        fan = catalogue.by_sku("0042")
        assert fan is not None
        assert [fan.list_price, fan.category] == [0, "Heating"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--map", "colour=sku"], "There is no field colour. There are: sku, description, cat"),
        (["--map", "sku=Artikel"], "has no column Artikel. It has: sku, description, list price."),
        (["--map", "reorder_point=list price"], "reorder_point needs reorder_location"),
    ],
)
def test_a_mapping_that_can_t_be_is_refused(bring: Import, options, said):
    refused = bring("parts", PARTS, *options)

    assert refused.exit_code == 1
    assert said in refused.output


def test_a_mapping_without_an_equals_sign_is_a_wrong_call(bring: Import):
    assert bring("parts", PARTS, "--map", "sku").exit_code == 2


def test_what_is_needed_and_not_found_is_asked_for(bring: Import):
    refused = bring("parts", "Artikel,name\nA,Fan\n")

    assert "which column is sku? Say it with --map sku=COLUMN. The columns are: Artikel, name." in (
        refused.output
    )


# --- Parts -----------------------------------------------------------------------------------


def test_codes_are_kept_as_they_are(app: Flask, bring: Import):
    bring("parts", "sku,description\n 00-7  A ,Fan\n1E5,Valve\n0042,Pump\n")

    with app.app_context():
        assert set(db.session.scalars(select(Part.sku))) == {"00-7  A", "1E5", "0042"}


def test_discontinued_parts_aren_t_offered_until_they_are_again(app: Flask, bring: Import):
    bring("parts", "sku,description,discontinued\nA,Fan,2024-05-30\nB,Pump,\n")
    with app.app_context():
        assert {part.sku: part.active for part in db.session.scalars(select(Part))} == {
            "A": False,
            "B": True,
        }

    again = bring("parts", "sku,description,discontinued\nA,Fan,\nB,Pump,\n")

    assert again.output.splitlines()[-1] == "0 parts added, 1 changed, 1 unchanged."


def test_an_empty_cell_says_nothing(app: Flask, bring: Import):
    bring("parts", PARTS)

    again = bring("parts", "sku,description,list price\n0042,Fan,\n")

    assert again.output.splitlines()[-1] == "0 parts added, 0 changed, 1 unchanged."


def test_whether_a_part_has_serials_stays(app: Flask, bring: Import):
    bring("parts", "sku,description,serialized\nA,Fan,no\n")

    refused = bring("parts", "sku,description,serialized\nA,Fan,yes\n")

    assert "row 2, serialized: whether a part has serials can't be changed" in refused.output


def test_reorder_points_hold_at_a_location(app: Flask, bring: Import):
    with given(app):
        depot = a_warehouse("Depot")
    file = "sku,description,reorder point\nA,Fan,4\n"

    bring("parts", file, "--set", "reorder_location=Depot")
    again = bring("parts", file, "--set", "reorder_location=Depot")

    assert again.output.splitlines()[-1] == "0 parts added, 0 changed, 1 unchanged."
    with app.app_context():
        part = catalogue.by_sku("A")
        assert part is not None
        level = stock.reorder_level(part, depot)
        assert level is not None
        assert level.point == 4


# --- Vendors, vendor references, locations ---------------------------------------------------


def test_vendors_by_code(app: Flask, bring: Import):
    bring("vendors", "code,name,active\nV1,Northgas,1\nV2,Old Parts Ltd,0\n")
    changed = bring("vendors", "code,name,phone\nV1,Northgas,0113 4960000\n")

    assert changed.output.splitlines()[-1] == "0 vendors added, 1 changed, 0 unchanged."
    with app.app_context():
        northgas, old = catalogue.vendor_by_code("V1"), catalogue.vendor_by_code("V2")
        assert northgas is not None
        assert old is not None
        assert (northgas.phone, northgas.active, old.active) == ("0113 4960000", True, False)


def test_a_vendor_s_word_on_a_part(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        vendor = a_vendor("Northgas")
    file = f"vendor,sku,vendor sku,price,uom,pack size\n{vendor.code},A,N-7,54.3100,EA ,10\n"

    bring("vendor-parts", file)
    again = bring("vendor-parts", file)

    assert again.output.splitlines()[-1] == "0 vendor references added, 0 changed, 1 unchanged."
    with app.app_context():
        (reference,) = db.session.scalars(select(VendorReference)).all()
        assert (reference.number, reference.price) == ("N-7", Decimal("54.31"))
        assert [reference.unit, reference.pack] == ["EA", 10]


def test_references_to_what_isn_t_there_are_refused(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        vendor = a_vendor("Northgas")

    refused = bring("vendor-parts", f"vendor,sku\nNOBODY,A\n{vendor.code},B\n")

    assert "row 2, vendor: there is no vendor NOBODY" in refused.output
    assert "row 3, sku: there is no part B" in refused.output


def test_warehouses_bins_and_vans(app: Flask, bring: Import):
    with given(app):
        tess = a_technician("Tess")
    file = (
        "name,type,parent,driver\nDepot,,,\nDepot A-1,bin,Depot,\n"
        f"Van 3,vehicle,,{tess.login}\nDepot B,Bin,Cellar,\n"
    )

    refused = bring("locations", file)
    bring("locations", file.replace("Cellar", "Depot"))
    again = bring("locations", file.replace("Cellar", "Depot"))

    assert "row 5, parent: there is no warehouse 'Cellar' above this row" in refused.output
    assert again.output.splitlines()[-1] == "0 locations added, 0 changed, 4 unchanged."
    with app.app_context():
        driver = people.by_login(tess.login)
        assert driver is not None
        van, shelf = locations.van_of(driver), locations.by_name("Depot A-1")
        assert van is not None
        assert shelf is not None
        assert shelf.parent is not None
        assert (van.name, shelf.parent.name) == ("Van 3", "Depot")


# --- Stock -----------------------------------------------------------------------------------


def moved(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Movement)) or 0


def held(app: Flask, sku: str, place: str) -> Decimal:
    with app.app_context():
        part, location = catalogue.by_sku(sku), locations.by_name(place)
        assert part is not None
        assert location is not None
        return stock.on_hand(part, location)


def test_stock_lies_in_bins_that_are_opened_for_it(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_warehouse("Depot")
    file = "sku,location,shelf,bin,qty,cost\nA,Depot,C,12,8.00,11.80\nA,Depot,N/A,0,3,11.80\n"

    said = bring("stock", file)

    assert said.output.splitlines()[-1] == "2 stock rows added, 0 changed, 0 unchanged."
    assert [held(app, "A", "Depot C-12"), held(app, "A", "Depot")] == [8, 3]
    with app.app_context():
        part, place = catalogue.by_sku("A"), locations.by_name("Depot C-12")
        assert part is not None
        assert place is not None
        assert stock.average_cost(part, place) == Decimal("11.8")


def test_the_same_stock_again_moves_nothing_whatever_happened_since(app: Flask, bring: Import):
    with given(app):
        part, depot, van = a_part("A"), a_warehouse("Depot"), a_van("Van 3")
        tess = a_technician()
    file = "sku,location,qty\nA,Depot,8\n"
    bring("stock", file)
    with given(app):
        ledger.transfer(part, Decimal(2), source=depot, target=van, by=tess, at=clock.now())

    again = bring("stock", file)

    assert again.output.splitlines()[-1] == "0 stock rows added, 0 changed, 1 unchanged."
    assert [held(app, "A", "Depot"), held(app, "A", "Van 3")] == [6, 2]
    assert moved(app) == 2


def test_another_quantity_corrects_the_opening_balance_by_the_difference(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_warehouse("Depot")
    bring("stock", "sku,location,qty\nA,Depot,8\n")

    bring("stock", "sku,location,qty\nA,Depot,5\n")
    again = bring("stock", "sku,location,qty\nA,Depot,5\n")

    assert held(app, "A", "Depot") == 5
    assert again.output.splitlines()[-1] == "0 stock rows added, 0 changed, 1 unchanged."
    assert moved(app) == 2


def test_stock_that_stands_twice_in_a_file_is_refused(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        a_warehouse("Depot")

    refused = bring("stock", "sku,location,qty\nA,Depot,8\nA,Depot,8\n")

    assert "row 3: the same stands in row 2 already" in refused.output


def test_serials_come_with_their_stock(app: Flask, bring: Import):
    with given(app):
        a_part("F", serialized=True)
        a_warehouse("Depot")
    file = 'sku,location,qty,serials\nF,Depot,2,"0417; 0418"\nF,Depot,1,0419\n'

    bring("stock", file)
    again = bring("stock", file)

    assert again.output.splitlines()[-1] == "0 stock rows added, 0 changed, 2 unchanged."
    assert held(app, "F", "Depot") == 3
    with app.app_context():
        part = catalogue.by_sku("F")
        assert part is not None
        one = stock.serial(part, "0417")
        assert one is not None
        assert (one.location.name, one.state) == ("Depot", SerialState.IN_STOCK)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,Depot,1,0417", "row 2, serials: A is a part without serials"),
        ("F,Depot,3,0417", "row 2, serials: 1 serials for 3"),
        ("F,Depot,1,0500", "row 2, serials: serial 0500 began in Elsewhere"),
        ("F,Depot,1,0600", "row 2, serials: serial 0600 is in Van 3"),
        ("F,Cellar,1,", "row 2, location: there is no location Cellar"),
        ("X,Depot,1,", "row 2, sku: there is no part X"),
    ],
)
def test_stock_that_can_t_be_is_refused(app: Flask, bring: Import, row, said):
    with given(app):
        a_part("A")
        fan = a_part("F", serialized=True)
        a_warehouse("Depot")
        van, cellar = a_van("Van 3"), a_warehouse("Elsewhere")
        in_stock(fan, cellar, 1, serials=["0500"])
        unit = stock.serial(fan, "0500")
        assert unit is not None
        tess = a_technician()
        ledger.transfer(
            fan, Decimal(1), source=cellar, target=van, serials=[unit], by=tess, at=clock.now()
        )
        bought = ledger.unit(fan, "0600", locations.single(Kind.VENDOR))
        arrives = ledger.Move(fan, bought.location, van, Decimal(1), Reason.RECEIPT, serial=bought)
        ledger.post([arrives], by=tess, at=clock.now())

    refused = bring("stock", f"sku,location,qty,serials\n{row}\n")

    assert said in refused.output


def test_stock_says_when_its_location_is_restocked(app: Flask, bring: Import):
    with given(app):
        part, depot = a_part("A"), a_warehouse("Depot")
    head = "sku,location,bin,qty,min,max\n"

    bring("stock", f"{head}A,Depot,1,8,4,20\nA,Depot,2,8,4,20\n")
    refused = bring("stock", f"{head}A,Depot,1,8,4,20\nA,Depot,2,8,5,20\n")

    assert "row 3, min: another row says 4 for Depot" in refused.output
    with app.app_context():
        level = stock.reorder_level(part, depot)
        assert level is not None
        assert [level.point, level.maximum] == [4, 20]


# --- Purchase orders -------------------------------------------------------------------------

ORDERS = "po_number,status,vendor,order_date,tax,freight\n"
LINES = "po_number,line_id,sku,qty,unit_price,received_qty,rejected_qty,stocked_qty\n"


def order(app: Flask, number: str) -> PurchaseOrder:
    found = db.session.scalar(select(PurchaseOrder).where(PurchaseOrder.number == number))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("state", "line", "became"),
    [
        ("Complete", "3,3.00,.00", PurchaseState.RECEIVED),
        ("Complete", "3,2.00,.00", PurchaseState.CLOSED),
        ("Rejected", "3,2.00,1.00", PurchaseState.CLOSED),
        ("Pending", "3,3.00,1.00", PurchaseState.PARTLY_RECEIVED),
        ("Pending", "3,3.00,.00", PurchaseState.RECEIVED),
        ("Approved", "3,.00,.00", PurchaseState.ORDERED),
        ("Cancelled", "3,.00,.00", PurchaseState.CANCELLED),
    ],
)
def test_history_keeps_what_the_order_was_called_and_what_arrived(
    app: Flask, bring: Import, state, line, became
):
    with given(app):
        a_part("A")
        vendor = a_vendor()
    quantity, received, rejected = line.split(",")
    accepted = Decimal(received) - Decimal(rejected)
    cells = ["7", "1", "A", quantity, "2.50", received, rejected, str(accepted)]

    bring("purchase-orders", f"{ORDERS}7,{state},{vendor.code},2025-04-29,21.7681,6.8025\n")
    bring("purchase-order-lines", LINES + ",".join(cells))

    with app.app_context():
        kept = order(app, "7")
        assert (kept.state, kept.imported_state) == (became, state)
        assert (kept.tax, kept.freight) == (Decimal("21.7681"), Decimal("6.8025"))
        (only,) = kept.lines
        assert (only.received, only.rejected) == (Decimal(received), Decimal(rejected))
        assert only.amount == Decimal("7.5")
    assert moved(app) == 0, "history moves no stock"


def test_lines_without_an_id_are_told_by_their_place(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        vendor = a_vendor()
    bring("purchase-orders", f"number,vendor\n7,{vendor.code}\n")
    file = "order,sku,quantity,price\n7,A,1,2\n7,A,1,2\n"

    bring("purchase-order-lines", file)
    again = bring("purchase-order-lines", file)

    said = "0 purchase order lines added, 0 changed, 2 unchanged."
    assert again.output.splitlines()[-1] == said


def test_what_a_file_says_twice_it_must_say_alike(app: Flask, bring: Import):
    with given(app):
        a_part("A")
        vendor = a_vendor()
    bring("purchase-orders", f"number,vendor\n7,{vendor.code}\n")

    refused = bring("purchase-order-lines", f"{LINES}7,1,A,3,1,3,1,3\n7,2,A,3,1,1,2,-1\n")

    assert "row 2, stocked_qty: 3 received less 1 rejected are 2, not 3" in refused.output
    assert "row 3, stocked_qty: '-1' is below zero" in refused.output


def test_orders_made_here_aren_t_imported_over(app: Flask, bring: Import):
    with given(app):
        part, depot, vendor = a_part("A"), a_warehouse(), a_vendor()
        ours = a_purchase_order(vendor, (part, 2, "5"), ship_to=depot)

    orders = bring("purchase-orders", f"number,vendor\n{ours.number},{vendor.code}\n")
    lines = bring("purchase-order-lines", f"order,sku,quantity,price\n{ours.number},A,1,2\n")

    assert f"{ours.number} was made here, not imported" in orders.output
    assert f"{ours.number} was made here, not imported" in lines.output
