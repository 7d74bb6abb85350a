"""Finding among 100,000 parts and 300,000 balances, on both databases; bin/bench --large runs this.

Everything is asked in this process, without a server between: what is measured is the pages and the
database. Each round asks the bare page and a plain scan with LIKE just before, so that the ratios
hold on a busy machine too.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, select, text

from bench import bare, dataset, figures
from bench.pages import HTMX
from bench.place import signed_in
from partsweb import create_app, migrations
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.kit.writing import written
from partsweb.locations.models import Location
from tests.support.counting import statements
from tests.support.postgres import running_server

BEGIN, END = "<!-- large figures -->", "<!-- /large figures -->"
DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
SEARCH = "search:"
PASSWORD = "bench-only-password"


@dataclass
class Timed:
    """One thing over all rounds, in seconds, with what stood beside it."""

    name: str
    taken: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    # Of a search: finding alone, and a scan that finds by LIKE in the same way.
    finding: list[float] = field(default_factory=list)
    scan: list[float] = field(default_factory=list)
    queries: int | None = None

    @property
    def ms(self) -> float:
        """The median."""
        return statistics.median(self.taken) * 1000

    @property
    def of_bare(self) -> float:
        """How many bare pages it costs: the median of the rounds."""
        return _ratio(self.taken, self.bare)

    @property
    def of_scan(self) -> float:
        """How many scans the finding costs."""
        return _ratio(self.finding, self.scan)


def _ratio(ours: Sequence[float], beside: Sequence[float]) -> float:
    return statistics.median(mine / its for mine, its in zip(ours, beside, strict=True))


def main(arguments: Sequence[str]) -> None:
    """Measure one database after the other, and report."""
    wanted = _arguments(arguments)
    about = figures.about(rounds=wanted.rounds)
    tables = []
    with tempfile.TemporaryDirectory(prefix="partsweb-bench-") as folder:
        for name in wanted.databases.split(","):
            with _database(name, Path(folder)) as url:
                timed = _measure(url, Path(folder) / name, wanted)
            tables.append(_table(f"{wanted.parts:,} parts on {name}", timed))
    Console(width=120).print(*tables, sep="\n")
    if wanted.keep:
        _keep(about, tables)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench --large", description=__doc__)
    parser.add_argument("--parts", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--rounds", type=int, default=7, help="of each question (default 7)")
    parser.add_argument("--databases", default="SQLite,PostgreSQL", help="SQLite,PostgreSQL")
    parser.add_argument("--no-files", action="store_true", help="without exports and import")
    parser.add_argument("--keep", action="store_true", help="put them into docs/performance.md")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    """Where databases of that kind can be made: a folder, or a server that runs meanwhile."""
    if name == "SQLite":
        yield f"sqlite:///{folder}"
        return
    with running_server() as url:
        yield url


def _new(url: str, name: str) -> str:
    """The address of a new, empty database there."""
    if url.startswith("sqlite"):
        return f"{url}/{name}.db"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _measure(url: str, instance: Path, wanted: argparse.Namespace) -> list[Timed]:
    app = create_app({"INSTANCE": str(instance), "DATABASE_URL": _new(url, "firm")})
    size = dataset.Size(parts=wanted.parts)
    with app.app_context():
        migrations.upgrade(db.engine)
        _say("making the firm")
        written(lambda: dataset.make(size, password=PASSWORD))
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    bare_client = _bare(instance)
    client = signed_in(app, "coordinator")
    timed = [
        _asked(app, name, client, path, bare_client, wanted.rounds)
        for name, path in _questions(app).items()
    ]
    if not wanted.no_files:
        timed += [_exported(client, ending) for ending in ("csv", "xlsx")]
        timed.append(_import(url, instance, wanted.parts))
    with app.app_context():
        db.engine.dispose()
    return timed


def _bare(instance: Path) -> FlaskClient:
    os.environ[bare.FILE] = str(instance / "bare.db")
    return bare.create_app().test_client()


def _questions(app: Flask) -> dict[str, str]:
    """What is asked; the codes are those of a part in the middle."""
    with app.app_context():
        skus = db.session.scalars(select(Part.sku).order_by(Part.sku)).all()
        places = dict(db.session.execute(select(Location.name, Location.id)).all())
    sku = skus[len(skus) // 2]
    depot, van = places["Depot North"], places["Van 3"]
    wrong = sku[:-1] + ("X" if sku[-1] != "X" else "Y")
    searches = {
        "exact code": sku,
        "code without dashes": sku.replace("-", "").lower(),
        "beginning of a code": sku[:6],
        "middle of a code": sku[3:9],
        "end of a code": sku[-5:],
        "three words": "gas valve halden",
        "one frequent word": "valve",
        "two letters": "vk",
        "one letter": "v",
        "a word with a slip": "eletrode",
        "a code with a slip": wrong,
        "nothing like it": "zzqqxx",
    }
    found = {f"{SEARCH} {name}": f"/parts?at=all&q={words}" for name, words in searches.items()}
    return found | {
        "parts: first page": "/parts",
        "parts: page 1000": "/parts?page=1000",
        "parts: of a warehouse": f"/parts?at={depot}",
        "parts: of a van": f"/parts?at={van}",
        "parts: below reorder": "/parts?below=1",
        "parts: below reorder, of a van": f"/parts?below=1&at={van}",
        "parts: below reorder, searched": "/parts?below=1&q=valve",
        "parts: negative": "/parts?negative=1",
        "parts: on order": "/parts?on_order=1",
        "parts: late": "/parts?late=1",
        "parts: by name": "/parts?sort=description",
        "parts: most on hand": "/parts?sort=on_hand",
        "parts: most on order": "/parts?sort=on_order",
        "restock list": "/parts/restock",
    }


def _asked(
    app: Flask, name: str, client: FlaskClient, path: str, bare_client: FlaskClient, rounds: int
) -> Timed:
    _say(name)
    timed, words = Timed(name), path.rpartition("=")[2]
    _get(client, path)  # the first one also compiles
    with statements(app) as sent:
        _get(client, path)
    timed.queries = len(sent)
    for _ in range(rounds):
        timed.bare.append(_seconds(lambda: bare_client.get("/")))
        timed.taken.append(_seconds(lambda: _get(client, path)))
        if name.startswith(SEARCH):
            timed.scan.append(_seconds(lambda: _scan(app, words)))
            timed.finding.append(_seconds(lambda: _find(app, words)))
    return timed


def _exported(client: FlaskClient, ending: str) -> Timed:
    """The whole stock list, once."""
    _say(ending)
    path = f"/parts/stock.{ending}"
    return Timed(f"export as {ending.upper()}", [_seconds(lambda: _get(client, path))])


def _import(url: str, folder: Path, many: int) -> Timed:
    """All parts from a CSV into a new database, by the command."""
    _say("import")
    rows, database = folder / "parts.csv", _new(url, "imported")
    with rows.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("SKU", "Description", "Category", "Unit", "List price"))
        lines.writerows(dataset.catalogue_rows(many))
    own = {"PARTSWEB_INSTANCE": str(folder / "importing"), "DATABASE_URL": database}
    partsweb = Path(sys.executable).with_name("partsweb")

    def run(*words: str | Path) -> None:
        command = [partsweb, *words]
        subprocess.run(command, env=os.environ | own, stdout=sys.stderr, check=True)

    run("init")
    return Timed("import of all parts, CSV", [_seconds(lambda: run("import", "parts", rows))])


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HTMX)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")


def _scan(app: Flask, words: str) -> None:
    """The first parts with the words in them, as one would find them without an index."""
    has = Part.words.contains(catalogue.folded(words), autoescape=True)
    with app.app_context():
        db.session.scalars(select(Part).where(has).order_by(Part.sku)).fetchmany(30)


def _find(app: Flask, words: str) -> None:
    with app.app_context():
        catalogue.found(words)


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _table(title: str, timed: Sequence[Timed]) -> Table:
    made = figures.table_of(title, "", "ms", "× bare page", "finding ms", "× scan", "queries")
    for one in timed:
        made.add_row(
            one.name,
            f"{one.ms:,.1f}" if one.ms < 1000 else f"{one.ms:,.0f}",
            f"{one.of_bare:.1f}" if one.bare else "–",
            f"{statistics.median(one.finding) * 1000:.1f}" if one.finding else "–",
            f"{one.of_scan:.2f}" if one.scan else "–",
            str(one.queries or "–"),
        )
    return made


def _keep(about: dict[str, object], tables: Sequence[Table]) -> None:
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    said = (
        f"{str(about['measured_at'])[:10]}, commit {about['commit']}, {about['cores']} cores, "
        f"{about['system']}, Python {about['python']}, SQLite {about['sqlite']}, PostgreSQL 18; "
        f"{about['rounds']} rounds; load average before it {about['load_before']}, "
        f"after it {os.getloadavg()[0]:.1f}.\n"
    )
    shown = "\n".join([said, *map(figures.as_markdown, tables)])
    DOCS.write_text(f"{before}{BEGIN}\n{shown}{END}{after}", encoding="utf-8")


def _say(what: str) -> None:
    print(what, file=sys.stderr)
