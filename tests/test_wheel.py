"""What is handed out: a wheel built from the project has everything in it, and runs."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.support.command import partsweb
from tests.support.server import serving

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a wheel, built with what is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    how = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        *how,
        f"--wheel-dir={folder}",
        str(ROOT),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [file] = folder.glob("*.whl")
    return file


@pytest.mark.only("sqlite")
def test_a_wheel_has_all_of_the_package_in_it_and_nothing_else(wheel: Path):
    project = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "partsweb").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}

    assert names == project
    for needed in (
        "partsweb/templates/layout/page.html",
        "partsweb/static/css/base.css",
        "partsweb/static/js/app.js",
        "partsweb/static/vendor/htmx/htmx.min.js",
        "partsweb/migrations/versions/0001_the_first_shape.py",
        "partsweb/demo/data/parts.csv",
    ):
        assert needed in names


@pytest.mark.only("sqlite")
def test_a_wheel_runs_by_itself(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unpacked, instance = tmp_path / "unpacked", tmp_path / "instance"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(unpacked)
    (unpacked / "partsweb" / "static" / "mark.txt").write_text("from the wheel")
    monkeypatch.setenv("PYTHONPATH", str(unpacked))  # before the project itself
    monkeypatch.chdir(tmp_path)
    database_url = f"sqlite:///{instance / 'partsweb.db'}"

    said = partsweb("init", instance=instance, database_url=database_url)

    assert "The database is up to date." in said
    with serving(instance, database_url) as server:
        page = _read(f"{server.url}/signin")
        script = re.search(r'src="(/static/\w+/)(vendor/htmx/htmx\.min\.js)"', page)
        assert script is not None, page
        assert "htmx" in _read(server.url + script[1] + script[2])
        assert _read(f"{server.url}{script[1]}mark.txt") == "from the wheel"


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
        text: str = answer.read().decode()
    return text
