"""What waits for somebody at the demo company, so that every page has something to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from partsweb.catalogue.models import Part
from partsweb.counts import queries as counts
from partsweb.counts import rules as counting
from partsweb.demo.opening import Company
from partsweb.extensions import db
from partsweb.invoices import rules as invoices
from partsweb.invoices.rules import Billed, Charges
from partsweb.kit import clock
from partsweb.kit.exact import ZERO
from partsweb.locations.models import Location
from partsweb.orders import asking, fitting, requesting
from partsweb.orders.models import Order, RequestReason
from partsweb.purchasing.models import PurchaseOrder, PurchaseState
from partsweb.stock import queries as stock
from partsweb.stock import rules as ledger
from partsweb.stock import transfers
from partsweb.stock.models import Balance

ONE, TWO = Decimal(1), Decimal(2)
COUNTED = 6  # lines of the count that somebody is at


def leave(company: Company) -> None:
    """A missing part, a warranty, a consigned valve, transfers, a count, an invoice that is off."""
    now = clock.now()
    today = db.session.scalars(select(Order).where(Order.number == "SR-000145")).one()
    _ask_for_what_is_missing(company, today, now)
    _claim_a_warranty(company, today, now)
    _fit_a_consigned_one(company, today, now)
    _carry(company, now)
    _begin_a_count(company, now)
    _bill(company, now)


def _ask_for_what_is_missing(company: Company, order: Order, at: datetime) -> None:
    asking.ask_for(
        order,
        "Flow sensor, 1/2 in, with plug, grey",
        ONE,
        by=company.people["technician"],
        at=at,
        reason=RequestReason.DEFECTIVE,
        vendor_name="Oakmere Flue Systems",
        vendor_number="FS-1220-G",
        maker="Halden",
        notes="Behind the plate heat exchanger; the plug has three pins.",
    )


def _claim_a_warranty(company: Company, order: Order, at: datetime) -> None:
    """Fitted today, and the maker should pay: a supervisor decides."""
    technician, van = company.people["technician"], company.vans["technician"]
    part = next(one for one in _lying(van) if one.list_price and not one.serialized)
    [fitted] = fitting.install_from_van(
        order, part, ONE, source=van, by=technician, at=at, where_fitted="Left of the burner"
    )
    requesting.flag_warranty(fitted.entry, "Failed after four months", by=technician, at=at)


def _fit_a_consigned_one(company: Company, order: Order, at: datetime) -> None:
    """It was its vendor's until now: from here on it is due to them, and can be billed."""
    agreement = company.agreement
    if agreement is None:
        return
    owner, van = ledger.owner_of(agreement.vendor), company.vans["technician"]
    rows = select(Balance).where(
        Balance.owner_id == owner.id, Balance.location_id == van.id, Balance.quantity > ZERO
    )
    for held in db.session.scalars(rows.limit(1)):
        units = [
            unit.number for unit in stock.serials_at(held.part, van) if unit.owner_id == owner.id
        ]
        fitting.install_from_van(
            order,
            held.part,
            ONE,
            source=van,
            by=company.people["technician"],
            at=at,
            serials=units[:1],
            where_fitted="Boiler, front",
        )


def _carry(company: Company, at: datetime) -> None:
    """One transfer that its van has asked for, and one that is on the way."""
    depot, keeper = company.places["DEPOT"], company.people["coordinator"]
    here = [part for part in _lying(depot) if not part.serialized]
    asks = company.people["technician2"]
    wanted = [(part, TWO) for part in here[3:5]]
    transfers.ask(depot, company.vans["technician2"], wanted, by=asks, at=at, note="For Monday")
    sent = transfers.ask(
        depot, company.vans["technician"], [(part, ONE) for part in here[:3]], by=keeper, at=at
    )
    transfers.pick_all(sent, by=keeper, at=at)


def _begin_a_count(company: Company, at: datetime) -> None:
    """A van is being counted: some lines are done, one is off."""
    begun = at - timedelta(minutes=40)
    by = company.people["technician2"]
    count = counting.start(company.vans["technician2"], by=by, at=begun)
    lines = [line for line in counts.all_lines(count) if not line.part.serialized][:COUNTED]
    for place, line in enumerate(lines):
        there = stock.on_hand(line.part, line.location)
        seen = max(there - 1, ZERO) if place == 1 else max(there, ZERO)
        counting.tally(line, seen, by=by, at=begun + timedelta(minutes=place))


def _bill(company: Company, at: datetime) -> None:
    """A vendor bills what came, one line dearer than agreed: it is held."""
    rows = select(PurchaseOrder).where(PurchaseOrder.state == PurchaseState.RECEIVED)
    paper = db.session.scalars(rows.order_by(PurchaseOrder.number.desc()).limit(1)).one()
    lines = [
        Billed(line.quantity, line.price + (TWO if place == 0 else ZERO), line=line)
        for place, line in enumerate(paper.lines)
    ]
    total = sum((one.quantity * one.price for one in lines), ZERO)
    by, dated = company.people["finance"], clock.today() - timedelta(days=1)
    invoices.enter(paper.vendor, "INV-20418", dated, lines, Charges(total), by=by, at=at)


def _lying(place: Location) -> Sequence[Part]:
    """Ours there, at least three of it, in order of SKU."""
    rows = (
        select(Part)
        .join(Balance, Balance.part_id == Part.id)
        .where(Balance.location_id == place.id, Balance.quantity >= 3)
        .order_by(Part.sku)
    )
    return db.session.scalars(rows).unique().all()
