"""Reads a CSV file as other systems write it: its encoding, its separator, its rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from partsweb.kit.refusal import Refusal

SEPARATORS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Line:
    """One row of a table and its number, as a spreadsheet counts: the head is row 1."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A file's columns and rows. Rows without any content are left out."""

    name: str
    columns: Sequence[str]
    lines: Sequence[Line]


def read(path: Path) -> Table:
    """Read the file whole."""
    text = decoded(path.read_bytes(), path.name)
    rows = _rows(text, path.name)
    if not rows:
        raise Refusal(f"{path.name} is empty.")
    columns = [" ".join(cell.split()) for cell in rows[0]]
    lines = [Line(number, cells) for number, cells in enumerate(rows[1:], start=2)]
    return Table(path.name, columns, [line for line in lines if any(map(str.strip, line.cells))])


def decoded(content: bytes, name: str) -> str:
    """The file's text: by its mark, else as UTF-8, else as Windows wrote it in Western Europe."""
    if content.startswith(SPREADSHEETS):
        raise Refusal(f"{name} is a spreadsheet. Save it as CSV and import that.")
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    for encoding in marked or ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal(f"{name} isn't a text file. Save it as CSV in UTF-8.")


def separator(text: str) -> str:
    """What stands between the cells: whatever parts the head into most columns."""
    head = text.splitlines()[0] if text else ""
    return max(SEPARATORS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))


def _rows(text: str, name: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise Refusal(
            f"{name}, line {reader.line_num}: the quotes don't match ({error}). "
            "Export the file again."
        ) from None
