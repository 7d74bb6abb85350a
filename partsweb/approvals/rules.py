"""Whoever asks doesn't approve.

A room asks about a thing of its own and listens to `decided`; what follows is its own affair, in
the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from partsweb.approvals.models import Approval, Decision, Matter
from partsweb.extensions import db
from partsweb.kit.event import event
from partsweb.kit.exact import ZERO
from partsweb.kit.refusal import Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.words import money
from partsweb.people.confirming import Confirmed
from partsweb.people.models import Person
from partsweb.people.permissions import SUPERVISOR
from partsweb.timeline import rules as timeline

# Sent with by=, at=; the approval's matter says for whom it is.
decided = event("decided")


def ask(
    about: Subject,
    matter: Matter,
    text: str,
    *,
    by: Person,
    at: datetime,
    reason: str = "",
    amount: Decimal | None = None,
) -> Approval:
    """Ask somebody else to decide; supervisors are told."""
    approval = Approval(
        matter=matter,
        subject_kind=about.kind,
        subject_id=about.id,
        text=text,
        reason=reason.strip(),
        amount=amount,
        asked_by=by,
        asked_at=at,
    )
    db.session.add(approval)
    db.session.flush()
    timeline.tell_role(SUPERVISOR, approval.subject, f"To decide: {text}")
    return approval


def decide(
    approval: Approval,
    decision: Decision,
    why: str,
    *,
    by: Person,
    at: datetime,
    granted: Decimal | None = None,
    confirmed: Confirmed | None = None,
) -> None:
    """Answer the question; a no and a part need a reason, and who asked is told.

    `confirmed` is how the person showed once more who it is; it is kept with the decision.
    """
    db.session.refresh(approval, with_for_update={"of": Approval})
    _refuse_undecidable(approval, decision, by)
    _refuse_without_reason(approval, decision, why, granted)
    approval.decision, approval.why = decision, why.strip()
    approval.granted = granted if decision == Decision.APPROVED_IN_PART else None
    approval.decided_by, approval.decided_at = by, at
    if confirmed is not None:
        approval.confirmed_by, approval.proof = confirmed.how, confirmed.proof
    db.session.flush()
    timeline.tell(approval.asked_by, approval.subject, _said(approval))
    decided.send(approval, by=by, at=at)


def withdraw(approval: Approval, *, by: Person, at: datetime) -> None:
    """The question needs no answer any more, unless somebody has answered it just now."""
    db.session.refresh(approval, with_for_update={"of": Approval})
    if approval.open:
        approval.decision = Decision.WITHDRAWN
        approval.decided_by, approval.decided_at = by, at
        db.session.flush()


def _refuse_undecidable(approval: Approval, decision: Decision, by: Person) -> None:
    if not approval.open:
        who = approval.decided_by.name if approval.decided_by else "somebody"
        raise Refusal(f"{who} has answered that already: {approval.decision.value}.")
    if approval.asked_by_id == by.id:
        raise Refusal("You asked for it yourself: somebody else has to decide.")
    if decision in {Decision.OPEN, Decision.WITHDRAWN}:
        raise Refusal("Choose what you decide.", field="decision")


def _refuse_without_reason(
    approval: Approval, decision: Decision, why: str, granted: Decimal | None
) -> None:
    if decision != Decision.APPROVED and not why.strip():
        raise Refusal("Say why: whoever asked has to explain it further.", field="why")
    if decision != Decision.APPROVED_IN_PART:
        return
    if approval.amount is None:
        raise Refusal("This can't be approved in part: there is no amount.", field="decision")
    if granted is None or not ZERO < granted < approval.amount:
        most = money(approval.amount)
        raise Refusal(f"Say how much of {most} you approve.", field="granted")


def _said(approval: Approval) -> str:
    """As told to who asked: Approved: Warranty … . Reason."""
    part = f" ({money(approval.granted)})" if approval.granted is not None else ""
    why = f". {approval.why}" if approval.why else ""
    return f"{approval.decision.value.capitalize()}{part}: {approval.text}{why}"
