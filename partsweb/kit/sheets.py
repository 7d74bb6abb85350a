"""Tables as files: CSV and XLSX, safe to open and exact when they come back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Response

from partsweb.kit import clock
from partsweb.kit.refusal import NotFound

Cell = str | Decimal | int | date | datetime | None
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel keeps a number in fifteen digits; a longer one goes as text, to stay what it is.
DIGITS_OF_EXCEL = 15
LONGEST_CELL = 32_767
WIDEST = 60
LOOKED_AT = 200


@dataclass(frozen=True)
class Sheet:
    """A table to be kept as a file. `name` is the file's, without day and ending."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def download(sheet: Sheet, ending: str) -> Response:
    """The table as the file that was asked for: csv or xlsx."""
    writers = {"csv": as_csv, "xlsx": as_xlsx}
    if ending not in writers:
        raise NotFound("There is a CSV and an XLSX of it.")
    return writers[ending](sheet)


def as_csv(sheet: Sheet) -> Response:
    """In UTF-8 with the mark that tells spreadsheets so; written as it is read, row by row."""
    return _file(sheet, _csv_lines(sheet), "csv", "text/csv")


def as_xlsx(sheet: Sheet) -> Response:
    """A workbook of one sheet: codes are text, numbers are numbers, the head stays in view."""
    return _file(sheet, [xlsx_bytes(sheet)], "xlsx", XLSX)


def as_workbook(name: str, sheets: Sequence[Sheet]) -> Response:
    """Several tables in one workbook, a sheet each."""
    return _named(name, [workbook_bytes(sheets)], "xlsx", XLSX)


def xlsx_bytes(sheet: Sheet) -> bytes:
    """The workbook itself."""
    return workbook_bytes([sheet])


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each table."""
    from xlsxwriter import Workbook  # not at start-up: it takes long, and exports are few

    written = io.BytesIO()
    # Nothing that somebody typed becomes a formula, a link or a number.
    options = {"constant_memory": True, "in_memory": True, "default_date_format": "yyyy-mm-dd"}
    with Workbook(written, options) as book:
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            _fill(book.add_worksheet(_tab(sheet.name)), sheet, bold)
    return written.getvalue()


def _tab(name: str) -> str:
    """As Excel takes the name of a sheet."""
    return name[:31].translate(str.maketrans(":/\\?*[]", "-------"))


def _fill(page: Any, sheet: Sheet, bold: Any) -> None:
    page.freeze_panes(1, 0)
    first, rest = _some_first(sheet.rows)
    for place, width in enumerate(_widths(sheet.columns, first)):
        page.set_column(place, place, width)
    page.write_row(0, 0, sheet.columns, bold)
    for number, row in enumerate(_all(first, rest), start=1):
        for place, cell in enumerate(row):
            _write(page, number, place, cell)


def _csv_lines(sheet: Sheet) -> Iterator[bytes]:
    written = io.StringIO()
    lines = csv.writer(written)
    yield b"\xef\xbb\xbf"
    lines.writerow(sheet.columns)
    for number, row in enumerate(sheet.rows):
        lines.writerow([_in_csv(cell) for cell in row])
        if number % 500 == 0:
            yield _taken(written)
    yield _taken(written)


def _taken(written: io.StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode()


def _in_csv(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return _local(cell).isoformat(sep=" ", timespec="minutes")
    return "" if cell is None else str(cell)


def _write(page: Any, row: int, place: int, cell: Cell) -> None:
    if isinstance(cell, str):
        page.write_string(row, place, _printable(cell))
    elif isinstance(cell, datetime):
        page.write_datetime(row, place, _local(cell))
    elif isinstance(cell, date):
        page.write_datetime(row, place, cell)
    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) > DIGITS_OF_EXCEL:
        page.write_string(row, place, format(cell, "f"))
    elif cell is not None:
        page.write_number(row, place, cell)


def _printable(text: str) -> str:
    """Without what XML can't hold, which would make the whole workbook unreadable."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t")
    return kept[:LONGEST_CELL]


def _local(moment: datetime) -> datetime:
    """As the clock on the firm's wall: spreadsheets know no time zones."""
    return moment.astimezone(clock.zone()).replace(tzinfo=None)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    cells = [[len(_in_csv(row[place])) for row in rows] for place in range(len(columns))]
    return [
        min(WIDEST, max([len(name), *lengths]) + 2)
        for name, lengths in zip(columns, cells, strict=True)
    ]


def _some_first(
    rows: Iterable[Sequence[Cell]],
) -> tuple[list[Sequence[Cell]], Iterator[Sequence[Cell]]]:
    rest = iter(rows)
    first = [row for _, row in zip(range(LOOKED_AT), rest, strict=False)]
    return first, rest


def _all(first: list[Sequence[Cell]], rest: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield from first
    yield from rest


def _file(sheet: Sheet, content: Iterable[bytes], ending: str, media_type: str) -> Response:
    return _named(sheet.name, content, ending, media_type)


def _named(name: str, content: Iterable[bytes], ending: str, media_type: str) -> Response:
    # Gathered here: the database is asked while this request still has its connection.
    body = b"".join(content)
    dated = f"{name}-{clock.today().isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{dated}"'}
    return Response(body, mimetype=media_type, headers=headers)
