"""Passkeys: registered, used to sign in, used again for what somebody answers for (WebAuthn 2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import webauthn
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.refusal import Refusal
from partsweb.people import challenges, queries
from partsweb.people.models import Passkey, Person

SIGN_IN = "sign in"
REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Site:
    """For whom passkeys are made: the host as browsers see it, its origin, our secret."""

    host: str
    origin: str
    secret: str
    name: str = "partsweb"


def to_register(person: Person, *, site: Site) -> str:
    """What a browser needs to make a passkey for the person, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=site.name,
            user_id=person.id.bytes,
            user_name=person.login,
            user_display_name=person.name,
            challenge=challenges.new(_for_new(person), secret=site.secret),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
            ),
            exclude_credentials=_known(person),
        )
    )


def register(person: Person, answer: str, *, name: str, site: Site) -> Passkey:
    """Keep the passkey that the person's device just made."""
    challenges.spend(_challenge(answer), _for_new(person), secret=site.secret)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_challenge(answer),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except WebAuthnException:
        raise Refusal("That passkey can't be used here. Try again, or take a password.") from None
    credential_id = bytes_to_base64url(made.credential_id)
    if queries.passkey_by_credential(credential_id):
        raise Refusal("That passkey is known already.")
    passkey = Passkey(
        person_id=person.id,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        backed_up=made.credential_backed_up,
        name=" ".join(name.split())[:80] or "Passkey",
        added_at=clock.now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def to_sign_in(*, site: Site) -> str:
    """What a browser needs to offer the passkeys that it has for us, as JSON."""
    return _request(challenges.new(SIGN_IN, secret=site.secret), [], site)


def to_confirm(person: Person, what: str, *, site: Site) -> str:
    """What a browser needs so that the person confirms one thing, as JSON."""
    challenge = challenges.new(_for_confirming(person, what), secret=site.secret)
    return _request(challenge, _known(person), site)


def signed_by(answer: str, *, site: Site) -> Person:
    """Whose passkey signed the sign-in; refuses in words."""
    passkey = _verified(answer, SIGN_IN, site)
    person = queries.person(passkey.person_id)
    if not person.active:
        raise Refusal("You may not sign in any more. Ask an admin.")
    return person


def confirm(person: Person, what: str, answer: str, *, site: Site) -> Passkey:
    """Hold a signed confirmation of one thing against the person's passkeys."""
    passkey = _verified(answer, _for_confirming(person, what), site)
    if passkey.person_id != person.id:
        raise Refusal("That is somebody else's passkey.")
    return passkey


def remove(passkey: Passkey) -> None:
    """It signs in no more."""
    db.session.delete(passkey)
    db.session.flush()


def _verified(answer: str, purpose: str, site: Site) -> Passkey:
    challenges.spend(_challenge(answer), purpose, secret=site.secret)
    passkey = queries.passkey_by_credential(str(_read(answer).get("id", "")))
    if passkey is None:
        raise Refusal("That passkey isn't known here any more. Sign in with your password.")
    # Locked: two answers at once would both count from the same number.
    locked = select(Passkey).where(Passkey.id == passkey.id).with_for_update(of=Passkey)
    passkey = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    try:
        proof = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(answer),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException:
        raise Refusal("That passkey's answer isn't right. Try again.") from None
    passkey.sign_count, passkey.used_at = proof.new_sign_count, clock.now()
    passkey.backed_up = proof.credential_backed_up
    return passkey


def _request(challenge: bytes, known: list[PublicKeyCredentialDescriptor], site: Site) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=known,
        user_verification=REQUIRED,
    )
    return webauthn.options_to_json(options)


def _known(person: Person) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in queries.passkeys_of(person)
    ]


def _challenge(answer: str) -> bytes:
    """The challenge that the answer says it signed; whether it did, is verified later."""
    try:
        told = json.loads(base64url_to_bytes(_read(answer)["response"]["clientDataJSON"]))
        return base64url_to_bytes(told["challenge"])
    except (KeyError, TypeError, ValueError):
        raise Refusal("That passkey's answer can't be read. Try again.") from None


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Refusal("That passkey's answer can't be read. Try again.")
    return read


def _for_new(person: Person) -> str:
    return f"a passkey for {person.id}"


def _for_confirming(person: Person, what: str) -> str:
    return f"{person.id} confirms {what}"
