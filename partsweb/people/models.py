"""People, their roles, their sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit import clock
from partsweb.kit.table import RowNumber, Table, WithId
from partsweb.people.permissions import allowed

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
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")

    @property
    def browser(self) -> str:
        """The browser in words, as far as it says: Chrome on Android."""
        name = next((name for mark, name in BROWSERS if mark in self.user_agent), "A browser")
        system = next((name for mark, name in SYSTEMS if mark in self.user_agent), "")
        return f"{name} on {system}" if system else name


class SignInFailure(Table):
    """A wrong password, counted against its name and its address."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "login", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    login: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
