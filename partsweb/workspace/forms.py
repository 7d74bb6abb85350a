"""What comes in: what the table of parts is asked for, and what of the restock list is done."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from werkzeug.datastructures import MultiDict

from partsweb.kit import fields
from partsweb.kit.refusal import Refusal
from partsweb.locations import queries as locations
from partsweb.locations.models import Location
from partsweb.purchasing.needs import Chosen
from partsweb.workspace.queries import SORTS, Asked

EVERYWHERE = "all"


def asked(typed: Mapping[str, str], *, own: Location | None) -> Asked:
    """The filters; whoever names no place starts at their own van, if they work from one."""
    sort = typed.get("sort", "")
    return Asked(
        text=typed.get("q", "").strip(),
        at=_place(typed["at"]) if "at" in typed else own,
        below="below" in typed,
        negative="negative" in typed,
        on_order="on_order" in typed,
        late="late" in typed,
        sort=sort if sort in SORTS else "",
    )


def _place(text: str) -> Location | None:
    if text in {"", EVERYWHERE}:
        return None
    try:
        return locations.location(UUID(text))
    except ValueError:
        return None


def chosen(typed: MultiDict[str, str]) -> list[Chosen]:
    """What of the restock list is bought or moved; what says neither is left for another time."""
    return [one for key in typed.getlist("need") if (one := _one_chosen(key, typed)) is not None]


def _one_chosen(key: str, typed: MultiDict[str, str]) -> Chosen | None:
    """One line: `how` is `buy.` and a vendor, or `move.` and a place."""
    how, _, where = typed.get(f"how-{key}", "").partition(".")
    if how not in {"buy", "move"}:
        return None
    part_id, _, place_id = key.partition(".")
    given = {"part": part_id, "place": place_id, "where": where}
    ids = [fields.the_id(given, name, needed="Choose it in the list again.") for name in given]
    many = fields.quantity(typed, f"quantity-{key}")
    if many <= 0:
        raise Refusal("Buy or move more than nothing, or leave it.", field=f"quantity-{key}")
    end = {"vendor_id" if how == "buy" else "source_id": ids[2]}
    return Chosen(ids[0], ids[1], many, **end)
