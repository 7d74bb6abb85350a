"""Run the checks one after the other and say in one line what ran. Called by bin/test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
NO_TESTS = 5  # pytest's exit code
NEEDED_IN_MEMORY = 3 * 2**30  # bytes


@dataclass(frozen=True)
class Outcome:
    """What one check came to. A check that isn't a test suite counts as one test."""

    name: str
    words: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.words}"


def command(name: str, *arguments: str) -> Outcome:
    """Run a check that either holds or not."""
    if _run(name, *arguments) == 0:
        return Outcome(name, "ok", passed=1)
    return Outcome(name, "FAILED", failed=1)


def pytest(name: str, *arguments: str, **environment: str) -> Outcome:
    """Run a suite of Python tests and count them."""
    with tempfile.TemporaryDirectory(dir=_in_memory()) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL, as somebody else, has to get through
        report = Path(folder, "report.xml")
        environment["TMPDIR"] = folder
        code = _run(name, "pytest", f"--junitxml={report}", *arguments, **environment)
        counted = _count(report) if report.exists() else (0, 0, 0)
    return _suite(name, *counted, broken=code not in {0, 1, NO_TESTS})


def _in_memory() -> str | None:
    """Where Linux keeps files in memory, if there is room: a thousand databases are made and gone.

    On a busy disk making one takes PostgreSQL twenty times as long.
    """
    memory = Path("/dev/shm")  # noqa: S108 - only its own new folders in it are used
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > NEEDED_IN_MEMORY
    return str(memory) if roomy else None


def javascript() -> Outcome:
    """Run the JavaScript tests with node's own runner and count them."""
    files = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("tests/js/**/*.test.mjs"))
    if not files:
        return _suite("js", 0, 0, 0)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.tap")
        code = _run(
            "js",
            "node",
            "--test",
            "--test-reporter=spec",
            "--test-reporter-destination=stdout",
            "--test-reporter=tap",
            f"--test-reporter-destination={report}",
            *files,
        )
        counts = dict(
            line[2:].split(" ", 1)
            for line in report.read_text().splitlines()
            if line.startswith(("# pass ", "# fail ", "# cancelled ", "# skipped ", "# todo "))
        )
    failed = int(counts["fail"]) + int(counts["cancelled"])
    skipped = int(counts["skipped"]) + int(counts["todo"])
    return _suite("js", int(counts["pass"]), failed, skipped, broken=code != 0 and not failed)


def _suite(name: str, passed: int, failed: int, skipped: int, *, broken: bool = False) -> Outcome:
    if broken:
        return Outcome(name, "BROKE OFF", passed, failed + 1, skipped)
    if not passed and not failed and not skipped:
        return Outcome(name, "has no tests")
    words = [f"{passed} passed"]
    words += [f"{failed} FAILED"] if failed else []
    words += [f"{skipped} SKIPPED"] if skipped else []
    return Outcome(name, ", ".join(words), passed, failed, skipped)


def _count(report: Path) -> tuple[int, int, int]:
    suites = list(ET.parse(report).getroot().iter("testsuite"))

    def total(what: str) -> int:
        return sum(int(suite.get(what, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return total("tests") - failed - skipped, failed, skipped


def _run(name: str, *arguments: str, **environment: str) -> int:
    print(f"\n── {name}: {' '.join(arguments)}", flush=True)
    return subprocess.run(arguments, cwd=ROOT, env=os.environ | environment, check=False).returncode


# --- What runs -----------------------------------------------------------------------------


def everything() -> Iterator[Outcome]:
    """Every check there is, the quickest first."""
    yield from style_and_types()
    yield command("layers", "lint-imports", "--no-logo")
    yield command("djlint", "djlint", "--lint", "--quiet", "partsweb/templates")
    yield from on_databases("-m", "not journey")
    yield javascript()
    # A file a worker, in tests/journeys/conftest.py: its pages share one server.
    journeys = ("-n2", "--dist=loadgroup", "-m", "journey")
    yield pytest("journeys", *journeys, PARTSWEB_TEST_DATABASE="sqlite")


def quick() -> Iterator[Outcome]:
    """The inner loop."""
    yield from style_and_types()
    yield from on_databases("-m", "not journey")


def style_and_types() -> Iterator[Outcome]:
    """Check what needs no test."""
    yield command("ruff", "ruff", "check")
    yield command("format", "ruff", "format", "--check")
    yield command("mypy", "mypy")


def on_databases(*arguments: str) -> Iterator[Outcome]:
    """Run the same tests on SQLite and on PostgreSQL, or on the one that was asked for."""
    wanted = os.environ.get("PARTSWEB_TEST_DATABASE")
    for database in [wanted] if wanted else ["sqlite", "postgresql"]:
        yield pytest(
            database, "-n2", "--dist=worksteal", *arguments, PARTSWEB_TEST_DATABASE=database
        )


def summarize(outcomes: list[Outcome]) -> int:
    """Say what ran in one line, then the counts alone; the exit code."""
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    print("\n" + " · ".join(map(str, outcomes)))
    if skipped and os.environ.get("CI") == "true":
        print("Skipped tests count as failed ones here: everything they need can be installed.")
        failed, skipped = failed + skipped, 0
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    options = {"--quick", "--long"}.intersection(arguments)
    for_pytest = [argument for argument in arguments if argument not in options]
    if "--quick" in options:
        os.environ |= {"PARTSWEB_TEST_DATABASE": "sqlite", "PARTSWEB_QUICK": "1"}
    if "--long" in options:
        os.environ["PARTSWEB_LONG"] = "1"

    if for_pytest:
        checks = on_databases(*for_pytest)
    else:
        checks = quick() if "--quick" in options else everything()
    return summarize(list(checks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
