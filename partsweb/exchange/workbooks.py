"""Reads XLSX workbooks: the fullest sheet, or the one that is named."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from partsweb.exchange.cells import Row, as_text, has_content
from partsweb.exchange.texts import Grid
from partsweb.kit.refusal import Refusal

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# A workbook of 100,000 rows and 20 columns unpacks to a third of it.
MOST_BYTES = 300_000_000
MOST_CELLS = 5_000_000
SHEET = "worksheet"


def is_one(content: bytes, name: str) -> bool:
    """Whether it is a workbook; those that nobody here can open are refused in words."""
    if content.startswith(OLD):
        raise Refusal(
            f"{name} is an old Excel file, or locked by a password. Save it as XLSX without a "
            "password, or as CSV."
        )
    return content.startswith(ZIP)


def read(content: bytes, name: str, *, sheet: str = "") -> Grid:
    """The rows of its fullest sheet, or of the named one; formulas as what they came to."""
    book = _opened(content, name)
    shown = [page for page in book.worksheets if page.sheet_state == "visible"]
    names = [page.title for page in shown or book.worksheets]
    if sheet and sheet not in book.sheetnames:
        raise Refusal(f"{name} has no sheet {sheet}. It has: {', '.join(names)}.")
    try:
        pages = {title: _rows(book[title], name) for title in ([sheet] if sheet else names)}
    except Refusal:
        raise
    except Exception as error:
        raise _broken(name) from error
    chosen = max(pages, key=lambda title: sum(map(_filled, pages[title])), default="")
    several = f"sheet {chosen}, the fullest of {len(names)}: {', '.join(names)}"
    notes = [several] if len(pages) > 1 else [f"sheet {chosen}"]
    return Grid(pages.get(chosen, []), notes, names)


def _opened(content: bytes, name: str) -> Any:
    from openpyxl import load_workbook  # not at start-up: it takes long, and imports are few

    try:
        _refuse_bombs(content, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that nobody here needs
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Refusal:
        raise
    except Exception as error:
        raise _broken(name) from error
    if not book.worksheets:
        raise _broken(name)
    return book


def _refuse_bombs(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    if unpacked > MOST_BYTES:
        raise Refusal(
            f"{name} unpacks to more than {MOST_BYTES // 1_000_000} MB. Take it in parts."
        )


def _broken(name: str) -> Refusal:
    return Refusal(f"{name} can't be read as a workbook. Save it as XLSX or as CSV again.")


def _rows(page: Any, name: str) -> list[Row]:
    """All rows down to the last one with content."""
    page.reset_dimensions()  # what other systems write there is often wrong
    rows: list[Row] = []
    last = cells = 0
    for row in _texts(page):
        rows.append(row)
        if has_content(row):
            last = len(rows)
            cells += len(row)
            if cells > MOST_CELLS:
                raise Refusal(f"{name} has more than {MOST_CELLS} cells. Take it in parts.")
        elif len(rows) - last > 10_000:
            break
    return _evened(rows[:last])


def _texts(page: Any) -> Iterator[Row]:
    for row in page.iter_rows():
        yield [as_text(cell.value, _shape(cell)) for cell in row]


def _shape(cell: Any) -> str:
    return cell.number_format if isinstance(cell.value, int) else ""


def _evened(rows: Sequence[Row]) -> list[Row]:
    """Rows of one width: a workbook leaves out what is empty at their ends."""
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell)
