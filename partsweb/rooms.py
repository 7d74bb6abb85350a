"""All rooms, opened for an app: their pages, the things they announce, what they listen to."""

from __future__ import annotations

from flask import Flask

from partsweb.approvals import views as approvals
from partsweb.approvals.rules import decided
from partsweb.attachments import intake
from partsweb.attachments import views as attachments
from partsweb.billing import views as billing
from partsweb.catalogue import agreement_views  # noqa: F401 - its pages stand on the catalogue's
from partsweb.catalogue import views as catalogue
from partsweb.catalogue.asking import part_created, part_declined, part_merged
from partsweb.counts import merging as recounting
from partsweb.counts import posting as counting
from partsweb.counts import rules as counted
from partsweb.counts import views as counts
from partsweb.exchange import views as exchange
from partsweb.invoices import merging as billed
from partsweb.invoices import views as invoices
from partsweb.kit import slot
from partsweb.kit.door import corrected, could_not_apply, files_are_named, files_came_in
from partsweb.labels import views as labels
from partsweb.locations import views as locations
from partsweb.month_end import checks, pack
from partsweb.month_end import views as month_end
from partsweb.orders import (  # noqa: F401 - pages of several stand on the blueprint of orders
    answering_views,
    asking,
    asking_pages,
    blank_pages,
    carrying,
    dispatch_pages,
    fitting_views,
    requesting_views,
)
from partsweb.orders import views as orders
from partsweb.orders.fitting import installation_undone, part_installed
from partsweb.orders.requesting import entry_cancelled, warranty_flagged
from partsweb.people import passkey_views as passkeys
from partsweb.people import session
from partsweb.people import views as people
from partsweb.phone import queries as sent_later
from partsweb.phone import uploads
from partsweb.phone import views as phone
from partsweb.purchasing import (
    counter_views,
    merging,
    receiving_views,
    settling,
    settling_views,
)
from partsweb.purchasing import rules as buying
from partsweb.purchasing import views as purchasing
from partsweb.reports import month as month_sheets
from partsweb.reports import views as reports
from partsweb.returns import rules as cores
from partsweb.returns import views as returns
from partsweb.scan import views as scan
from partsweb.settlement import views as settlement
from partsweb.stock import transfer_views as transfers
from partsweb.stock import views as stock
from partsweb.stock.rules import stock_moved
from partsweb.stock.transfers import carried
from partsweb.timeline import views as timeline
from partsweb.today import views as today
from partsweb.warranty import rules as warranties
from partsweb.warranty import views as warranty
from partsweb.workspace import restocking
from partsweb.workspace import views as workspace


def open_all(app: Flask) -> None:
    """Register every room's pages and subscriptions."""
    session.follow(app)
    files_came_in.connect(intake.files_came_in)
    for room in (approvals, attachments, passkeys, people, timeline, today, exchange):
        app.register_blueprint(room.bp)
    for room in (catalogue, locations, stock, transfers, workspace, restocking, scan):
        app.register_blueprint(room.bp)
    slot.fill("person.page", locations.van_of_person)
    slot.fill("join.person", locations.van_in_words)
    slot.fill("part.stock", stock.part_stock)
    slot.fill("part.history", stock.part_history)
    slot.fill("part.act", workspace.part_act)
    slot.fill("location.page", transfers.on_the_way_to)
    slot.fill("location.page", stock.location_stock)
    app.register_blueprint(labels.bp)
    slot.fill("part.history", labels.of_part)
    slot.fill("location.page", labels.of_location)
    slot.fill("order.details", labels.of_order)
    slot.fill("serial.page", labels.of_serial)
    app.register_blueprint(phone.bp)
    could_not_apply.connect(phone.keep_whole)
    files_are_named.connect(uploads.bring_in)
    corrected.connect(phone.close_corrected)
    app.register_blueprint(orders.bp)
    app.register_blueprint(blank_pages.bp)
    carried.connect(carrying.follow)
    _open_purchasing(app)
    _follow_requests()
    _open_counts(app)
    _open_bills(app)
    _open_books(app)


def _open_purchasing(app: Flask) -> None:
    app.register_blueprint(purchasing.bp)
    slot.fill("approval.page", settling_views.to_decide)
    entry_cancelled.connect(buying.release_promises)
    installation_undone.connect(buying.recall)
    decided.connect(buying.purchase_decided)
    decided.connect(settling.over_receipt_decided)
    slot.fill("entry.answer", purchasing.answer)
    slot.fill("entry.page", purchasing.bought_for)
    slot.fill("part.page", purchasing.on_the_way)
    slot.fill("part.page", counter_views.bought_part)
    slot.fill("scan.found", receiving_views.scanned)
    slot.fill("part.search", counter_views.bought_on_order)
    slot.fill("location.page", purchasing.on_the_way_to)
    slot.fill("owed.expected", purchasing.expected_for)
    slot.fill("vendor.page", purchasing.ordered_from)


def _follow_requests() -> None:
    slot.fill("catalogue-request.page", asking_pages.asked_for)
    part_created.connect(asking.created)
    part_merged.connect(asking.merged)
    part_declined.connect(asking.declined)
    part_merged.connect(merging.follow)
    part_merged.connect(cores.follow_merged)
    part_merged.connect(billed.follow)
    part_merged.connect(recounting.follow)


def _open_counts(app: Flask) -> None:
    app.register_blueprint(counts.bp)
    stock_moved.connect(counting.follow_late)
    decided.connect(counted.decided)
    slot.fill("location.page", counts.counted_at)
    slot.fill("owed.act", counts.countable)
    slot.fill("approval.page", counts.to_decide)


def _open_bills(app: Flask) -> None:
    app.register_blueprint(warranty.bp)
    part_installed.connect(warranties.look_again)
    installation_undone.connect(warranties.look_again)
    warranty_flagged.connect(warranties.ask_again)
    decided.connect(warranties.decided)
    slot.fill("approval.page", warranty.question)
    slot.fill("entry.page", warranty.on_entry)
    app.register_blueprint(returns.bp)
    slot.fill("order.logs", returns.on_order)
    slot.fill("scan.found", returns.on_scan)
    app.register_blueprint(billing.bp)
    app.register_blueprint(settlement.bp)
    slot.fill("agreement.page", settlement.on_agreement)
    slot.fill("entry.page", billing.on_entry)
    slot.fill("entry.row", billing.in_work_logs)
    slot.fill("order.details", billing.on_order)
    slot.fill("order.closing", billing.on_closing)


def _open_books(app: Flask) -> None:
    """What vendors bill, what was used, and the end of a month."""
    for room in (invoices, month_end, reports):
        app.register_blueprint(room.bp)
    slot.fill("purchase.page", invoices.billed_for)
    slot.fill("vendor.page", invoices.billed_by)
    for made in month_sheets.SHEETS:
        pack.add(made)
    checks.look_at(
        checks.Check(
            "exceptions",
            "Entries from phones that couldn’t be applied",
            lambda month, by: sent_later.how_many_open(),
            "phone.exceptions",
        ),
        before="serials",
    )
