"""Names that are nearly the same: a person should say whether they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz, process

# What firms are besides their name.
LEGAL = frozenset(
    [
        "inc",
        "ltd",
        "llc",
        "llp",
        "gmbh",
        "co",
        "corp",
        "company",
        "limited",
        "plc",
        "ag",
        "sa",
        "bv",
        "kg",
        "srl",
        "pty",
        "the",
    ]
)
# A typo apart; short names differ by more than that soon.
NEARLY, LONG_ENOUGH = 90, 6
NAMED_AT_MOST = 20
COMPARED_AT_MOST = 2000


def notes(names: Sequence[str], known: Iterable[str] = ()) -> list[str]:
    """One line for each pair, the first twenty of them; `known` are compared with `names` alone."""
    ours = list(dict.fromkeys(" ".join(name.split()) for name in names))[:COMPARED_AT_MOST]
    theirs = [" ".join(name.split()) for name in known]
    others = list(dict.fromkeys(name for name in theirs if name not in set(ours)))
    pairs = [*_pairs(ours, ours), *_pairs(ours, others[:COMPARED_AT_MOST])]
    said = [f"“{one}” is nearly “{other}”: the same?" for one, other in pairs]
    more = len(said) - NAMED_AT_MOST
    return said[:NAMED_AT_MOST] + ([f"and {more} more names are nearly alike"] if more > 0 else [])


def _pairs(names: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each pair once: one name goes on where the other ends, or few letters are different."""
    mine, bare = [_bare(name) for name in names], [_bare(name) for name in others]
    seen: set[tuple[int, int]] = set()
    for at, place in [*_longer(mine, bare), *_longer(bare, mine, turned=True), *_typos(mine, bare)]:
        pair = (min(at, place), max(at, place)) if names is others else (at, place)
        if pair not in seen and not (names is others and at == place):
            seen.add(pair)
            yield names[pair[0]], others[pair[1]]


def _longer(
    names: Sequence[str], others: Sequence[str], *, turned: bool = False
) -> Iterator[tuple[int, int]]:
    """Where a name begins with the whole of another."""
    where: dict[str, list[int]] = {}
    for place, name in enumerate(others):
        where.setdefault(name, []).append(place)
    for at, name in enumerate(names):
        words = name.split()
        for length in range(1, len(words) + 1):
            for place in where.get(" ".join(words[:length]), ()):
                yield (place, at) if turned else (at, place)


def _typos(names: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    for at, name in enumerate(names):
        if len(name) >= LONG_ENOUGH:
            near = process.extract(name, others, scorer=fuzz.ratio, score_cutoff=NEARLY, limit=None)
            yield from ((at, place) for other, _, place in near if len(other) >= LONG_ENOUGH)


def _bare(name: str) -> str:
    """Without case, marks and legal forms."""
    words = re.findall(r"\w+", name.casefold().replace(".", "").replace("\u2019", ""))
    return " ".join(word for word in words if word not in LEGAL) or name.casefold()
