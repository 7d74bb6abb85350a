"""All rooms, opened for an app: their pages, the things they announce, what they listen to."""

from __future__ import annotations

from flask import Flask

from partsweb.attachments import intake
from partsweb.attachments import views as attachments
from partsweb.kit.door import files_came_in
from partsweb.people import session
from partsweb.people import views as people
from partsweb.timeline import views as timeline
from partsweb.today import views as today


def open_all(app: Flask) -> None:
    """Register every room's pages and subscriptions."""
    session.follow(app)
    files_came_in.connect(intake.files_came_in)
    for room in (attachments, people, timeline, today):
        app.register_blueprint(room.bp)
