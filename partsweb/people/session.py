"""Ties Flask-Login to our own session rows, which can be revoked."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, g, request
from flask_login import UserMixin, current_user

from partsweb.extensions import login
from partsweb.kit import clock
from partsweb.kit.writing import written
from partsweb.people import queries, rules
from partsweb.people.models import Person, SignIn

# How old `seen_at` gets before a visit is written down: pages are read far more often.
SEEN_AGAIN_AFTER = timedelta(minutes=10)


class SignedIn(UserMixin):  # type: ignore[misc]
    """Who Flask-Login thinks is signed in: a person on one browser. Its id is the token."""

    def __init__(self, token: str, sign_in: SignIn) -> None:
        self.token = token
        self.sign_in = sign_in

    @property
    def person(self) -> Person:
        """The person."""
        return self.sign_in.person

    def get_id(self) -> str:
        """What the signed cookie keeps."""
        return self.token


@login.user_loader  # type: ignore[untyped-decorator]
def load(token: str) -> SignedIn | None:
    """The sign-in of the token in the cookie, unless it was ended."""
    sign_in = queries.sign_in_of(token)
    return SignedIn(token, sign_in) if sign_in else None


def recognise() -> None:
    """Before each request: who is it? Doors ask `g.person`."""
    if "person" in g:
        return  # a page shown as the answer to a write
    g.person = None
    if request.endpoint != "static" and current_user.is_authenticated:
        _see(current_user.sign_in)
        g.person = current_user.person


def _see(sign_in: SignIn) -> None:
    """Note the visit now and then, in a short write of its own, so that reads stay reads."""
    if clock.now() - sign_in.seen_at > SEEN_AGAIN_AFTER:
        written(lambda: rules.see(sign_in))


def follow(app: Flask) -> None:
    """Recognise people on every request of the app."""
    login.init_app(app)
    # A phone changes its address all day; what counts is the token, and that it can be ended.
    login.session_protection = None
    app.before_request(recognise)
    app.after_request(_say_who)


def _say_who(response: Response) -> Response:
    """For whom the answer is: a phone keeps pages apart by it, and knows a captive portal."""
    if g.get("person") is not None:
        response.headers["Person"] = str(g.person.id)
    return response
