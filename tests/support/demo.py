"""The demo company in a test's database."""

from __future__ import annotations

from flask import Flask

from partsweb import config
from partsweb.demo import company
from partsweb.demo.opening import PASSWORD
from partsweb.kit.writing import written

__all__ = ["PASSWORD", "fill"]


def fill(app: Flask) -> None:
    """Fill the app's empty database with the demo company."""
    settings = app.config["SETTINGS"]
    config.remember(settings.instance, "DEMO", "1")
    with app.app_context():
        written(lambda: company.fill(on_step=lambda: None))
