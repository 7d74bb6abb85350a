"""The forms of a page, as a browser would fill and send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count

TYPED = {"text", "tel", "email", "search", "url", "password", "textarea"}
NUMBERS = {"decimal", "numeric"}
ONE_OF_MANY = {"radio", "button", "checkbox"}
# Chosen from columns of a file: the first choice is that there is none.
STAY_EMPTY = ("sheet", "column-")
_numbers = count(1)


@dataclass
class Field:
    """One field, and what stands in it when the page comes."""

    name: str
    kind: str
    value: str = ""
    maxlength: int = 0
    ticked: bool = False
    number: bool = False
    required: bool = False

    @property
    def takes_words(self) -> bool:
        """Whether people type words into it."""
        return self.kind in TYPED and not self.number


@dataclass
class Form:
    """A form that posts."""

    page: str
    action: str
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, those of rows without the row."""
        return tuple(sorted({one.name.split("-")[0] for one in self.fields}))

    @property
    def words(self) -> list[Field]:
        """The fields that people type words into."""
        return [one for one in self.fields if one.takes_words]

    def filled(self, **typed: str) -> dict[str, list[str]]:
        """As it is sent when these were typed; the rest as it comes, what is needed filled in."""
        sent: dict[str, list[str]] = {}
        for one in self.fields:
            if (value := self._comes(one, sent)) is not None:
                sent.setdefault(one.name, []).append(value)
        return sent | {name: [value] for name, value in typed.items()}

    def _comes(self, one: Field, sent: dict[str, list[str]]) -> str | None:
        if one.kind == "file" or (one.kind in ONE_OF_MANY and one.name in sent):
            return None
        if one.kind in {"radio", "checkbox"}:
            others = [each for each in self.fields if each.name == one.name]
            wanted = one.ticked or not any(each.ticked for each in others)
            return one.value if wanted else None
        if one.required and one.number:
            return "0" if one.value == "0" else "1"
        if one.required and not one.value:
            return f"Something {next(_numbers)}"
        return one.value


class Page(HTMLParser):
    """What a page says, and its forms; a browser takes it apart the same way."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.forms: list[Form] = []
        self.tags: set[str] = set()
        self.said: list[str] = []
        self._open: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, what its attributes say, and the field that it is."""
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.said += given.values()
        if tag == "form":
            self._open = Form(self.url, given.get("action", self.url))
            if given.get("method", "get").lower() == "post":
                self.forms.append(self._open)
        elif self._open is not None:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """A form, a select, an area ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Words of the page, or what stands in an area."""
        self.said.append(data)
        if self._area is not None:
            self._area.value += data.removeprefix("\n") if not self._area.value else data

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._open is not None
        if tag == "option" and self._select is not None:
            if "selected" in given or not (self._select.ticked or self._select.value):
                self._select.value = given.get("value", "")
                # An empty choice is one, where something need not be chosen.
                self._select.ticked = "selected" in given or self._select.name.startswith(
                    STAY_EMPTY
                )
            return
        if tag not in {"input", "select", "textarea", "button"} or not given.get("name"):
            return
        made = Field(
            name=given["name"],
            kind=given.get("type", "text") if tag == "input" else tag,
            value=given.get("value", ""),
            maxlength=int(given.get("maxlength", "0")),
            ticked="checked" in given,
            number=given.get("inputmode") in NUMBERS,
            required="required" in given,
        )
        if tag == "select":
            self._select = made
        elif tag == "textarea":
            self._area = made
        self._open.fields.append(made)

    @property
    def words(self) -> str:
        """All that a reader may see, spaces drawn together."""
        return together(" ".join(self.said))


def together(text: str) -> str:
    """With one space wherever there is any."""
    return " ".join(text.split())
