from __future__ import annotations

from decimal import Decimal

from flask import Flask

from partsweb.catalogue import asking
from partsweb.counts import queries, rules
from partsweb.counts.models import CountState, LineState
from partsweb.kit import clock
from partsweb.stock import queries as stock
from tests.counts.counting import at, counted, here, line_of
from tests.support.company import a_part, given, in_stock


def test_what_was_counted_of_a_placeholder_is_counted_again_as_the_part_it_is(app: Flask, firm):
    with given(app):
        firm = here(firm)
        request = asking.ask("Fan, like the old one", by=firm.tess, at=at("08:00"))
        in_stock(request.part, firm.van, 2)
        count = rules.start(firm.van, by=firm.tess, at=at("09:00"))
        for part, many in ((request.part, 2), (firm.fan, 10)):
            rules.tally(line_of(count, part), Decimal(many), by=firm.tess, at=at("09:00"))
        rules.finish(count, by=firm.tess, at=at("09:05"))

        asking.merge(request, firm.fan, by=firm.cora, at=clock.now())

        assert count.state == CountState.COUNTING
        assert {line.state for line in queries.all_lines(count)} == {LineState.OPEN}
        rules.tally(line_of(count, firm.fan), Decimal(12), by=firm.tess, at=clock.now())
        rules.finish(count, by=firm.tess, at=clock.now())
        assert rules.post(count, {}, limit=Decimal(0), by=firm.cora, at=clock.now()) == []


def test_a_count_in_the_books_is_of_the_part_and_can_still_be_taken_back(app: Flask, firm):
    with given(app):
        firm = here(firm)
        request, pump = asking.ask("Pump", by=firm.tess, at=at("08:00")), a_part("PUMP")
        in_stock(request.part, firm.van, 2)
        count = counted(firm.van, {request.part: 5}, by=firm.tess, when=clock.now())

        asking.merge(request, pump, by=firm.cora, at=clock.now())
        line = line_of(count, pump)
        rules.take_back(line, by=firm.cora, at=clock.now())

        assert line.state == LineState.TAKEN_BACK
        assert stock.on_hand(pump, firm.van) == 2
