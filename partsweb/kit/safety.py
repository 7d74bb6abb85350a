"""What protects every answer and every unsafe request."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

from partsweb.kit.lengths import length, longest
from partsweb.kit.refusal import Refusal

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Characters in one value of an address: nobody searches for more.
LONGEST_VALUE = 1000
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

# Reading codes is compiled from wasm, in a worker whose own answer must allow it; pages needn't.
WORKER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
WORKERS = "js/workers/"

OF_ANY_FILE = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
DOCUMENTS = {"text/html", "image/svg+xml"}


def guard(app: Flask) -> None:
    """Put the guards on every request and answer of the app."""
    app.before_request(refuse_other_origins)
    app.before_request(refuse_unmeasured_bodies)
    app.before_request(refuse_unreadable_addresses)
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


def refuse_unreadable_addresses() -> None:
    """NUL is no text, PostgreSQL can't even look for it; and a search has an end."""
    texts = (request.path, *(text for pair in request.args.items(multi=True) for text in pair))
    if any("\0" in text or len(text) > LONGEST_VALUE for text in texts):
        abort(400, "This address can't be read. Go back to a page and start from there.")


def refuse_unreadable_fields() -> None:
    """The same for what was typed; asked once it is known who typed it."""
    for name, text in request.form.items(multi=True):
        if "\0" in text:
            raise Refusal("That has a character in it that is no text. Type it anew.", field=name)
        most = longest(name)
        if length(text) > most:
            raise Refusal(f"That is too long: {most:,} characters at most.", field=name)


def add_headers(response: Response) -> Response:
    """Send the protective headers; pages are personal, so no cache keeps them."""
    for name, value in _protective(response).items():
        response.headers.setdefault(name, value)
    # A local name is other servers' too, which speak plain HTTP.
    if request.is_secure and not request.host.partition(":")[0].endswith(("localhost", ".local")):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _protective(response: Response) -> dict[str, str]:
    """Styles, scripts and icons load by the policy of the page; an SVG may be opened as one."""
    if request.endpoint != "static" or response.mimetype in DOCUMENTS:
        return HEADERS
    if (request.view_args or {}).get("filename", "").startswith(WORKERS):
        return HEADERS | {"Content-Security-Policy": WORKER_POLICY}
    return {name: HEADERS[name] for name in OF_ANY_FILE}


def own_path(wanted: str | None, otherwise: str) -> str:
    """Where somebody asked to be led: only ever a path of this site, else the other one."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    # Browsers drop tabs and newlines, and take a backslash for a slash.
    if "\\" in wanted or not wanted.isprintable():
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.netloc or parts.scheme else wanted
