from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from bench import dataset
from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.extensions import db
from partsweb.purchasing import restocking
from partsweb.stock.models import Balance
from partsweb.upkeep import audit
from tests.support.company import given


def test_the_benchs_firm_keeps_all_rules_and_is_the_same_every_time(app: Flask):
    size = dataset.Size(parts=300, negative=5, open_lines=50)

    with given(app):
        dataset.make(size, password="bench-only-password")

    with app.app_context():
        assert list(audit.differences()) == []
        assert db.session.scalar(select(func.count()).select_from(Balance)) == 4 * 300
        skus = db.session.scalars(select(Part.sku).order_by(Part.sku).limit(2)).all()
        assert skus == ["BRN000-007B", "BRN000-025A"]
        assert [part.sku for part in catalogue.search(skus[0])] == skus[:1]
        assert db.session.scalars(restocking.below()).all()
