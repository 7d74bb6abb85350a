"""Styles, scripts and icons: kept by browsers for a year under the address of one release.

The address carries a hash of all of them, so a new release is fetched at once and an unchanged one
never again; scripts import each other relatively, within the same release. A page that was kept
from an older release still finds today's files under its old address.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_compress import Compress

from partsweb.kit.door import open_to_all

A_YEAR = int(timedelta(days=365).total_seconds())
COMPRESSED = ("br", "gzip")
# The reader of codes is the largest file of all: as wasm it gets smaller by more than half.
COMPRESSIBLE = (
    "text/html",
    "text/css",
    "text/plain",
    "text/javascript",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/wasm",
    "image/svg+xml",
)
OFFLINE = (".css", ".js", ".svg", ".png", ".wasm")


class OfPages(SecureCookieSessionInterface):
    """Sessions are of pages: a static file is the same for everybody, with no cookie beside it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie, and say that the answer depends on it."""
        if request.endpoint != "static":
            super().save_session(app, session, response)


def serve(app: Flask) -> None:
    """Serve the app's static files by release, and compress what is text."""
    folder = Path(app.root_path) / "static"
    named = _hash_of(folder)

    @open_to_all
    def static(release_asked: str, filename: str) -> Response:
        """One file; whoever asks for another release isn't told to keep it."""
        current = release_asked == named
        sent = send_from_directory(folder, filename, max_age=A_YEAR if current else 0)
        # Read and closed here: Flask-Compress would leave the open file behind.
        sent.direct_passthrough = False
        sent.make_sequence()
        sent.close()
        if current:
            sent.cache_control.immutable = True
        return sent

    app.config["RELEASE"] = named
    app.session_interface = OfPages()
    app.add_url_rule("/static/<release_asked>/<path:filename>", "static", static)

    @app.url_defaults
    def _name_release(endpoint: str, values: dict[str, object]) -> None:
        if endpoint == "static":
            values.setdefault("release_asked", named)

    @app.after_request
    def _say_release(response: Response) -> Response:
        """A phone's service worker hears of a new release with the first page of it."""
        if response.mimetype == "text/html":
            response.headers["Release"] = named
        return response

    app.config.update(
        COMPRESS_ALGORITHM=list(COMPRESSED),
        COMPRESS_ALGORITHM_STREAMING=list(COMPRESSED),
        COMPRESS_MIMETYPES=list(COMPRESSIBLE),
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=500,
    )
    Compress(app)


def release() -> str:
    """The name of this release: a hash of all its files."""
    named: str = current_app.config["RELEASE"]
    return named


def needed_offline() -> list[str]:
    """The addresses of all files that pages may ask for without signal."""
    folder = Path(current_app.root_path) / "static"
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    kept = (name for name in names if name.endswith(OFFLINE))
    return [url_for("static", filename=name) for name in kept]


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
