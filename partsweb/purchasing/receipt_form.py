"""What comes in with a delivery: line by line how much arrived, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.codes.units import unit_numbers
from partsweb.kit import fields as read
from partsweb.kit.exact import ZERO
from partsweb.kit.fields import Fields
from partsweb.kit.refusal import Refusal
from partsweb.kit.words import qty
from partsweb.purchasing.arrivals import Arrival, Came, field_of
from partsweb.purchasing.models import DiscrepancyKind, PurchaseLine

LONGEST_NUMBER = 60
# What the fields of each kind begin with: is_damaged-…, damaged_note-…, damaged_photos-….
WORDS = {
    DiscrepancyKind.DAMAGED: "damaged",
    DiscrepancyKind.SHORT: "short",
    DiscrepancyKind.WRONG_ITEM: "wrong",
    DiscrepancyKind.OVER: "over",
}


@dataclass(frozen=True)
class ReceiptForm:
    """What arrived, and the slip that came with it."""

    arrivals: Sequence[Arrival]
    slip_number: str
    note: str
    set_aside: bool
    beyond: bool

    @classmethod
    def read(cls, fields: Fields, lines: Sequence[PurchaseLine]) -> ReceiptForm:
        """One arrival a line that the person may receive."""
        return cls(
            arrivals=[_arrival(fields, line) for line in lines],
            slip_number=read.text(fields, "slip_number")[:LONGEST_NUMBER],
            note=read.text(fields, "note"),
            set_aside="set_aside" in fields,
            beyond="beyond" in fields,
        )


def _arrival(fields: Fields, line: PurchaseLine) -> Arrival:
    """An empty field means none: a line that didn't come is never in the way of the others.

    Damaged and wrong ones are counted in what arrived; without their box they aren't meant.
    """
    good = unit_numbers(fields.get(field_of("serials", line), ""))
    bad = unit_numbers(_of_kind(fields, "damaged", "damaged_serials", line))
    came = _came(fields, line)
    wrong = came.quantity if came else ZERO
    if line.part.serialized:
        damaged, accepted = Decimal(len(bad)), ZERO
        arrived = len(good) + damaged + wrong
    else:
        damaged = _ticked_amount(fields, "damaged", line)
        named = f"How much of {line.part.sku}"
        arrived = read.amount(fields, field_of("arrived", line), named) or ZERO
        accepted = arrived - damaged - wrong
        _refuse_more_wrong_than_arrived(line, arrived, damaged, wrong)
    _refuse_empty_boxes(fields, line, damaged, arrived - damaged - wrong)
    return Arrival(
        line,
        accepted=accepted,
        damaged=damaged,
        serials=good,
        damaged_serials=bad,
        damage_note=_of_kind(fields, "damaged", "damaged_note", line),
        short=_short(fields, line, arrived),
        short_note=_of_kind(fields, "short", "short_note", line),
        over_note=_of_kind(fields, "over", "over_note", line),
        came=came,
        expected=read.amount(fields, field_of("to_come", line), "What is to come"),
    )


def _short(fields: Fields, line: PurchaseLine, arrived: Decimal) -> Decimal:
    """How much more the packing slip says than arrived."""
    if field_of("is_short", line) not in fields:
        return ZERO
    field = field_of("slip_says", line)
    says = read.quantity(fields, field, "What the packing slip says")
    if says <= arrived:
        raise Refusal(
            f"The packing slip says {qty(says)} and {qty(arrived)} arrived: nothing is short. "
            "Enter above how many are really there.",
            field=field,
        )
    return says - arrived


def _came(fields: Fields, line: PurchaseLine) -> Came | None:
    """What came instead: chosen from what was found, its code, or in words."""
    if field_of("is_wrong", line) not in fields:
        return None
    quantity = _ticked_amount(fields, "wrong", line)
    words = read.text(fields, field_of("wrong_as", line))
    part = _part(fields, line, words)
    if part is None and not words:
        raise Refusal("Say what came instead.", field=field_of("wrong_as", line))
    if part is not None and part.id == line.part_id:
        raise Refusal(f"{part.sku} is what was ordered.", field=field_of("wrong_as", line))
    if quantity <= ZERO:
        raise Refusal("Say how many are something else.", field=field_of("wrong", line))
    serials = unit_numbers(fields.get(field_of("wrong_serials", line), ""))
    note = read.text(fields, field_of("wrong_note", line))
    return Came(quantity, part, words if part is None else "", serials, note)


def _part(fields: Fields, line: PurchaseLine, words: str) -> Part | None:
    chosen = read.an_id(fields, field_of("wrong_part", line))
    if chosen is not None:
        return catalogue.part(chosen)
    coded = catalogue.coded(words)
    return coded[0] if len(coded) == 1 else None


def _ticked_amount(fields: Fields, what: str, line: PurchaseLine) -> Decimal:
    if field_of(f"is_{what}", line) not in fields:
        return ZERO
    named = f"How many of {line.part.sku} are {what}"
    return read.amount(fields, field_of(what, line), named) or ZERO


def _of_kind(fields: Fields, kind: str, name: str, line: PurchaseLine) -> str:
    """A field that counts only with its box ticked."""
    ticked = field_of(f"is_{kind}", line) in fields
    return read.text(fields, field_of(name, line)) if ticked else ""


def _refuse_more_wrong_than_arrived(
    line: PurchaseLine, arrived: Decimal, damaged: Decimal, wrong: Decimal
) -> None:
    if damaged + wrong <= arrived:
        return
    what = "damaged" if damaged else "wrong"
    said = f"{qty(damaged + wrong)} of {line.part.sku} are {what}, but only {qty(arrived)} arrived."
    raise Refusal(f"{said} Those count as arrived too.", field=field_of(what, line))


def _refuse_empty_boxes(
    fields: Fields, line: PurchaseLine, damaged: Decimal, good: Decimal
) -> None:
    """A ticked box without a quantity would lose its note and photos."""
    if field_of("is_damaged", line) in fields and not damaged:
        what = "damaged_serials" if line.part.serialized else "damaged"
        raise Refusal(
            f"Say which of {line.part.sku} are damaged."
            if line.part.serialized
            else f"Say how many of {line.part.sku} are damaged.",
            field=field_of(what, line),
        )
    if field_of("is_over", line) in fields and good <= line.outstanding:
        what = "serials" if line.part.serialized else "arrived"
        raise Refusal(
            f"{qty(line.outstanding)} of {line.part.sku} are to come, and no more are entered. "
            "Enter all that arrived.",
            field=field_of(what, line),
        )
