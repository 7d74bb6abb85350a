"""What pages weigh and ask of the database: no clocks, so these hold on any machine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bench import weight
from partsweb.kit import clock
from partsweb.orders.models import OrderState
from partsweb.people.models import Person
from tests.support.company import (
    a_part,
    a_technician,
    a_van,
    an_entry,
    an_order,
    given,
    in_stock,
    signed_in,
)


def a_day_of_work(orders: int, *, parts: int) -> Person:
    """A technician with so many orders, each with so many parts, some of them in the van."""
    van = a_van("Van 3")
    tess = a_technician(van=van)
    for number in range(orders):
        state = OrderState.SCHEDULED if number else OrderState.IN_PROGRESS
        day = clock.now() + timedelta(hours=number)
        order = an_order(
            f"Boiler {number}, no hot water", assigned_to=tess, state=state, scheduled_for=day
        )
        for _ in range(parts):
            part = a_part(description=f"Gas valve {number}")
            in_stock(part, van, 2)
            an_entry(order, part, 2, waiting=1, ready=1)
    return tess


def loaded(client: FlaskClient, coding: str) -> list[weight.Fetched]:
    """The files of the start page's first load."""

    def fetch(address: str) -> tuple[bytes, str]:
        sent = client.get(address, headers={"Accept-Encoding": coding})
        assert sent.status_code == 200, address
        assert sent.headers.get("Content-Encoding", coding) == coding, address
        return sent.data, client.get(address).text

    return weight.first_load(fetch)


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_the_first_load_of_the_start_page_is_under_60_kb(app: Flask, coding: str):
    with given(app):
        tess = a_day_of_work(8, parts=2)

    files = loaded(signed_in(app, tess), coding)

    assert {file.kind for file in files} == {"html", "css", "js"}
    assert weight.total(files) < weight.LIMIT, sorted(files, key=lambda file: -file.compressed)


def test_the_first_load_follows_what_scripts_import_and_pages_bring(app: Flask):
    with given(app):
        tess = a_technician()

    fetched = [file.address for file in loaded(signed_in(app, tess), "gzip")]

    assert len(fetched) == len(set(fetched))
    names = {address.rsplit("/", 1)[-1] for address in fetched}
    assert {"htmx.min.js", "app.js", "operation.js", "ids.js", "tokens.css"} <= names
