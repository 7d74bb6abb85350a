"""What was wrong with deliveries, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from partsweb.approvals import queries as asked_of
from partsweb.approvals.models import Approval, Matter
from partsweb.attachments import queries as attachments
from partsweb.attachments import rules as photos
from partsweb.kit import fields, subject
from partsweb.kit.door import occurred_at, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.slot import partial
from partsweb.kit.words import qty
from partsweb.purchasing import received, settling
from partsweb.purchasing.forms import AcceptForm, CreditForm, read_kind
from partsweb.purchasing.models import Discrepancy, DiscrepancyKind
from partsweb.purchasing.receiving import in_words
from partsweb.purchasing.views import bp, show

# Said of a quantity of a part: 2 VK4105 damaged.
SHORTLY = {
    DiscrepancyKind.DAMAGED: "damaged",
    DiscrepancyKind.SHORT: "missing",
    DiscrepancyKind.OVER: "too many",
    DiscrepancyKind.WRONG_ITEM: "came as something else",
}


@bp.get("/purchasing/discrepancies")
@reads("see deliveries")
def discrepancies() -> ResponseReturnValue:
    """What was wrong with deliveries: what is open, the oldest first, or all."""
    wanted = received.Wrong(
        everything=request.args.get("view") == "all",
        kind=read_kind(request.args),
        text=request.args.get("q", ""),
    )
    found = received.discrepancies(wanted, seen_by=g.person, page=asked_page())
    return page(
        "purchasing/discrepancies.html",
        "panel",
        nav="more",
        found=found,
        wanted=wanted,
        kinds=list(DiscrepancyKind),
    )


@bp.get("/discrepancies/<uuid:discrepancy_id>")
@reads("see deliveries")
def discrepancy(discrepancy_id: UUID) -> ResponseReturnValue:
    """What was wrong, with its photos, and what can be done about it."""
    found = _found(discrepancy_id)
    return page(
        "purchasing/discrepancy.html",
        nav="more",
        title=_title(found),
        asked=asked_of.latest(found.subject, Matter.OVER_RECEIPT),
        **_shown(found),
    )


@bp.post("/discrepancies/<uuid:discrepancy_id>/replacement")
@writes("buy parts")
def replace(discrepancy_id: UUID) -> ShowAfter:
    """Order the replacement, and show it."""
    found = _found(discrepancy_id)
    line = settling.replace(found, by=g.person, at=occurred_at(), note=_note())
    order = line.purchase_order
    return show(order, f"{qty(line.quantity)} {line.part.sku} ordered again: {order.number}.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/credit")
@writes("buy parts")
def credit(discrepancy_id: UUID) -> ShowAfter:
    """The vendor gives money for it."""
    found, form = _found(discrepancy_id), CreditForm.read(request.form)
    settling.credit(found, form.amount, form.number, by=g.person, at=occurred_at(), note=form.note)
    return _show(found, "Credited. Nothing more is expected of it.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/vendor-return")
@writes("buy parts")
def send_back(discrepancy_id: UUID) -> ShowAfter:
    """It goes back to the vendor."""
    found = _found(discrepancy_id)
    settling.send_back(found, by=g.person, at=occurred_at(), note=_note())
    return _show(found, "Sent back. It is out of quarantine.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/scrapping")
@writes("buy parts")
def scrap(discrepancy_id: UUID) -> ShowAfter:
    """What lies apart is thrown away."""
    found = _found(discrepancy_id)
    settling.scrap(found, by=g.person, at=occurred_at(), note=_note())
    return _show(found, "Scrapped. It is out of quarantine.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/acceptance")
@writes("buy parts")
def accept(discrepancy_id: UUID) -> ShowAfter:
    """It is kept as it is."""
    found, form = _found(discrepancy_id), AcceptForm.read(request.form)
    settling.accept(
        found,
        by=g.person,
        at=occurred_at(),
        price=form.price,
        note=form.note,
        still_owed=form.still_owed,
    )
    return _show(found, "Accepted as it is.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/question")
@writes("buy parts")
def ask_again(discrepancy_id: UUID) -> ShowAfter:
    """Ask a supervisor once more."""
    found = _found(discrepancy_id)
    settling.ask_again(found, by=g.person, at=occurred_at())
    return _show(found, "Supervisors are asked again.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/reopening")
@writes("buy parts")
def reopen(discrepancy_id: UUID) -> ShowAfter:
    """It was settled wrongly: open it again."""
    found = _found(discrepancy_id)
    settling.reopen(found, by=g.person, at=occurred_at(), note=_note())
    return _show(found, "Open again. Everything stands as before.")


@bp.post("/discrepancies/<uuid:discrepancy_id>/photos")
@writes("receive parts")
def add_discrepancy_photos(discrepancy_id: UUID) -> ShowAfter:
    """A photo that was taken later."""
    found = _found(discrepancy_id)
    photos.attach_all(found.subject, request.files.getlist("photos"), by=g.person)
    return _show(found, "The photos are added.")


def to_decide(approval: Approval) -> Markup | str:
    """On a question's page: what is too much, with its photos and what it is worth."""
    if approval.matter != Matter.OVER_RECEIPT:
        return ""
    return partial("purchasing/_to_decide.html", **_shown(_found(approval.subject_id)))


def _found(discrepancy_id: UUID) -> Discrepancy:
    return received.discrepancy(discrepancy_id, seen_by=g.person)


def _shown(found: Discrepancy) -> dict[str, Any]:
    goods = received.goods_of(found)
    return {
        "discrepancy": found,
        "line": found.receipt_line.line,
        "order": found.receipt_line.line.purchase_order,
        "photos": attachments.of(found.subject),
        "goods": goods,
        "serials": [moved.serial for moved in goods if moved.serial],
    }


def _note() -> str:
    return fields.text(request.form, "note")


def _show(found: Discrepancy, notice: str) -> ShowAfter:
    return show_after(url_for(".discrepancy", discrepancy_id=found.id), notice=notice)


def _title(found: Discrepancy) -> str:
    sku = found.receipt_line.line.part.sku
    return f"{qty(found.quantity)} {sku} {SHORTLY[found.kind]}"


subject.announce(
    subject.Kind(
        "discrepancy",
        load=lambda found_id, person: received.discrepancy(found_id, seen_by=person),
        title=in_words,
        url=lambda found: url_for("purchasing.discrepancy", discrepancy_id=found.id),
    )
)
