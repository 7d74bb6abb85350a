"""What all tables share."""

from __future__ import annotations

from partsweb.kit.numbering import Sequence
from partsweb.kit.table import insert_all_absent, insert_if_absent


def test_it_is_known_whether_a_row_was_there_already(app):
    with app.app_context():
        assert insert_if_absent(Sequence, name="orders", last=1)
        assert not insert_if_absent(Sequence, name="orders", last=2)

        both = [{"name": "orders", "last": 3}, {"name": "receipts", "last": 1}]
        assert insert_all_absent(Sequence, both) == 1
