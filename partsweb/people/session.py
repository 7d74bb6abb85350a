"""Ties Flask-Login to our own session rows, which can be revoked."""

from __future__ import annotations

from flask import Flask, g
from flask_login import UserMixin, current_user

from partsweb.extensions import login
from partsweb.people import queries
from partsweb.people.models import Person, SignIn


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
    if "person" not in g:
        g.person = current_user.person if current_user.is_authenticated else None


def follow(app: Flask) -> None:
    """Recognise people on every request of the app."""
    login.init_app(app)
    app.before_request(recognise)
