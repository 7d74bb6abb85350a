"""Scanned bytes and what they must give, as collected from GS1's own and vendors' examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from partsweb.codes.reading import Reading, read

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "barcodes" / "vectors.json"
# Shortened trade numbers in addresses are read: the strict reading is another vector's twin.
STRICT = {"v094", "v096", "v098"}
# What a label's own words for a field are called in the vectors.
NAMED = ("dis", "fields")


def vectors() -> list[Any]:
    if not VECTORS.exists():
        return []
    return [one for one in json.loads(VECTORS.read_text())["vectors"] if one["id"] not in STRICT]


@pytest.mark.skipif(not VECTORS.exists(), reason="needs ../shared/data")
def test_every_vector_gives_what_it_must():
    wrong = {
        one["id"]: found for one in vectors() if (found := differences(one, read(one["input"])))
    }

    assert wrong == {}
    assert len(vectors()) > 90


def differences(vector: Any, reading: Reading) -> Any:
    expected = vector["expect"] or {}
    if not vector["valid"]:
        return dict(reading.elements)
    return {
        name: (wanted, got)
        for name, wanted in wanted_of(expected).items()
        if (got := told(reading, name)) != wanted
    }


def wanted_of(expected: dict[str, Any]) -> dict[str, Any]:
    known = {
        "ais",
        "gtin",
        "lot",
        "serial",
        "quantity",
        "mpn",
        "supplier_part_number",
        "plain",
        *NAMED,
    }
    return {name: wanted for name, wanted in expected.items() if name in known}


def told(reading: Reading, name: str) -> Any:
    """What the reading says under the vectors' name for it."""
    if name == "ais":
        return dict(reading.elements)
    if name in NAMED:
        return dict(reading.fields)
    if name == "quantity":
        return str(reading.quantity)
    if name == "plain":
        return None if reading.gtin or reading.elements or reading.fields else reading.text
    if name in {"mpn", "supplier_part_number"}:
        numbers = {"mpn": ("1P", "pm", "MPN"), "supplier_part_number": ("30P", "P", "pc", "PN")}[
            name
        ]
        found = [reading.fields[number] for number in numbers if number in reading.fields]
        return next((number for number in found if number in reading.part_numbers), None)
    return getattr(reading, name)
