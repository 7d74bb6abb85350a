"""Challenges that a passkey signs: made by nobody else, for one purpose, used once, within minutes.

Nothing is kept until one is used: it proves its own origin by a keyed hash (RFC 2104) over what it
is for. What was used is remembered, so that a recorded answer can't be sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.kit.table import insert_if_absent
from partsweb.people.models import SpentChallenge

LIFETIME = timedelta(minutes=5)
RANDOM, STAMP = 16, 8


def new(purpose: str, *, secret: str) -> bytes:
    """A challenge for one purpose."""
    seconds = int(clock.now().timestamp())
    begun = secrets.token_bytes(RANDOM) + seconds.to_bytes(STAMP, "big")
    return begun + _seal(begun, purpose, secret)


def spend(challenge: bytes, purpose: str, *, secret: str) -> None:
    """Use the challenge up; refuses one that is foreign, old, or used before."""
    begun, seal = challenge[: RANDOM + STAMP], challenge[RANDOM + STAMP :]
    if not hmac.compare_digest(seal, _seal(begun, purpose, secret)):
        raise Refusal("That passkey answered to something else. Try again.")
    made_at = datetime.fromtimestamp(int.from_bytes(begun[RANDOM:], "big"), tz=clock.now().tzinfo)
    if clock.now() - made_at > LIFETIME:
        raise Refusal("That took too long. Try again.")
    old = SpentChallenge.spent_at < clock.now() - 2 * LIFETIME
    db.session.execute(delete(SpentChallenge).where(old))
    digest = hashlib.sha256(challenge).hexdigest()
    if not insert_if_absent(SpentChallenge, digest=digest, spent_at=clock.now()):
        raise Refusal("That was used already. Try again.")


def _seal(begun: bytes, purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), begun + purpose.encode(), hashlib.sha256).digest()
