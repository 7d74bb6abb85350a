"""What was meant by a word with one slip: a wrong letter, one too many, one missing, a swap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import OSA
from sqlalchemy import select

from partsweb.catalogue.models import Part
from partsweb.catalogue.trigrams import GAP, Piece, found_by, has_trigram
from partsweb.extensions import db

# Short words, and shorter ones with digits still, have too many neighbours.
SHORTEST, SHORTEST_CODE, LONGEST = 4, 5, 24
LOOKED_AT, TAKEN = 500, 12


def of_words(words: Sequence[str]) -> list[Piece]:
    """For each word how the catalogue begins words like it; empty where one has none."""
    return _meant(words, " ", lambda found: found.rpartition("|")[2].split())


def of_code(code: str) -> list[Piece]:
    """How the catalogue begins codes like it; empty where there are none."""
    if not (_has_digit(code) and _may_be_mistyped(code)):
        return []
    return _meant([code], "|", lambda found: found.split("|")[1:-1])


def _meant(words: Sequence[str], mark: str, parted: Callable[[str], list[str]]) -> list[Piece]:
    asked = [_mistyped(word, mark) for word in words]
    if not all(asked):
        return []
    rows = select(Part.words).where(Part.active, found_by([asked])).limit(LOOKED_AT)
    there = Counter(one for found in db.session.scalars(rows) for one in parted(found))
    meant = [_nearest(word, there) for word in words]
    return [[f"{mark}{one}" for one in near] for near in meant] if all(meant) else []


def _mistyped(word: str, mark: str) -> Piece:
    """The word with a gap of two letters anywhere: whatever one slip did is in one of the gaps."""
    if not _may_be_mistyped(word):
        return [f"{mark}{word}"]
    gaps = [f"{mark}{word[:at]}{GAP}{word[at + 2 :]}" for at in range(len(word) - 1)]
    # What is too short for the index on both sides is looked for as a whole word, not a beginning.
    return [gap if has_trigram(gap) else f"{gap}{mark}" for gap in gaps]


def _nearest(word: str, there: Counter[str]) -> Piece:
    """Beginnings of what is there that are at most one slip away, the most frequent first."""
    near: Counter[str] = Counter()
    for one, times in there.items():
        beginnings = {one[:length] for length in range(len(word) - 1, len(word) + 2)}
        most = 1 if _may_be_mistyped(word) else 0
        best = min(beginnings, key=lambda start: (OSA.distance(word, start), start))
        if OSA.distance(word, best) <= most:
            near[best] += times
    return [found for found, _ in near.most_common(TAKEN)]


def _may_be_mistyped(word: str) -> bool:
    letters = sum(map(str.isalnum, word))
    return len(word) <= LONGEST and letters >= (SHORTEST_CODE if _has_digit(word) else SHORTEST)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
