"""Nobody is billed for what a supervisor hasn't decided; what is approved, the vendor is asked for.

What is flagged, installed and taken back is the orders' affair: they tell, this room asks.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Approval, Matter
from partsweb.catalogue.models import Vendor
from partsweb.extensions import db
from partsweb.kit.exact import ZERO, rounded
from partsweb.kit.numbering import next_number
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import money, qty
from partsweb.orders import requesting, telling
from partsweb.orders.models import PartEntry
from partsweb.people.models import Person
from partsweb.people.permissions import PURCHASING, SUPERVISOR
from partsweb.timeline import rules as timeline
from partsweb.warranty import queries
from partsweb.warranty.models import Claim, ClaimState, Hold


def flag(entry: PartEntry, reason: str, *, by: Person, at: datetime) -> None:
    """Say that it is a warranty and why, or explain it further; a supervisor is asked."""
    standing = queries.standing_of(entry)
    if standing.in_words and not standing.undecided:
        raise Refusal(f"A supervisor has decided that already. {standing.in_words}")
    requesting.flag_warranty(entry, reason, by=by, at=at)


def unflag(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """It is no warranty after all: the question needs no answer any more."""
    said = queries.standing_of(entry).in_words
    if said:
        raise Refusal(f"A supervisor has decided that already. {said}")
    requesting.unflag_warranty(entry, by=by, at=at)


def ask_again(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """The entry was flagged: what was sent back is asked anew, what was asked is asked as it is."""
    standing = _standing_now(entry)
    latest = standing.latest
    if latest is not None and latest.approval.open:
        approvals.withdraw(latest.approval, by=by, at=at)
    if standing.undecided > ZERO:
        _ask(entry, standing.undecided, by=by, at=at)


def look_again(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """More or less of it is installed: what isn't decided is asked, and only that."""
    if not entry.warranty:
        return
    standing = _standing_now(entry)
    latest = standing.latest
    if latest is not None and latest.approval.open:
        if (latest.quantity, latest.price) == (standing.undecided, entry.cost):
            return
        approvals.withdraw(latest.approval, by=by, at=at)
    if standing.undecided > ZERO and not standing.sent_back:
        _ask(entry, standing.undecided, by=by, at=at)
    _fit_claims(entry, by=by, at=at)


def decided(approval: Approval, *, by: Person, at: datetime) -> None:
    """What follows from the answer: billed as usual, or claimed of the vendor."""
    hold = queries.hold_of(approval) if approval.matter == Matter.WARRANTY else None
    if hold is None:
        return
    entry = hold.entry
    _refuse_flaggers(entry, by)
    part = f", {money(hold.granted)} of {money(hold.amount)}" if approval.granted else ""
    said = f"Warranty {approval.decision.value}{part}: {_called(hold)}"
    telling.record(entry, "warranty-decided", said, by, at, approval.why)
    if entry.order.assigned_to_id != approval.asked_by_id:
        telling.tell_technician(entry, f"{entry.order.number}: {said}", by)
    if hold.granted > ZERO:
        _draft(hold, by=by, at=at)
    db.session.flush()


# --- Claims -----------------------------------------------------------------------------------


def change(
    claim: Claim, *, vendor: Vendor | None, amount: Decimal, serial: str, by: Person, at: datetime
) -> None:
    """Set a draft right before it goes out."""
    _in_state(claim, ClaimState.DRAFT)
    if amount <= ZERO:
        raise Refusal("A claim is for more than nothing.", field="amount")
    claim.vendor, claim.amount, claim.serial = vendor, amount, serial.strip()
    claim.changed_at, claim.changed_by_id = at, by.id
    db.session.flush()


def send(claim: Claim, *, reference: str, by: Person, at: datetime) -> None:
    """It went out to the vendor, under his number if he gave one."""
    _in_state(claim, ClaimState.DRAFT)
    if claim.vendor is None:
        raise Refusal("Choose the vendor first: nobody would answer.", field="vendor")
    claim.reference = reference.strip()
    _settle(claim, ClaimState.SENT, f"sent to {claim.vendor.name}", by=by, at=at)


def credit(claim: Claim, amount: Decimal, *, why: str, by: Person, at: datetime) -> None:
    """The vendor pays; less than was claimed needs a reason."""
    _in_state(claim, ClaimState.SENT)
    if amount <= ZERO:
        raise Refusal("If the vendor pays nothing, it is rejected.", field="amount")
    if amount < claim.amount and not why.strip():
        short = money(claim.amount - amount)
        raise Refusal(f"{short} are missing: say why.", field="why")
    claim.credited, claim.why = amount, why.strip()
    _settle(claim, ClaimState.CREDITED, f"credited {money(amount)}", by=by, at=at)


def reject(claim: Claim, *, why: str, by: Person, at: datetime) -> None:
    """The vendor doesn't pay."""
    _in_state(claim, ClaimState.SENT)
    if not why.strip():
        raise Refusal("Say what the vendor gave as the reason.", field="why")
    claim.why, claim.credited = why.strip(), ZERO
    _settle(claim, ClaimState.REJECTED, "rejected by the vendor", by=by, at=at)


def reopen(claim: Claim, *, by: Person, at: datetime) -> None:
    """What was entered by mistake is undone: one step back."""
    db.session.refresh(claim, with_for_update={"of": Claim})
    back = {
        ClaimState.SENT: ClaimState.DRAFT,
        ClaimState.CREDITED: ClaimState.SENT,
        ClaimState.REJECTED: ClaimState.SENT,
    }
    if claim.state not in back:
        raise Refusal("There is nothing to undo.")
    claim.credited, claim.why = None, ""
    _settle(claim, back[claim.state], f"set back to {back[claim.state].value}", by=by, at=at)


# --- What they share --------------------------------------------------------------------------


def _standing_now(entry: PartEntry) -> queries.Standing:
    """How it stands, with an answer that is being given this moment."""
    latest = queries.standing_of(entry).latest
    if latest is not None:
        db.session.refresh(latest.approval, with_for_update={"of": Approval})
    return queries.standing_of(entry)


def _ask(entry: PartEntry, quantity: Decimal, *, by: Person, at: datetime) -> None:
    flagger = entry.warranty_by or entry.requested_by
    many = telling.in_words(quantity, entry.part)
    text = f"Warranty: {many} on {entry.order.number}"
    amount = rounded(quantity * entry.cost)
    approval = approvals.ask(
        entry.subject,
        Matter.WARRANTY,
        text,
        by=flagger,
        at=at,
        reason=entry.warranty_reason,
        amount=amount,
    )
    db.session.add(Hold(entry=entry, approval=approval, quantity=quantity, price=entry.cost))
    telling.record(
        entry, "warranty-asked", f"A supervisor is asked about {many}", by, at, approval.reason
    )
    db.session.flush()


def _refuse_flaggers(entry: PartEntry, by: Person) -> None:
    """Also not where somebody else asked it again since."""
    asked = {hold.approval.asked_by_id for hold in queries.holds([entry.id])[entry.id]}
    if by.id in asked | {entry.warranty_by_id}:
        raise Refusal("You flagged it yourself: somebody else has to decide.")


def _draft(hold: Hold, *, by: Person, at: datetime) -> None:
    entry = hold.entry
    standing = [one for one in entry.installations if one.taken_back_at is None]
    claim = Claim(
        number=f"WC-{next_number('warranty claim', start=1001)}",
        hold_id=hold.id,
        entry=entry,
        vendor=queries.likely_vendor(entry),
        quantity=hold.quantity,
        amount=hold.granted,
        # The one that failed; where nobody noted it, the one that replaced it.
        serial=", ".join(
            one.original_serial or (one.serial.number if one.serial else "") for one in standing
        ).strip(", "),
        made_at=at,
        changed_at=at,
    )
    db.session.add(claim)
    db.session.flush()
    timeline.record(
        claim.subject, "claim-drafted", f"Drafted by {by.name}’s decision", by=by, at=at
    )
    said = f"{claim.number} to claim of {claim.vendor.name if claim.vendor else 'the vendor'}"
    telling.record(entry, "claim-drafted", f"{said}: {money(claim.amount)}", by, at)
    timeline.tell_role(PURCHASING, claim.subject, f"Drafted: {said}, {_called(hold)}")


def _fit_claims(entry: PartEntry, *, by: Person, at: datetime) -> None:
    """A claim is for what stands installed: nobody claims for what was taken back."""
    claims = queries.claims_of(entry)
    decided = sum((one.quantity for one in claims), ZERO)
    for claim in claims if decided <= entry.installed else ():
        if claim.state == ClaimState.WITHDRAWN:
            _settle(claim, ClaimState.DRAFT, "drafted again: it is installed", by=by, at=at)
    for claim in claims if decided > entry.installed else ():
        left = f"{claim.number}: only {qty(entry.installed)} of it stand installed now"
        if claim.state == ClaimState.DRAFT and not entry.installed:
            _settle(claim, ClaimState.WITHDRAWN, "withdrawn: it was taken back", by=by, at=at)
        elif claim.open:
            timeline.record(claim.subject, "claim-odd", left, by=by, at=at)
            timeline.tell_role(SUPERVISOR, claim.subject, left)


def _settle(claim: Claim, state: ClaimState, said: str, *, by: Person, at: datetime) -> None:
    claim.state, claim.changed_at, claim.changed_by_id = state, at, by.id
    spoken = said[0].upper() + said[1:]
    timeline.record(claim.subject, "claim-changed", spoken, by=by, at=at, body=claim.why)
    # Without amounts: whoever reads the order's timeline may not see vendors' prices.
    told = f"Claim {claim.number} is {claim.state.value}"
    telling.record(claim.entry, "claim-changed", told, by, at, claim.why)
    db.session.flush()


def _in_state(claim: Claim, state: ClaimState) -> None:
    db.session.refresh(claim, with_for_update={"of": Claim})
    if claim.state != state:
        raise Refusal(f"{claim.number} is {claim.state.value}: look again.")


def _called(hold: Hold) -> str:
    return f"{telling.in_words(hold.quantity, hold.entry.part)} on {hold.entry.order.number}"
