"""How money is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from partsweb.kit.words import exactly, in_field, money


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("6206.525", "6,206.52"),
        ("6206.535", "6,206.54"),
        ("-12.0571", "\u221212.06"),
        ("-0.004", "0.00"),
        ("41", "41.00"),
        ("0.1", "0.10"),
    ],
)
def test_an_amount_is_shown_to_the_cent_halves_to_even(amount: str, shown: str):
    assert money(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("price", "shown", "typed"),
    [
        ("41", "41.00", "41.00"),
        ("12.0571", "12.0571", "12.0571"),
        ("1234.5", "1,234.50", "1234.50"),
        ("0.00125", "0.00125", "0.00125"),
        ("-2.5", "\u22122.50", "-2.50"),
    ],
)
def test_what_one_costs_keeps_its_places_and_a_field_takes_it_back(
    price: str, shown: str, typed: str
):
    assert exactly(Decimal(price)) == shown
    assert in_field(Decimal(price)) == typed


def test_what_nobody_knows_is_a_dash_and_an_empty_field():
    assert (money(None), exactly(None), in_field(None)) == ("–", "–", "")
