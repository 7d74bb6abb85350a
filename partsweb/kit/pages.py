"""A page and its fragments are the same lines: the server decides which is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, flash, get_flashed_messages, redirect, render_template, request
from flask import make_response as flask_response
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from htmx_flask import make_response
from werkzeug.test import EnvironBuilder

ANSWER = "partsweb.answer"
# What of the first request holds for the page that answers it.
KEPT_HEADERS = (
    "Cookie",
    "User-Agent",
    "HX-Request",
    "HX-Request-Type",
    "HX-Current-URL",
    "Sec-Fetch-Site",
    "Origin",
    "Accept-Language",
)


@dataclass(frozen=True)
class Answer:
    """How a page is shown as the answer to a write."""

    block: str = "page"
    notice: str = ""
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    typed: Any = None


@dataclass(frozen=True)
class ShowAfter:
    """What a write shows once it is kept: the page at `url`, or its named block."""

    url: str
    block: str = "page"
    notice: str = ""
    # A part of the page where one already is: the browser's address stays.
    stay: bool = False


def show_after(url: str, block: str = "page", notice: str = "", *, stay: bool = False) -> ShowAfter:
    """Say where the result of a write stands."""
    return ShowAfter(url, block, notice, stay)


def wants_fragment() -> bool:
    """Whether htmx asks for a part of a page; history is always restored from the whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type") == "partial"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def wants_no_page() -> bool:
    """Whether the word that a write is kept is enough (RFC 7240): nobody stands before the form."""
    return request.headers.get("Prefer") == "return=minimal"


def answer() -> Answer | None:
    """Set while a page is shown as the answer to a write."""
    found: Answer | None = request.environ.get(ANSWER)
    return found


def page(template: str, fragment: str = "page", **context: Any) -> Response:
    """Render the page, or the fragment that this address stands for."""
    given = answer()
    block = given.block if given else fragment
    # The layout writes only that block, whichever template defines it. jinja2-fragments looks in
    # the page's own template alone and would miss the layout's.
    only = block if wants_fragment() else None
    response = flask_response(render_template(template, only=only, **context))
    response.vary.update(("HX-Request", "HX-Request-Type"))
    return response


def respond(shown: ShowAfter) -> ResponseReturnValue:
    """Answer a kept write: the fragment itself to htmx, else a redirect to the page."""
    if wants_no_page():
        return "", 204
    if not wants_fragment():
        if shown.notice:
            flash(shown.notice)
        return redirect(shown.url, 303)
    shown_page = render_at(shown.url, Answer(block=shown.block, notice=shown.notice))
    made: Response = make_response(shown_page, push_url=False if shown.stay else shown.url)
    return made


def render_at(url: str, given: Answer) -> Response:
    """The page of another address, asked for by the same person, inside this request."""
    builder = EnvironBuilder(path=url, base_url=request.host_url, method="GET")
    for name in KEPT_HEADERS:
        if name in request.headers:
            builder.headers[name] = request.headers[name]
    environ = builder.get_environ()
    environ[ANSWER] = given
    environ["REMOTE_ADDR"] = request.remote_addr
    with current_app.request_context(environ):
        return current_app.full_dispatch_request()


def notice() -> str:
    """What was just done, in words, for the page that shows it."""
    given = answer()
    return given.notice if given else " ".join(str(message) for message in get_flashed_messages())


def notice_problem() -> str:
    """Why the form that is shown again was refused."""
    given = answer()
    return given.problem if given else ""


def typed(name: str, default: Any = "") -> Any:
    """What was typed in the refused form that is shown again, else the default."""
    given = answer()
    if given is None or given.typed is None:
        return default
    return given.typed.get(name, default)


def ticked(name: str, default: bool) -> bool:  # noqa: FBT001 - as macros pass it
    """Whether a box was ticked in the refused form that is shown again, else the default."""
    given = answer()
    return default if given is None or given.typed is None else name in given.typed


def problem_of(name: str) -> str:
    """What is wrong with that field."""
    given = answer()
    return given.errors.get(name, "") if given else ""
