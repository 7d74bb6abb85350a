"""Reads text files as other systems write them: their encoding, their separator, their rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from partsweb.exchange.cells import Row
from partsweb.kit.refusal import Refusal

SEPARATORS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Excel's own first line: which separator the file has.
SAYS_SEPARATOR = "sep="
LOOKED_AT = 60
GUESSED_FROM = 200_000
WESTERN = "cp1252"
# Marks inside words, and words of accents alone: Cyrillic or Polish read as if it were Western.
STRANGE = re.compile(r"(?<=[A-Za-zÀ-ÿ])[¡-¯±-´¶-¿](?=[a-zà-ÿ])|[À-ÿ]{3,}")


@dataclass(frozen=True)
class Grid:
    """Rows of cells, whatever they are; `notes` say how they were read."""

    rows: Sequence[Row]
    notes: Sequence[str] = field(default=())
    sheets: Sequence[str] = field(default=())


def read(content: bytes, name: str, *, encoding: str = "") -> Grid:
    """The text's rows."""
    text, read_as = decoded(content, name, encoding=encoding)
    notes = [] if read_as in ("utf-8", "utf-8-sig") else [f"read as {read_as}"]
    mark = ""
    if text[: len(SAYS_SEPARATOR)].casefold() == SAYS_SEPARATOR:
        first, _, text = text.partition("\n")
        mark = first[len(SAYS_SEPARATOR) :].strip("\r")[:1]
    return Grid(_rows(text, name, mark or separator(text)), notes)


def decoded(content: bytes, name: str, *, encoding: str = "") -> tuple[str, str]:
    """The file's text, and the encoding that it was read as."""
    for candidate in [encoding] if encoding else _candidates(content):
        try:
            text = content.decode(candidate)
        except UnicodeError:
            continue
        except LookupError:
            raise Refusal(f"Nobody knows the encoding {candidate}. Try utf-8 or cp1252.") from None
        if "\0" not in text:
            return text, candidate
    raise Refusal(f"{name} isn't a text file. Save it as CSV in UTF-8.")


def separator(text: str) -> str:
    """What stands between the cells: what parts most rows into equally many."""
    lines = [line for line in text[:GUESSED_FROM].splitlines() if line.strip()][:LOOKED_AT]
    return max(SEPARATORS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: Sequence[str], mark: str) -> tuple[int, int]:
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
    usual, times = max(
        widths.items(), key=lambda seen: (seen[0] > 1, seen[1], seen[0]), default=(0, 0)
    )
    return (times * (usual > 1), usual)


def _candidates(content: bytes) -> Sequence[str]:
    """By its mark, else UTF-8, else as the letters look like."""
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    if marked:
        return marked
    sample = content[:GUESSED_FROM]
    if b"\0" in sample:
        # Every other byte of Western text in UTF-16 is nothing.
        little = sample[1::2].count(0) > sample[::2].count(0)
        return ["utf-16-le" if little else "utf-16-be"]
    return ["utf-8", *_guessed(sample)]


def _guessed(sample: bytes) -> Sequence[str]:
    """Western Europe, unless its letters would make no words; then what they most look like."""
    western = sample.decode(WESTERN, errors="replace")
    beyond = sum(1 for c in western if c > "\x7f")
    strange = sum(len(found) for found in STRANGE.findall(western)) + 4 * western.count("\ufffd")
    if strange * 4 <= beyond:
        return [WESTERN]
    best = from_bytes(sample).best()
    return [best.encoding, WESTERN] if best else [WESTERN]


def _rows(text: str, name: str, mark: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise Refusal(
            f"{name}, line {reader.line_num}: the quotes don't match ({error}). "
            "Export the file again."
        ) from None
