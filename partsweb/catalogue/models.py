"""What can be bought, stocked and installed, and from whom."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from partsweb.kit.subject import Subject
from partsweb.kit.table import Table, WithId


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
    # What search looks through: SKU, description, vendor references and codes, folded.
    words: Mapped[str] = mapped_column(default="")

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
