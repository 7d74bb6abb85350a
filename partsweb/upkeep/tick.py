"""What time brings: overdue follow-ups, late deliveries and cores to ship, told once.

Run every quarter of an hour or so (`partsweb tick`), on as many nodes as one likes: what was told
is marked in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import select

from partsweb.exchange import steps as imports
from partsweb.extensions import db
from partsweb.kit import clock
from partsweb.kit.words import day
from partsweb.orders import waiting
from partsweb.people.permissions import COORDINATOR, DISPATCHER, PURCHASING
from partsweb.phone import uploads
from partsweb.purchasing import queries as purchasing
from partsweb.returns import queries as returns
from partsweb.timeline import rules as timeline
from partsweb.timeline.models import Task


def tick() -> int:
    """Tell people what became due since the last time; says how many things."""
    imports.tidy()
    uploads.sweep()
    return _overdue_tasks() + _late_deliveries() + _cores_due()


def _overdue_tasks() -> int:
    rows = select(Task).where(Task.done_at.is_(None), Task.due_on < clock.today())
    told = 0
    for task in db.session.scalars(rows):
        if not timeline.first_time(f"task {task.id} overdue {task.due_on}"):
            continue
        text = f"Overdue since {task.due_on:%d %b}: {task.title}"
        timeline.record(task.subject, "task-overdue", text, by=None)
        if task.assignee is not None:
            timeline.tell(task.assignee, task.subject, text)
        else:
            timeline.tell_role(DISPATCHER, task.subject, text)
        told += 1
    return told


def _late_deliveries() -> int:
    told = 0
    for late in purchasing.late():
        if not timeline.first_time(f"purchase order {late.id} late {late.due_on}"):
            continue
        text = f"{late.number} from {late.vendor.name} is late: due {late.due_on:%d %b}"
        timeline.record(late.subject, "delivery-late", text, by=None)
        timeline.tell_role(PURCHASING, late.subject, text)
        waits = [line.entry for line in late.lines if line.entry and line.promised and line.late]
        waiting.delivery_late(waits, text, at=clock.now())
        told += 1
    return told


def _cores_due() -> int:
    told = 0
    for core in returns.due_soon():
        if not timeline.first_time(f"core {core.id} due {core.due_on}"):
            continue
        text = f"Ship core {core.number} of {core.part.sku} by {day(core.due_on)}"
        for about in (core.about, core.subject):
            timeline.record(about, "core-due", text, by=None)
        if core.assignee is not None:
            timeline.tell(core.assignee, core.subject, text)
        else:
            timeline.tell_role(COORDINATOR, core.subject, text)
        told += 1
    return told
