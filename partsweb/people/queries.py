"""Who there is, and who is signed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import NotFound
from partsweb.people.models import Person, PersonRole, SignIn, SignInFailure

WINDOW = timedelta(minutes=15)
# Wrong passwords within the window after which a name, or an address, has to wait.
MOST_A_NAME = 10
MOST_AN_ADDRESS = 50


def by_login(login: str) -> Person | None:
    """The person who signs in by that name, whatever its case."""
    return db.session.scalar(select(Person).where(Person.login == login.strip().casefold()))


def person(person_id: UUID) -> Person:
    """The person of that id."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def everybody() -> Sequence[Person]:
    """All people by name, those who left last."""
    return db.session.scalars(select(Person).order_by(Person.active.desc(), Person.name)).all()


def with_role(role: str) -> Sequence[Person]:
    """The active people of a role, by name."""
    rows = select(Person).join(PersonRole).where(PersonRole.role == role, Person.active)
    return db.session.scalars(rows.order_by(Person.name)).all()


def token_hash(token: str) -> str:
    """What is kept of a session's token: enough to know it again, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_of(token: str) -> SignIn | None:
    """The open sign-in of that token, of a person who is still active."""
    rows = select(SignIn).where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None))
    found = db.session.scalar(rows)
    return found if found and found.person.active else None


def open_sign_ins(of: Person) -> Sequence[SignIn]:
    """Where the person is signed in now, newest first."""
    rows = select(SignIn).where(SignIn.person_id == of.id, SignIn.ended_at.is_(None))
    return db.session.scalars(rows.order_by(SignIn.seen_at.desc())).all()


def must_wait(login: str, address: str) -> bool:
    """Whether there were too many wrong passwords for this name or from this address lately."""
    since = clock.now() - WINDOW
    recent = select(func.count()).where(SignInFailure.at > since)
    by_name = db.session.scalar(recent.where(SignInFailure.login == login)) or 0
    from_address = db.session.scalar(recent.where(SignInFailure.address == address)) or 0
    return by_name >= MOST_A_NAME or from_address >= MOST_AN_ADDRESS
