from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from partsweb.cli import main
from tests.support.adventureworks import DATA

Import = Callable[..., Result]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Where the collected data lies."""
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is missing")
    return DATA


@pytest.fixture
def bring(app: Flask, tmp_path: Path) -> Import:
    """Imports a file, or text as if it stood in one, through the command."""

    def run(kind: str, file: Path | str | bytes, *options: str) -> Result:
        if not isinstance(file, Path):
            content = file.encode() if isinstance(file, str) else file
            file = tmp_path / f"{kind}.csv"
            file.write_bytes(content)
        arguments = ["import", kind, str(file), *options]
        return CliRunner().invoke(main, arguments, obj=app.app_context)

    return run
