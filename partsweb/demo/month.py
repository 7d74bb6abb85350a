"""A month of work at the demo company, done through the same rules as everybody's work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import TypedDict

from sqlalchemy import update

from partsweb.catalogue import queries as catalogue
from partsweb.catalogue.models import Part
from partsweb.demo.opening import Company, Step
from partsweb.demo.reading import Row, rows
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.locations.models import Location
from partsweb.orders import answering, fitting, requesting
from partsweb.orders import rules as orders
from partsweb.orders.models import (
    Fate,
    Order,
    OrderState,
    PartEntry,
    RequestReason,
    Urgency,
)
from partsweb.people.models import Person
from partsweb.purchasing import rules as purchasing
from partsweb.purchasing.models import PurchaseOrder
from partsweb.stock import queries as stock
from partsweb.timeline.models import Notification

DAYS = 30
PAST_ORDERS = 144  # so that the first of today is SR-000145
SLOTS = (time(8, 30), time(10, 30), time(13, 0), time(15, 0))
FATES = (Fate.SCRAPPED, Fate.SCRAPPED, Fate.SCRAPPED, Fate.LEFT_ON_SITE, Fate.WARRANTY_RETURN)
FITTED = (
    "Boiler room",
    "Utility cupboard",
    "Plant room, unit 2",
    "Kitchen",
    "Loft",
    "Behind panel",
)


def play(company: Company, *, on_step: Step) -> None:
    """A month up to today: done orders, today's, coming ones, and what was bought meanwhile."""
    Month(company).play(on_step)


class Original(TypedDict):
    """Where the original went, as `orders.install` takes it."""

    fate: Fate
    original_serial: str


class Month:
    """The month as it goes on. The same every time: its dice are loaded."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.dice = Random(145)
        self.texts = cycle(rows("order_texts"))
        self.office = company.people
        self.today = clock.today()
        self.homes, self.businesses = cycle(company.homes[1:]), cycle(company.businesses)

    def play(self, on_step: Step) -> None:
        """Day by day, oldest first."""
        slots = self._past_slots()
        bought: list[PurchaseOrder] = []
        for number, (day, at, technician) in enumerate(slots):
            self._past_order(at, technician)
            if number % 12 == 5:
                bought.append(self._restock(day))
            if number % 12 == 11 and bought:
                self._deliver(bought.pop(0), day)
            if number % 10 == 0:
                on_step()
        self._read_old_news()
        self._todays_first_order()
        self._coming_orders()
        self._open_papers()
        on_step()

    def _read_old_news(self) -> None:
        """What people were told during the month was read and put away."""
        old = update(Notification).values(seen_at=clock.now())
        db.session.execute(old.where(Notification.made_at < clock.now() - timedelta(days=1)))

    def _past_slots(self) -> list[tuple[date, datetime, Person]]:
        days = [self.today - timedelta(days=back) for back in range(DAYS, 0, -1)]
        working = [day for day in days if day.weekday() < 5]
        technicians = self.company.technicians
        every = [
            (day, _at(day, slot), technician)
            for day in working
            for slot in SLOTS
            for technician in technicians
        ]
        chosen = sorted(self.dice.sample(range(len(every)), PAST_ORDERS))
        return [every[index] for index in chosen]

    def _past_order(self, at: datetime, technician: Person) -> None:
        row = next(self.texts)
        with clock.set_to(at - timedelta(days=1)):
            order = self._order(row, technician, at)
        with clock.set_to(at):
            orders.change_state(order, OrderState.IN_PROGRESS, by=technician, at=at)
        for part in self._parts_of(row):
            self._fit(order, part, technician, at + timedelta(minutes=20))
        done = at + timedelta(minutes=int(row["labour_minutes"]))
        with clock.set_to(done):
            for text in row["work_notes"].split(" | "):
                orders.note(order, text, minutes=None, by=technician, at=done)
            worked = int(row["labour_minutes"])
            orders.note(order, "Time on site", minutes=worked, by=technician, at=done)
            orders.change_state(order, OrderState.COMPLETED, by=technician, at=done)

    def _order(self, row: Row, technician: Person | None, at: datetime | None) -> Order:
        site = next(self.homes if row["kind"] == "home" else self.businesses)
        return orders.create_order(
            site,
            row["summary"],
            by=self.office["dispatcher"],
            at=clock.now(),
            description=row["description"],
            equipment=row["equipment"],
            assigned_to=technician,
            scheduled_for=at,
        )

    def _parts_of(self, row: Row) -> Iterator[Part]:
        for sku in row["parts"].split(";"):
            if sku in self.company.parts:
                yield self.company.parts[sku]

    def _fit(self, order: Order, part: Part, technician: Person, at: datetime) -> None:
        """From the van where it has one, else asked for, fetched from the depot, and fitted."""
        van = self.company.vans[technician.login]
        with clock.set_to(at):
            if stock.on_hand(part, van) >= 1:
                serials = [unit.number for unit in stock.serials_at(part, van)[:1]]
                fitting.install_from_van(
                    order,
                    part,
                    Decimal(1),
                    source=van,
                    by=technician,
                    at=at,
                    serials=serials,
                    where_fitted=self.dice.choice(FITTED),
                    **self._original(part),
                )
                return
            entry = requesting.request(order, part, Decimal(1), by=technician, at=at)
            place = self._in_warehouse(part)
            if place is None:
                answering.decline(entry, Decimal(1), "Fitted by the maker", by=self._keeper, at=at)
                return
            units = stock.serials_at(part, place)[:1]
            answering.move_to_van(
                entry, Decimal(1), source=place, by=self._keeper, at=at, serials=units
            )
            later = at + timedelta(minutes=30)
            fitting.install(
                entry,
                Decimal(1),
                source=van,
                by=technician,
                at=later,
                serials=[unit.number for unit in units],
                where_fitted=self.dice.choice(FITTED),
                **self._original(part),
            )

    def _original(self, part: Part) -> Original:
        if part.core_charge:
            return {"fate": Fate.CORE, "original_serial": f"OLD{self.dice.randrange(10**5):05d}"}
        fate = self.dice.choice(FATES)
        serial = f"OLD{self.dice.randrange(10**5):05d}" if part.serialized else ""
        return {"fate": fate, "original_serial": serial}

    @property
    def _keeper(self) -> Person:
        return self.office["coordinator"]

    def _in_warehouse(self, part: Part) -> Location | None:
        vans = {van.id for van in self.company.vans.values()}
        for at in stock.whereabouts(part):
            if at.location.id not in vans and at.available >= 1:
                return at.location
        return None

    def _restock(self, day: date) -> PurchaseOrder:
        """Eight parts of one vendor for the depot."""
        vendor = self.dice.choice(list(self.company.vendors.values()))
        buyer, at = self.office["purchasing"], _at(day, time(16, 0))
        with clock.set_to(at):
            depot = self.company.places["DEPOT"]
            paper = purchasing.draft(vendor, ship_to=depot, by=buyer, at=at)
            sold = [part for part in self.company.sold[vendor.code] if not part.serialized]
            for part in self.dice.sample(sold, min(6, len(sold))):
                quantity = Decimal(self.dice.choice((2, 4, 5, 10)))
                purchasing.add_line(paper, part, quantity, by=buyer)
            purchasing.place(paper, by=buyer, at=at)
        return paper

    def _deliver(self, paper: PurchaseOrder, day: date) -> None:
        at = _at(day, time(7, 45))
        with clock.set_to(at):
            arrivals = [purchasing.Arrival(line, line.quantity) for line in paper.lines]
            slip = f"D{self.dice.randrange(10**6):06d}"
            purchasing.receive(paper, arrivals, by=self._keeper, at=at, slip_number=slip)

    def _todays_first_order(self) -> None:
        """SR-000145, 14 Mill Lane: started this morning, with parts in every state."""
        technician = self.office["technician"]
        start = _at(self.today, time(8, 30))
        with clock.set_to(start - timedelta(hours=16)):
            order = orders.create_order(
                self.company.homes[0],
                "Boiler, no hot water",
                by=self.office["dispatcher"],
                at=clock.now(),
                description="Heating works, hot tap stays cold. Customer is at home all day.",
                equipment="Halden HC30 combi, about 9 years",
                assigned_to=technician,
                scheduled_for=start,
            )
        with clock.set_to(min(start, clock.now())):
            at = clock.now()
            orders.change_state(order, OrderState.IN_PROGRESS, by=technician, at=at)
            valve = self.company.parts["VK4105"]
            entry = requesting.request(
                order, valve, Decimal(1), by=technician, at=at, urgency=Urgency.TODAY
            )
            self._make_ready(entry, at=at)
            electrode = self.company.parts["IGN-77"]
            wanted = requesting.request(
                order, electrode, Decimal(2), by=technician, at=at, reason=RequestReason.WORN
            )
            reference = catalogue.references_of(electrode)[0]
            purchasing.buy_for(
                wanted,
                Decimal(2),
                vendor=reference.vendor,
                ship_to=self.company.places["DEPOT"],
                by=self._keeper,
                at=at,
            )
            orders.note(order, "Drained and refilled", minutes=35, by=technician, at=at)

    def _make_ready(self, entry: PartEntry, *, at: datetime) -> None:
        place = self._in_warehouse(entry.part)
        if place is not None:
            units = stock.serials_at(entry.part, place)[:1]
            answering.move_to_van(
                entry, Decimal(1), source=place, by=self._keeper, at=at, serials=units
            )

    def _coming_orders(self) -> None:
        """Today's others, the next days', two that wait, and three that nobody has yet."""
        technicians = self.company.technicians
        dispatcher = self.office["dispatcher"]
        for number, technician in enumerate(technicians * 2):
            day = _next_working(self.today, number // len(technicians))
            at = _at(day, SLOTS[1 + number % 3])
            row = next(self.texts)
            order = self._order(row, technician, at)
            orders.change_state(order, OrderState.SCHEDULED, by=dispatcher, at=clock.now())
            if number % 3 == 0:
                for part in list(self._parts_of(row))[:1]:
                    requesting.request(order, part, Decimal(1), by=technician, at=clock.now())
        for _ in range(3):
            self._order(next(self.texts), None, None)
        self._used_before_received(technicians[1])

    def _used_before_received(self, technician: Person) -> None:
        """A few parts that the books don't know in the van: negative, with their order."""
        van = self.company.vans[technician.login]
        order = self._order(next(self.texts), technician, clock.now() - timedelta(hours=3))
        at = clock.now() - timedelta(hours=1)
        missing = [
            part
            for part in self.company.parts.values()
            if not part.serialized and stock.on_hand(part, van) == 0
        ]
        for part in missing[:3]:
            fitting.install_from_van(order, part, Decimal(1), source=van, by=technician, at=at)

    def _open_papers(self) -> None:
        """A delivery that is due, one that came short with damage, and a draft."""
        due = self._restock(self.today - timedelta(days=2))
        due.expected_on = _next_working(self.today, 1)
        partly = self._restock(self.today - timedelta(days=4))
        first, second = partly.lines[0], partly.lines[1]
        at = _at(self.today - timedelta(days=1), time(9, 15))
        with clock.set_to(at):
            purchasing.receive(
                partly,
                [
                    purchasing.Arrival(first, first.quantity),
                    purchasing.Arrival(
                        second,
                        second.quantity - 1,
                        damaged=Decimal(1),
                        damage_note="Box crushed, housing cracked",
                    ),
                ],
                by=self._keeper,
                at=at,
                slip_number="D204417",
            )
        vendor = next(iter(self.company.vendors.values()))
        depot = self.company.places["DEPOT"]
        buyer = self.office["purchasing"]
        draft = purchasing.draft(vendor, ship_to=depot, by=buyer, at=clock.now())
        for sku in ("IGN-77L", "IGN-77G"):
            purchasing.add_line(draft, self.company.parts[sku], Decimal(20), by=buyer)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.zone())


def _next_working(day: date, ahead: int) -> date:
    while ahead or day.weekday() > 4:
        day += timedelta(days=1)
        if day.weekday() < 5 and ahead:
            ahead -= 1
    return day
