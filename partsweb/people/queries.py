"""Who there is, and who is signed in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.people.models import Invitation, Passkey, Person, PersonRole, SignIn, SignInFailure

WINDOW = timedelta(minutes=15)
# Wrong passwords within the window after which a name, or an address, has to wait.
MOST_A_NAME = 10
MOST_AN_ADDRESS = 50
# A browser that was not seen for so long has to sign in again.
LONGEST_ABSENCE = timedelta(days=180)


def login_name(typed: str) -> str:
    """A sign-in name as it is kept: its case doesn't count."""
    return typed.strip().casefold()[:200]


def by_login(login: str) -> Person | None:
    """The person who signs in by that name, whatever its case."""
    return db.session.scalar(select(Person).where(Person.login == login_name(login)))


def person(person_id: UUID) -> Person:
    """The person of that id."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def everybody() -> Sequence[Person]:
    """All people by name, those who left last."""
    rows = select(Person).order_by(Person.active.desc(), Person.name)
    return db.session.scalars(rows.options(selectinload(Person.role_rows))).all()


def matching(words: str, *, page: int = 1) -> Page[Person]:
    """The people whose names or roles have all the words, by name, those who left last."""
    rows = select(Person).order_by(Person.active.desc(), Person.name, Person.id)
    for word in words.casefold().split():
        with_that_role = select(PersonRole.person_id).where(PersonRole.role.startswith(word))
        rows = rows.where(
            or_(
                func.lower(Person.name).contains(word, autoescape=True),
                Person.login.contains(word, autoescape=True),
                Person.id.in_(with_that_role),
            )
        )
    return paged(rows.options(selectinload(Person.role_rows)), number=page)


def active_people() -> Sequence[Person]:
    """Those who can sign in, by name."""
    return db.session.scalars(select(Person).where(Person.active).order_by(Person.name)).all()


def with_role(role: str) -> Sequence[Person]:
    """The active people of a role, by name."""
    rows = select(Person).join(PersonRole).where(PersonRole.role == role, Person.active)
    return db.session.scalars(rows.order_by(Person.name)).all()


def token_hash(token: str) -> str:
    """What is kept of a session's token: enough to know it again, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in_of(token: str) -> SignIn | None:
    """The open sign-in of that token, of a person who is still active."""
    rows = select(SignIn).where(SignIn.token_hash == token_hash(token), _still_open())
    # Whoever comes in is asked for roles at the door.
    rows = rows.options(joinedload(SignIn.person).joinedload(Person.role_rows))
    found = db.session.scalars(rows).unique().one_or_none()
    return found if found and found.person.active else None


def open_sign_ins(of: Person) -> Sequence[SignIn]:
    """Where the person is signed in now, newest first."""
    rows = select(SignIn).where(SignIn.person_id == of.id, _still_open())
    return db.session.scalars(rows.order_by(SignIn.seen_at.desc())).all()


def sign_in_by_id(sign_in_id: UUID, *, of: Person) -> SignIn:
    """One of the person's own sign-ins."""
    found = db.session.get(SignIn, sign_in_id)
    if found is None or found.person_id != of.id:
        raise NotFound("There is no such sign-in.")
    return found


def passkeys_of(person: Person) -> Sequence[Passkey]:
    """The person's passkeys, the newest first."""
    rows = select(Passkey).where(Passkey.person_id == person.id)
    return db.session.scalars(rows.order_by(Passkey.added_at.desc())).all()


def passkey_by_credential(credential_id: str) -> Passkey | None:
    """The passkey that calls itself so."""
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def passkey(passkey_id: UUID, *, of: Person) -> Passkey:
    """One of the person's own passkeys."""
    found = db.session.get(Passkey, passkey_id)
    if found is None or found.person_id != of.id:
        raise NotFound("There is no such passkey.")
    return found


def invitation(invitation_id: UUID, *, made_by: Person) -> Invitation:
    """An invitation, for who made it."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.made_by_id != made_by.id:
        raise NotFound("There is no such invitation.")
    return found


def must_wait(login: str, address: str) -> bool:
    """Whether there were too many wrong passwords for this name or from this address lately."""
    since = clock.now() - WINDOW
    recent = select(func.count()).where(SignInFailure.at > since)
    by_name = db.session.scalar(recent.where(SignInFailure.login == login_name(login))) or 0
    from_address = db.session.scalar(recent.where(SignInFailure.address == address)) or 0
    return by_name >= MOST_A_NAME or from_address >= MOST_AN_ADDRESS


def _still_open() -> ColumnElement[bool]:
    return SignIn.ended_at.is_(None) & (SignIn.seen_at > clock.now() - LONGEST_ABSENCE)
