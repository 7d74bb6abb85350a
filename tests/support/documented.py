"""The commands that docs/import.md gives for a company's files, run as they stand there."""

from __future__ import annotations

import csv
import io
import shlex
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from partsweb.cli import main
from tests.support.company import a_person, given, signed_in

PAGE = Path(__file__).parents[2] / "docs" / "import.md"
Outputs = list[str]
Documented = Callable[[str, Path], Outputs]


def commands(heading: str) -> list[list[str]]:
    """The words of each `partsweb import` below the heading; a \\ goes on in the next line."""
    below = PAGE.read_text(encoding="utf-8").split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    lines = below.replace("\\\n", " ").splitlines()
    told = [line.strip() for line in lines if line.strip().startswith("partsweb import")]
    return [shlex.split(line)[1:] for line in told]


def run(app: Flask, heading: str, folder: Path, beside: Path) -> Outputs:
    """What each command says; files lie in the folder, those that the docs tell to write beside."""
    said = []
    for _, kind, file, *options in commands(heading):
        path = folder / file if (folder / file).exists() else beside / file
        arguments = ["import", kind, str(path), *options]
        result = CliRunner().invoke(main, arguments, obj=app.app_context)
        if result.exit_code:
            pytest.fail(f"{kind} {file}: {result.output[-1500:]}")
        said.append(result.output)
    return said


def last_lines(outputs: Outputs) -> list[str]:
    """What each command comes to."""
    return [said.splitlines()[-1] for said in outputs]


def exported_stock(app: Flask) -> dict[str, Decimal]:
    """On hand by location, as the stock list has it that a coordinator exports."""
    with given(app):
        cora = a_person("coordinator")
    answer = signed_in(app, cora).get("/parts/stock.csv?at=everywhere")
    assert answer.status_code == 200, answer.text
    by_place: dict[str, Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))):
        by_place[f"{row['Location']} {row['Bin']}".strip()] += Decimal(row["On hand"])
    return dict(by_place)


def figures(facts: dict[str, Any]) -> dict[str, Decimal]:
    """The facts that are a number each."""
    return {name: Decimal(value) for name, value in facts.items() if isinstance(value, str | int)}
