"""The round: an order is made, a part is asked for, bought, received, fitted, invoiced."""

from __future__ import annotations

from typing import Any

from tests.month.conftest import Firm, a_photo, number_in
from tests.month.desk import Desk


def an_order(firm: Firm, street: str, summary: str, technician: str) -> str:
    """The dispatcher makes an order at a site and plans it; its number."""
    helen = firm.dispatcher.open("/orders/new").search(street)
    helen.follow(street).press(
        "Make the order", summary=summary, technician=technician, scheduled_for="2026-06-01T09:00"
    )
    return number_in(helen.address, "SR")


def request(desk: Desk, number: str, sku: str, **marks: Any) -> Desk:
    """A technician finds a part on the order's page and asks for it."""
    desk.open(f"/orders/{number}").follow("Add Part").search(sku).follow(sku)
    return desk.press("Request", **marks).says(sku)


def fitted_from_the_depot(firm: Firm, number: str) -> None:
    """Asked for, set aside, collected, fitted."""
    marcus, yusuf = firm.marcus, firm.coordinator
    marcus.open("/").follow(number).press("Start").says("In Progress")
    request(marcus, number, "IGN-78", urgency="today")
    yusuf.open("/").follow("To answer").says(number).follow("IGN-78").press("Allocate")
    yusuf.open("/requests").follow("IGN-78").press("Set aside for collection")
    marcus.open("/").follow("Set aside for your orders").press("Take")
    marcus.open(f"/orders/{number}").says("Ready").follow("Install")
    marcus.press("Install", where_fitted="Left of the burner").says("Installed")


def bought_and_fitted(firm: Firm, number: str) -> None:
    """Five are bought for an order; two come damaged and are replaced; all are fitted."""
    katie, priya, yusuf = firm.katie, firm.purchasing, firm.coordinator
    with firm.on(2):
        katie.open("/").follow(number).press("Start")
        request(katie, number, "NTC-DHW", quantity="5")
    with firm.on(2, "11:00"):
        priya.open("/").follow("NTC-DHW")
        priya.press("Put on a purchase order", vendor="Calder", ship_to="Depot")
        paper = number_in(priya.words, "PO")
        priya.open(f"/purchasing/{paper}").press(f"Order {paper}").says("Ordered")
    with firm.on(4):
        yusuf.open("/purchasing").follow(paper).follow("Receive")
        received(yusuf, "NTC-DHW", "5", slip="D-4711", damaged="2")
        yusuf.says("3 of 5 received")
    with firm.on(4, "10:00"):
        priya.open("/").says("damaged").follow("NTC-DHW").press("Raise the replacement")
        again = number_in(priya.words, "PO")
        priya.open(f"/purchasing/{again}").says("Ordered", "2 to come")
    with firm.on(8):
        yusuf.open("/purchasing").follow(again).follow("Receive")
        received(yusuf, "NTC-DHW", "2", slip="D-4720")
    with firm.on(9):
        katie.open("/").follow("Set aside for your orders").press("Take")
        katie.open(f"/orders/{number}").says("Ready").follow("Install")
        katie.press("Install", photos=[a_photo()], where_fitted="Boiler house").says("Installed")
    with firm.on(12):
        dearer = invoiced(firm, paper, "CF-88102", "25.50", price="8.50").says("Held")
        dearer.follow("Price variance").press("Decide", answer="accept", why="New list since May")
        dearer.says("Accepted", "2.16")
        invoiced(firm, again, "CF-88340", "15.56").says("Ordered, received and billed agree")


def received(desk: Desk, sku: str, quantity: str, *, slip: str, damaged: str = "") -> None:
    """What arrived of one line, with its slip; a damaged part of it with a photo."""
    line = desk.field_ends("arrived-", beside=sku)
    typed: dict[str, Any] = {f"arrived-{line}": quantity}
    if damaged:
        typed |= {f"is_damaged-{line}": "1", f"damaged-{line}": damaged}
        typed |= {f"damaged_photos-{line}": [a_photo("#a33")], f"damaged_note-{line}": "Crushed"}
    desk.press("Receive", slip_number=slip, slip=[a_photo("#eee")], **typed).says(slip)


def invoiced(firm: Firm, paper: str, vendor_number: str, total: str, price: str = "") -> Desk:
    """Finance types in what the vendor bills for a purchase order."""
    ingrid = firm.finance.open("/more").follow("Vendor invoices").follow("Enter an invoice")
    ingrid.follow(paper)
    prices = {f"price-{ingrid.field_ends('price-', beside='')}": price} if price else {}
    ingrid.press("Enter and compare", number=vendor_number, total=total, **prices)
    return ingrid.says(vendor_number)


def done(desk: Desk, number: str) -> None:
    """The technician notes the time and completes the order."""
    desk.open(f"/orders/{number}").follow("Note")
    desk.press("Log the note", text="Works again, customer shown how", minutes="45")
    desk.open(f"/orders/{number}").follow("Change the state")
    desk.press("Set state", state="Completed").says("Completed")


def part_page(desk: Desk, sku: str) -> Desk:
    """A part, found among all."""
    return desk.open("/").follow("Parts").search(sku).follow(sku)
