"""The least that a page from a database can be: Flask, Flask-SQLAlchemy, one row, one template.

Served like partsweb, on the same kind of database, so that its figures say what the machine and the
libraries cost before partsweb does anything.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from granian import Granian
from granian.constants import Interfaces
from jinja2 import DictLoader
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from partsweb.upkeep.serving import THREADS

FILE = "BARE_DATABASE"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")
PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ part.sku }}</title></head>
<body><h1>{{ part.sku }}</h1><p>{{ part.description }}</p></body>
</html>
"""


class Table(DeclarativeBase):
    """The base of its two tables."""


class Part(Table):
    """The one row that is read."""

    __tablename__ = "parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    description: Mapped[str]


class Row(Table):
    """What is written: one row a request."""

    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]


db = SQLAlchemy(model_class=Table)


def create_app() -> Flask:
    """The bare application on the file that the environment names."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ[FILE]}"
    app.jinja_loader = DictLoader({"part.html": PAGE})
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "connect", _set_pragmas)
        db.create_all()
        if db.session.get(Part, 1) is None:
            db.session.add(Part(id=1, sku="VK4105", description="Gas valve"))
            db.session.commit()
    one_at_a_time = threading.Lock()  # else SQLite lets writers wait unfairly

    @app.get("/")
    def page() -> str:
        return render_template("part.html", part=db.get_or_404(Part, 1))

    @app.post("/rows")
    def write() -> str:
        with one_at_a_time:
            db.session.add(Row(words="one more"))
            db.session.commit()
        return "kept"

    return app


def _set_pragmas(connection: Any, record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def serve(port: int) -> None:
    """Serve it exactly as `partsweb serve` serves partsweb on SQLite."""
    Granian(
        "bench.bare:create_app",
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=True,
        log_level="error",  # type: ignore[arg-type]
        static_path_mount=None,
    ).serve()


if __name__ == "__main__":
    os.environ.setdefault(FILE, str(Path("bare.db").resolve()))
    serve(int(os.environ["PORT"]))
