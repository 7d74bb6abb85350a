"""How a bill follows from what was done on an order: pure arithmetic, it asks nobody.

Each line is what is due now, less what was billed already. So what changes after an invoice makes
a line of its own, and billing twice is billing nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from partsweb.billing.models import BilledLine, BillState, Charge
from partsweb.kit.exact import ZERO
from partsweb.kit.words import exactly, money, qty
from partsweb.orders.models import Order, PartEntry
from partsweb.warranty.queries import Standing

CENT = Decimal("0.01")
AN_HOUR = Decimal(60)


@dataclass(frozen=True)
class Line:
    """One line of a bill. `key` names it for whoever chooses lines."""

    key: str
    charge: Charge
    state: BillState
    text: str
    code: str = ""
    quantity: Decimal = ZERO
    unit: str = ""
    price: Decimal = ZERO
    covered: Decimal = ZERO
    amount: Decimal = ZERO
    # Why it is held or not billable, or what changed about it.
    why: str = ""
    entry: PartEntry | None = None
    thing_id: UUID | None = None
    # Something of it went out on an invoice before.
    correction: bool = False


@dataclass(frozen=True)
class CoreCharge:
    """What a core that didn't come back costs the customer."""

    id: UUID
    text: str
    code: str
    amount: Decimal
    why: str


@dataclass(frozen=True)
class Facts:
    """What was done on an order, as far as a bill asks."""

    order: Order
    entries: Sequence[PartEntry]
    minutes: int
    standings: dict[UUID, Standing]
    lacking: frozenset[UUID]
    cores: Sequence[CoreCharge]
    billed: Sequence[BilledLine]


@dataclass(frozen=True)
class Bill:
    """An order's bill as it stands now, and what went out before."""

    order: Order
    lines: Sequence[Line]
    billed: Sequence[BilledLine]

    def of(self, state: BillState) -> list[Line]:
        """Its lines in that state."""
        return [line for line in self.lines if line.state == state]

    def total(self, state: BillState) -> Decimal:
        """What they come to."""
        return sum((line.amount for line in self.of(state)), ZERO)

    @property
    def ready(self) -> list[Line]:
        """What can go out."""
        return self.of(BillState.READY)

    @property
    def held(self) -> list[Line]:
        """What waits for something."""
        return self.of(BillState.HELD)

    @property
    def total_ready(self) -> Decimal:
        """What the draft comes to: held lines are no part of it."""
        return self.total(BillState.READY)

    @property
    def total_held(self) -> Decimal:
        """What is held back."""
        return self.total(BillState.HELD)

    @property
    def total_billed(self) -> Decimal:
        """What went out, corrections included."""
        return sum((line.amount for line in self.billed), ZERO)

    def of_entry(self, entry: PartEntry) -> list[tuple[Decimal, BillState, str]]:
        """How much of an entry is in which state, and why."""
        billed = sum((one.quantity for one in self.billed if one.entry_id == entry.id), ZERO)
        found = [(billed, BillState.BILLED, "")] if billed else []
        mine = (one for one in self.lines if one.entry is not None and one.entry.id == entry.id)
        return found + [
            (line.quantity, line.state, line.why) for line in mine if line.charge == Charge.PART
        ]


def drafted(facts: Facts, *, rate: Decimal) -> Bill:
    """The order's bill, at so much for an hour of work."""
    lines = [*_labour(facts, rate), *_parts(facts), *_fees(facts), *_core_charges(facts)]
    return Bill(facts.order, lines, facts.billed)


def to_the_cent(amount: Decimal) -> Decimal:
    """As it is paid."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _labour(facts: Facts, rate: Decimal) -> Iterator[Line]:
    before = [one for one in facts.billed if one.charge == Charge.LABOUR]
    left = Decimal(facts.minutes) - _quantity(before)
    if not left:
        return
    yield Line(
        "labour",
        Charge.LABOUR,
        BillState.READY if rate else BillState.HELD,
        "Labour",
        quantity=left,
        unit="min",
        price=rate,
        amount=to_the_cent(left * rate / AN_HOUR),
        why="" if rate else "no price of an hour is set (PARTSWEB_LABOUR_RATE)",
        correction=bool(before),
    )


def _parts(facts: Facts) -> Iterator[Line]:
    for entry in facts.entries:
        before = [
            one for one in facts.billed if one.entry_id == entry.id and one.charge == Charge.PART
        ]
        yield from _installed(facts, entry, before)
        yield from _to_come(entry)


def _installed(facts: Facts, entry: PartEntry, before: Sequence[BilledLine]) -> Iterator[Line]:
    """What went out stays out while somebody thinks about it; the rest is held."""
    free, why = _free(facts, entry)
    free = max(free, min(_quantity(before), entry.installed))
    if entry.installed > free:
        yield _held(entry, entry.installed - free, why)
    yield from _due(entry, free, facts.standings[entry.id], before)


def _free(facts: Facts, entry: PartEntry) -> tuple[Decimal, str]:
    """How much of what is installed nothing holds back, and what holds the rest."""
    standing = facts.standings[entry.id]
    if entry.id in facts.lacking:
        return ZERO, "photo or certificate missing"
    said = "warranty sent back: explain it" if standing.sent_back else "warranty undecided"
    return entry.installed - standing.undecided, said


def _due(
    entry: PartEntry, decided: Decimal, standing: Standing, before: Sequence[BilledLine]
) -> Iterator[Line]:
    """What is due for so many of it, less what was billed."""
    left = decided - _quantity(before)
    covered = to_the_cent(standing.covered) - sum((one.covered for one in before), ZERO)
    billed = sum((one.amount for one in before), ZERO)
    amount = to_the_cent(decided * entry.cost) - to_the_cent(standing.covered) - billed
    spared = not before and decided and not amount and covered
    if not (left or amount or covered):
        return
    yield Line(
        f"part-{entry.id}",
        Charge.PART,
        BillState.NOT_BILLABLE if spared else BillState.READY,
        entry.part.description,
        entry.part.sku,
        left,
        entry.part.unit,
        entry.cost,
        covered,
        amount,
        standing.in_words,
        entry,
        correction=bool(before),
    )


def _held(entry: PartEntry, quantity: Decimal, why: str) -> Line:
    return Line(
        f"held-{entry.id}",
        Charge.PART,
        BillState.HELD,
        entry.part.description,
        entry.part.sku,
        quantity,
        entry.part.unit,
        entry.cost,
        amount=to_the_cent(quantity * entry.cost),
        why=why,
        entry=entry,
    )


def _to_come(entry: PartEntry) -> Iterator[Line]:
    if not entry.open_quantity:
        return
    if entry.agreement is not None:
        said = f"consigned under {entry.agreement.number}: billed once installed"
        yield _held(entry, entry.open_quantity, said)
        return
    yield Line(
        f"open-{entry.id}",
        Charge.PART,
        BillState.NOT_YET,
        entry.part.description,
        entry.part.sku,
        entry.open_quantity,
        entry.part.unit,
        entry.cost,
        why="not installed yet",
        entry=entry,
    )


def _fees(facts: Facts) -> Iterator[Line]:
    """What the vendor keeps of what came back unused."""
    for entry in facts.entries:
        before = [
            one for one in facts.billed if one.entry_id == entry.id and one.charge == Charge.FEE
        ]
        due = to_the_cent(entry.restocking_fee) if entry.not_used else ZERO
        amount = due - sum((one.amount for one in before), ZERO)
        if amount:
            yield Line(
                f"fee-{entry.id}",
                Charge.FEE,
                BillState.READY,
                f"Restocking fee, {entry.part.description}",
                entry.part.sku,
                Decimal(1) if amount > ZERO else Decimal(-1),
                price=abs(amount),
                amount=amount,
                why=f"{qty(entry.not_used)} not used" if entry.not_used else "",
                entry=entry,
                correction=bool(before),
            )


def _core_charges(facts: Facts) -> Iterator[Line]:
    due = {core.id: core for core in facts.cores}
    before = {one.thing_id: one for one in facts.billed if one.charge == Charge.CORE}
    for core_id in [*due, *(one for one in before if one and one not in due)]:
        core, went_out = due.get(core_id), before.get(core_id)
        sent = [one for one in facts.billed if one.thing_id == core_id]
        amount = (core.amount if core else ZERO) - sum((one.amount for one in sent), ZERO)
        if amount:
            yield Line(
                f"core-{core_id}",
                Charge.CORE,
                BillState.READY,
                core.text if core else went_out.text if went_out else "",
                core.code if core else went_out.code if went_out else "",
                Decimal(1) if amount > ZERO else Decimal(-1),
                price=abs(amount),
                amount=amount,
                why=core.why if core else "charged no longer",
                thing_id=core_id,
                correction=bool(sent),
            )


def _quantity(lines: Sequence[BilledLine]) -> Decimal:
    return sum((one.quantity for one in lines), ZERO)


def in_words(line: Line) -> str:
    """1 × 389.00 less 194.50: how an amount came about."""
    if line.charge == Charge.LABOUR:
        return f"{_hours(line.quantity)} h at {exactly(line.price)}"
    less = f" less {money(line.covered)}" if line.covered and line.amount else ""
    return f"{qty(line.quantity)} × {exactly(line.price)}{less}"


def _hours(minutes: Decimal) -> str:
    sign, many = ("−" if minutes < ZERO else ""), abs(int(minutes))
    return f"{sign}{many // 60}:{many % 60:02d}"
