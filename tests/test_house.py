"""What import-linter can't see: doors, routes, the ladder of tables and templates, short views.

A new route needs its line in ROUTES: who reads the list knows everything that can be asked for.
"""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import meta
from werkzeug.routing import Rule

from partsweb.kit import clock
from partsweb.kit.door import Door
from partsweb.kit.safety import HEADERS
from partsweb.kit.table import Table
from partsweb.models import METADATA
from partsweb.orders import fitting
from partsweb.people import permissions
from partsweb.people.permissions import ACTS, ROLES, allowed
from tests.support.company import (
    a_part,
    a_person,
    a_price,
    a_purchase_order,
    a_site,
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

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ROOT / "partsweb"
TEMPLATES = ROOMS / "templates"
LONGEST_VIEW = 25

# address, method, act; "everybody" needs no sign-in.
ROUTES = """
/                                                                GET  be signed in
/C/<letter>/<key>                                                GET  be signed in
/account                                                         GET  be signed in
/account/confirmation                                            GET  be signed in
/account/confirmation                                            POST be signed in
/account/confirmation/options                                    GET  be signed in
/account/other-sign-ins/end                                      POST be signed in
/account/passkeys                                                POST be signed in
/account/passkeys/<uuid:passkey_id>/removal                      POST be signed in
/account/passkeys/options                                        GET  be signed in
/account/password                                                GET  be signed in
/account/password                                                POST be signed in
/account/sign-ins/<uuid:sign_in_id>/end                          POST be signed in
/admin                                                           GET  manage people
/admin/people/<uuid:person_id>                                   GET  manage people
/admin/people/<uuid:person_id>                                   POST manage people
/admin/people/<uuid:person_id>/password                          GET  manage people
/admin/people/<uuid:person_id>/password                          POST manage people
/admin/people/<uuid:person_id>/sign-ins/end                      POST manage people
/admin/people/<uuid:person_id>/van                               GET  manage locations
/admin/people/<uuid:person_id>/van                               POST manage locations
/admin/people/new                                                GET  manage people
/admin/people/new                                                POST manage people
/agreements                                                      GET  see prices
/agreements/<uuid:agreement_id>                                  GET  see prices
/agreements/<uuid:agreement_id>                                  POST keep the catalogue
/agreements/<uuid:agreement_id>/prices                           POST keep the catalogue
/agreements/new                                                  GET  keep the catalogue
/agreements/new                                                  POST keep the catalogue
/approvals                                                       GET  decide
/approvals/<uuid:approval_id>                                    GET  be signed in
/approvals/<uuid:approval_id>                                    POST decide
/attachments/<uuid:attachment_id>                                GET  be signed in
/attachments/<uuid:attachment_id>/file                           GET  be signed in
/attachments/<uuid:attachment_id>/removal                        POST be signed in
/attachments/<uuid:attachment_id>/thumbnail                      GET  be signed in
/billing                                                         GET  see bills
/billing/<number>                                                GET  see bills
/billing/<number>                                                POST bill orders
/billing/<number>/reversal                                       POST bill orders
/billing/lines.<ending>                                          GET  see bills
/blank/cancellation                                              GET  request parts
/blank/installation                                              GET  install parts
/blank/part                                                      GET  see parts
/blank/photos                                                    GET  work on orders
/c/<letter>/<key>                                                GET  be signed in
/catalogue-requests                                              GET  see parts
/catalogue-requests/<uuid:request_id>                            GET  see parts
/catalogue-requests/<uuid:request_id>/creation                   GET  keep the catalogue
/catalogue-requests/<uuid:request_id>/creation                   POST keep the catalogue
/catalogue-requests/<uuid:request_id>/decline                    GET  keep the catalogue
/catalogue-requests/<uuid:request_id>/decline                    POST keep the catalogue
/catalogue-requests/<uuid:request_id>/merge                      GET  keep the catalogue
/catalogue-requests/<uuid:request_id>/merge                      POST keep the catalogue
/catalogue-requests/new                                          GET  request parts
/catalogue-requests/new                                          POST request parts
/consignment                                                     GET  see prices
/consignment/dues.<ending>                                       GET  see prices
/cores                                                           GET  see orders
/cores/<uuid:core_id>                                            GET  see orders
/cores/<uuid:core_id>/charge                                     POST settle cores
/cores/<uuid:core_id>/credit                                     POST settle cores
/cores/<uuid:core_id>/shipping                                   POST return cores
/cores/<uuid:core_id>/step-back                                  POST return cores
/cores/<uuid:core_id>/tag                                        POST return cores
/cores/list.<ending>                                             GET  see prices
/count-lines/<uuid:line_id>                                      GET  count stock
/count-lines/<uuid:line_id>/reversal                             POST move stock
/count-lines/<uuid:line_id>/tally                                POST count stock
/counter-purchases/new                                           GET  buy at a counter
/counter-purchases/new                                           POST buy at a counter
/counts                                                          GET  count stock
/counts/<uuid:count_id>                                          GET  count stock
/counts/<uuid:count_id>/cancellation                             POST count stock
/counts/<uuid:count_id>/end                                      GET  count stock
/counts/<uuid:count_id>/end                                      POST count stock
/counts/<uuid:count_id>/lines/new                                GET  count stock
/counts/<uuid:count_id>/lines/new                                POST count stock
/counts/<uuid:count_id>/posting                                  POST count stock
/counts/<uuid:count_id>/recount                                  POST count stock
/counts/<uuid:count_id>/sheet.<ending>                           GET  count stock
/counts/all                                                      POST move stock
/counts/new                                                      GET  count stock
/counts/new                                                      POST count stock
/customers/<uuid:customer_id>/history                            GET  see all orders
/discrepancies/<uuid:discrepancy_id>                             GET  see deliveries
/discrepancies/<uuid:discrepancy_id>/acceptance                  POST buy parts
/discrepancies/<uuid:discrepancy_id>/credit                      POST buy parts
/discrepancies/<uuid:discrepancy_id>/photos                      POST receive parts
/discrepancies/<uuid:discrepancy_id>/question                    POST buy parts
/discrepancies/<uuid:discrepancy_id>/reopening                   POST buy parts
/discrepancies/<uuid:discrepancy_id>/replacement                 POST buy parts
/discrepancies/<uuid:discrepancy_id>/scrapping                   POST buy parts
/discrepancies/<uuid:discrepancy_id>/vendor-return               POST buy parts
/dispatch                                                        GET  see all orders
/dispatch/<what>                                                 GET  see all orders
/entries/<uuid:entry_id>                                         GET  see orders
/entries/<uuid:entry_id>/answer                                  GET  answer requests
/entries/<uuid:entry_id>/answer                                  POST answer requests
/entries/<uuid:entry_id>/cancellation                            GET  request parts
/entries/<uuid:entry_id>/cancellation                            POST request parts
/entries/<uuid:entry_id>/collection                              GET  install parts
/entries/<uuid:entry_id>/collection                              POST install parts
/entries/<uuid:entry_id>/installation                            GET  install parts
/entries/<uuid:entry_id>/installation                            POST install parts
/entries/<uuid:entry_id>/not-used                                GET  install parts
/entries/<uuid:entry_id>/not-used                                POST install parts
/entries/<uuid:entry_id>/photos                                  GET  work on orders
/entries/<uuid:entry_id>/photos                                  POST work on orders
/entries/<uuid:entry_id>/purchase                                GET  put on purchase orders
/entries/<uuid:entry_id>/purchase                                POST put on purchase orders
/entries/<uuid:entry_id>/substitution                            GET  answer requests
/entries/<uuid:entry_id>/substitution                            POST answer requests
/entries/<uuid:entry_id>/warranty                                GET  request parts
/entries/<uuid:entry_id>/warranty                                POST request parts
/entries/<uuid:entry_id>/warranty/withdrawal                     POST request parts
/exceptions                                                      GET  resolve exceptions
/exceptions/<uuid:exception_id>                                  GET  be signed in
/exceptions/<uuid:exception_id>/files/<uuid:file_id>             GET  be signed in
/exceptions/<uuid:exception_id>/resolution                       POST resolve exceptions
/follow-ups                                                      GET  follow up
/follow-ups/<kind>/<uuid:subject_id>/new                         GET  follow up
/follow-ups/<kind>/<uuid:subject_id>/new                         POST follow up
/follow-ups/<uuid:task_id>                                       GET  follow up
/follow-ups/<uuid:task_id>/completion                            POST follow up
/follow-ups/<uuid:task_id>/edit                                  GET  follow up
/follow-ups/<uuid:task_id>/edit                                  POST follow up
/follow-ups/<uuid:task_id>/reopening                             POST follow up
/imports                                                         GET  import data
/imports/<uuid:import_id>                                        GET  import data
/imports/<uuid:import_id>/changes.<ending>                       GET  import data
/imports/<uuid:import_id>/check                                  POST import data
/imports/<uuid:import_id>/columns                                GET  import data
/imports/<uuid:import_id>/columns                                POST import data
/imports/<uuid:import_id>/end                                    POST import data
/imports/<uuid:import_id>/keeping                                POST import data
/imports/<uuid:import_id>/problems.<ending>                      GET  import data
/imports/new/<kind>                                              GET  import data
/imports/new/<kind>                                              POST import data
/imports/templates/<kind>.<ending>                               GET  import data
/installations/<uuid:installation_id>/correction                 GET  correct installations
/installations/<uuid:installation_id>/correction                 POST correct installations
/installations/<uuid:installation_id>/reversal                   GET  correct installations
/installations/<uuid:installation_id>/reversal                   POST correct installations
/invitations                                                     GET  invite people
/invitations/<uuid:invitation_id>                                GET  invite people
/invoices                                                        GET  see invoices
/invoices/<uuid:invoice_id>                                      GET  see invoices
/invoices/<uuid:invoice_id>/comparison                           POST enter invoices
/invoices/<uuid:invoice_id>/papers                               GET  enter invoices
/invoices/<uuid:invoice_id>/papers                               POST enter invoices
/invoices/new                                                    GET  enter invoices
/invoices/new                                                    POST enter invoices
/invoices/not-billed                                             GET  see invoices
/invoices/not-billed.<ending>                                    GET  see invoices
/invoices/variances/<uuid:variance_id>                           GET  accept invoices
/invoices/variances/<uuid:variance_id>                           POST accept invoices
/join                                                            GET  everybody
/join                                                            POST everybody
/join/completion                                                 POST everybody
/labels/<kind>/<uuid:thing_id>                                   GET  be signed in
/locations                                                       GET  see stock
/locations/<uuid:location_id>                                    GET  see stock
/locations/<uuid:location_id>/edit                               GET  manage locations
/locations/<uuid:location_id>/edit                               POST manage locations
/locations/<uuid:location_id>/holder                             GET  manage locations
/locations/<uuid:location_id>/holder                             POST manage locations
/locations/new                                                   GET  manage locations
/locations/new                                                   POST manage locations
/manifest.webmanifest                                            GET  everybody
/month-end                                                       GET  see month-end
/month-end/<month>                                               GET  see month-end
/month-end/<month>                                               POST close months
/month-end/<month>/evidence                                      GET  see month-end
/month-end/<month>/pack.xlsx                                     GET  see month-end
/more                                                            GET  be signed in
/movements/<int:movement_id>                                     GET  see stock
/movements/<int:movement_id>/reversal                            GET  move stock
/movements/<int:movement_id>/reversal                            POST move stock
/notices/<uuid:notice_id>                                        GET  be signed in
/notices/<uuid:notice_id>/put-away                               POST be signed in
/notices/put-away                                                POST be signed in
/offline                                                         GET  everybody
/orders                                                          GET  see orders
/orders/<number>                                                 GET  see orders
/orders/<number>/details                                         GET  see orders
/orders/<number>/installations/new                               GET  install parts
/orders/<number>/installations/new                               POST install parts
/orders/<number>/notes/new                                       GET  work on orders
/orders/<number>/notes/new                                       POST work on orders
/orders/<number>/parts/ask                                       GET  request parts
/orders/<number>/parts/ask                                       POST request parts
/orders/<number>/parts/new                                       GET  request parts
/orders/<number>/parts/new                                       POST request parts
/orders/<number>/plan                                            GET  plan orders
/orders/<number>/plan                                            POST plan orders
/orders/<number>/state                                           GET  work on orders
/orders/<number>/state                                           POST work on orders
/orders/<number>/timeline                                        GET  see orders
/orders/<number>/van                                             GET  install parts
/orders/new                                                      GET  plan orders
/orders/new                                                      POST plan orders
/parts                                                           GET  see parts
/parts/<uuid:part_id>                                            GET  see parts
/parts/<uuid:part_id>/barcodes/<uuid:barcode_id>/removal         POST keep the catalogue
/parts/<uuid:part_id>/barcodes/new                               GET  teach codes
/parts/<uuid:part_id>/barcodes/new                               POST teach codes
/parts/<uuid:part_id>/edit                                       GET  keep the catalogue
/parts/<uuid:part_id>/edit                                       POST keep the catalogue
/parts/<uuid:part_id>/movements                                  GET  see stock
/parts/<uuid:part_id>/photos/new                                 GET  keep the catalogue
/parts/<uuid:part_id>/photos/new                                 POST keep the catalogue
/parts/<uuid:part_id>/references/new                             GET  keep the catalogue
/parts/<uuid:part_id>/references/new                             POST keep the catalogue
/parts/<uuid:part_id>/reorder-levels                             GET  move stock
/parts/<uuid:part_id>/reorder-levels                             POST move stock
/parts/<uuid:part_id>/reorder-levels/<uuid:location_id>/removal  POST move stock
/parts/new                                                       GET  keep the catalogue
/parts/new                                                       POST keep the catalogue
/parts/restock                                                   GET  buy parts
/parts/restock                                                   POST buy parts
/parts/stock.<ending>                                            GET  see stock
/people/<uuid:person_id>/invitations                             POST invite people
/phone                                                           GET  be signed in
/phone/ahead                                                     GET  be signed in
/phone/catalogue                                                 GET  see parts
/phone/files                                                     POST be signed in
/phone/files/<digest>                                            GET  be signed in
/phone/withdrawals                                               POST be signed in
/ping                                                            GET  be signed in
/purchase-lines/<uuid:line_id>                                   GET  buy parts
/purchase-lines/<uuid:line_id>                                   POST buy parts
/purchase-lines/<uuid:line_id>/came-instead                      GET  receive parts
/purchase-lines/<uuid:line_id>/units                             GET  receive parts
/purchase-lines/<uuid:line_id>/removal                           POST buy parts
/purchasing                                                      GET  see deliveries
/purchasing/<number>                                             GET  see deliveries
/purchasing/<number>/cancellation                                POST buy parts
/purchasing/<number>/closing                                     POST buy parts
/purchasing/<number>/edit                                        GET  buy parts
/purchasing/<number>/edit                                        POST buy parts
/purchasing/<number>/expected                                    GET  buy parts
/purchasing/<number>/expected                                    POST buy parts
/purchasing/<number>/lines/new                                   GET  buy parts
/purchasing/<number>/lines/new                                   POST buy parts
/purchasing/<number>/papers                                      POST buy parts
/purchasing/<number>/placing                                     POST buy parts
/purchasing/<number>/receipts/new                                GET  receive parts
/purchasing/<number>/receipts/new                                POST receive parts
/purchasing/<number>/withdrawal                                  POST buy parts
/purchasing/discrepancies                                        GET  see deliveries
/purchasing/new                                                  GET  buy parts
/purchasing/new                                                  POST buy parts
/purchasing/requests                                             GET  put on purchase orders
/receipts/<uuid:receipt_id>                                      GET  see deliveries
/receipts/<uuid:receipt_id>/papers                               POST receive parts
/receipts/<uuid:receipt_id>/reversal                             GET  receive parts
/receipts/<uuid:receipt_id>/reversal                             POST receive parts
/references/<uuid:reference_id>/edit                             GET  keep the catalogue
/references/<uuid:reference_id>/edit                             POST keep the catalogue
/references/<uuid:reference_id>/withdrawal                       POST keep the catalogue
/reports/usage                                                   GET  see usage
/reports/usage.<ending>                                          GET  see usage
/reports/valuation                                               GET  see prices
/reports/valuation.<ending>                                      GET  see prices
/reports/vendors                                                 GET  see invoices
/reports/vendors.<ending>                                        GET  see invoices
/requests                                                        GET  answer requests
/scan                                                            GET  see parts
/scan/lesson                                                     GET  teach codes
/scan/lesson                                                     POST teach codes
/serial-conflicts/<uuid:conflict_id>                             GET  receive parts
/serial-conflicts/<uuid:conflict_id>                             POST receive parts
/serials                                                         GET  see stock
/serials/<uuid:serial_id>                                        GET  see stock
/signin                                                          GET  everybody
/signin                                                          POST everybody
/signin/passkey                                                  POST everybody
/signin/passkey/options                                          GET  everybody
/signout                                                         POST be signed in
/sites/<uuid:site_id>/history                                    GET  see orders
/stock/adjustments/new                                           GET  move stock
/stock/adjustments/new                                           POST move stock
/stock/movements                                                 GET  see stock
/stock/negative                                                  GET  see stock
/stock/negative.<ending>                                         GET  see stock
/stock/transfers/new                                             GET  carry stock
/stock/transfers/new                                             POST carry stock
/sw.js                                                           GET  everybody
/to-collect                                                      GET  see orders
/transfer-lines/<uuid:line_id>/missing                           GET  carry stock
/transfer-lines/<uuid:line_id>/missing                           POST carry stock
/transfer-lines/<uuid:line_id>/removal                           POST carry stock
/transfer-steps/<uuid:step_id>/reversal                          POST carry stock
/transfers                                                       GET  carry stock
/transfers/<uuid:transfer_id>                                    GET  carry stock
/transfers/<uuid:transfer_id>/cancellation                       POST carry stock
/transfers/<uuid:transfer_id>/departure                          POST carry stock
/transfers/<uuid:transfer_id>/lines/new                          GET  carry stock
/transfers/<uuid:transfer_id>/lines/new                          POST carry stock
/transfers/<uuid:transfer_id>/picking                            POST carry stock
/transfers/<uuid:transfer_id>/receipt                            GET  carry stock
/transfers/<uuid:transfer_id>/receipt                            POST carry stock
/transfers/new                                                   GET  carry stock
/transfers/new                                                   POST carry stock
/vendors                                                         GET  see parts
/vendors/<uuid:vendor_id>                                        GET  see parts
/vendors/<uuid:vendor_id>/edit                                   GET  keep the catalogue
/vendors/<uuid:vendor_id>/edit                                   POST keep the catalogue
/vendors/new                                                     GET  keep the catalogue
/vendors/new                                                     POST keep the catalogue
/warranty/claims                                                 GET  see claims
/warranty/claims/<uuid:claim_id>                                 GET  see claims
/warranty/claims/<uuid:claim_id>                                 POST keep claims
/warranty/claims/<uuid:claim_id>/answer                          POST keep claims
/warranty/claims/<uuid:claim_id>/reopening                       POST keep claims
/warranty/claims/<uuid:claim_id>/sending                         POST keep claims
"""


def routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def door_of(app: Flask, rule: Rule) -> Door:
    door: Door = getattr(app.view_functions[rule.endpoint], "door")  # noqa: B009
    return door


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


# --- Routes and doors ------------------------------------------------------------------------


def test_every_route_has_a_door(app: Flask):
    without = [
        rule.endpoint
        for rule in routes(app)
        if not isinstance(getattr(app.view_functions[rule.endpoint], "door", None), Door)
    ]

    assert without == []


def test_every_route_stands_in_the_list_with_what_it_asks_for(app: Flask):
    listed = {tuple(line.split(maxsplit=2)) for line in ROUTES.strip().splitlines()}

    there = {
        (rule.rule, method, door_of(app, rule).act or "everybody")
        for rule in routes(app)
        for method in methods_of(rule)
    }

    unlisted = "\n".join(
        f"{rule:45} {method:4} {act}" for rule, method, act in sorted(there - listed)
    )
    assert not unlisted, f"add to ROUTES, if they are meant:\n{unlisted}"
    assert not listed - there, "no such routes any more"


def test_what_writes_stands_behind_a_door_that_writes(app: Flask):
    # Signing in and out look after themselves: there is no person yet, or no more.
    own = {
        "people.start",
        "people.sign_out",
        "passkeys.sign_in",
        "passkeys.confirm",
        "passkeys.look_at_invitation",
        "passkeys.complete_joining",
    }

    wrong = [
        rule.endpoint
        for rule in routes(app)
        if (methods_of(rule) == ["POST"]) != door_of(app, rule).writes and rule.endpoint not in own
    ]

    assert wrong == []


def test_every_act_at_a_door_is_in_the_table_of_roles(app: Flask):
    acts = {door_of(app, rule).act for rule in routes(app)} - {None, "be signed in"}

    assert acts <= set(ACTS)


def test_every_link_names_a_route_there_is(app: Flask):
    named = re.compile(r"""url_for\(\s*["']([\w.]+)["']|["'](\w+\.\w+)["'], ["']\w+["']\)""")
    there = {rule.endpoint for rule in app.url_map.iter_rules()}

    broken = [
        f"{name}: {found}"
        for name, source in templates()
        for match in named.finditer(without_comments(source))
        if (found := match[1] or match[2]) not in there
    ]

    assert broken == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_its_pages_and_no_others(app: Flask, role: str):
    with given(app):
        somebody = a_person(role)
    client = signed_in(app, somebody)

    wrong = []
    for rule in pages_without_parameters(app):
        act = door_of(app, rule).act
        status = client.get(rule.rule).status_code
        may = act is None or act == "be signed in" or allowed({role}, act)
        if status not in ({200, 303, 302, 404} if may else {403}):
            wrong.append((rule.rule, act, status))

    assert wrong == []


def test_who_is_not_signed_in_is_led_to_the_sign_in(app: Flask, client: FlaskClient):
    for rule in pages_without_parameters(app):
        answer = client.get(rule.rule)

        if door_of(app, rule).act is None:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.location) == (303, f"/signin?next={rule.rule}")


def pages_without_parameters(app: Flask) -> list[Rule]:
    return [rule for rule in routes(app) if methods_of(rule) == ["GET"] and not rule.arguments]


def test_an_unsafe_request_from_anywhere_else_is_refused(app: Flask):
    with given(app):
        somebody = a_person(*ROLES)
    client = signed_in(app, somebody)
    posts = [rule for rule in routes(app) if "POST" in (rule.methods or ())]

    for rule in posts:
        url = filled(rule)
        for site in ("cross-site", "same-site", "none"):
            assert client.post(url, headers={"Sec-Fetch-Site": site}).status_code == 403, url
        del client.environ_base["HTTP_SEC_FETCH_SITE"]
        assert client.post(url).status_code == 403, url
        assert client.post(url, headers={"Origin": "https://else.example"}).status_code == 403, url
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"

    assert len(posts) > 5


def filled(rule: Rule) -> str:
    """An address of the route that leads to nothing."""
    nobody = "00000000-0000-4000-8000-00000000dead"
    return re.sub(r"<int:\w+>", "1", re.sub(r"<(?:uuid:)?\w+>", nobody, rule.rule))


def test_every_answer_carries_the_protective_headers(app: Flask, client: FlaskClient):
    with given(app):
        somebody = a_person(*ROLES)
    inside = signed_in(app, somebody)

    answers = [inside.get(rule.rule) for rule in pages_without_parameters(app)]
    answers += [client.get("/signin"), client.get("/nowhere"), client.post("/signin")]

    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.request.path
        assert "no-cache" in answer.headers["Cache-Control"]
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]


# --- Prices ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["technician", "dispatcher"])
def test_what_a_part_costs_us_never_reaches(app: Flask, role: str):
    secret = "1234.56"
    with given(app):
        somebody = a_technician(van="Van 3") if role == "technician" else a_person(role)
        depot, vendor, valve = a_warehouse(), a_vendor(), a_part("VK4105", list_price="389")
        a_price(valve, vendor, secret, number="N-77")
        van = a_van("Van 8")
        for place in (depot, van):
            in_stock(valve, place, 8, cost=secret)
        order = an_order(assigned_to=somebody if role == "technician" else a_technician("Tom"))
        entry = an_entry(order, valve, 4, ready=1, on_order=2)
        purchase = a_purchase_order(vendor, (valve, 2, secret), ship_to=van)
    client = signed_in(app, somebody)
    ids: dict[str, list[Any]] = {
        "part_id": [valve.id],
        "vendor_id": [vendor.id],
        "location_id": [depot.id, van.id],
        "entry_id": [entry.id],
        "line_id": [line.id for line in purchase.lines],
        "number": [order.number, purchase.number],
        "movement_id": [1, 2],
    }

    told = [url for url, text in crawled(app, client, ids) if tells(text, secret)]

    assert told == []


def test_the_orders_of_others_never_reach_a_technician(app: Flask):
    with given(app):
        tess, tom, van, valve = a_technician(), a_technician("Tom"), a_van(), a_part()
        site = a_site("Mrs Notyours", "99 Hidden Row")
        order = an_order("Boiler hums at night", assigned_to=tom, site=site)
        order.number = "SR-777777"
        entry = an_entry(order, valve, 4, ready=1, by=tom)
        in_stock(valve, van, 1)
        fitted = fitting.install(entry, Decimal(2), source=van, by=tom, at=clock.now())
    ids: dict[str, list[Any]] = {
        "part_id": [valve.id],
        "location_id": [van.id],
        "entry_id": [entry.id],
        "installation_id": [one.id for one in fitted],
        "number": [order.number],
        "movement_id": [1, 2],
        "kind": ["order", "part-entry", "installation"],
        "subject_id": [order.id, entry.id, *(one.id for one in fitted)],
    }
    own = re.compile("Notyours|Hidden Row|hums at night|777777")

    told = [url for url, text in crawled(app, signed_in(app, tess), ids) if own.search(text)]

    assert told == []


def tells(text: str, secret: str) -> bool:
    """Whether the number is there, however it is written; also times 2 and 8, the quantities."""
    digits = text.replace(",", "").replace("\u00a0", "")
    return any(f"{float(secret) * times:.2f}" in digits for times in (1, 2, 8))


def crawled(
    app: Flask, client: FlaskClient, ids: dict[str, list[Any]]
) -> Iterator[tuple[str, str]]:
    """Every page that can be reached by links or by guessing, with its text."""
    waiting: list[str] = ["/", *guessed(app, ids)]
    seen: set[str] = set()
    while waiting:
        url = waiting.pop()
        if url in seen or len(seen) > 400:
            continue
        seen.add(url)
        answer = client.get(url)
        assert answer.status_code < 500, url
        if answer.mimetype == "text/html":
            yield url, answer.text
            waiting += links(answer.text)
        elif (answer.mimetype or "").startswith(("text/", "application/json")):
            yield url, answer.text
    assert len(seen) > 10


def guessed(app: Flask, ids: dict[str, list[Any]]) -> Iterator[str]:
    for rule in routes(app):
        if methods_of(rule) == ["GET"] and rule.arguments <= ids.keys():
            names = sorted(rule.arguments)
            for values in itertools.product(*(ids[name] for name in names)):
                with app.test_request_context():
                    yield app.url_for(rule.endpoint, **dict(zip(names, values, strict=True)))


def links(text: str) -> list[str]:
    found = {
        match.replace("&amp;", "&") for match in re.findall(r'(?:href|hx-get)="(/[^"#]*)', text)
    }
    return sorted(url for url in found if not urlsplit(url).path.startswith("/static/"))


def test_the_secret_would_be_noticed():
    assert tells("<td>1,234.56</td>", "1234.56")
    assert tells("in all 2,469.12", "1234.56")
    assert not tells("1,234.50", "1234.56")


# --- The ladder ------------------------------------------------------------------------------


def steps() -> dict[str, int]:
    """Room → its step of the ladder, the lowest is 0; from import-linter's contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    ladder = next(one for one in contracts["contracts"] if one["id"] == "ladder")["layers"]
    return {
        room: step
        for step, names in enumerate(reversed(ladder))
        for room in re.findall(r"\w+", names)
    }


def test_foreign_keys_point_down_the_ladder():
    step = steps()
    room_of = {
        mapper.class_.__tablename__: mapper.class_.__module__.split(".")[1]
        for mapper in Table.registry.mappers
    }

    upwards = [
        f"{table.name}.{key.parent.name} → {key.column.table.name}"
        for table in METADATA.tables.values()
        for key in table.foreign_keys
        if step[room_of[key.column.table.name]] > step[room_of[table.name]]
        or (
            step[room_of[key.column.table.name]] == step[room_of[table.name]]
            and room_of[key.column.table.name] != room_of[table.name]
        )
    ]

    assert upwards == []


# The start page names its sections; a refusal is told to those who are signed in and to others.
CHOOSE_AS_THEY_GO = {"today/start.html", "layout/refusal.html"}


def test_templates_take_only_from_rooms_below(app: Flask):
    step = steps() | {"layout": -1}
    wrong = []
    for name, source in templates():
        room = name.split("/")[0]
        for used in meta.find_referenced_templates(app.jinja_env.parse(source)):
            if used is None:
                assert name in CHOOSE_AS_THEY_GO
            elif used.split("/")[0] != room and step[used.split("/")[0]] >= step[room]:
                wrong.append(f"{name} takes {used}")

    assert wrong == []


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield path.relative_to(TEMPLATES).as_posix(), path.read_text()


FORBIDDEN_IN_TEMPLATES = {
    "a style of its own": r"<[^>{]*\sstyle\s*=|<style",
    "a script of its own": r"<script(?![^>]*\bsrc=)",
    "an event handler": r"<[^>{]*\son[a-z]+\s*=",
    "words marked safe": r"\|\s*safe\b|Markup\(|autoescape",
    "a script as an address": r"javascript:",
}


@pytest.mark.parametrize("what", FORBIDDEN_IN_TEMPLATES)
def test_no_template_has(what: str):
    pattern = re.compile(FORBIDDEN_IN_TEMPLATES[what])

    assert [name for name, source in templates() if pattern.search(without_comments(source))] == []


def without_comments(source: str) -> str:
    return re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)


def test_every_partial_says_in_its_first_line_what_it_needs():
    silent = [
        name
        for name, source in templates()
        if name.split("/")[-1].startswith("_") and not source.startswith("{#")
    ]

    assert silent == []


# --- Inside a room ---------------------------------------------------------------------------


def sources(*names: str) -> Iterator[tuple[str, ast.Module]]:
    for name in names:
        for path in sorted(ROOMS.glob(f"*/{name}.py")):
            yield path.relative_to(ROOMS).as_posix(), ast.parse(path.read_text())


# Rules and queries of a large room stand in files beside.
RULES = ("rules", "requesting", "answering", "fitting")
QUERIES = (
    "queries",
    *("installations", "open_requests", "places", "work_logs"),
    *("coming", "figures", "received", "seeing"),
)


def test_views_are_short():
    long = [
        f"{path} {view.name}: {lines} lines"
        for path, module in sources("*views")
        for view in module.body
        if isinstance(view, ast.FunctionDef)
        and (lines := (view.end_lineno or 0) - view.lineno + 1) > LONGEST_VIEW
    ]

    assert long == []


def test_only_the_door_commits():
    committed = [
        f"{path}:{call.lineno}"
        for path, module in sources("models", *QUERIES, *RULES, "forms", "views")
        for call in ast.walk(module)
        if isinstance(call, ast.Attribute) and call.attr in {"commit", "rollback", "begin"}
        if ast.unparse(call).startswith("db.session")
    ]

    assert committed == []


def test_rules_queries_and_models_know_no_flask():
    flask = {"flask", "flask_login", "htmx_flask"}
    wrong = [
        f"{path}:{node.lineno}"
        for path, module in sources("models", *QUERIES, *RULES)
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {name.split(".")[0] for name in names_of(node)} & flask
    ]

    assert wrong == []


def names_of(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]


def test_rules_take_who_did_it_by_name_only():
    loose = [
        f"{path} {rule.name}({argument.arg})"
        for path, module in sources(*RULES)
        for rule in module.body
        if isinstance(rule, ast.FunctionDef) and not rule.name.startswith("_")
        for argument in rule.args.args
        if argument.arg in {"by", "at", "source", "target"}
    ]

    assert loose == []


# --- Roles -----------------------------------------------------------------------------------


def test_the_table_of_roles_in_docs_is_the_one_in_force():
    written = (ROOT / "docs" / "roles.md").read_text()

    assert written == permissions.table_in_words(), (
        "python -m partsweb.people.permissions > docs/roles.md"
    )


def test_no_act_is_left_that_nobody_may_do():
    assert [act for act, roles in ACTS.items() if not roles] == []
