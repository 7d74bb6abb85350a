"""A no, worded for the person who reads it."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """What may not happen, why, and what to do instead.

    `field` names the form field that it is about, so that the form can point at it.
    """

    status = 422

    def __init__(self, text: str, *, field: str = "", errors: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.errors = errors or ({field: text} if field else {})


class NotFound(Refusal):
    """There is no such thing, or it is not for this person to see: both answer 404."""

    status = 404


class NotAllowed(Refusal):
    """The person is known, and may not."""

    status = 403
