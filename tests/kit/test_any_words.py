"""Whatever people type, everywhere: kept and shown as it is, or refused in words.

The forms are found by walking the pages, so a new one is here by itself.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partsweb.approvals import rules as approvals
from partsweb.approvals.models import Matter
from partsweb.kit import clock
from partsweb.orders import fitting
from partsweb.people.models import Person
from partsweb.people.permissions import ROLES
from partsweb.timeline import rules as timeline
from tests.conftest import DATABASE
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_purchase_order,
    a_technician,
    a_van,
    a_vendor,
    a_warehouse,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)
from tests.support.forms import Field, Form, Page, together
from tests.test_house import links

SHARED = Path(os.environ.get("PARTSWEB_SHARED", Path(__file__).parents[3] / "shared"))
CANARY = "canary"
# So long is what is typed at once, where the field takes it.
SIZE = 190
NASTY = (
    f"<{CANARY} onload=alert(1)>\"'><{CANARY}>",
    f"</textarea></title></script><{CANARY}>&lt;&amp;amp;",
    "'; DROP TABLE parts; -- \" OR 1=1 \\",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7} %s %(name)s {0}",
    "عربي \u202eroop\u202c \u200b\u200d\ufeff z\u0335a\u0335l\u0335g\u0335o\u0335",
    "👩‍👩‍👧 🇬🇧 ﷽ ǅ ﬁ İ ı ẞ \U0001f9d1\U0001f3ff",
    "=cmd|' /C calc'!A0 +1 -1 @SUM(1)",
    "\x01\x08\x1b[31m\x7f\x85\u2028\u2029 end",
    "../../etc/passwd %00 %0d%0aSet-Cookie:a=b",
    "W" * 60,
)
# What a database may mind; how the rest is shown doesn't depend on it.
TO_STORE = (*NASTY[2:6], NASTY[7])
# A serial is shorter than the field for many of them.
SIZES = {"serials": 90, "damaged_serials": 90}
# Secret, or read as something else: a unit is written large, a sign-in name small.
NOT_SHOWN = {"password", "unit", "login"}
HISTORY = "/orders/SR-000145/timeline"
# So many pages of one kind are enough to have met each of its forms.
OF_ONE_KIND = 6
DOWNLOAD = re.compile(r"\.(csv|xlsx)\b")
EVERYWHERE = {"/", "/orders", "/scan", "/parts", "/more", "/account"}


def collected_strings() -> list[str]:
    """The big list of naughty strings, without what is empty."""
    collected = SHARED / "data" / "strings" / "blns.json"
    if not collected.exists():
        pytest.skip(f"{collected} is missing")
    return [text for text in json.loads(collected.read_text()) if text.strip()]


def packed(strings: Sequence[str], size: int) -> list[str]:
    """As many as fit side by side, in few texts."""
    texts: list[str] = []
    for one in strings:
        if texts and len(texts[-1]) + len(one) + 1 <= size:
            texts[-1] += f" {one}"
        else:
            texts.append(one[:size])
    return texts


@pytest.fixture
def boss(app: Flask) -> Person:
    """Somebody who may do everything, in a company where there is something of everything."""
    with given(app):
        boss = a_person(*ROLES, name="Bea")
        tess, depot, van = a_technician("Tess"), a_warehouse(), a_van(held_by=boss)
        vendor, valve, fan = a_vendor(), a_part("VK4105"), a_part("C7731", serialized=True)
        a_price(valve, vendor, "12.40", number="N-77")
        in_stock(valve, van, 50)
        in_stock(fan, van, 2, serials=("00417", "00418"))
        order = an_order(assigned_to=boss)
        order.number = "SR-000145"
        an_entry(order, fan, 1, ready=1)
        an_entry(order, valve, 1)
        entry = an_entry(order, valve, 4, ready=3)
        fitting.install(entry, Decimal(1), source=van, by=boss, at=clock.now())
        a_purchase_order(vendor, (valve, 5000, "12.40"), ship_to=depot)
        a_purchase_order(vendor, (fan, 5000, "90"), ship_to=depot)
        timeline.follow_up(order.subject, "Call her", by=boss)
        approvals.ask(order.subject, Matter.WARRANTY, "Fan", by=tess, at=clock.now())
    return boss


@pytest.fixture
def hers(app: Flask, boss: Person) -> FlaskClient:
    """Her hers."""
    return signed_in(app, boss)


def forms(app: Flask, hers: FlaskClient) -> list[Form]:
    """Every form that can be reached, once for each address it posts to and set of fields."""
    found: dict[Any, Form] = {}
    address = app.url_map.bind("localhost")
    waiting, seen, visits = ["/"], {"/"}, Counter[str]()
    while waiting:
        url = waiting.pop(0)
        page, _ = address.match(urlsplit(url).path, method="GET")
        visits[page] += 1
        if visits[page] > OF_ONE_KIND or DOWNLOAD.search(url):
            continue
        text = hers.get(url).text
        for form in Page(url, text).forms:
            endpoint, _ = address.match(urlsplit(form.action).path, method="POST")
            found.setdefault((endpoint, form.names), form)
        new = [link for link in links(text) if link not in seen]
        seen |= set(new)
        waiting += new
    return list(found.values())


def sent(hers: FlaskClient, form: Form, **typed: str) -> TestResponse:
    """The form, sent; whatever was typed, it is kept or refused."""
    answer = hers.post(form.action, data=form.filled(**typed))
    assert answer.status_code in {303, 422, 404, 403}, (form.action, typed, answer.status_code)
    return answer


def kept_and_read(hers: FlaskClient, form: Form, field: str, text: str) -> tuple[bool, bool]:
    """Whether it was kept, and whether she reads it where she is led or one page further."""
    answer = sent(hers, form, **{field: text})
    if answer.status_code != 303:
        return False, False
    led_to = hers.get(answer.location)
    linked = [url for url in reversed(links(led_to.text)) if url not in EVERYWHERE]
    further = [form.page, HISTORY, *linked]
    pages = ((url, hers.get(url).text) for url in further)
    for url, shown in itertools.chain([(answer.location, led_to.text)], pages):
        page = Page(url, shown)
        assert not any(CANARY in tag for tag in page.tags), (form.action, field, url)
        if all(together(line) in page.words for line in text.splitlines()):
            return True, True
    return True, field.split("-", maxsplit=1)[0] in NOT_SHOWN or not_asked(form, field)


def not_asked(form: Form, field: str) -> bool:
    """A vendor's name is asked only where none of the known ones is chosen."""
    return field == "vendor_name" and form.filled().get("vendor", [""]) != [""]


def texts_for(field: Field, collected: Iterator[str]) -> list[str]:
    """What is typed into it: the nasty ones, and some of the collected where they fit."""
    size = min(field.maxlength, SIZES.get(field.name.split("-")[0], SIZE))
    if DATABASE == "postgresql":
        return packed(TO_STORE, size)
    return [*packed(NASTY, size), *([next(collected), next(collected)] if size == SIZE else [])]


def test_every_field_says_how_long_it_may_be_and_longer_is_refused(app: Flask, hers: FlaskClient):
    for form in forms(app, hers):
        for field in form.words:
            assert field.maxlength >= (1000 if field.kind == "textarea" else 20), field.name

            answer = sent(hers, form, **{field.name: "x" * (field.maxlength + 1)})

            assert answer.status_code == 422, (form.action, field.name)
            assert " characters" in answer.text, (form.action, field.name)


def test_what_is_typed_is_shown_as_it_is_or_refused_in_words(app: Flask, hers: FlaskClient):
    collected, found = packed(collected_strings(), SIZE), forms(app, hers)
    some, typed = cycle(collected), 0
    fields: set[str] = set()
    kept: set[str] = set()
    unread = []

    for form, field in [(one, field) for one in found for field in one.words]:
        name = field.name.split("-")[0]
        fields.add(name)
        for text in texts_for(field, some):
            was_kept, read = kept_and_read(hers, form, field.name, text)
            typed += 1
            if was_kept:
                kept.add(name)
            if was_kept and not read:
                unread.append((form.action, name, text))

    assert unread == []
    assert len(kept) > 0.7 * len(fields), f"nothing was ever kept of {sorted(fields - kept)}"
    assert typed > (len(collected) if DATABASE == "sqlite" else len(fields))


def test_nonsense_where_something_is_chosen_or_counted_breaks_nothing(
    app: Flask, hers: FlaskClient
):
    nonsense = cycle([NASTY[0], NASTY[4], "NaN", "-Infinity", "1e999", "9" * 30, "-1", ""])
    for form in forms(app, hers):
        for name in {one.name for one in form.fields if not one.takes_words}:
            sent(hers, form, **{name: next(nonsense)})
