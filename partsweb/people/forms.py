"""What comes in about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from partsweb.kit.refusal import Refusal
from partsweb.people.permissions import ROLES

Fields = Mapping[str, str]


@dataclass(frozen=True)
class PersonForm:
    """What an admin says of somebody."""

    login: str
    name: str
    phone: str
    roles: frozenset[str]
    active: bool
    password: str

    @classmethod
    def read(cls, fields: Fields) -> PersonForm:
        """Everybody has a role at least; each role is a field of its own."""
        roles = frozenset(role for role in ROLES if f"role-{role}" in fields)
        if not roles:
            raise Refusal("Choose at least one role.", field="roles")
        return cls(
            login=fields.get("login", ""),
            name=fields.get("name", ""),
            phone=fields.get("phone", ""),
            roles=roles,
            active="active" in fields,
            password=fields.get("password", ""),
        )


@dataclass(frozen=True)
class PasswordForm:
    """A new password, with the old one where it is one's own."""

    old: str
    new: str

    @classmethod
    def read(cls, fields: Fields) -> PasswordForm:
        """Passwords are taken as they are, blanks and all."""
        return cls(old=fields.get("old", ""), new=fields.get("password", ""))
