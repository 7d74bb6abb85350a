"""People, their roles, their sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit import clock
from partsweb.kit.table import RowNumber, Table, WithId
from partsweb.people.permissions import allowed

INVITED_FOR = timedelta(minutes=10)
# What browsers call themselves, the most telling mark first: Edge also says Chrome and Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def browser_called(user_agent: str) -> str:
    """A browser in words, as far as it says: Chrome on Android."""
    name = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{name} on {system}" if system else name


class Person(WithId, Table):
    """Somebody who signs in."""

    __tablename__ = "people"

    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    role_rows: Mapped[list[PersonRole]] = relationship(
        cascade="all, delete-orphan", order_by="PersonRole.role"
    )

    @property
    def roles(self) -> frozenset[str]:
        """The person's roles."""
        return frozenset(row.role for row in self.role_rows)

    def may(self, act: str) -> bool:
        """Whether the person's roles allow the act."""
        return allowed(self.roles, act)


class PersonRole(Table):
    """One role of one person."""

    __tablename__ = "person_roles"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class SignIn(WithId, Table):
    """A person signed in on one browser, until it is ended. The token itself isn't kept."""

    __tablename__ = "sign_ins"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_agent: Mapped[str] = mapped_column(default="")
    # How it was proven who it is: password, passkey, invitation.
    how: Mapped[str] = mapped_column(default="password")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    # When the password was given once more, for what somebody answers for.
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def browser(self) -> str:
        """The browser in words, as far as it says: Chrome on Android."""
        return browser_called(self.user_agent)


class SignInFailure(Table):
    """A wrong password, counted against its name and its address."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "login", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    login: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]


class Passkey(WithId, Table):
    """A key on a person's device that signs in and confirms; only its public half is here."""

    __tablename__ = "passkeys"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    # As browsers write it: base64url.
    credential_id: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    # Whether the device's maker keeps a copy: then it survives the phone.
    backed_up: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SpentChallenge(Table):
    """A challenge that was signed once and can't be again."""

    __tablename__ = "spent_challenges"

    digest: Mapped[str] = mapped_column(primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(index=True)


class Invitation(WithId, Table):
    """Somebody lets a person in on a new device, once, within ten minutes."""

    __tablename__ = "invitations"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")

    @property
    def usable(self) -> bool:
        """Whether somebody can still come in by it."""
        fresh = clock.now() - self.made_at <= INVITED_FOR
        return fresh and self.used_at is None and self.person.active
