"""What the person says of a file, where the file itself doesn't tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Hints:
    """How a file is to be read.

    `mapped`: which column is a field. Nothing leaves the field out; several columns are the first
    of them that isn't empty; `{Maker} {Size}` puts columns together.
    `fixed`: what a field is in every row. `where`: the only rows that are read, as `COLUMN=VALUE`
    or `COLUMN!=VALUE`. `once`: what several rows say alike is taken once. `month_first`: whether
    04/05/2026 is in April. `rates`: what one of another currency is worth in ours. `as_written`:
    codes that a spreadsheet made numbers, such as 1E+05, are taken all the same.
    """

    mapped: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    where: Sequence[str] = ()
    once: bool = False
    month_first: bool | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    as_written: bool = False


NONE = Hints()
