"""Sign in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from partsweb.kit.door import SIGNED_IN, open_to_all, reads
from partsweb.kit.pages import page
from partsweb.kit.refusal import Refusal
from partsweb.kit.writing import written
from partsweb.people import queries, rules
from partsweb.people.permissions import ROLES
from partsweb.people.session import load

bp = Blueprint("people", __name__)


@bp.get("/signin")
@open_to_all
def sign_in() -> ResponseReturnValue:
    """The sign-in form."""
    if g.person is not None:
        return redirect(_next())
    return page(
        "people/sign_in.html",
        next=request.args.get("next", ""),
        login=request.args.get("login", ""),
        demo_logins=ROLES,
        demo_password=rules.DEMO_PASSWORD,
    )


@bp.post("/signin")
@open_to_all
def start() -> ResponseReturnValue:
    """Sign in by name and password."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    address = request.remote_addr or ""
    if queries.must_wait(name.strip().casefold(), address):
        raise Refusal("Too many wrong passwords. Wait a quarter of an hour, or ask an admin.")
    person = queries.by_login(name)
    demo = current_app.config["SETTINGS"].demo
    if not rules.password_is(person, password, demo=demo) or person is None:
        written(lambda: rules.count_failure(name, address=address))
        raise Refusal("That name and password don't belong together.", field="password")
    token = written(lambda: rules.start_sign_in(person, user_agent=request.user_agent.string))
    # Nothing of what the browser had before goes along into the sign-in.
    session.clear()
    session.permanent = True
    login_user(load(token))
    return redirect(_next(), 303)


@bp.post("/signout")
@reads(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """Sign out on this browser."""
    sign_in = current_user.sign_in
    written(lambda: rules.end_sign_in(sign_in))
    logout_user()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"), 303)


def _next() -> str:
    """Where the person wanted to go; only ever a path of this site."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if inside and not parts.netloc and not parts.scheme else url_for("today.start")
