"""Which column of a file is which field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from partsweb.exchange.hints import NONE, Hints
from partsweb.exchange.kind import Row
from partsweb.exchange.tables import Table
from partsweb.kit.refusal import Refusal

IN_BRACES = re.compile(r"\{([^{}]+)\}")
# How alike a name must be to one of the usual ones to be offered; 100 is the same words.
ALIKE = 86
# How many cells of a column are tried, and how many of them must be readable as the field.
CELLS_TRIED = 60
READABLE = 0.9
# Text that stands before, between and after columns; a number is the column's place.
Pieces = Sequence[str | int]


@dataclass(frozen=True)
class Source:
    """Where a field's cells come from: a column, or several; the first that says something.

    `name` is what messages call it, `why` how it was found; `sure` is false of a mere proposal.
    """

    either: Sequence[Pieces]
    name: str
    why: str
    sure: bool = True

    @property
    def places(self) -> list[int]:
        """The columns that are read."""
        return [piece for pieces in self.either for piece in pieces if isinstance(piece, int)]

    def cell(self, cells: Sequence[str]) -> str:
        """The row's cell. A plain column's stays what it is: a Number, a Day."""
        found = (_joined(pieces, cells) for pieces in self.either)
        return next((cell for cell in found if cell.strip()), "")


@dataclass(frozen=True)
class Columns:
    """Field → where its cells come from; `fixed` are values that every row gets."""

    sources: Mapping[str, Source]
    fixed: Mapping[str, str]
    names: Sequence[str]

    def name_of(self, field: str) -> str:
        """What the file calls the field; the field itself where no column is it."""
        source = self.sources.get(field)
        return source.name if source else field

    @property
    def unread(self) -> list[str]:
        """The file's columns that no field is read from."""
        read = {place for source in self.sources.values() for place in source.places}
        return [name for place, name in enumerate(self.names) if name and place not in read]


@dataclass(frozen=True)
class Guess:
    """What is thought of one field, for a person to look at.

    `column` is empty where no column is it; `place` where that column stands. `sure` is false
    where only likeness or values speak for it: `match` doesn't take it unless told.
    """

    field: str
    what: str
    needed: bool
    column: str
    place: int | None
    why: str
    sure: bool


def match(table: Table, row: type[Row], hints: Hints = NONE) -> Columns:
    """Find each field's column: as the caller maps it, else by its name or a usual synonym."""
    found = _found(table, row, hints)
    for field, needed in row.only_with.items():
        if field in found and needed not in {*found, *hints.fixed}:
            if field in hints.mapped:
                raise Refusal(f"{field} needs {needed}: say it with --map or --set.")
            del found[field]
    columns = Columns(found, hints.fixed, table.columns)
    _refuse_missing(table, row, columns)
    return columns


def guess(table: Table, row: type[Row], hints: Hints = NONE) -> list[Guess]:
    """What each field might be read from, and why; never refuses for what isn't found."""
    found = _found(table, row, hints)
    missing = [
        field for field in row.model_fields if field not in {*found, *hints.fixed, *hints.mapped}
    ]
    taken = {place for source in found.values() for place in source.places}
    found |= _offered(table, row, missing, taken)
    return [_guess(row, field, found.get(field), hints) for field in row.model_fields]


def cells(columns: Columns, line_cells: Sequence[str]) -> dict[str, str]:
    """The row's cells by field."""
    found = {field: source.cell(line_cells) for field, source in columns.sources.items()}
    return found | dict(columns.fixed)


def folded(name: str) -> str:
    """How column names are compared: case, spaces and marks don't matter."""
    return "".join(c for c in name.casefold() if c.isalnum())


def place_of(table: Table, name: str) -> int:
    """Where the column stands that the caller names."""
    exact = [place for place, column in enumerate(table.columns) if column == name.strip()]
    alike = [place for place, column in enumerate(table.columns) if folded(column) == folded(name)]
    found = exact or alike
    if not found:
        raise Refusal(f"{table.name} has no column {name}. It has: {_listed(table.columns)}.")
    if len(found) > 1:
        raise Refusal(f"{table.name} has {len(found)} columns {name}. Rename all but one.")
    return found[0]


def _joined(pieces: Pieces, cells: Sequence[str]) -> str:
    if len(pieces) == 1 and isinstance(pieces[0], int):
        return cells[pieces[0]]
    said = [cells[piece].strip() for piece in pieces if isinstance(piece, int)]
    if not any(said):
        return ""
    return "".join(piece if isinstance(piece, str) else cells[piece].strip() for piece in pieces)


def _found(table: Table, row: type[Row], hints: Hints) -> dict[str, Source]:
    """What the caller says, and what names tell for sure."""
    _refuse_unknown(row, [*hints.mapped, *hints.fixed])
    found = {
        field: _told(table, [told] if isinstance(told, str) else told)
        for field, told in hints.mapped.items()
        if told
    }
    taken = {place for source in found.values() for place in source.places}
    for field in row.model_fields:
        if field in hints.mapped or field in hints.fixed:
            continue
        place = _named(table, (field, *row.synonyms.get(field, ())), taken)
        if place is not None:
            found[field] = _column(table, place, "its name")
            taken.add(place)
    return found


def _column(table: Table, place: int, why: str, *, sure: bool = True) -> Source:
    return Source([[place]], table.columns[place], why, sure)


def _told(table: Table, told: Sequence[str]) -> Source:
    either = [_pieces(table, one) for one in told]
    plain = [table.columns[one[0]] if isinstance(one[0], int) else "" for one in either]
    names = [
        name if len(one) == 1 and name else said
        for one, name, said in zip(either, plain, told, strict=True)
    ]
    return Source(either, " or ".join(names), "you said so")


def _pieces(table: Table, told: str) -> Pieces:
    """A column's name, or a text with columns in braces."""
    if told.strip() in table.columns or not IN_BRACES.search(told):
        return [place_of(table, told)]
    # Text and names in turn.
    parts = IN_BRACES.split(told)
    pieces = [place_of(table, part) if at % 2 else part for at, part in enumerate(parts)]
    return [piece for piece in pieces if piece != ""]


def _named(table: Table, names: Sequence[str], taken: set[int]) -> int | None:
    for name in map(folded, names):
        for place, column in enumerate(table.columns):
            if folded(column) == name and place not in taken:
                return place
    return None


def _offered(
    table: Table, row: type[Row], fields: Sequence[str], taken: set[int]
) -> dict[str, Source]:
    """Columns whose names are like one of a field's and whose cells can be read as it.

    The likest first, so that Scheduled date is when it is scheduled and not its date.
    """
    likeness = {
        (field, place): max(_likeness(name, column) for name in _names(row, field))
        for field in fields
        for place, column in enumerate(table.columns)
        if column and place not in taken
    }
    found: dict[str, Source] = {}
    used: set[int] = set()
    for field, place in sorted(likeness, key=lambda pair: likeness[pair], reverse=True):
        alike = likeness[field, place][0] >= ALIKE and field not in found and place not in used
        if alike and _readable(table, row, field, place):
            found[field] = _column(table, place, "its name is alike, its values fit", sure=False)
            used.add(place)
    return found


def _names(row: type[Row], field: str) -> list[str]:
    return [name.replace("_", " ") for name in (field, *row.synonyms.get(field, ()))]


def _likeness(name: str, column: str) -> tuple[float, float]:
    """How many words they share; where that is the same, how many letters."""
    theirs = column.casefold().replace("_", " ")
    return fuzz.token_set_ratio(name, theirs), fuzz.ratio(name, theirs)


def _readable(table: Table, row: type[Row], field: str, place: int) -> bool:
    tried = [cell for cell in _some_cells(table, place) if cell.strip()]
    if not tried:
        return True
    fit = sum(1 for cell in tried if row.takes(field, cell))
    return fit >= len(tried) * READABLE


def _some_cells(table: Table, place: int) -> Iterator[str]:
    for line in table.lines[:CELLS_TRIED]:
        if place < len(line.cells):
            yield line.cells[place]


def _guess(row: type[Row], field: str, source: Source | None, hints: Hints) -> Guess:
    of = row.model_fields[field]
    about = (field, of.description or "", of.is_required())
    if source is None:
        why = "the same in every row" if field in hints.fixed else ""
        return Guess(*about, column="", place=None, why=why, sure=True)
    alone = source.places[0] if len(source.places) == 1 else None
    return Guess(*about, column=source.name, place=alone, why=source.why, sure=source.sure)


def _refuse_unknown(row: type[Row], fields: Sequence[str]) -> None:
    for field in fields:
        if field not in row.model_fields:
            raise Refusal(f"There is no field {field}. There are: {_listed([*row.model_fields])}.")


def _refuse_missing(table: Table, row: type[Row], columns: Columns) -> None:
    known = {*columns.sources, *columns.fixed}
    missing = [
        field for field, of in row.model_fields.items() if of.is_required() and field not in known
    ]
    if row.needs_any and not any(known.issuperset(group) for group in row.needs_any):
        missing += [field for field in row.needs_any[0] if field not in known]
    if not missing:
        return
    taken = {place for source in columns.sources.values() for place in source.places}
    offered = _offered(table, row, missing, taken).get(missing[0])
    column = f"'{offered.name}'" if offered else "COLUMN"
    raise Refusal(
        f"{table.name}: which column is {_listed(missing)}? Say it with "
        f"--map {missing[0]}={column}. The columns are: {_listed(table.columns)}."
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name)
