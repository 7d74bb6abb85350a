from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Blueprint, Flask, g, request

from partsweb.attachments import rules
from partsweb.kit import files
from partsweb.kit.door import SIGNED_IN, writes
from partsweb.kit.pages import ShowAfter, show_after
from partsweb.kit.subject import Subject

SHARED = Path(os.environ.get("PARTSWEB_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(scope="session")
def hostile() -> Callable[[str], bytes]:
    """The bytes of a file among those that were collected to do harm."""
    folder = SHARED / "data" / "attachments"
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing")

    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    return read


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, with a form that takes photos of a shed."""
    bp = Blueprint("sheds", __name__)

    @bp.post("/sheds/<uuid:shed_id>/photos")
    @writes(SIGNED_IN)
    def photograph(shed_id: UUID) -> ShowAfter:
        app.extensions["kept before the view"] = [*files.folder("attachments").rglob("*.jpg")]
        chosen = request.files.getlist("photos")
        rules.attach_all(Subject("shed", shed_id), chosen, by=g.person)
        return show_after("/", notice="Kept.")

    app.register_blueprint(bp)
    return app
