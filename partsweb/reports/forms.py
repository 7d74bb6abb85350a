"""Reads from an address what a report is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from partsweb.kit import clock, fields
from partsweb.kit.fields import Fields
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.reports.asked import NOBODY, By, Days, Level, Usage, last_month, month_of


def days(asked: Fields) -> Days:
    """From and to; without them this month. Turned round where they were given so."""
    if asked.get("period") == "last":
        return last_month()
    this = month_of(clock.today())
    try:
        since, until = fields.day(asked, "from"), fields.day(asked, "to")
    except Refusal as refusal:
        raise NotFound(refusal.text) from None
    if since is None and until is None:
        return this
    since = since or (until or this.since).replace(day=1)
    until = until or max(since, this.until)
    return Days(min(since, until), max(since, until))


def on(asked: Fields) -> date:
    """The day that is asked for, else today."""
    try:
        return fields.day(asked, "on") or clock.today()
    except Refusal as refusal:
        raise NotFound(refusal.text) from None


def usage(asked: Fields, *, own: UUID | None = None) -> Usage:
    """What the address asks for; `own`: a person who sees only what he or she used."""
    by = asked.get("by", "")
    level = asked.get("level", "")
    group = asked.get("group", "")
    found = Usage(
        days=days(asked),
        by=By(by) if by in set(By) else By.TECHNICIAN,
        level=Level(level) if level in set(Level) else Level.GROUPS,
        group=group if group == NOBODY or fields.an_id(asked, "group") else "",
        part_id=fields.an_id(asked, "part"),
        category=asked.get("category", ""),
        vendor_id=fields.an_id(asked, "vendor"),
        text=asked.get("q", "").strip(),
    )
    if own is None:
        return found
    level_ = Level.PARTS if found.level == Level.GROUPS else found.level
    return replace(found, by=By.TECHNICIAN, group=str(own), level=level_)
