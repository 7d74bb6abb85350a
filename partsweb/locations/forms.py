"""What comes in about locations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from partsweb.kit.refusal import Refusal
from partsweb.locations.models import Kind

# What people open; the rest comes with a place or with the database.
OPENED = (Kind.VAN, Kind.WAREHOUSE, Kind.BIN)


@dataclass(frozen=True)
class LocationForm:
    """A location as it is entered."""

    name: str
    kind: Kind
    parent_id: UUID | None
    held_by_id: UUID | None
    address: str
    active: bool

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> LocationForm:
        """A bin needs its warehouse; a van may have a holder."""
        kind = fields.get("kind", Kind.VAN)
        if kind not in OPENED:
            raise Refusal("Choose warehouse, bin or van.", field="kind")
        return cls(
            name=fields.get("name", ""),
            kind=Kind(kind),
            parent_id=_id(fields.get("parent", "")) if kind == Kind.BIN else None,
            held_by_id=_id(fields.get("held_by", "")) if kind == Kind.VAN else None,
            address=fields.get("address", ""),
            active="active" in fields,
        )


def restocked_from(fields: Mapping[str, str]) -> UUID | None:
    """The warehouse nearest to a van, if one was said."""
    return _id(fields.get("restocked_from", ""))


def holder(fields: Mapping[str, str]) -> UUID | None:
    """Who gets the van; nobody when it is taken back."""
    return _id(fields.get("held_by", ""))


def chosen_van(fields: Mapping[str, str]) -> UUID | None:
    """Which van somebody gets; none when it is taken back."""
    return _id(fields.get("van", ""))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
