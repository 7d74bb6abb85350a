"""What comes of what was wrong with a delivery, and how that is undone."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from partsweb.approvals import queries as asked_of
from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.extensions import db
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import money, qty
from partsweb.locations import queries as locations
from partsweb.locations.models import PLACES, Kind, Location
from partsweb.people.models import Person
from partsweb.people.permissions import PURCHASING
from partsweb.purchasing import received, receiving, rules
from partsweb.purchasing.models import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyState,
    PurchaseLine,
    PurchaseOrder,
)
from partsweb.purchasing.ordering import (
    destination,
    expect_again,
    give_up,
    lock,
    settle_state,
)
from partsweb.stock import rules as ledger
from partsweb.stock.models import Reason
from partsweb.stock.rules import Move
from partsweb.timeline import rules as timeline

LONGEST_NUMBER = 60


def replace(found: Discrepancy, *, by: Person, at: datetime, note: str = "") -> PurchaseLine:
    """Order a replacement, which takes over what is still owed: on order stays what it was."""
    order = _begin(found, by=by, at=at)
    old = found.receipt_line.line
    quantity = min(found.quantity, old.outstanding)
    if quantity <= 0:
        raise Refusal(f"Nothing of {old.part.sku} is owed on {order.number} any more.")
    about = f"Replacement for what arrived {found.kind.value} on {order.number}"
    new_order = rules.draft(order.vendor, ship_to=order.ship_to, by=by, at=at, note=about)
    new = rules.add_line(new_order, old.part, quantity, by=by, at=at, price=old.price)
    new.entry = old.entry
    stays = old.outstanding - quantity
    new.promised = max(ZERO, old.promised - stays)
    old.promised -= new.promised
    old.closed += quantity
    # It replaces what was approved already.
    rules.send(new_order, by=by, at=at)
    found.replacement = new
    said = f"{qty(quantity)} {old.part.sku} to be replaced with {new_order.number}"
    _settled(found, DiscrepancyState.REPLACEMENT_EXPECTED, said, note, by=by, at=at)
    return new


def credit(
    found: Discrepancy, amount: Decimal, number: str, *, by: Person, at: datetime, note: str = ""
) -> None:
    """The vendor gives money for it, and nothing more is expected of him."""
    if amount <= 0:
        raise Refusal("Say how much the vendor credits.", field="amount")
    _begin(found, by=by, at=at)
    found.credit, found.credit_number = amount, number.strip()[:LONGEST_NUMBER]
    found.given_up = give_up(found.receipt_line.line, found.quantity, by=by, at=at)
    paper = f", credit note {found.credit_number}" if found.credit_number else ""
    said = f"{receiving.in_words(found)}: credited {money(amount)}{paper}"
    _settled(found, DiscrepancyState.CREDITED, said, note, by=by, at=at)


def send_back(found: Discrepancy, *, by: Person, at: datetime, note: str = "") -> None:
    """What lies apart goes back to the vendor; also after he replaced or credited it."""
    order = _hold(found)
    _refuse_without_goods(found)
    vendor = locations.single(Kind.VENDOR)
    _take_away(found, vendor, Reason.VENDOR_RETURN, by=by, at=at)
    said = f"{qty(found.quantity)} {_called(found)} sent back to {order.vendor.name}"
    if found.open:
        _withdraw_question(found, by=by, at=at)
        _settled(found, DiscrepancyState.RETURNED, said, note, by=by, at=at)
    else:
        _write(found, "goods-sent-back", said, note, by=by, at=at)
        db.session.flush()


def scrap(found: Discrepancy, *, by: Person, at: datetime, note: str = "") -> None:
    """What lies apart is thrown away: the vendor replaced or credited it and doesn't want it."""
    _hold(found)
    if found.open:
        raise Refusal("Say first what comes of it: a replacement, a credit, or a return.")
    _refuse_without_goods(found)
    _take_away(found, locations.single(Kind.SCRAP), Reason.SCRAP, by=by, at=at)
    said = f"{qty(found.quantity)} {_called(found)} scrapped"
    _write(found, "goods-scrapped", said, note, by=by, at=at)
    db.session.flush()


def accept(
    found: Discrepancy,
    *,
    by: Person,
    at: datetime,
    price: Decimal | None = None,
    note: str = "",
    still_owed: bool = False,
) -> None:
    """Keep it as it is: out of quarantine into stock, at the line's price or a reduced one.

    Of what is missing: nothing more is expected. `still_owed` says of a wrong item that the right
    one is expected all the same.
    """
    if found.kind == DiscrepancyKind.OVER:
        raise Refusal("A supervisor decides whether more than was ordered is kept.")
    _begin(found, by=by, at=at)
    _accept(found, price, note, still_owed=still_owed, by=by, at=at)


def ask_again(found: Discrepancy, *, by: Person, at: datetime) -> None:
    """Ask a supervisor once more whether what is too much may be kept."""
    _begin(found, by=by, at=at)
    asked = asked_of.latest(found.subject, Matter.OVER_RECEIPT)
    if found.kind != DiscrepancyKind.OVER or (asked and asked.open):
        raise Refusal("There is nothing to ask about it now.")
    receiving.ask_about(found, by=by, at=at)


def over_receipt_decided(approval: Approval, *, by: Person, at: datetime) -> None:
    """Approved, it goes into stock at the line's price; refused, it goes back to the vendor."""
    found = db.session.get(Discrepancy, approval.subject_id)
    if approval.matter != Matter.OVER_RECEIPT or found is None:
        return
    if found.receipt_line.receipt.by_id == by.id:
        raise Refusal("You received it yourself: somebody else has to decide.")
    _hold(found)
    if not found.open:
        return
    if approval.decision == Decision.APPROVED:
        _accept(found, None, approval.why, still_owed=False, by=by, at=at)
    elif approval.decision == Decision.REJECTED:
        send_back(found, by=by, at=at, note=approval.why)
    text = f"{receiving.in_words(found)}: {approval.decision.value}"
    timeline.tell_role(PURCHASING, found.subject, text)


def reopen(found: Discrepancy, *, by: Person, at: datetime, note: str = "") -> None:
    """It was settled wrongly: everything is as it was before, by reversal where stock moved."""
    _hold(found)
    _refuse_final(found)
    line = found.receipt_line.line
    was = found.state
    if was == DiscrepancyState.REPLACEMENT_EXPECTED:
        _unreplace(found, by=by, at=at)
    _bring_back(found, by=by, at=at)
    if was == DiscrepancyState.ACCEPTED:
        _unaccept(found, by=by, at=at)
    if found.given_up:
        expect_again(line, found.given_up, by=by, at=at)
    found.state, found.given_up = DiscrepancyState.OPEN, ZERO
    found.credit, found.credit_number, found.settled_note = None, "", ""
    found.settled_by, found.settled_at = None, None
    settle_state(line.purchase_order)
    said = f"Open again: {receiving.in_words(found)}, before {was.value}"
    _write(found, "discrepancy-reopened", said, note, by=by, at=at)
    db.session.flush()


# --- How it is done --------------------------------------------------------------------------


def _hold(found: Discrepancy) -> PurchaseOrder:
    """Nobody else settles it meanwhile."""
    order = found.receipt_line.line.purchase_order
    lock(order)
    db.session.refresh(found)
    return order


def _begin(found: Discrepancy, *, by: Person, at: datetime) -> PurchaseOrder:
    order = _hold(found)
    if not found.open:
        raise Refusal(f"That is settled already: {found.state.value}.")
    return order


def _settled(
    found: Discrepancy,
    state: DiscrepancyState,
    said: str,
    note: str,
    *,
    by: Person,
    at: datetime,
) -> None:
    found.state, found.settled_note = state, note.strip()
    found.settled_by, found.settled_at = by, at
    if found.kind == DiscrepancyKind.OVER:
        _withdraw_question(found, by=by, at=at)
    settle_state(found.receipt_line.line.purchase_order)
    _write(found, "discrepancy-settled", said, note, by=by, at=at)
    db.session.flush()


def _write(
    found: Discrepancy, what: str, said: str, note: str, *, by: Person, at: datetime
) -> None:
    """Into the history of the purchase order, and of the order that waits for the part."""
    line = found.receipt_line.line
    body = note.strip()
    timeline.record(line.purchase_order.subject, what, said, by=by, at=at, body=body)
    if line.entry is not None:
        # What the vendor gives is not for everybody who reads the order.
        plain = said.split(": credited ", maxsplit=1)[0] + ": credited" if found.credit else said
        timeline.record(line.entry.order.subject, what, plain, by=by, at=at, body=body)


def _called(found: Discrepancy) -> str:
    return found.part.sku if receiving.lies_apart(found) else found.came_as


def _withdraw_question(found: Discrepancy, *, by: Person, at: datetime) -> None:
    asked = asked_of.latest(found.subject, Matter.OVER_RECEIPT)
    if asked is not None:
        approvals.withdraw(asked, by=by, at=at)


def _refuse_without_goods(found: Discrepancy) -> None:
    if found.kind == DiscrepancyKind.SHORT:
        raise Refusal("Nothing came, so nothing can go back.")
    if receiving.lies_apart(found) and not received.goods_of(found):
        raise Refusal(f"Nothing of it lies in quarantine any more: {found.state.value}.")


def _take_away(
    found: Discrepancy, target: Location, reason: Reason, *, by: Person, at: datetime
) -> None:
    moves = [
        Move(
            one.part,
            one.target,
            target,
            one.quantity,
            reason,
            serial=one.serial,
            value=ZERO,
            cause=found.subject,
        )
        for one in received.goods_of(found)
    ]
    if moves:
        ledger.post(moves, by=by, at=at)


def _accept(
    found: Discrepancy,
    price: Decimal | None,
    note: str,
    *,
    still_owed: bool,
    by: Person,
    at: datetime,
) -> None:
    line = found.receipt_line.line
    each = line.price if price is None else price
    if each < 0:
        raise Refusal("A price can't be below zero.", field="price")
    if found.kind == DiscrepancyKind.SHORT:
        found.given_up = give_up(line, found.quantity, by=by, at=at)
        said = f"{receiving.in_words(found)}: accepted, no longer expected"
    else:
        _into_stock(found, each, by=by, at=at)
        said = f"{receiving.in_words(found)}: taken into stock as it is"
    if found.kind == DiscrepancyKind.WRONG_ITEM and not still_owed:
        found.given_up = give_up(line, found.quantity, by=by, at=at)
    _settled(found, DiscrepancyState.ACCEPTED, said, note, by=by, at=at)


def _into_stock(found: Discrepancy, price: Decimal, *, by: Person, at: datetime) -> None:
    """The arrival in quarantine is reversed, and posted anew into the place with its cost."""
    if not receiving.lies_apart(found):
        raise Refusal("Nobody knows it as a part of ours. Send it back, or have it credited.")
    _refuse_without_goods(found)
    goods = received.goods_of(found)
    for moved in goods:
        ledger.reverse(moved, by=by, at=at)
    here = destination(found.receipt_line.line.purchase_order)
    units = [moved.serial for moved in goods if moved.serial]
    moves = receiving.arriving(
        found.part, found.quantity, units, target=here, cause=found.subject, price=price
    )
    ledger.post(moves, by=by, at=at)
    if found.kind != DiscrepancyKind.WRONG_ITEM:
        _count_as_accepted(found, found.quantity)
        found.passed_on = receiving.pass_on(
            found.receipt_line, found.quantity, set_aside=True, by=by, at=at
        )


def _count_as_accepted(found: Discrepancy, quantity: Decimal) -> None:
    receipt_line = found.receipt_line
    receipt_line.rejected -= quantity
    receipt_line.accepted += quantity
    receipt_line.line.rejected -= quantity


def _unaccept(found: Discrepancy, *, by: Person, at: datetime) -> None:
    moved = [
        one
        for one in received.standing_moves(found.subject)
        if one.reason == Reason.RECEIPT and one.target.kind in PLACES
    ]
    for one in reversed(moved):
        ledger.reverse(one, by=by, at=at)
    if not moved:
        return  # what was missing is expected again, nothing moved
    units = [one.serial for one in moved if one.serial]
    here = destination(found.receipt_line.line.purchase_order)
    if found.kind != DiscrepancyKind.WRONG_ITEM:
        _count_as_accepted(found, -found.quantity)
    db.session.flush()
    ledger.post(receiving.apart(found, units, near=here), by=by, at=at)
    settle_state(found.receipt_line.line.purchase_order)
    receiving.ask_back(found.receipt_line, found.passed_on, by=by, at=at)
    found.passed_on = ZERO


def _unreplace(found: Discrepancy, *, by: Person, at: datetime) -> None:
    new = found.replacement
    if new is None:
        raise Refusal("Its replacement can't be told any more. Cancel that purchase order by hand.")
    if new.received or not new.purchase_order.expecting:
        number, state = new.purchase_order.number, new.purchase_order.state.value
        raise Refusal(f"{number} is {state} already: the replacement can't be given up.")
    rules.cancel(new.purchase_order, by=by, at=at)
    found.replacement = None
    expect_again(found.receipt_line.line, new.quantity, by=by, at=at)


def _bring_back(found: Discrepancy, *, by: Person, at: datetime) -> None:
    """What was sent back or scrapped lies in quarantine again."""
    for one in received.standing_moves(found.subject):
        if one.reason in {Reason.VENDOR_RETURN, Reason.SCRAP}:
            ledger.reverse(one, by=by, at=at)


def _refuse_final(found: Discrepancy) -> None:
    if found.open:
        raise Refusal("It is open already.")
    if found.state == DiscrepancyState.TAKEN_BACK:
        raise Refusal("Its receipt was taken back: enter what arrived anew.")
    if found.settled_by is None:
        raise Refusal("It was within the tolerance: there is nothing to settle anew.")
