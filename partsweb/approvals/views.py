"""What waits for a decision, and deciding it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.approvals import queries, rules
from partsweb.approvals.forms import DecisionForm
from partsweb.approvals.models import Approval
from partsweb.kit import subject
from partsweb.kit.door import SIGNED_IN, occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.people import queries as people
from partsweb.people.passkey_views import confirmed

bp = Blueprint("approvals", __name__)


@bp.get("/approvals")
@reads("decide")
def approvals() -> ResponseReturnValue:
    """What is to be decided; under it, on a page of its own, what was."""
    past = "decided" in request.args
    found = queries.decided(page=asked_page()) if past else queries.to_decide(page=asked_page())
    return page("approvals/approvals.html", "results", nav="today", past=past, found=found)


@bp.get("/approvals/<uuid:approval_id>")
@reads(SIGNED_IN)
def approval(approval_id: UUID) -> ResponseReturnValue:
    """The question, what speaks for it, and the answers to choose from."""
    return page("approvals/approval.html", nav="today", **_shown(approval_id))


@bp.post("/approvals/<uuid:approval_id>")
@writes("decide")
def decide(approval_id: UUID) -> ShowAfter:
    """Decide it; the next one is shown."""
    found, form = queries.approval(approval_id, seen_by=g.person), DecisionForm.read(request.form)
    rules.decide(
        found,
        form.decision,
        form.why,
        by=g.person,
        at=occurred_at(),
        granted=form.granted,
        confirmed=confirmed(f"approval {approval_id}"),
    )
    said = f"{form.decision.value.capitalize()}. {found.asked_by.name} is told."
    return show_after(url_for(".approvals"), notice=said)


def _shown(approval_id: UUID) -> dict[str, Any]:
    found = queries.approval(approval_id, seen_by=g.person)
    return {
        "approval": found,
        "about": _about(found),
        "may_decide": _may_decide(found),
        "has_passkey": bool(people.passkeys_of(g.person)),
    }


def _about(approval: Approval) -> dict[str, str]:
    """What the thing is called, and where it stands."""
    return {
        "title": subject.title(approval.about, seen_by=g.person),
        "url": subject.url(approval.about, seen_by=g.person),
    }


def _may_decide(approval: Approval) -> bool:
    may: bool = g.person.may("decide")
    return may and approval.open and approval.asked_by_id != g.person.id
