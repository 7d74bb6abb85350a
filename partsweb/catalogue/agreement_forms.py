"""What comes in about consignment agreements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from partsweb.kit import clock, fields
from partsweb.kit.fields import Fields


@dataclass(frozen=True)
class AgreementForm:
    """A consignment agreement as it is entered."""

    vendor_id: UUID
    number: str
    note: str

    @classmethod
    def read(cls, typed: Fields) -> AgreementForm:
        """Vendor and number must be there."""
        return cls(
            vendor_id=fields.the_id(typed, "vendor", needed="Choose whose stock it is."),
            number=fields.text(typed, "number", needed="Which number does it have?"),
            note=fields.text(typed, "note"),
        )


@dataclass(frozen=True)
class AgreedPriceForm:
    """What is agreed for a part."""

    sku: str
    agreed: Decimal
    sell: Decimal
    since: date

    @classmethod
    def read(cls, typed: Fields) -> AgreedPriceForm:
        """From today on unless a day is given."""
        return cls(
            sku=fields.text(typed, "sku", needed="Which part?"),
            agreed=fields.quantity(typed, "agreed", "What is agreed"),
            sell=fields.quantity(typed, "sell", "The price it is sold for"),
            since=fields.day(typed, "since") or clock.today(),
        )
