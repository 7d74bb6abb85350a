"""What can be bought, stocked and installed, and from whom."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit import clock
from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId
from partsweb.people.models import Person


class RequestState(StrEnum):
    """What became of a catalogue request."""

    REQUESTED = "requested"
    CREATED = "created"
    MERGED = "merged"
    DECLINED = "declined"


class Part(WithId, Table):
    """A catalogue item."""

    __tablename__ = "parts"

    sku: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="EA")
    serialized: Mapped[bool] = mapped_column(default=False)
    # Its install isn't complete without photo or certificate.
    compliance: Mapped[bool] = mapped_column(default=False)
    core_charge: Mapped[Decimal] = mapped_column(default=Decimal(0))
    list_price: Mapped[Decimal] = mapped_column(default=Decimal(0))
    # How long its maker stands for it.
    warranty_months: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    # Asked for, and not in the catalogue (yet): an order works on with it, search doesn't find it.
    placeholder: Mapped[bool] = mapped_column(default=False)
    # What search looks through: SKU, description, vendor references and codes, folded.
    words: Mapped[str] = mapped_column(default="")
    # Phones hold the catalogue, and ask what is new since then.
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now, index=True)

    references: Mapped[list[VendorReference]] = relationship(back_populates="part")

    @property
    def subject(self) -> Subject:
        """For photos, barcodes and history."""
        return Subject("part", self.id)


class Vendor(WithId, Table):
    """Whom parts are bought from."""

    __tablename__ = "vendors"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    lead_days: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(default="")

    @property
    def subject(self) -> Subject:
        """For documents and history."""
        return Subject("vendor", self.id)


class VendorReference(WithId, Table):
    """A vendor's own number for a part, with its price, pack size and lead time."""

    __tablename__ = "vendor_references"
    __table_args__ = (
        UniqueConstraint("vendor_id", "part_id", "number"),
        Index(None, "number"),
    )

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    vendor_id: Mapped[UUID] = mapped_column(ForeignKey(Vendor.id))
    # The vendor's number; empty where the vendor uses ours.
    number: Mapped[str] = mapped_column(default="")
    # Per unit of the part, not per pack.
    price: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(default="")
    pack: Mapped[Decimal] = mapped_column(default=Decimal(1))
    lead_days: Mapped[int | None]
    preferred: Mapped[bool] = mapped_column(default=False)

    part: Mapped[Part] = relationship(back_populates="references", lazy="joined")
    vendor: Mapped[Vendor] = relationship(lazy="joined")


class Agreement(WithId, Table):
    """A consignment agreement: the vendor owns the stock until it is installed."""

    __tablename__ = "agreements"

    vendor_id: Mapped[UUID] = mapped_column(ForeignKey(Vendor.id), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")

    vendor: Mapped[Vendor] = relationship(lazy="joined")

    @property
    def subject(self) -> Subject:
        """For its papers."""
        return Subject("agreement", self.id)


class AgreementPrice(WithId, Table):
    """What a consigned part costs us once it is installed, and what it is sold for, from a day on.

    A new price is a row of its own: what was installed before is due at the price of its day.
    """

    __tablename__ = "agreement_prices"
    __table_args__ = (UniqueConstraint("agreement_id", "part_id", "since"),)

    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(Agreement.id))
    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), index=True)
    agreed: Mapped[Decimal]
    sell: Mapped[Decimal]
    since: Mapped[date]

    agreement: Mapped[Agreement] = relationship(lazy="joined")
    part: Mapped[Part] = relationship(lazy="joined")


class CatalogueRequest(WithId, Table):
    """Somebody asked to add a missing part; `part` is the placeholder, or what it became."""

    __tablename__ = "catalogue_requests"
    __table_args__ = (Index(None, "state", "asked_at"),)

    part_id: Mapped[UUID] = mapped_column(ForeignKey(Part.id), unique=True)
    state: Mapped[RequestState] = mapped_column(default=RequestState.REQUESTED)
    # What the placeholder was called; it keeps that name unless it was created.
    name: Mapped[str]
    description: Mapped[str]
    # From the list, or as the technician called it.
    vendor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Vendor.id))
    vendor_name: Mapped[str] = mapped_column(default="")
    vendor_number: Mapped[str] = mapped_column(default="")
    maker: Mapped[str] = mapped_column(default="")
    maker_number: Mapped[str] = mapped_column(default="")
    # What was scanned and nobody knew.
    code: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    # The order that it was asked for on, as people call it; empty without one.
    paper: Mapped[str] = mapped_column(default="")
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    asked_at: Mapped[datetime]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey(Part.id))
    # Why it was declined.
    why: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]

    part: Mapped[Part] = relationship(foreign_keys=[part_id], lazy="joined")
    merged_into: Mapped[Part | None] = relationship(foreign_keys=[merged_into_id], lazy="joined")
    vendor: Mapped[Vendor | None] = relationship(lazy="joined")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")

    @property
    def subject(self) -> Subject:
        """For its photos and history."""
        return Subject("catalogue-request", self.id)

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state == RequestState.REQUESTED

    @property
    def sold_by(self) -> str:
        """Who sells it, as far as that is known."""
        return self.vendor.name if self.vendor else self.vendor_name

    @property
    def references(self) -> str:
        """Whose numbers it has, in words."""
        sold = " ".join(filter(None, (self.sold_by, self.vendor_number)))
        made = " ".join(filter(None, (self.maker, self.maker_number)))
        return " · ".join(filter(None, (sold, made, self.code)))

    @property
    def codes(self) -> tuple[str, ...]:
        """All numbers that may tell which part it is."""
        return tuple(filter(None, (self.vendor_number, self.maker_number, self.code)))
