"""The catalogue as a phone fetches it: whole, then what changed; never a price."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from partsweb.catalogue import queries, rules
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.phone import packing
from tests.support.company import a_part, a_technician, a_vendor, given, signed_in

VECTORS = Path(__file__).parents[1] / "js" / "folding.json"
FIND = """
import { indexed } from "{lib}/catalogue-store.js";
import { PartSearch } from "{lib}/part-search.js";
const { text, asked } = JSON.parse(process.argv[1]);
const { lines, words } = indexed(text);
const search = new PartSearch(lines, words);
console.log(JSON.stringify(asked.map((one) => search.find(one).parts.map(({ sku }) => sku))));
"""

MERGE = """
import { indexed, merged } from "{lib}/catalogue-store.js";
const [before, change] = JSON.parse(process.argv[1]).map((one) => one.replace(/.*\\n/, ""));
process.stdout.write(merged(indexed(before), change).lines);
"""


def asked(app: Flask, since: str = "") -> tuple[int, dict[str, Any], list[str]]:
    with given(app):
        tess = a_technician("Tess")
    answer = signed_in(app, tess).get("/phone/catalogue", query_string={"since": since})
    if answer.status_code != 200:
        return answer.status_code, {}, []
    first, *lines = answer.text.split("\n")
    return answer.status_code, json.loads(first), [line for line in lines if line]


def test_a_phone_gets_the_whole_catalogue_in_order_and_no_price(app: Flask):
    with given(app):
        valve = a_part("VK4105", "Gas valve", serialized=True, list_price=Decimal("77.31"))
        rules.list_part(valve, a_vendor("Honeywell"), number="HW-1", price=Decimal("55.13"))
        rules.add_barcode(valve, "4006381333931", quantity=Decimal(12))
        a_part("A\tB", "First")

    _, said, lines = asked(app)

    assert said["count"] == 2
    assert lines[0].split("\t")[1:3] == ["A B", "First"]
    found = lines[1].split("\t")
    assert found[1:] == ["VK4105", "Gas valve", "EA", "s", "4006381333931\x1f12", "HW-1"]
    assert not any("77.3" in line or "55.1" in line for line in lines)


def test_later_it_gets_only_what_changed_and_what_is_gone(app: Flask):
    long_ago = clock.now() - timedelta(days=2)
    with given(app), clock.set_to(long_ago - timedelta(days=1)):
        a_part("STAYS", "Nothing happens to it")
    with given(app), clock.set_to(long_ago):
        a_part("GONE", "No longer sold")
        a_part("TAUGHT", "Gets a number")
    _, before, _ = asked(app)
    assert asked(app, before["version"])[0] == 204

    with given(app):
        taught, gone = queries.by_sku("TAUGHT"), queries.by_sku("GONE")
        assert taught is not None
        assert gone is not None
        rules.add_barcode(taught, "77712345")
        gone.active, gone_id = False, gone.id.hex

    _, said, lines = asked(app, before["version"])
    assert not said["whole"]
    assert said["count"] == 2
    assert sorted(line.split("\t")[-1] for line in lines) == [f"-{gone_id}", "77712345"]


@pytest.mark.parametrize("version", ["0.1.1", "1.x.2", "nonsense", "1.99999999999999.1"])
def test_a_version_that_cant_be_read_gives_it_whole(app: Flask, version: str):
    assert asked(app, version)[1]["whole"]


def test_server_and_phone_fold_text_alike():
    vectors = json.loads(VECTORS.read_text())
    for one in vectors["texts"]:
        assert queries.folded(one["text"]) == one["folded"]
        assert queries.compact(one["text"]) == one["compact"]
    for one in vectors["words"]:
        assert queries.words_of(one["sku"], one["description"], one["codes"]) == one["words"]


@pytest.mark.skipif(shutil.which("node") is None, reason="without Node there is no phone")
def test_the_phone_finds_the_same_parts_in_the_same_order(app: Flask):
    with given(app):
        vendor = a_vendor("Honeywell")
        for number in range(40):
            part = a_part(f"VK41{number:02d}", f"Gas valve {number} for boiler")
            rules.list_part(part, vendor, number=f"HW-88{number}-7")
        a_part("GA-1", "Gasket, flat")
        a_part("ÖL-2", "Ölfilter / Straße")
    texts = ["vk41 gas", "VK4105", "vk-41 05", "88317", "38-7", "ga", "valve boiler", "x"]
    texts += ["gasket", "gaskte", "olfilter", "vk4l05", "vlave", "filtre"]

    with app.app_context():
        servers = [[part.sku for part in queries.search(text)] for text in texts]
        text = packing.whole().split("\n", 1)[1]
    lib = Path(packing.__file__).parents[1] / "static" / "js" / "lib"
    told = json.dumps({"text": text, "asked": texts})
    script = FIND.replace("{lib}", lib.as_uri())
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, told],
        capture_output=True,
        text=True,
        check=True,
    )

    phones = json.loads(done.stdout)
    assert dict(zip(texts, phones, strict=True)) == dict(zip(texts, servers, strict=True))


def merged_on_phone(before: str, change: str) -> str:
    """The hash of what a phone has when it has put the change into what it held."""
    lib = Path(packing.__file__).parents[1] / "static" / "js" / "lib"
    script = MERGE.replace("{lib}", lib.as_uri())
    command = ["node", "--input-type=module", "-e", script, json.dumps([before, change])]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.skipif(shutil.which("node") is None, reason="without Node there is no phone")
def test_what_a_phone_has_after_changes_has_the_hash_that_the_server_says(app: Flask):
    # Beyond the basic plane, in a private area, with a tab: where orders of characters differ.
    skus = ["B", "a", "Ö", "\ue000", "\U0001f527", "A\tB", "A B", "A"]
    with given(app), clock.set_to(clock.now() - timedelta(days=1)):
        for sku in skus[:6]:
            a_part(sku, f"Part {sku}")
        gone = a_part("GONE")
    with app.app_context():
        whole = packing.whole()
    with given(app):
        for sku in skus[6:]:
            a_part(sku, "New")
        db.session.merge(gone).active = False

    with app.app_context():
        changes = packing.changed(clock.now() - timedelta(minutes=1))
        now = packing.whole()

    said = json.loads(changes.split("\n", 1)[0])
    assert not said["whole"]
    assert said["hash"] == hashlib.sha256(now.split("\n", 1)[1].encode()).hexdigest()
    assert said["hash"] == merged_on_phone(whole, changes)


def test_a_large_catalogue_is_packed_for_its_hash_only_now_and_then(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(packing, "LARGE", 1)
    now, hashes = clock.now(), []
    for minutes in (0, 5, 11):
        with given(app), clock.set_to(now + timedelta(minutes=minutes)):
            a_part(), a_part()
        with app.app_context(), clock.set_to(now + timedelta(minutes=minutes)):
            hashes.append(json.loads(packing.changed(now).split("\n", 1)[0])["hash"])

    assert hashes[0]
    assert hashes[1] is None
    assert hashes[2] not in {None, hashes[0]}
