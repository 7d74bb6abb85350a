"""partsweb: parts and inventory for field service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import configure_mappers
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from partsweb import config
from partsweb.extensions import db, htmx
from partsweb.kit import assets, door, pages, safety, slot, words, writing
from partsweb.kit.lengths import longest
from partsweb.kit.refusal import Refusal

LARGEST_BODY = 64 * 1024 * 1024


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The application of one installation; `settings` come before environment and files."""
    known = config.load(settings)
    app = Flask(__name__, instance_path=str(known.instance), static_folder=None)
    app.config.update(
        SETTINGS=known,
        SECRET_KEY=known.secret_key,
        TESTING=known.testing,
        SQLALCHEMY_DATABASE_URI=known.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(known),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=known.origin.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=180),
    )
    if known.trusted_proxies:
        hops = known.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    htmx.init_app(app)
    writing.prepare_engine(app)
    assets.serve(app)
    safety.guard(app)
    _open_rooms(app)
    # Now, not in the first request: two threads at once would both begin.
    configure_mappers()
    _prepare_templates(app)
    _answer_errors(app)
    return app


def _engine_options(known: config.Settings) -> dict[str, Any]:
    if known.database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 30}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


def _open_rooms(app: Flask) -> None:
    from partsweb import rooms

    rooms.open_all(app)


def _prepare_templates(app: Flask) -> None:
    words.add_filters(app)
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        slot=slot.slot,
        typed=pages.typed,
        ticked=pages.ticked,
        problem_of=pages.problem_of,
        longest=longest,
        settings=app.config["SETTINGS"],
    )
    environment.globals["ui"] = environment.get_template("layout/_ui.html").module

    @app.context_processor
    def _what_every_page_knows() -> dict[str, Any]:
        return {
            "person": g.get("person"),
            "notice": pages.notice(),
            "notice_problem": pages.notice_problem(),
        }


def _answer_errors(app: Flask) -> None:
    app.register_error_handler(Refusal, door.refuse)
    app.register_error_handler(401, _ask_to_sign_in)
    app.register_error_handler(HTTPException, _say_what_went_wrong)


def _ask_to_sign_in(error: HTTPException) -> ResponseReturnValue:
    """A page leads to the sign-in; a fragment and an outbox get a plain 401."""
    if request.headers.get("HX-Request") == "true":
        headers = {"HX-Redirect": "/signin"}
        return "Sign in again: your session has ended.", 401, headers
    if request.method != "GET":
        return "Sign in again: your session has ended.", 401
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("people.sign_in", next=wanted), 303)


def _say_what_went_wrong(error: HTTPException) -> ResponseReturnValue:
    db.session.rollback()
    if error.code is None or error.code < 400:
        return error
    refusal = Refusal(SAID.get(error.code, error.description or error.name))
    refusal.status = error.code
    return door.refuse(refusal)


SAID = {
    404: "There is nothing at this address. It may have been moved, or it isn't yours to see.",
    405: "This address can't be used that way.",
    411: "The size of what was sent is missing.",
    413: "That is too large to send: 64 MB at most.",
    500: "Something broke on our side. What you entered was not kept; please try again.",
}
