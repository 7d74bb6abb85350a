from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from partsweb.kit.paging import paged
from partsweb.people.models import Person
from tests.support.company import a_person, given


@pytest.mark.parametrize(
    ("asked", "number", "shown"),
    [(1, 1, "abc"), (2, 2, "def"), (3, 3, "g"), (9, 3, "g"), (0, 1, "abc")],
)
def test_a_long_list_comes_in_pages_and_too_far_is_the_last(
    app: Flask, asked: int, number: int, shown: str
):
    with given(app):
        for name in "gfedcba":
            a_person("finance", name=name)

    with app.app_context():
        page = paged(select(Person).order_by(Person.name), number=asked, size=3)
        names = "".join(person.name for person in page.items)

    assert (page.number, names, page.total, page.pages) == (number, shown, 7, 3)


@pytest.mark.parametrize("there", [0, 2, 3])
def test_a_short_list_is_one_page_that_knows_its_length(app: Flask, there: int):
    with given(app):
        for _ in range(there):
            a_person("finance")

    with app.app_context():
        page = paged(select(Person), size=3)

    assert (len(page.items), page.total, page.pages, page.has_next) == (there, there, 1, False)
