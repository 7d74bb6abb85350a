"""What the table of parts is asked for, read from the address."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.workspace.queries import SORTS, Asked

EVERYWHERE = "all"


def asked(fields: Mapping[str, str], *, own: Location | None) -> Asked:
    """The filters; whoever names no place starts at their own van, if they work from one."""
    sort = fields.get("sort", "")
    return Asked(
        text=fields.get("q", "").strip(),
        at=_place(fields["at"]) if "at" in fields else own,
        below="below" in fields,
        negative="negative" in fields,
        sort=sort if sort in SORTS else "",
    )


def _place(text: str) -> Location | None:
    if text in {"", EVERYWHERE}:
        return None
    try:
        return locations.location(UUID(text))
    except ValueError:
        return None
