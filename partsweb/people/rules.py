"""What may happen to people and their sign-ins."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, update

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people import queries
from partsweb.people.models import Person, PersonRole, SignIn, SignInFailure
from partsweb.people.permissions import ADMIN, ROLES

SHORTEST_PASSWORD = 10
# Everybody's in the demo, known to the whole world: refused everywhere else.
DEMO_PASSWORD = "partsweb-demo-only"  # noqa: S105 - it is no secret
_hasher = PasswordHasher()


def add_person(
    login: str,
    name: str,
    roles: Iterable[str],
    *,
    password: str = "",
    phone: str = "",
    demo: bool = False,
) -> Person:
    """Add somebody; without a password they can't sign in yet. `demo`: see `set_password`."""
    login = queries.login_name(login)
    if not login or not name.strip():
        raise Refusal("A person needs a name and a sign-in name.", field="login")
    if queries.by_login(login):
        raise Refusal(f"The sign-in name {login} is taken.", field="login")
    added = Person(login=login, name=name.strip(), phone=phone.strip())
    db.session.add(added)
    _give_roles(added, roles)
    if password:
        set_password(added, password, demo=demo)
    db.session.flush()
    return added


def change_person(
    person: Person, *, name: str, phone: str, roles: Iterable[str], active: bool, by: Person
) -> None:
    """Change what somebody is; nobody locks himself out."""
    wanted = frozenset(roles)
    if person.id == by.id and (not active or ADMIN not in wanted):
        raise Refusal("You can't take your own access away. Ask another admin.", field="roles")
    if not name.strip():
        raise Refusal("A person needs a name.", field="name")
    person.name, person.phone, person.active = name.strip(), phone.strip(), active
    _give_roles(person, wanted)
    if not active:
        end_sign_ins(person)


def set_password(person: Person, password: str, *, demo: bool = False) -> None:
    """Give a new password; it is kept as argon2id. Only the demo takes the demo's password."""
    if password == DEMO_PASSWORD and not demo:
        raise Refusal("That is the demo's password. Choose another one.", field="password")
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal(
            f"A password needs at least {SHORTEST_PASSWORD} characters.", field="password"
        )
    person.password_hash = _hasher.hash(password)


def change_password(person: Person, *, old: str, new: str, kept: SignIn, demo: bool) -> None:
    """Take one's own new password; every other browser has to sign in again."""
    if not password_is(person, old, demo=demo):
        raise Refusal("That is not your password now.", field="old")
    set_password(person, new, demo=demo)
    end_sign_ins(person, but=kept)


def password_is(person: Person | None, password: str, *, demo: bool = False) -> bool:
    """Whether this active person's password is that. Takes as long for nobody as for somebody."""
    known = person is not None and person.active and bool(person.password_hash)
    known = known and (demo or password != DEMO_PASSWORD)
    try:
        _hasher.verify(person.password_hash if person and known else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known


def count_failure(login: str, *, address: str) -> None:
    """Remember a wrong password against its name and address, see `must_wait`."""
    moment = clock.now()
    counts_no_more = SignInFailure.at < moment - queries.WINDOW
    db.session.execute(delete(SignInFailure).where(counts_no_more))
    name = queries.login_name(login)
    db.session.add(SignInFailure(login=name, address=address, at=moment))


def start_sign_in(person: Person, *, user_agent: str, how: str = "password") -> str:
    """Sign the person in on this browser; returns the token that only the browser keeps."""
    token = secrets.token_urlsafe(32)
    moment = clock.now()
    db.session.execute(delete(SignInFailure).where(SignInFailure.login == person.login))
    db.session.add(
        SignIn(
            person_id=person.id,
            token_hash=queries.token_hash(token),
            user_agent=user_agent[:300],
            how=how,
            started_at=moment,
            seen_at=moment,
        )
    )
    return token


def end_sign_in(sign_in: SignIn) -> None:
    """Sign out on that browser."""
    sign_in.ended_at = clock.now()


def end_sign_ins(person: Person, *, but: SignIn | None = None) -> None:
    """Sign out everywhere, or everywhere else."""
    still_open = update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    if but is not None:
        still_open = still_open.where(SignIn.id != but.id)
    db.session.execute(still_open.values(ended_at=clock.now()))


def see(sign_in: SignIn) -> None:
    """The browser was here now."""
    sign_in.seen_at = clock.now()


def _give_roles(person: Person, roles: Iterable[str]) -> None:
    wanted = frozenset(roles)
    if unknown := wanted - set(ROLES):
        raise Refusal(f"There is no role {', '.join(sorted(unknown))}.", field="roles")
    kept = [row for row in person.role_rows if row.role in wanted]
    added = wanted - {row.role for row in kept}
    person.role_rows = kept + [PersonRole(role=role) for role in sorted(added)]


@cache
def _nobody() -> str:
    """Verified against for names that don't exist, so that an answer's time tells nothing."""
    return _hasher.hash(secrets.token_urlsafe(16))
