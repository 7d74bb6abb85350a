"""The door of every route: who may, and how a write is kept.

`@reads("see orders")`, `@writes("install parts")` and `@open_to_all` are the only ways in; a test
lists every route with its door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import InvalidOperation
from functools import wraps
from typing import Any, Protocol
from uuid import UUID

from flask import Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from partsweb.extensions import db
from partsweb.kit import operation
from partsweb.kit.event import event
from partsweb.kit.pages import Answer, ShowAfter, page, render_at, respond, wants_fragment
from partsweb.kit.refusal import NotAllowed, Refusal
from partsweb.kit.safety import refuse_unreadable_fields
from partsweb.kit.writing import written

View = Callable[..., Any]
Taking = Callable[[MultiDict[str, FileStorage]], Any]
SIGNED_IN = "be signed in"
NAMED = "_file"
# Sent with the files of a write before its transaction begins: who reads them may take their time.
files_came_in = event("files-came-in")
# A write names files that came before it: sent with by=, the person's id, to bring them in.
files_are_named = event("files-are-named")
# An operation that a phone sent later is refused: sent with refusal= and by=, the person's id.
could_not_apply = event("could-not-apply")
# An operation is applied that corrects an earlier one: sent with by=, the person's id.
corrected = event("corrected")
BROKEN = "Something broke on our side. It is kept, and the coordinator sees it."


class Person(Protocol):
    """Whoever is at the door."""

    id: UUID
    name: str

    def may(self, act: str) -> bool:
        """Whether the person's roles allow the act."""


@dataclass(frozen=True)
class Door:
    """Who may come in: `act` is what roles are asked for; None lets everybody in."""

    act: str | None
    writes: bool


def opens(endpoint: str, person: Person) -> bool:
    """Whether the person may come in at the door of that page."""
    act = current_app.view_functions[endpoint].door.act  # type: ignore[union-attr]
    return act is None or act == SIGNED_IN or person.may(act)


def open_to_all(view: View) -> View:
    """No sign-in needed. Writes behind it look after themselves."""
    view.door = Door(None, writes=False)  # type: ignore[attr-defined]
    return view


def reads(act: str) -> Callable[[View], View]:
    """A page for those who may do `act`; it changes nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            _let_in(act)
            shown: ResponseReturnValue = view(**arguments)
            return shown

        door.door = Door(act, writes=False)  # type: ignore[attr-defined]
        return door

    return decorate


def writes(act: str, *, takes_in: Taking | None = None) -> Callable[[View], View]:
    """The door of every write, in this order and no other.

    Who is it and may they (a short read); take in the body and its files; begin the write
    transaction; the operation's row first; the view's work; commit; show.

    `takes_in` reads what comes here, where it isn't a form with photos or papers.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            _refuse_others_operation(signed_in())
            if named := request.form.getlist(NAMED):
                files_are_named.send(tuple(named), by=signed_in().id)
            sent = operation.read(request, request.endpoint or "", arguments)
            g.sent = sent
            try:
                _let_in(act)
                refuse_unreadable_fields()
                _take_in_files(takes_in)
                shown = written(lambda: _once(view, arguments, sent))
            except Refusal as refusal:
                return _refused(refusal, sent)
            except (OverflowError, InvalidOperation, DataError, IntegrityError) as error:
                return _refused(_in_words(error), sent)
            except Exception as error:
                if not sent.replayed or isinstance(error, HTTPException):
                    raise
                # A crash of ours must not block the phone's other work for ever.
                current_app.logger.exception("a replayed operation broke")
                return _refused(Refusal(BROKEN), sent)
            return _acknowledged(shown, sent)

        door.door = Door(act, writes=True)  # type: ignore[attr-defined]
        return door

    return decorate


def signed_in() -> Person:
    """The person at the door, or 401."""
    person: Person | None = g.get("person")
    if person is None:
        abort(401)
    return person


def occurred_at() -> Any:
    """When the person did it, by the device's clock as far as it is believed."""
    return g.sent.occurred_at


def _let_in(act: str) -> None:
    person = signed_in()
    if act != SIGNED_IN and not person.may(act):
        raise NotAllowed(f"Your role does not {act}.")


def _take_in_files(takes_in: Taking | None) -> None:
    if takes_in or request.files:
        db.session.rollback()  # no connection is held while files are read
        (takes_in or files_came_in.send)(request.files)


def _once(view: View, arguments: dict[str, Any], sent: operation.Sent) -> ShowAfter:
    person_id = signed_in().id
    if operation.begin(sent, by=person_id):
        if sent.replaces:
            corrected.send(sent, by=person_id)
        shown: ShowAfter = view(**arguments)
        kept = operation.recorded(sent.id, by=person_id)
        kept.location, kept.block, kept.notice = shown.url, shown.block, shown.notice
    else:
        kept = operation.recorded(sent.id, by=person_id)
        shown = ShowAfter(kept.location, kept.block, kept.notice)
    return shown


def _in_words(error: Exception) -> Refusal:
    """What only the database noticed. It is logged: a rule that says it better may be missing."""
    current_app.logger.warning("refused by the database", exc_info=error)
    if isinstance(error, IntegrityError):
        return Refusal("Somebody else entered the same just now. Look again before you repeat it.")
    return Refusal("A number or a day in it is too large to be kept. Check what you entered.")


def _acknowledged(shown: ShowAfter, sent: operation.Sent) -> Response:
    response = current_app.make_response(respond(shown))
    # A captive portal also answers 200: only this header says that the write is kept.
    response.headers["Operation"] = str(sent.id)
    return response


def _refused(refusal: Refusal, sent: operation.Sent) -> Response:
    """A no to an operation, acknowledged; one that was sent later is kept whole by who listens."""
    db.session.rollback()
    written(lambda: _note_refused(sent, refusal))
    response = current_app.make_response(refuse(refusal))
    response.headers["Operation"] = str(sent.id)
    response.headers["Operation-Outcome"] = "refused"
    return response


def _note_refused(sent: operation.Sent, refusal: Refusal) -> None:
    operation.note_refused(sent.device_id, sent.device_number)
    if sent.replayed:
        could_not_apply.send(sent, refusal=refusal, by=signed_in().id)


def _refuse_others_operation(person: Person) -> None:
    """What waits on a shared phone goes out only when its owner is signed in."""
    meant = request.headers.get("For-Person", "")
    if meant and meant != str(person.id):
        abort(403, "This was entered by somebody else, and waits until they sign in.")


def refuse(refusal: Refusal) -> ResponseReturnValue:
    """Say no where the person stands: in the form, with what was typed, or on a page of its own."""
    db.session.rollback()
    if wants_fragment() and request.method == "POST":
        shown = page("layout/refusal.html", "problem", refusal=refusal)
        return shown, refusal.status
    if request.method == "POST" and refusal.status == 422 and _has_form():
        answer = Answer(problem=refusal.text, errors=refusal.errors, typed=request.form)
        return render_at(request.full_path, answer), 422
    return page("layout/refusal.html", refusal=refusal), refusal.status


def _has_form() -> bool:
    """Whether the same address shows the form that was sent."""
    try:
        current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    except (NotFound, MethodNotAllowed):
        return False
    return True
