"""How numbers and times are written on pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from flask import Flask, current_app

from partsweb.kit import clock
from partsweb.kit.exact import plain

CENT = Decimal("0.01")


def qty(value: Decimal | int | None) -> str:
    """A quantity without needless zeros; a real minus sign before a negative one."""
    if value is None:
        return "–"
    return format(plain(Decimal(value)), "f").replace("-", "\u2212")


def money(value: Decimal | int | None) -> str:
    """An amount to the cent: 6,206.52. Only what is shown is rounded, halves to even."""
    if value is None:
        return "–"
    # Nothing added to it turns a zero below nothing into a plain one.
    return _written(Decimal(value).quantize(CENT, rounding=ROUND_HALF_EVEN) + 0)


def exactly(value: Decimal | int | None) -> str:
    """An amount with all the places it has, at least cents: what one costs, 41.00 or 12.0571."""
    return "–" if value is None else _written(_whole(value))


def in_field(value: Decimal | int | None) -> str:
    """The same as a field takes it back: 1250.00; nothing where there is none."""
    return "" if value is None else format(_whole(value), "f")


def _whole(value: Decimal | int) -> Decimal:
    exact = plain(Decimal(value))
    return exact if exact != exact.quantize(CENT) else exact.quantize(CENT)


def _written(amount: Decimal) -> str:
    return format(amount, ",f").replace("-", "\u2212")


def currency() -> str:
    """What the firm counts its money in, such as EUR."""
    told: str = current_app.config["SETTINGS"].currency
    return told


def day(value: date | datetime | None) -> str:
    """Thu 4 Jun, with the year where it is another one."""
    if value is None:
        return "–"
    on = clock.day_of(value) if isinstance(value, datetime) else value
    year = "" if on.year == clock.today().year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"


def moment(value: datetime | None) -> str:
    """Thu 4 Jun 10:42, at the firm."""
    if value is None:
        return "–"
    return f"{day(value)} {value.astimezone(clock.zone()):%H:%M}"


def soon(value: datetime | None) -> str:
    """Today 10:42, tomorrow 08:30, else as `moment`."""
    if value is None:
        return "–"
    near = {clock.today(): "today", clock.today() + timedelta(days=1): "tomorrow"}
    on = near.get(clock.day_of(value), day(value))
    return f"{on} {value.astimezone(clock.zone()):%H:%M}"


def local(value: datetime | None) -> str:
    """As a field for day and time takes it: 2026-06-04T10:42, at the firm."""
    return f"{value.astimezone(clock.zone()):%Y-%m-%dT%H:%M}" if value else ""


def ago(value: datetime | None) -> str:
    """How long ago, roughly."""
    if value is None:
        return "–"
    minutes = int((clock.now() - value).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        return f"{minutes // 60} h ago"
    days = minutes // (24 * 60)
    return f"{days} day{'s' if days > 1 else ''} ago"


def minutes(value: int | None) -> str:
    """Time spent, as hours and minutes: 0:35."""
    return "–" if value is None else f"{value // 60}:{value % 60:02d}"


def add_filters(app: Flask) -> None:
    """Make them filters of every template."""
    for filter_ in (qty, money, exactly, in_field, day, moment, local, soon, ago, minutes):
        app.jinja_env.filters[filter_.__name__] = filter_
