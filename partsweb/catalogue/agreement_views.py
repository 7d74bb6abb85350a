"""Consignment agreements: with whom, and what is agreed for which part."""

from __future__ import annotations

from uuid import UUID

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.attachments import queries as attachments
from partsweb.attachments.rules import attach_all
from partsweb.catalogue import agreement_queries, agreements, queries
from partsweb.catalogue.agreement_forms import AgreedPriceForm, AgreementForm
from partsweb.catalogue.models import Agreement
from partsweb.catalogue.views import bp
from partsweb.kit import clock, fields, subject
from partsweb.kit.door import reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.people.models import Person


@bp.get("/agreements")
@reads("see prices")
def all_agreements() -> ResponseReturnValue:
    """Whose stock lies with us, under which agreements."""
    found = agreement_queries.agreements()
    return page("catalogue/agreements.html", nav="more", agreements=found)


@bp.get("/agreements/new")
@reads("keep the catalogue")
def new_agreement() -> ResponseReturnValue:
    """The form for a new agreement."""
    return page("catalogue/new_agreement.html", nav="more", vendors=queries.vendors())


@bp.post("/agreements/new")
@writes("keep the catalogue")
def agree() -> ShowAfter:
    """Record it, and go on with its parts."""
    form = AgreementForm.read(request.form)
    made = agreements.agree(queries.vendor(form.vendor_id), form.number, note=form.note)
    return _show_agreement(made, f"{made.number} is recorded. Say for which parts.")


@bp.get("/agreements/<uuid:agreement_id>")
@reads("see prices")
def agreement(agreement_id: UUID) -> ResponseReturnValue:
    """What is agreed, from when on, and the papers."""
    found = agreement_queries.agreement(agreement_id)
    return page(
        "catalogue/agreement.html",
        nav="more",
        agreement=found,
        prices=agreement_queries.prices_of(found),
        today=clock.today(),
        papers=attachments.of(found.subject),
    )


@bp.post("/agreements/<uuid:agreement_id>")
@writes("keep the catalogue")
def say_of_agreement(agreement_id: UUID) -> ShowAfter:
    """Change its note, and add its papers."""
    found = agreement_queries.agreement(agreement_id)
    agreements.say(found, fields.text(request.form, "note"))
    attach_all(found.subject, request.files.getlist("papers"), by=g.person, purpose="agreement")
    return _show_agreement(found, f"{found.number} is changed.")


@bp.post("/agreements/<uuid:agreement_id>/prices")
@writes("keep the catalogue")
def agree_price(agreement_id: UUID) -> ShowAfter:
    """Say what a part is due at, and sold for, from a day on."""
    found, form = agreement_queries.agreement(agreement_id), AgreedPriceForm.read(request.form)
    part = queries.by_sku(form.sku)
    if part is None:
        raise Refusal(f"There is no part {form.sku}.", field="sku")
    agreements.agree_price(found, part, agreed=form.agreed, sell=form.sell, since=form.since)
    return _show_agreement(found, f"{part.sku} is in {found.number}.")


def _show_agreement(found: Agreement, notice: str) -> ShowAfter:
    return show_after(url_for(".agreement", agreement_id=found.id), notice=notice)


def _seen(agreement_id: UUID, person: Person) -> Agreement:
    if not person.may("see prices"):
        raise NotFound("There is no such agreement.")
    return agreement_queries.agreement(agreement_id)


subject.announce(
    subject.Kind(
        "agreement",
        load=_seen,
        title=lambda found: f"Agreement {found.number}",
        url=lambda found: url_for("catalogue.agreement", agreement_id=found.id),
        model=Agreement,
    )
)
