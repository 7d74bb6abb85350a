"""What a file's columns are taken for, for a person to look at and to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from partsweb.exchange import columns as columns_of
from partsweb.exchange import looking
from partsweb.exchange.columns import Guess
from partsweb.exchange.looking import Look, Understood
from partsweb.exchange.models import Import
from partsweb.exchange.offers import Offer, called
from partsweb.kit.refusal import Refusal


@dataclass(frozen=True)
class Proposal:
    """The columns to choose from, what each field is taken for, and the first rows read so.

    `unclear` says why no rows could be read.
    """

    look: Look
    choices: Sequence[tuple[str, str]]
    first: Sequence[Guess]
    rest: Sequence[Guess]
    unread: Sequence[str]
    rows: Sequence[Understood]
    unclear: str

    @property
    def sheets(self) -> list[tuple[str, str]]:
        """The sheets to choose from."""
        names = [(name, name) for name in self.look.table.sheets]
        return [("", "the first one with a table"), *names]


def propose(of: Import, offer: Offer) -> Proposal:
    """Guess what wasn't said, and read the first rows by it."""
    seen, hints = looking.look(of), of.hints
    guesses = _without_partner(columns_of.guess(seen.table, offer.kind.row, hints), of, offer)
    read = replace(
        hints, mapped={one.field: one.column for one in guesses if not _is_same(of, one)}
    )
    rows: Sequence[Understood] = ()
    unread: Sequence[str] = ()
    unclear = ""
    try:
        found = columns_of.match(seen.table, offer.kind.row, read)
        rows, unread = looking.understood(seen, offer, found, read), found.unread
    except Refusal:
        missing = [called(one.field) for one in guesses if _is_missing(of, one)]
        unclear = f"Which column is {', '.join(missing)}?" if missing else "Look at the columns."
    shown = [one for one in guesses if one.needed or one.column or one.why]
    rest = [one for one in guesses if one not in shown]
    return Proposal(seen, _choices(seen), shown, rest, unread, rows, unclear)


def _without_partner(guesses: Sequence[Guess], of: Import, offer: Offer) -> list[Guess]:
    """A field that means nothing without another is left out where that other isn't there."""
    there = {one.field for one in guesses if one.column or _is_same(of, one)}
    return [
        replace(one, column="", place=None, why=f"left out: needs {called(other).lower()}")
        if one.column and (other := offer.kind.row.only_with.get(one.field, one.field)) not in there
        else one
        for one in guesses
    ]


def _choices(seen: Look) -> list[tuple[str, str]]:
    """Every column with one of its values, since names alone often say little."""
    choices = [("", "not in the file")]
    for place, name in enumerate(seen.table.columns):
        if name and name not in dict(choices):
            sample = seen.sample(place)
            choices.append((name, f"{name}: {sample}" if sample else name))
    return choices


def _is_same(of: Import, guess: Guess) -> bool:
    return guess.field in of.hints.fixed


def _is_missing(of: Import, guess: Guess) -> bool:
    return guess.needed and not guess.column and not _is_same(of, guess)
