"""What comes in about a file: how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from partsweb.exchange.models import Import
from partsweb.exchange.offers import Offer, called
from partsweb.kit import fields
from partsweb.kit.refusal import Refusal

MONTH_FIRST = {"": None, "month": True, "day": False}


@dataclass(frozen=True)
class ReadingForm:
    """Which column is which field, and what else there is to know of the file."""

    mapped: Mapping[str, str]
    fixed: Mapping[str, str]
    sheet: str
    head: int
    month_first: bool | None
    once: bool
    as_written: bool
    check: bool

    @classmethod
    def read(cls, typed: fields.Fields, offer: Offer) -> ReadingForm:
        """A value for every row comes before a column; a field that isn't there is guessed."""
        names = [field for field, _, _ in offer.fields]
        fixed = {field: fields.text(typed, f"same-{field}") for field in names}
        return cls(
            mapped={
                field: typed[f"column-{field}"]
                for field in names
                if f"column-{field}" in typed and not fixed[field]
            },
            fixed={field: said for field, said in fixed.items() if said},
            sheet=typed.get("sheet", ""),
            head=_head(typed),
            month_first=MONTH_FIRST.get(typed.get("month_first", "")),
            once="once" in typed,
            as_written="as_written" in typed,
            check=typed.get("act") == "check",
        )

    def is_of_other_rows(self, of: Import) -> bool:
        """Whether the columns may be others than those that were shown."""
        how = of.how
        return (self.sheet, self.head) != (how.get("sheet", self.sheet), how.get("head", 0))

    def as_kept(self, of: Import) -> dict[str, Any]:
        """As the import remembers it; columns of another sheet are found anew."""
        other = self.is_of_other_rows(of)
        return {
            "mapped": {} if other else dict(self.mapped),
            "fixed": dict(self.fixed),
            "sheet": self.sheet,
            "head": self.head,
            "month_first": self.month_first,
            "once": self.once,
            "as_written": self.as_written,
        }

    def refuse_gaps(self, offer: Offer) -> None:
        """Say which fields are still needed, before it is checked."""
        known = {field for field, column in self.mapped.items() if column} | set(self.fixed)
        for field, _, needed in offer.fields:
            if needed and field not in known:
                raise Refusal(f"Which column is {called(field)}?", field=f"column-{field}")
        either = offer.kind.row.needs_any
        if either and not any(known.issuperset(group) for group in either):
            gap = next(field for field in either[0] if field not in known)
            raise Refusal(f"Which column is {called(gap)}?", field=f"column-{gap}")
        for field, other in offer.kind.row.only_with.items():
            if field in known and other not in known:
                said = f"{called(field)} means nothing without {called(other).lower()}."
                raise Refusal(said, field=f"column-{other}")


def _head(typed: fields.Fields) -> int:
    said = typed.get("head", "").strip()
    if not said:
        return 0
    if not (said.isascii() and said.isdigit() and len(said) < 7):
        raise Refusal("That is the number of a row, such as 3.", field="head")
    return int(said)
