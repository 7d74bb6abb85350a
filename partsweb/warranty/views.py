"""Flagging a warranty, what a supervisor is shown of it, and the claims that come of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.approvals.models import Approval, Matter
from partsweb.attachments import queries as attachments
from partsweb.catalogue import queries as catalogue
from partsweb.kit import fields, slot
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.orders import queries as orders
from partsweb.orders import work_logs
from partsweb.orders.models import PartEntry
from partsweb.timeline import queries as timeline
from partsweb.warranty import queries, rules
from partsweb.warranty.forms import AnswerForm, ClaimForm, read_state
from partsweb.warranty.models import Claim, ClaimState, Hold

bp = Blueprint("warranty", __name__)


# --- On an entry ------------------------------------------------------------------------------


@bp.get("/entries/<uuid:entry_id>/warranty")
@reads("request parts")
def flag(entry_id: UUID) -> ResponseReturnValue:
    """The form that flags it, or explains it further."""
    found = orders.part_entry(entry_id, seen_by=g.person)
    standing = queries.standing_of(found)
    return page("warranty/flag.html", nav="orders", entry=found, standing=standing)


@bp.post("/entries/<uuid:entry_id>/warranty")
@writes("request parts")
def say_why(entry_id: UUID) -> ShowAfter:
    """Flag it; a supervisor is asked as soon as it is installed."""
    found = orders.part_entry(entry_id, seen_by=g.person)
    rules.flag(found, fields.text(request.form, "reason"), by=g.person, at=occurred_at())
    asked = "A supervisor is asked." if found.installed else "A supervisor is asked once it is in."
    return _show_entry(found, f"Flagged as warranty. {asked}")


@bp.post("/entries/<uuid:entry_id>/warranty/withdrawal")
@writes("request parts")
def unflag(entry_id: UUID) -> ShowAfter:
    """It is no warranty after all."""
    found = orders.part_entry(entry_id, seen_by=g.person)
    rules.unflag(found, by=g.person, at=occurred_at())
    return _show_entry(found, "No warranty after all: it is billed as usual.")


def on_entry(entry: PartEntry) -> str:
    """For an entry's page: how it stands with its warranty, and what can be done about it."""
    standing = queries.standing_of(entry) if entry.warranty else queries.NOT_FLAGGED
    claims = queries.claims_of(entry) if g.person.may("see claims") else ()
    return slot.partial(
        "warranty/_on_entry.html", entry=entry, standing=standing, claims=claims, person=g.person
    )


def question(approval: Approval) -> str:
    """For the question's page: what speaks for it."""
    hold = queries.hold_of(approval) if approval.matter == Matter.WARRANTY else None
    return slot.partial("warranty/_question.html", **_speaks_for(hold)) if hold else ""


def _speaks_for(hold: Hold) -> dict[str, Any]:
    entry = hold.entry
    standing = [one for one in entry.installations if one.taken_back_at is None]
    subjects = [entry.id, *(one.id for one in standing)]
    before = queries.fitted_before(entry)
    fitted_at = min((one.occurred_at for one in standing), default=hold.approval.asked_at)
    return {
        "hold": hold,
        "entry": entry,
        "standing": standing,
        "photos": [one for found in work_logs.photos(subjects).values() for one in found],
        "before": before,
        "months": queries.months_between(before.occurred_at, fitted_at) if before else None,
        "person": g.person,
    }


# --- Claims -----------------------------------------------------------------------------------


@bp.get("/warranty/claims")
@reads("see claims")
def claims() -> ResponseReturnValue:
    """What vendors are asked to pay, by state."""
    state = read_state(request.args)
    return page(
        "warranty/claims.html",
        "results",
        nav="more",
        state=state,
        states=list(ClaimState),
        counts=queries.claims_by_state(),
        found=queries.claims(state, page=asked_page()),
    )


@bp.get("/warranty/claims/<uuid:claim_id>")
@reads("see claims")
def claim(claim_id: UUID) -> ResponseReturnValue:
    """One claim: what failed, what it came to, and what is next."""
    found = queries.claim(claim_id)
    return page(
        "warranty/claim.html",
        nav="more",
        claim=found,
        vendors=catalogue.vendors(),
        history=timeline.history(found.subject, page=asked_page()),
        photos=attachments.of(found.entry.subject),
    )


@bp.post("/warranty/claims/<uuid:claim_id>")
@writes("keep claims")
def change(claim_id: UUID) -> ShowAfter:
    """Set a draft right."""
    found, form = queries.claim(claim_id), ClaimForm.read(request.form)
    vendor = catalogue.vendor(form.vendor_id) if form.vendor_id else None
    rules.change(
        found, vendor=vendor, amount=form.amount, serial=form.serial, by=g.person, at=occurred_at()
    )
    return _show(found, "The draft is changed.")


@bp.post("/warranty/claims/<uuid:claim_id>/sending")
@writes("keep claims")
def send(claim_id: UUID) -> ShowAfter:
    """It went out."""
    found, reference = queries.claim(claim_id), fields.text(request.form, "reference")
    rules.send(found, reference=reference, by=g.person, at=occurred_at())
    return _show(found, f"{found.number} is sent.")


@bp.post("/warranty/claims/<uuid:claim_id>/answer")
@writes("keep claims")
def answer(claim_id: UUID) -> ShowAfter:
    """The vendor pays, or doesn't."""
    found, form = queries.claim(claim_id), AnswerForm.read(request.form)
    by, at = g.person, occurred_at()
    if form.rejected:
        rules.reject(found, why=form.why, by=by, at=at)
    else:
        rules.credit(found, form.amount, why=form.why, by=by, at=at)
    return _show(found, f"{found.number} is {found.state.value}.")


@bp.post("/warranty/claims/<uuid:claim_id>/reopening")
@writes("keep claims")
def reopen(claim_id: UUID) -> ShowAfter:
    """That was a mistake: one step back."""
    found = queries.claim(claim_id)
    rules.reopen(found, by=g.person, at=occurred_at())
    return _show(found, f"{found.number} is {found.state.value} again.")


def _show(found: Claim, notice: str) -> ShowAfter:
    return show_after(url_for(".claim", claim_id=found.id), notice=notice)


def _show_entry(found: PartEntry, notice: str) -> ShowAfter:
    return show_after(url_for("orders.entry", entry_id=found.id), notice=notice)
