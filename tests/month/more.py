"""What else happens in a month: each thing from whoever begins it to whoever ends it."""

from __future__ import annotations

from partsweb.demo.opening import PASSWORD
from tests.month.conftest import Firm, a_photo
from tests.month.desk import Desk
from tests.month.work import part_page, request


def asked_for_fitted_and_merged(firm: Firm, number: str) -> None:
    """A part that the catalogue lacks is fitted meanwhile, and turns out to be a known one."""
    katie, yusuf = firm.katie, firm.coordinator
    with firm.on(10):
        katie.open(f"/orders/{number}").follow("Add Part").search("clip holding probe")
        katie.follow("Ask for this part")
        katie.press("Ask for it", description="Clip holding probe", photos=[a_photo()], cost="5")
        katie.open(f"/orders/{number}").follow("Clip holding probe").follow("Install")
        katie.press("Install", source="Van 7").says("Installed")
    with firm.on(11):
        yusuf.open("/more").follow("Parts asked for").follow("Clip holding probe")
        yusuf.follow("It is a part we have").search("NTC-CYL3").follow("NTC-CYL3")
        yusuf.press("It is NTC-CYL3")
    katie.open(f"/orders/{number}").says("NTC-CYL3").never_says("Clip holding probe")


def consigned_and_billed(firm: Firm, number: str) -> None:
    """A vendor's own valve is fitted from the van with its evidence, and is due from then on."""
    marcus, priya = firm.marcus, firm.purchasing
    with firm.on(10):
        from_van(marcus, number, "VK4105")
        marcus.press("Install", serial="CF501", photos=[a_photo()], notes="CA-2026-014")
        marcus.says("Installed").never_says("Evidence missing")
    priya.open("/more").follow("Consignment").says("VK4105", "95.00")


def core_goes_back(firm: Firm, number: str) -> None:
    """A board with a core charge comes on a purchase order; its core is shipped and credited."""
    marcus, priya, yusuf = firm.marcus, firm.purchasing, firm.coordinator
    with firm.on(3):
        request(marcus, number, "PCB-AERO8")
        priya.open("/").follow("PCB-AERO8").press("Put on a purchase order", ship_to="Van 3")
        priya.open("/purchasing?view=draft").follow("PO-").press("Order PO-")
    with firm.on(10):
        marcus.open("/more").follow("Purchasing").follow("PO-").follow("Receive")
        line = marcus.field_ends("serials-", beside="PCB-AERO8")
        marcus.press("Receive", **{f"serials-{line}": "AE0001"}, slip_number="D-9").says("D-9")
        marcus.open(f"/orders/{number}").follow("Install", beside="PCB-AERO8")
        marcus.press("Install", serial="AE0001", fate="core", original_serial="OLD7")
        marcus.says("Cores", "Owed").follow("OLD7").press("It is shipped", rma="R-11")
    with firm.on(20):
        yusuf.open("/more").follow("Cores").follow("Shipped").follow("PCB-AERO8")
        yusuf.press("Credited").says("Credited", "120.00")


def warranty(firm: Firm, number: str, sku: str, decision: str, why: str = "") -> None:
    """Flagged by the technician, held, decided by the supervisor."""
    with firm.on(11):
        from_van(firm.marcus, number, sku)
        firm.marcus.press("Install", warranty="1", notes="Failed after four months")
        firm.finance.open("/more").follow("Billing").search(number)
        firm.finance.open(f"/billing/{number}").says("Held")
        firm.supervisor.open("/").follow(sku).press(decision, why=why)
    firm.marcus.open(f"/orders/{number}").follow(sku).says("Decided")


def not_used(firm: Firm, number: str) -> None:
    """Two are taken along, one is fitted, the other goes back to the depot."""
    katie, yusuf = firm.katie, firm.coordinator
    with firm.on(12):
        request(katie, number, "FSE-12", quantity="2")
        yusuf.open("/requests").follow("FSE-12").press("Move to Van 7", source="Depot A1")
        katie.open(f"/orders/{number}").follow("Install", beside="FSE-12")
        katie.press("Install", quantity="1")
        katie.open(f"/orders/{number}").follow("FSE-12").follow("Not used")
        katie.press("Not used", to="Depot A1").says("FSE-12")


def bought_at_a_counter(firm: Firm, number: str) -> None:
    """Bought, received and fitted in one act, with the slip."""
    katie = firm.katie
    with firm.on(13):
        katie.open(f"/orders/{number}").follow("Add Part").search("SPG-HOB6")
        katie.follow("Bought").search("SPG-HOB6").follow("SPG-HOB6")
        price = katie.field_ends("price-", beside="SPG-HOB6")
        katie.press(
            "Bought",
            **{f"price-{price}": "19.95", "vendor": "Tessel", "goes": "Fitted"},
            slip=[a_photo("#fff")],
        )
    katie.open(f"/orders/{number}").follow("SPG-HOB6").says("Installed")


def used_before_received(firm: Firm, number: str) -> None:
    """The van hasn't it by the books: it is fitted all the same, seen, and put right."""
    katie, yusuf = firm.katie, firm.coordinator
    with firm.on(15):
        request(katie, number, "PIL-NG")
        katie.open(f"/orders/{number}").follow("PIL-NG").follow("Install")
        katie.press("Install", source="Van 7").says("Installed")
    with firm.on(15, "12:00"):
        yusuf.open("/").says("Negative stock").follow("PIL-NG")
        yusuf.open("/more").follow("Negative stock").says(number)
        yusuf.follow("Set right", beside="PIL-NG")
        yusuf.press("Set right", sense="more", quantity="1", why="Handed over at the depot")
        yusuf.open("/stock/negative").never_says("PIL-NG")


def counted(firm: Firm) -> None:
    """A van is counted; what is worth much is approved by somebody else."""
    yusuf, stuart = firm.coordinator, firm.supervisor
    with firm.on(22):
        yusuf.open("/more").follow("Counts").follow("Count a place")
        yusuf.press("Count", beside="Van 3").search("PMP-COND").press("Keep", quantity="0")
        yusuf.follow("All is counted").press("See what is off").press("Post", why="Lost or stolen")
        yusuf.says("Waiting for approval")
    with firm.on(22, "15:00"):
        question = stuart.open("/").follow("Van 3").address
        stuart.follow("Confirm by password").press("It is me", password=PASSWORD)
        stuart.open(question).press("Approve").says("Approved")
    yusuf.open("/more").follow("Counts").follow("Van 3").says("Posted", "−108.00")


def carried_short(firm: Firm) -> None:
    """Three are sent to a van, two arrive, one is found to have stayed."""
    katie, yusuf = firm.katie, firm.coordinator
    with firm.on(17):
        part_page(katie, "TC-900").follow("Ask for it")
        of = katie.field_ends("quantity-", beside="TC-900")
        katie.press("Ask", source="Depot A1", **{f"quantity-{of}": "3"})
    with firm.on(18):
        yusuf.open("/more").follow("Transfers").follow("TR-").press("Pick all")
        katie.open("/more").follow("Transfers").follow("On the way").follow("TR-")
        katie.follow("Something is missing")
        count = katie.field_ends("count-", beside="TC-900")
        katie.press("Receive these", **{f"count-{count}": "2"}).says("missing")
    with firm.on(19):
        yusuf.open("/more").follow("Transfers").follow("Missing").follow("TR-").follow("Decide")
        yusuf.press("Keep", what="Still in", why="Lay on the bench")
        yusuf.open("/transfers?view=missing").says("Nothing is missing")


def from_van(desk: Desk, number: str, sku: str) -> Desk:
    """What is in the van, tapped for the order."""
    return desk.open(f"/orders/{number}").follow("From my van").search(sku).follow(sku)
