"""Which column of a file is which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partsweb.exchange.kind import Row
from partsweb.exchange.tables import Table
from partsweb.kit.refusal import Refusal


@dataclass(frozen=True)
class Columns:
    """Field → where its cells stand; `fixed` are values that every row gets."""

    places: Mapping[str, int]
    fixed: Mapping[str, str]
    names: Sequence[str]

    def name_of(self, field: str) -> str:
        """What the file calls the field; the field itself where no column is it."""
        place = self.places.get(field)
        return field if place is None else self.names[place]

    @property
    def unread(self) -> list[str]:
        """The file's columns that no field is read from."""
        read = set(self.places.values())
        return [name for place, name in enumerate(self.names) if name and place not in read]


def match(
    table: Table, row: type[Row], *, mapped: Mapping[str, str], fixed: Mapping[str, str]
) -> Columns:
    """Find each field's column: as the caller maps it, else by its name or a usual synonym."""
    _refuse_unknown(row, [*mapped, *fixed])
    places = {field: _place(table, name) for field, name in mapped.items() if name}
    for field in row.model_fields:
        if field not in mapped and field not in fixed:
            place = _guessed(table, (field, *row.synonyms.get(field, ())), set(places.values()))
            if place is not None:
                places[field] = place
    for field, needed in row.only_with.items():
        if field in places and needed not in {*places, *fixed}:
            if field in mapped:
                raise Refusal(f"{field} needs {needed}: say it with --map or --set.")
            del places[field]
    columns = Columns(places, fixed, table.columns)
    _refuse_missing(table, row, columns)
    return columns


def cells(columns: Columns, line_cells: Sequence[str]) -> dict[str, str]:
    """The row's cells by field."""
    found = {field: line_cells[place] for field, place in columns.places.items()}
    return found | dict(columns.fixed)


def folded(name: str) -> str:
    """How column names are compared: case, spaces and marks don't matter."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _place(table: Table, name: str) -> int:
    """Where the column stands that the caller names."""
    exact = [place for place, column in enumerate(table.columns) if column == name.strip()]
    alike = [place for place, column in enumerate(table.columns) if folded(column) == folded(name)]
    found = exact or alike
    if not found:
        raise Refusal(f"{table.name} has no column {name}. It has: {_listed(table.columns)}.")
    if len(found) > 1:
        raise Refusal(f"{table.name} has {len(found)} columns {name}. Rename all but one.")
    return found[0]


def _guessed(table: Table, names: Sequence[str], taken: set[int]) -> int | None:
    wanted = [folded(name) for name in names]
    for name in wanted:
        for place, column in enumerate(table.columns):
            if folded(column) == name and place not in taken:
                return place
    return None


def _refuse_unknown(row: type[Row], fields: Sequence[str]) -> None:
    for field in fields:
        if field not in row.model_fields:
            raise Refusal(f"There is no field {field}. There are: {_listed([*row.model_fields])}.")


def _refuse_missing(table: Table, row: type[Row], columns: Columns) -> None:
    known = {*columns.places, *columns.fixed}
    missing = [
        field for field, of in row.model_fields.items() if of.is_required() and field not in known
    ]
    if missing:
        raise Refusal(
            f"{table.name}: which column is {_listed(missing)}? Say it with "
            f"--map {missing[0]}=COLUMN. The columns are: {_listed(table.columns)}."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name for name in names if name)
