"""Sign in and out, one's own account, and who may sign in at all."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from partsweb.kit.door import SIGNED_IN, open_to_all, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import Refusal
from partsweb.kit.safety import own_path, refuse_unreadable_fields
from partsweb.kit.writing import written
from partsweb.people import queries, rules
from partsweb.people.forms import PasswordForm, PersonForm
from partsweb.people.passkey_views import enter
from partsweb.people.permissions import ROLES

bp = Blueprint("people", __name__)


# --- Signing in and out ----------------------------------------------------------------------


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
    refuse_unreadable_fields()
    name, password = request.form.get("login", ""), request.form.get("password", "")
    address = request.remote_addr or ""
    if queries.must_wait(name, address):
        raise Refusal("Too many wrong passwords. Wait a quarter of an hour, or ask an admin.")
    person = queries.by_login(name)
    if not rules.password_is(person, password, demo=_demo()) or person is None:
        written(lambda: rules.count_failure(name, address=address))
        raise Refusal("That name and password don't belong together.", field="password")
    enter(person, how="password")
    return redirect(_next(), 303)


@bp.post("/signout")
@reads(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """Sign out on this browser."""
    sign_in = current_user.sign_in
    written(lambda: rules.end_sign_in(sign_in))
    logout_user()
    flash("You are signed out.")
    shown = redirect(url_for(".sign_in"), 303)
    # On a shared phone the next one finds no photos of the last. Never more than the cache: the
    # rest is what a phone keeps for its owner.
    shown.headers["Clear-Site-Data"] = '"cache"'
    return shown


# --- One's own account -----------------------------------------------------------------------


@bp.get("/account")
@reads(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Where one is signed in, and the way to a new password."""
    return page(
        "people/account.html",
        sign_ins=queries.open_sign_ins(g.person),
        here=current_user.sign_in,
        passkeys=queries.passkeys_of(g.person),
        nav="more",
    )


@bp.get("/account/password")
@reads(SIGNED_IN)
def password() -> ResponseReturnValue:
    """The form for one's own new password."""
    return page("people/password.html", somebody=None, nav="more")


@bp.post("/account/password")
@writes(SIGNED_IN)
def change_password() -> ShowAfter:
    """Take a new password, and sign out everywhere else."""
    form = PasswordForm.read(request.form)
    rules.change_password(
        g.person, old=form.old, new=form.new, kept=current_user.sign_in, demo=_demo()
    )
    return show_after(
        url_for(".account"), notice="Your password is changed. Other browsers are signed out."
    )


@bp.post("/account/sign-ins/<uuid:sign_in_id>/end")
@writes(SIGNED_IN)
def end_sign_in(sign_in_id: UUID) -> ShowAfter:
    """Sign out on one browser of one's own."""
    rules.end_sign_in(queries.sign_in_by_id(sign_in_id, of=g.person))
    return show_after(url_for(".account"), notice="Signed out there.")


@bp.post("/account/other-sign-ins/end")
@writes(SIGNED_IN)
def end_other_sign_ins() -> ShowAfter:
    """Sign out everywhere but here."""
    rules.end_sign_ins(g.person, but=current_user.sign_in)
    return show_after(url_for(".account"), notice="Signed out everywhere else.")


# --- Everybody, for admins -------------------------------------------------------------------


@bp.get("/admin")
@reads("manage people")
def admin() -> ResponseReturnValue:
    """Everybody who may sign in."""
    words = request.args.get("q", "")
    found = queries.matching(words, page=asked_page())
    return page("people/admin.html", "results", people=found, q=words, nav="more")


@bp.get("/admin/people/new")
@reads("manage people")
def new_person() -> ResponseReturnValue:
    """The form for somebody new."""
    return page("people/person.html", somebody=None, roles=ROLES, nav="more")


@bp.post("/admin/people/new")
@writes("manage people")
def add_person() -> ShowAfter:
    """Add somebody."""
    form = PersonForm.read(request.form)
    added = rules.add_person(
        form.login,
        form.name,
        form.roles,
        phone=form.phone,
        password=form.password,
        demo=_demo(),
    )
    return show_after(
        url_for(".person", person_id=added.id), notice=f"{added.name} can sign in as {added.login}."
    )


@bp.get("/admin/people/<uuid:person_id>")
@reads("manage people")
def person(person_id: UUID) -> ResponseReturnValue:
    """One person, to be changed."""
    somebody = queries.person(person_id)
    return page(
        "people/person.html",
        somebody=somebody,
        roles=ROLES,
        sign_ins=queries.open_sign_ins(somebody),
        nav="more",
    )


@bp.post("/admin/people/<uuid:person_id>")
@writes("manage people")
def change_person(person_id: UUID) -> ShowAfter:
    """Change somebody's name, roles, or whether they may sign in."""
    somebody, form = queries.person(person_id), PersonForm.read(request.form)
    rules.change_person(
        somebody,
        name=form.name,
        phone=form.phone,
        roles=form.roles,
        active=form.active,
        by=g.person,
    )
    return show_after(url_for(".admin"), notice=f"{somebody.name} is changed.")


@bp.get("/admin/people/<uuid:person_id>/password")
@reads("manage people")
def password_of(person_id: UUID) -> ResponseReturnValue:
    """The form for somebody's new password."""
    return page("people/password.html", somebody=queries.person(person_id), nav="more")


@bp.post("/admin/people/<uuid:person_id>/password")
@writes("manage people")
def give_password(person_id: UUID) -> ShowAfter:
    """Give somebody a new password, and sign them out everywhere."""
    somebody, form = queries.person(person_id), PasswordForm.read(request.form)
    rules.set_password(somebody, form.new, demo=_demo())
    rules.end_sign_ins(somebody, but=current_user.sign_in)
    return show_after(
        url_for(".person", person_id=person_id),
        notice=f"{somebody.name} has a new password and is signed out everywhere.",
    )


@bp.post("/admin/people/<uuid:person_id>/sign-ins/end")
@writes("manage people")
def end_sign_ins_of(person_id: UUID) -> ShowAfter:
    """Sign somebody out everywhere."""
    somebody = queries.person(person_id)
    rules.end_sign_ins(somebody, but=current_user.sign_in)
    return show_after(
        url_for(".person", person_id=person_id), notice=f"{somebody.name} is signed out."
    )


def _demo() -> bool:
    demo: bool = current_app.config["SETTINGS"].demo
    return demo


def _next() -> str:
    return own_path(request.values.get("next"), url_for("today.start"))
