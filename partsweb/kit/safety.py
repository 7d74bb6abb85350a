"""What protects every answer and every unsafe request."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

OF_ANY_FILE = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
DOCUMENTS = {"text/html", "image/svg+xml"}


def guard(app: Flask) -> None:
    """Put the guards on every request and answer of the app."""
    app.before_request(refuse_other_origins)
    app.before_request(refuse_unmeasured_bodies)
    app.after_request(add_headers)


def refuse_other_origins() -> None:
    """Unsafe requests come from our own pages only.

    There is no token: it would expire in a phone's outbox. Browsers send Sec-Fetch-Site with every
    request; for the few that don't, Origin must be ours. Neither: 403.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        own = current_app.config["SETTINGS"].origin or request.host_url.rstrip("/")
        ours = request.headers.get("Origin") == own
    else:
        ours = site == "same-origin"
    if not ours:
        abort(403, "This request did not come from a page of this site.")


def refuse_unmeasured_bodies() -> None:
    """A chunked body would slip past MAX_CONTENT_LENGTH."""
    if request.method not in SAFE_METHODS and request.content_length is None:
        abort(411)


def add_headers(response: Response) -> Response:
    """Send the protective headers; pages are personal, so no cache keeps them."""
    for name, value in _protective(response).items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _protective(response: Response) -> dict[str, str]:
    """Styles, scripts and icons load by the policy of the page; an SVG may be opened as one."""
    if request.endpoint != "static" or response.mimetype in DOCUMENTS:
        return HEADERS
    return {name: HEADERS[name] for name in OF_ANY_FILE}


def own_path(wanted: str | None, otherwise: str) -> str:
    """Where somebody asked to be led: only ever a path of this site, else the other one."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.netloc or parts.scheme else wanted
