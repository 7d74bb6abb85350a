"""Who answers for something shows once more who it is: by passkey, else by password.

A phone on plain HTTP or an old one has no passkeys; then the password stands in, and the decision
says which it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people import passkeys, queries
from partsweb.people.models import Person, SignIn
from partsweb.people.passkeys import Site

# So long after the password was given again, or after signing in where there is no passkey.
HOLDS_FOR = timedelta(minutes=10)


class NotConfirmed(Refusal):
    """The person has to show once more who it is; the page says how."""


@dataclass(frozen=True)
class Confirmed:
    """How it was confirmed, and what the passkey signed."""

    how: str
    proof: str = ""


def confirmed(person: Person, what: str, *, answer: str, sign_in: SignIn, site: Site) -> Confirmed:
    """Hold the person's proof for one thing; refuses where there is none."""
    if answer:
        passkeys.confirm(person, what, answer, site=site)
        return Confirmed("passkey", answer)
    if _recent(sign_in.confirmed_at):
        return Confirmed("password")
    if not queries.passkeys_of(person) and _recent(sign_in.started_at):
        return Confirmed("password")
    raise NotConfirmed("Show once more that it is you: by your passkey, or by your password.")


def confirm_by_password(sign_in: SignIn) -> None:
    """The password was right again: that holds for a while on this browser."""
    sign_in.confirmed_at = clock.now()


def _recent(moment: datetime | None) -> bool:
    return moment is not None and clock.now() - moment <= HOLDS_FOR
