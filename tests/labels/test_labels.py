"""What is printed opens its thing: on the server, on the scan page, by the phone itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import segno
from flask import Flask

from partsweb.codes import own
from partsweb.stock import queries as stock
from tests.support.company import (
    a_part,
    a_person,
    a_technician,
    a_warehouse,
    an_order,
    given,
    in_stock,
    signed_in,
)

HOST = "https://parts.example.com"
OWN = Path(own.__file__).parents[1] / "static" / "js" / "lib" / "own-codes.js"


@pytest.mark.parametrize("kind", ["part", "location", "order", "serial"])
def test_a_label_opens_its_thing(app: Flask, kind: str):
    with given(app):
        fan, depot = a_part(serialized=True), a_warehouse()
        in_stock(fan, depot, 1, serials=["SN-1"])
        things: dict[str, Any] = {
            "part": fan,
            "location": depot,
            "order": an_order("Boiler"),
            "serial": stock.serials_at(fan, depot)[0],
        }
        key: UUID | str = things["order"].number if kind == "order" else things[kind].id
        thing_id, cora = things[kind].id, a_person("coordinator")
    client = signed_in(app, cora)

    printed = client.get(f"/labels/{kind}/{thing_id}?copies=3")
    address = own.address("http://localhost", kind, key)
    opened = client.get(address.removeprefix("HTTP://LOCALHOST"))
    scanned = client.get("/scan", query_string={"code": address})

    assert printed.text.count("data:image/svg+xml") == 3
    assert opened.status_code == 303
    assert opened.location in scanned.text
    assert client.get(opened.location).status_code == 200


def test_a_technician_opens_no_label_of_an_order_that_isnt_his(app: Flask):
    with given(app):
        number = an_order("Boiler", assigned_to=a_technician("Tom")).number
        tess = a_technician("Tess")
    client = signed_in(app, tess)

    answer = client.get(f"/C/O/{number}")

    assert (answer.status_code == 303 and client.get(answer.location).status_code == 404) or (
        answer.status_code == 404
    )


@pytest.mark.parametrize("path", ["/C/P/short", "/C/X/AAAA", "/C/O/SR-999999", "/labels/core/1"])
def test_an_address_that_stands_for_nothing_isnt_there(app: Flask, path: str):
    with given(app):
        cora = a_person("coordinator")
    client = signed_in(app, cora)

    assert client.get(path).status_code == 404


def test_the_code_is_short_enough_for_a_small_label():
    code = segno.make(own.address(HOST, "part", uuid4()), error="m", micro=False)

    assert code.mode == "alphanumeric"
    assert code.symbol_size()[0] <= 41  # modules, with the quiet zone


@pytest.mark.skipif(shutil.which("node") is None, reason="without Node there is no phone")
def test_the_phone_reads_what_the_server_prints():
    ids = [uuid4() for _ in range(20)]
    texts = [own.address(HOST, kind, one) for one in ids for kind in ("part", "location", "serial")]
    texts += [own.address(HOST, "order", "SR-000145"), "https://a.example/c/p/nonsense", "VK4105"]
    script = f"import {{ pathOf }} from {json.dumps(OWN.as_uri())}; "
    script += (
        "console.log(JSON.stringify(JSON.parse(process.argv[1]).map((one) => pathOf(one) ?? null)))"
    )
    command = ["node", "--input-type=module", "-e", script, json.dumps(texts)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    places = ("parts", "locations", "serials")
    wanted = [f"/{place}/{one}" for one in ids for place in places]
    assert json.loads(done.stdout) == [*wanted, "/orders/SR-000145", None, None]
    read = [own.read(text) for text in texts[:60]]
    assert [found.id for found in read if found] == [one for one in ids for _ in range(3)]
    assert not re.search("[a-z]", texts[0])
