"""Somebody at a screen: opens pages, follows links, fills the forms that stand there.

Nothing is sent that the page shown doesn't offer: a link, a button, a field, a choice that is
missing fails the test, as it would stop the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin

from flask import Flask
from flask.testing import FlaskClient

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
BLOCKS = {"form", "li", "fieldset", "section"}


@dataclass(eq=False)
class Node:
    """One element of a page."""

    tag: str
    given: dict[str, str]
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words, spaces drawn together."""
        return " ".join("".join(self._said()).replace("\u00a0", " ").split())

    def _said(self) -> Iterator[str]:
        for one in self.inside:
            yield one if isinstance(one, str) else f" {''.join(one._said())} "

    def all(self, *tags: str) -> Iterator[Node]:
        """Every element of these kinds in it, in order."""
        for one in self.inside:
            if isinstance(one, Node):
                if one.tag in tags:
                    yield one
                yield from one.all(*tags)

    def around(self, *tags: str) -> Iterator[Node]:
        """The elements of these kinds that it stands in, the nearest first."""
        above = self.parent
        while above is not None:
            if above.tag in tags:
                yield above
            above = above.parent


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("page", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.inside.append(made)
        if tag not in VOID:
            self.here = made

    def handle_endtag(self, tag: str) -> None:
        at: Node | None = self.here
        while at is not None and at.tag != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self.here = at.parent

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


class Desk:
    """Somebody's browser."""

    def __init__(self, app: Flask, login: str, password: str) -> None:
        self.browser: FlaskClient = app.test_client()
        self.happened_at = ""  # what the device says of what it sends late
        self.open("/signin").press("Sign in", login=login, password=password)

    # --- Reading ---------------------------------------------------------------------------

    def open(self, address: str) -> Desk:
        """Go to a page."""
        answer = self.browser.get(address, follow_redirects=True)
        assert answer.status_code == 200, f"{address}: {answer.status_code}\n{_words(answer.text)}"
        return self._look_at(answer)

    def follow(self, words: str, *, beside: str = "") -> Desk:
        """Tap the first link with these words, in the row that also says `beside`."""
        links = [each for each in self.page.all("a") if words in each.text]
        exactly = [each for each in links if each.text == words]
        if not links:  # a row's own link names the thing, its code stands beside it
            rows = [row for row in self.main.all("li", "tr") if words in row.text]
            links = [each for row in rows for each in row.all("a")]
        link = _nearest(exactly or links, beside, words, self)
        return self.open(urljoin(self.address, link.given["href"]))

    def hrefs(self, part: str) -> list[str]:
        """Where the page's links lead that have this in their address."""
        found = [each.given.get("href", "") for each in self.main.all("a")]
        return [urljoin(self.address, one) for one in found if part in one]

    def file(self, words: str) -> str:
        """What a link with these words downloads."""
        links = [each for each in self.main.all("a") if each.text == words]
        answer = self.browser.get(urljoin(self.address, links[0].given["href"]))
        assert answer.status_code == 200, f"{words}: {answer.status_code}"
        return answer.text.lstrip("\ufeff")

    def search(self, words: str) -> Desk:
        """Type into the page's search field."""
        [form] = [each for each in self.page.all("form") if each.given.get("role") == "search"]
        [typed] = [each for each in form.all("input") if each.given.get("type") == "search"]
        sent = [(name, value) for name, value in _as_it_comes(form) if name != typed.given["name"]]
        return self.open(_with(form.given["action"], [*sent, (typed.given["name"], words)]))

    def says(self, *words: str) -> Desk:
        """All of this stands on the page."""
        missing = [each for each in words if each not in self.words]
        assert not missing, f"{missing} not on {self.address}:\n{self.words}"
        return self

    def never_says(self, *words: str) -> Desk:
        """None of this stands on the page."""
        there = [each for each in words if each in self.words]
        assert not there, f"{there} on {self.address}:\n{self.words}"
        return self

    @property
    def words(self) -> str:
        """What the page says, on one line."""
        return self.main.text

    @property
    def main(self) -> Node:
        """The page's own part."""
        return next(self.page.all("main"), self.page)

    def field_ends(self, begins: str, *, beside: str) -> str:
        """How the field's name goes on that begins so, in the block that says `beside`."""
        for block in self.main.all("fieldset", "li"):
            for each in block.all("input", "textarea"):
                if beside in block.text and each.given.get("name", "").startswith(begins):
                    return each.given["name"].removeprefix(begins)
        raise AssertionError(f"no field {begins} beside {beside} on {self.address}")

    def row(self, *words: str) -> str:
        """What the first row with these words says."""
        for each in self.main.all("li", "tr"):
            if all(word in each.text for word in words):
                return each.text
        raise AssertionError(f"no row with {words} on {self.address}:\n{self.words}")

    # --- Writing ---------------------------------------------------------------------------

    def press(self, button: str, *, beside: str = "", **typed: Any) -> Desk:
        """Fill the form that the button stands in, and press it; it must be taken."""
        answer = self._send(button, beside, typed)
        said = _words(answer.text)
        assert answer.status_code == 200, f"{self.address}: {button}: {answer.status_code}\n{said}"
        return self._look_at(answer)

    def refused(self, button: str, *, beside: str = "", **typed: Any) -> str:
        """The same, where a no is expected: what the page says then."""
        answer = self._send(button, beside, typed)
        assert answer.status_code in {403, 422}, f"{button} was taken at {self.address}"
        return _words(answer.text)

    def _send(self, button: str, beside: str, typed: dict[str, Any]) -> Any:
        buttons = [
            each
            for each in self.page.all("button")
            if button in each.text and each.given.get("type", "submit") == "submit"
        ]
        exactly = [each for each in buttons if each.text == button]
        pressed = _nearest(exactly or buttons, beside, button, self)
        form = self._form_of(pressed)
        sent = _filled(form, typed, self.address)
        if pressed.given.get("name"):
            sent.append((pressed.given["name"], pressed.given.get("value", "")))
        if self.happened_at:
            sent.append(("occurred_at", self.happened_at))
        action = urljoin(self.address, pressed.given.get("formaction") or form.given["action"])
        return self.browser.post(
            action,
            data=_by_name(sent),
            content_type=form.given.get("enctype", "application/x-www-form-urlencoded"),
            follow_redirects=True,
        )

    def _form_of(self, button: Node) -> Node:
        if named := button.given.get("form"):
            return next(each for each in self.page.all("form") if each.given.get("id") == named)
        return next(button.around("form"))

    def _look_at(self, answer: Any) -> Desk:
        self.address = answer.request.full_path.removesuffix("?")
        self.page = _Reader(answer.text).root
        return self


def _words(text: str) -> str:
    page = _Reader(text).root
    return next(page.all("main"), page).text


def _nearest(found: list[Node], beside: str, words: str, desk: Desk) -> Node:
    """The first of them, or the one whose smallest surroundings say `beside`."""
    if not beside and found:
        return found[0]
    for each in found:
        for block in (each, *each.around(*BLOCKS)):
            if beside in block.text:
                return each
    there = " beside " + beside if beside else ""
    raise AssertionError(f"no {words!r}{there} on {desk.address}:\n{desk.words}")


# --- Forms, as a browser fills them --------------------------------------------------------------

Sent = list[tuple[str, Any]]


def _filled(form: Node, typed: dict[str, Any], address: str) -> Sent:
    fields = [each for each in form.all("input", "select", "textarea") if each.given.get("name")]
    sent = [pair for pair in _as_it_comes(form) if pair[0] not in typed]
    for name, value in typed.items():
        there = [each for each in fields if each.given["name"] == name]
        assert there, f"no field {name} at {address}: {sorted({f.given['name'] for f in fields})}"
        sent += [(name, each) for each in _chosen(there, value, address)]
    return sent


def _as_it_comes(form: Node) -> Sent:
    """What is sent when nobody touches it."""
    sent: Sent = []
    for each in form.all("input", "select", "textarea"):
        name, kind = each.given.get("name"), each.given.get("type", "text")
        if not name or kind == "file" or "disabled" in each.given:
            continue
        if kind in {"radio", "checkbox"} and "checked" not in each.given:
            continue
        sent.append((name, _stands_in(each)))
    return sent


def _stands_in(each: Node) -> str:
    if each.tag == "textarea":
        return "".join(one for one in each.inside if isinstance(one, str)).removeprefix("\n")
    if each.tag == "select":
        options = list(each.all("option"))
        chosen = [one for one in options if "selected" in one.given] or options[:1]
        return chosen[0].given.get("value", chosen[0].text) if chosen else ""
    kind = each.given.get("type", "text")
    return each.given.get("value", "on" if kind in {"radio", "checkbox"} else "")


def _chosen(there: list[Node], value: Any, address: str) -> list[Any]:
    """What is sent for it: typed words as they are, a choice by its value or its words."""
    kind = there[0].given.get("type", there[0].tag)
    if kind == "file":
        return [(BytesIO(content), name) for content, name in value]
    wanted = [str(one) for one in (value if isinstance(value, list) else [value])]
    if kind not in {"radio", "checkbox", "select"}:
        return wanted
    choices = _choices(there)
    return [_choice(choices, one, there[0].given["name"], address) for one in wanted]


def _choices(there: list[Node]) -> dict[str, str]:
    if there[0].tag == "select":
        return {one.given.get("value", one.text): one.text for one in there[0].all("option")}
    return {each.given.get("value", "on"): next(each.around("label")).text for each in there}


def _choice(choices: dict[str, str], wanted: str, name: str, address: str) -> str:
    if wanted in choices:
        return wanted
    for value, words in choices.items():
        if wanted in words:
            return value
    raise AssertionError(f"{name} can't be {wanted!r} at {address}: {list(choices.values())}")


def _by_name(sent: Sent) -> dict[str, list[Any]]:
    by_name: dict[str, list[Any]] = {}
    for name, value in sent:
        by_name.setdefault(name, []).append(value)
    return by_name


def _with(address: str, fields: Sent) -> str:
    return f"{address}?{urlencode(fields)}"
