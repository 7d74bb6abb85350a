"""A new technician, or one who lost the phone, comes in by a code that somebody else shows.

The code's secret is never kept: it follows from the invitation's id and ours. It works once, for
ten minutes. Recovery is the same act, and so always needs a second person.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people.models import Invitation, Person
from partsweb.people.permissions import ADMIN, TECHNICIAN

GONE = "This code doesn't work any more. Ask for a new one: it is valid for ten minutes, once."


def may_invite(by: Person, person: Person) -> bool:
    """Whether one lets the other in: never oneself, and only admins those who may do more.

    Whoever shows a code could scan it too: nobody gains by it what he may not do anyway.
    """
    if by.id == person.id or not person.active:
        return False
    return ADMIN in by.roles or person.roles <= {TECHNICIAN}


def invite(person: Person, *, by: Person) -> Invitation:
    """Let somebody in on a new device."""
    if person.id == by.id:
        raise Refusal("Somebody else has to invite you: that is what makes it safe.")
    if not may_invite(by, person):
        raise Refusal(f"Only an admin can let {person.name} in.")
    made = Invitation(person=person, made_by_id=by.id, made_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def code_of(invitation: Invitation, *, secret: str) -> str:
    """What the QR carries: which invitation, and the proof that we made it."""
    return f"{invitation.id}.{_proof(invitation.id, secret)}"


def invitation_of(code: str, *, secret: str) -> Invitation:
    """The invitation that a code belongs to, while it can be used."""
    name, _, proof = code.partition(".")
    try:
        invitation_id = UUID(name)
    except ValueError:
        raise Refusal(GONE) from None
    if not hmac.compare_digest(proof.encode(), _proof(invitation_id, secret).encode()):
        raise Refusal(GONE)
    found = db.session.get(Invitation, invitation_id, with_for_update={"of": Invitation})
    if found is None or not found.usable:
        raise Refusal(GONE)
    return found


def use(invitation: Invitation) -> Person:
    """It let its person in; nobody comes in by it again."""
    invitation.used_at = clock.now()
    return invitation.person


def _proof(invitation_id: UUID, secret: str) -> str:
    sealed = hmac.new(secret.encode(), b"invitation" + invitation_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(sealed.digest()).decode().rstrip("=")
