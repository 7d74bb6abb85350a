"""What comes in about orders, their parts, and what was fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from werkzeug.datastructures import MultiDict

from partsweb.codes.units import unit_number, unit_numbers
from partsweb.kit import clock
from partsweb.kit.exact import ZERO, read_decimal
from partsweb.kit.refusal import Refusal
from partsweb.orders.models import Fate, OrderState, RequestReason, Urgency
from partsweb.orders.open_requests import Asked
from partsweb.orders.queries import Filter

Fields = MultiDict[str, str]
Word = TypeVar("Word", bound=StrEnum)
Read = TypeVar("Read")
LONGEST = 4000
MOST_MINUTES = 24 * 60
FIRST_YEAR, LAST_YEAR = 1900, 2200


def read_filter(arguments: Fields) -> Filter:
    """What a list is narrowed to; what makes no sense in an address is left out."""
    state = arguments.get("state", "")
    return Filter(
        words=arguments.get("q", "")[:200],
        show=arguments.get("show", "open"),
        state=OrderState(state) if state in set(OrderState) else None,
        technician_id=_lenient(UUID, arguments.get("technician", "")),
        on=_lenient(_any_day, arguments.get("on", "")),
    )


def read_asked(arguments: Fields) -> Asked:
    """What a list of requests is narrowed to."""
    urgency = arguments.get("urgency", "")
    return Asked(
        words=arguments.get("q", "")[:200].strip(),
        urgency=Urgency(urgency) if urgency in set(Urgency) else None,
        technician_id=_lenient(UUID, arguments.get("technician", "")),
    )


@dataclass(frozen=True)
class PlanForm:
    """Who goes there, and when."""

    technician_id: UUID | None
    scheduled_for: datetime | None

    @classmethod
    def read(cls, fields: Fields) -> PlanForm:
        """Both may stay open."""
        return cls(_id(fields, "technician"), _moment(fields, "scheduled_for"))


@dataclass(frozen=True)
class OrderForm:
    """A new order; at a site that is known, or at a new customer's."""

    site_id: UUID | None
    customer: str
    phone: str
    street: str
    town: str
    postcode: str
    summary: str
    description: str
    equipment: str
    plan: PlanForm

    @classmethod
    def read(cls, fields: Fields) -> OrderForm:
        """Everything but the summary and the site may stay open."""
        return cls(
            site_id=_id(fields, "site"),
            customer=_text(fields, "customer"),
            phone=_text(fields, "phone"),
            street=_text(fields, "street"),
            town=_text(fields, "town"),
            postcode=_text(fields, "postcode"),
            summary=_text(fields, "summary"),
            description=_text(fields, "description"),
            equipment=_text(fields, "equipment"),
            plan=PlanForm.read(fields),
        )


@dataclass(frozen=True)
class StateForm:
    """The state that an order goes into."""

    state: OrderState
    note: str
    private: bool
    vendor_id: UUID | None
    until: date | None

    @classmethod
    def read(cls, fields: Fields) -> StateForm:
        """Vendor and day count only while it awaits parts."""
        return cls(
            state=_word(OrderState, fields, "state", "Choose the state."),
            note=_text(fields, "note"),
            private="private" in fields,
            vendor_id=_id(fields, "vendor"),
            until=_day(fields, "until"),
        )


@dataclass(frozen=True)
class RequestForm:
    """A part that is asked for; and whether the order awaits it."""

    part_id: UUID | None
    quantity: Decimal
    cost: Decimal | None
    restocking_fee: Decimal
    reason: RequestReason
    urgency: Urgency
    notes: str
    warranty: bool
    agreement_id: UUID | None
    thing_id: UUID | None
    awaits: bool
    vendor_id: UUID | None
    until: date | None

    @classmethod
    def read(cls, fields: Fields) -> RequestForm:
        """Only the quantity is asked for: the rest has good defaults."""
        return cls(
            part_id=_id(fields, "part"),
            quantity=_quantity(fields),
            cost=_amount(fields, "cost", "The cost"),
            restocking_fee=_amount(fields, "restocking_fee", "The restocking fee") or ZERO,
            reason=_word(RequestReason, fields, "reason", default=RequestReason.DEFECTIVE),
            urgency=_word(Urgency, fields, "urgency", default=Urgency.NEXT_VISIT),
            notes=_text(fields, "notes"),
            warranty="warranty" in fields,
            agreement_id=_id(fields, "agreement"),
            thing_id=_id(fields, "thing_id"),
            awaits="awaits" in fields,
            vendor_id=_id(fields, "vendor"),
            until=_day(fields, "until"),
        )


@dataclass(frozen=True)
class InstallForm:
    """What was fitted, from where, and where the original went."""

    part_id: UUID | None
    quantity: Decimal | None
    source_id: UUID
    serials: tuple[str, ...]
    where_fitted: str
    notes: str
    fate: Fate
    original_serial: str
    warranty: bool
    thing_id: UUID | None

    @classmethod
    def read(cls, fields: Fields) -> InstallForm:
        """Without a quantity there are as many as there are serials."""
        source_id = _id(fields, "source")
        if source_id is None:
            raise Refusal("Say from where it was taken.", field="source")
        return cls(
            part_id=_id(fields, "part"),
            quantity=_quantity(fields) if fields.get("quantity", "").strip() else None,
            source_id=source_id,
            serials=_serials(fields),
            where_fitted=_text(fields, "where_fitted"),
            notes=_text(fields, "notes"),
            fate=_word(Fate, fields, "fate", default=Fate.NONE),
            original_serial=unit_number(_text(fields, "original_serial")),
            warranty="warranty" in fields,
            thing_id=_id(fields, "thing_id"),
        )

    @property
    def wanted(self) -> Decimal:
        """How many were fitted."""
        return Decimal(len(self.serials) or 1) if self.quantity is None else self.quantity


class Act(StrEnum):
    """What can be answered to a request."""

    ALLOCATE = "allocate"
    SET_ASIDE = "set aside"
    MOVE_TO_VAN = "move to van"
    DECLINE = "decline"


@dataclass(frozen=True)
class AnswerForm:
    """The answer to a request for so many."""

    act: Act
    quantity: Decimal
    source_id: UUID | None
    serial_ids: tuple[UUID, ...]
    why: str

    @classmethod
    def read(cls, fields: Fields) -> AnswerForm:
        """The button that was pressed says which answer it is."""
        act = _word(Act, fields, "act", "Choose the answer.")
        source_id = _id(fields, "source")
        if source_id is None and act in {Act.ALLOCATE, Act.MOVE_TO_VAN}:
            raise Refusal("Choose where it lies.", field="source")
        return cls(act, _quantity(fields), source_id, _ids(fields, "serial"), _text(fields, "why"))


@dataclass(frozen=True)
class GivenUpForm:
    """So many are not needed, or not used and lie elsewhere now."""

    quantity: Decimal
    to_id: UUID | None
    serial_ids: tuple[UUID, ...]

    @classmethod
    def read(cls, fields: Fields) -> GivenUpForm:
        """Without a place it stays where it is."""
        return cls(_quantity(fields), _id(fields, "to"), _ids(fields, "serial"))


@dataclass(frozen=True)
class NoteForm:
    """What was done, and how long it took."""

    text: str
    minutes: int | None
    private: bool
    thing_id: UUID | None

    @classmethod
    def read(cls, fields: Fields) -> NoteForm:
        """The time may stay open."""
        return cls(
            text=_text(fields, "text"),
            minutes=_minutes(fields),
            private="private" in fields,
            thing_id=_id(fields, "thing_id"),
        )


def _text(fields: Fields, name: str) -> str:
    text = fields.get(name, "").strip()
    if len(text) > LONGEST:
        raise Refusal(f"That is too long: {LONGEST} characters at most.", field=name)
    return text


def _word(
    kind: type[Word], fields: Fields, name: str, said: str = "", *, default: Word | None = None
) -> Word:
    text = fields.get(name, "")
    if not text and default is not None:
        return default
    if text not in set(kind):
        raise Refusal(said or "Choose from what is there.", field=name)
    return kind(text)


def _quantity(fields: Fields) -> Decimal:
    return read_decimal(fields.get("quantity", ""), field="quantity", name="The quantity")


def _amount(fields: Fields, name: str, called: str) -> Decimal | None:
    text = fields.get(name, "").strip()
    return read_decimal(text, field=name, name=called) if text else None


def _id(fields: Fields, name: str) -> UUID | None:
    return _lenient(UUID, fields.get(name, ""))


def _ids(fields: Fields, name: str) -> tuple[UUID, ...]:
    found = (_lenient(UUID, text) for text in fields.getlist(name))
    return tuple(one for one in found if one is not None)


def _serials(fields: Fields) -> tuple[str, ...]:
    """Chosen ones, and those that were typed or scanned, one a line."""
    numbers = fields.getlist("serial") + unit_numbers(fields.get("serials", ""))
    return tuple(dict.fromkeys(number for one in numbers if (number := one.strip())))


def _day(fields: Fields, name: str) -> date | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        return _any_day(text)
    except ValueError:
        raise Refusal("That is not a day. Write it like 2026-07-02.", field=name) from None


def _moment(fields: Fields, name: str) -> datetime | None:
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        typed = datetime.fromisoformat(text)
        _refuse_far(typed)
    except ValueError:
        said = "That is not a time. Write it like 2026-07-02T11:30."
        raise Refusal(said, field=name) from None
    return typed if typed.tzinfo else typed.replace(tzinfo=clock.zone())


def _any_day(text: str) -> date:
    on = date.fromisoformat(text)
    _refuse_far(on)
    return on


def _refuse_far(on: date) -> None:
    """Around the first and the last year there is no day before, or after."""
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise ValueError(f"{on} is too far away")


def _minutes(fields: Fields) -> int | None:
    """35, or 1:10 as hours and minutes."""
    text = fields.get("minutes", "").strip()
    if not text:
        return None
    hours, colon, rest = text.partition(":")
    digits = (hours, rest) if colon else ("0", text)
    if not all(one.isascii() and one.isdigit() and len(one) < 5 for one in digits):
        raise Refusal("Write the time as minutes, or as hours and minutes: 1:10.", field="minutes")
    spent = int(digits[0]) * 60 + int(digits[1])
    if spent > MOST_MINUTES:
        raise Refusal("That is more than a day.", field="minutes")
    return spent


def _lenient(read: Callable[[str], Read], text: str) -> Read | None:
    """What was read, or nothing where it can't be."""
    try:
        return read(text) if text else None
    except ValueError:
        return None
