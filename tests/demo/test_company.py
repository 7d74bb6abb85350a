"""The demo company is whole: what a stranger tries exists, and its books agree."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from partsweb.approvals.models import Approval, Decision
from partsweb.catalogue.models import Agreement, CatalogueRequest, Part, Vendor
from partsweb.counts.models import CountLine
from partsweb.extensions import db
from partsweb.invoices.models import Invoice, InvoiceState
from partsweb.locations.models import Kind, Location
from partsweb.orders.models import Customer, Order, OrderState
from partsweb.people import queries as people
from partsweb.people import rules
from partsweb.people.permissions import ROLES
from partsweb.purchasing.models import PurchaseOrder, PurchaseState
from partsweb.returns.models import Core
from partsweb.stock import queries as stock
from partsweb.stock.models import OURS, Balance
from partsweb.stock.transfer_models import Transfer, TransferState
from partsweb.upkeep import audit
from tests.support import demo


def test_the_demo_company_is_as_the_readme_says(app: Flask):
    demo.fill(app)

    with app.app_context():
        assert _count(Location, Location.kind == Kind.WAREHOUSE) == 2
        assert _count(Location, Location.kind == Kind.VAN) == 12
        assert 380 <= _count(Part) <= 420
        assert _count(Vendor) == 8
        assert _count(Customer) == 120
        for role in (*ROLES, "technician2"):
            assert rules.password_is(people.by_login(role), demo.PASSWORD, demo=True), role
            assert not rules.password_is(people.by_login(role), demo.PASSWORD), role
        assert _count(Part, Part.serialized) > 20
        assert _count(Part, Part.core_charge > 0) > 8
        assert _count(Agreement) == 1
        assert _count(Balance, Balance.owner_id != OURS, Balance.quantity > 0) >= 2
        assert 1 <= stock.negative_balances().total <= 6
        assert _count(Order, Order.state == OrderState.COMPLETED) == 144
        states = set(db.session.scalars(select(PurchaseOrder.state)))
        assert states >= {
            PurchaseState.DRAFT,
            PurchaseState.ORDERED,
            PurchaseState.PARTLY_RECEIVED,
            PurchaseState.RECEIVED,
        }
        first = db.session.scalars(select(Order).where(Order.number == "SR-000145")).one()
        assert first.site.street == "14 Mill Lane"
        words = {word for entry in first.entries for _, word in entry.states}
        assert words == {"Ready", "On order", "Requested", "Installed"}
        assert _count(Approval, Approval.decision == Decision.OPEN) == 1
        assert _count(CatalogueRequest) == 1
        assert set(db.session.scalars(select(Transfer.state))) == {
            TransferState.REQUESTED,
            TransferState.PICKED,
        }
        assert _count(CountLine, CountLine.counted.is_not(None)) > 3
        assert _count(Invoice, Invoice.state == InvoiceState.HELD) == 1
        assert _count(Core) > 2
        assert list(audit.differences()) == []


def _count(model: type, *conditions: object) -> int:
    rows = select(func.count()).select_from(model).where(*conditions)  # type: ignore[arg-type]
    return db.session.scalar(rows) or 0
