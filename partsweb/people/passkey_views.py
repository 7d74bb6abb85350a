"""Passkeys and invitations: what browsers need for them, and what they bring back."""

from __future__ import annotations

import io
from base64 import b64encode
from urllib.parse import urlsplit
from uuid import UUID

import segno
from flask import Blueprint, Response, current_app, g, request, session, url_for
from flask import redirect as lead_to
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user

from partsweb.kit.door import SIGNED_IN, open_to_all, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal
from partsweb.kit.safety import own_path, refuse_unreadable_fields
from partsweb.kit.writing import written
from partsweb.people import confirming, invitations, passkeys, queries, rules
from partsweb.people.confirming import Confirmed
from partsweb.people.models import Invitation, Person, browser_called
from partsweb.people.passkeys import Site
from partsweb.people.session import load

bp = Blueprint("passkeys", __name__)


def site() -> Site:
    """This installation as browsers see it."""
    settings = current_app.config["SETTINGS"]
    origin = settings.origin or request.host_url.rstrip("/")
    host = urlsplit(origin).hostname or ""
    return Site(host, origin, settings.secret_key, settings.company)


def confirmed(what: str) -> Confirmed:
    """The proof that came with a form for one thing, see confirming.py."""
    return confirming.confirmed(
        g.person,
        what,
        answer=request.form.get("passkey", ""),
        sign_in=current_user.sign_in,
        site=site(),
    )


def enter(person: Person, *, how: str) -> None:
    """Sign the person in on this browser; nothing of what it had before goes along."""
    agent = request.user_agent.string
    token = written(lambda: rules.start_sign_in(person, user_agent=agent, how=how))
    session.clear()
    session.permanent = True
    login_user(load(token))


# --- One's own passkeys ----------------------------------------------------------------------


@bp.get("/account/passkeys/options")
@reads(SIGNED_IN)
def to_register() -> ResponseReturnValue:
    """What a browser needs to make a passkey."""
    return _json(passkeys.to_register(g.person, site=site()))


@bp.post("/account/passkeys")
@writes(SIGNED_IN)
def register() -> ShowAfter:
    """Keep the passkey that was just made on this device."""
    name = current_user.sign_in.browser
    passkeys.register(g.person, request.form.get("passkey", ""), name=name, site=site())
    said = "From now on you can sign in here without a password."
    return show_after(url_for("people.account"), notice=said)


@bp.post("/account/passkeys/<uuid:passkey_id>/removal")
@writes(SIGNED_IN)
def remove(passkey_id: UUID) -> ShowAfter:
    """Let a passkey sign in no more."""
    passkeys.remove(queries.passkey(passkey_id, of=g.person))
    return show_after(url_for("people.account"), notice="That passkey doesn’t sign in any more.")


# --- Signing in ------------------------------------------------------------------------------


@bp.get("/signin/passkey/options")
@open_to_all
def to_sign_in() -> ResponseReturnValue:
    """What a browser needs to offer its passkeys."""
    return _json(passkeys.to_sign_in(site=site()))


@bp.post("/signin/passkey")
@open_to_all
def sign_in() -> ResponseReturnValue:
    """Sign in by passkey."""
    refuse_unreadable_fields()
    person = written(lambda: passkeys.signed_by(request.form.get("passkey", ""), site=site()))
    enter(person, how="passkey")
    return lead_to(own_path(request.form.get("next"), url_for("today.start")), 303)


# --- Showing once more who it is -------------------------------------------------------------


@bp.get("/account/confirmation/options")
@reads(SIGNED_IN)
def to_confirm() -> ResponseReturnValue:
    """What a browser needs so that the person confirms one thing."""
    return _json(passkeys.to_confirm(g.person, request.args.get("what", ""), site=site()))


@bp.get("/account/confirmation")
@reads(SIGNED_IN)
def confirmation() -> ResponseReturnValue:
    """The form that asks for the password once more."""
    return page("people/confirmation.html", next=request.args.get("next", ""), nav="more")


@bp.post("/account/confirmation")
@reads(SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """The password once more; wrong ones are counted, so it looks after its own writing."""
    refuse_unreadable_fields()
    address, sign_in_ = request.remote_addr or "", current_user.sign_in
    if queries.must_wait(g.person.login, address):
        raise Refusal("Too many wrong passwords. Wait a quarter of an hour, or ask an admin.")
    demo = current_app.config["SETTINGS"].demo
    if not rules.password_is(g.person, request.form.get("password", ""), demo=demo):
        login = g.person.login
        written(lambda: rules.count_failure(login, address=address))
        raise Refusal("That is not your password.", field="password")
    written(lambda: confirming.confirm_by_password(sign_in_))
    return lead_to(own_path(request.form.get("next"), url_for("people.account")), 303)


# --- Letting somebody in ---------------------------------------------------------------------


@bp.get("/invitations")
@reads("invite people")
def invite_whom() -> ResponseReturnValue:
    """Whom to let in."""
    words = request.args.get("q", "")
    return page(
        "people/invite_whom.html",
        "results",
        nav="more",
        q=words,
        people=queries.matching(words, page=asked_page()),
        may_invite=lambda somebody: invitations.may_invite(g.person, somebody),
    )


@bp.post("/people/<uuid:person_id>/invitations")
@writes("invite people")
def invite(person_id: UUID) -> ShowAfter:
    """Make a code that lets somebody in on a new device."""
    made = invitations.invite(queries.person(person_id), by=g.person)
    return show_after(url_for(".invitation", invitation_id=made.id))


@bp.get("/invitations/<uuid:invitation_id>")
@reads("invite people")
def invitation(invitation_id: UUID) -> ResponseReturnValue:
    """The code, to be scanned by the other phone's camera; only who made it sees it."""
    found = queries.invitation(invitation_id, made_by=g.person)
    return page("people/invitation.html", nav="more", invitation=found, code=_picture(found))


@bp.get("/join")
@open_to_all
def join() -> ResponseReturnValue:
    """Where the code leads. What it carries stands behind #, which no server's log ever sees."""
    return page("people/join.html", invited=None)


@bp.post("/join")
@open_to_all
def look_at_invitation() -> ResponseReturnValue:
    """Who is invited: name and van, and the one button that begins."""
    refuse_unreadable_fields()
    code, here = request.form.get("code", ""), site()
    found = written(lambda: invitations.invitation_of(code, secret=here.secret))
    options = passkeys.to_register(found.person, site=here)
    return page("people/join.html", invited=found.person, code=code, options=options)


@bp.post("/join/completion")
@open_to_all
def complete_joining() -> ResponseReturnValue:
    """In one act: the passkey or a password is kept, the code is used up, the person is in."""
    refuse_unreadable_fields()
    person = written(_let_in)
    enter(person, how="invitation")
    return lead_to(url_for("today.start"), 303)


def _let_in() -> Person:
    here, form = site(), request.form
    found = invitations.invitation_of(form.get("code", ""), secret=here.secret)
    if form.get("passkey"):
        agent = request.user_agent.string
        passkeys.register(found.person, form["passkey"], name=browser_called(agent), site=here)
    else:
        rules.set_password(found.person, form.get("password", ""))
    return invitations.use(found)


def _picture(found: Invitation) -> str:
    """The QR as a picture: the whole address, so that the phone's own camera opens it."""
    here = site()
    proof = invitations.code_of(found, secret=here.secret)
    drawn = io.BytesIO()
    address = f"{here.origin}{url_for('.join')}#{proof}"
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", scale=8, border=4, light="#fff")
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
