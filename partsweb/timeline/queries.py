"""A subject's history, and what a person was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from partsweb.extensions import db
from partsweb.kit import clock, subject
from partsweb.kit.paging import Page, paged
from partsweb.kit.refusal import NotFound
from partsweb.kit.subject import Subject
from partsweb.people.models import Person
from partsweb.timeline.models import Event, Notification, Task

UNSEEN_SHOWN = 20


def history(of: Subject, *, page: int = 1) -> Page[Event]:
    """What happened to the subject, newest first."""
    rows = select(Event).where(Event.subject_kind == of.kind, Event.subject_id == of.id)
    return paged(rows.order_by(Event.occurred_at.desc(), Event.id.desc()), number=page)


def tasks_of(of: Subject) -> Sequence[Task]:
    """The subject's follow-ups, open ones first, by due date."""
    rows = select(Task).where(Task.subject_kind == of.kind, Task.subject_id == of.id)
    return db.session.scalars(rows.order_by(Task.done_at.isnot(None), Task.due_on, Task.id)).all()


def told(person: Person) -> Page[Notification]:
    """What the person, or a role of his, was told and has not put away, newest first."""
    rows = select(Notification).where(_meant_for(person), Notification.seen_at.is_(None))
    newest = rows.order_by(Notification.made_at.desc(), Notification.id)
    return paged(newest, size=UNSEEN_SHOWN)


def told_until(person: Person, moment: datetime) -> Sequence[Notification]:
    """All of that, up to the moment: what is told meanwhile stays."""
    rows = select(Notification).where(_meant_for(person), Notification.seen_at.is_(None))
    return db.session.scalars(rows.where(Notification.made_at <= moment)).all()


def notification(notification_id: UUID, *, seen_by: Person) -> Notification:
    """One thing that the person was told."""
    found = db.session.get(Notification, notification_id)
    if found is None or not (found.person_id == seen_by.id or found.role in seen_by.roles):
        raise NotFound("There is no such notice.")
    return found


def task(task_id: UUID, *, seen_by: Person) -> Task:
    """A follow-up on something that the person may see."""
    found = db.session.get(Task, task_id)
    if found is None:
        raise NotFound("There is no such follow-up.")
    subject.load(found.subject, seen_by=seen_by)
    return found


def to_do(person: Person) -> Sequence[Task]:
    """The person's own open follow-ups, what is due first before what has no day."""
    rows = select(Task).where(Task.assignee_id == person.id, Task.done_at.is_(None))
    ordered = rows.order_by(Task.due_on.is_(None), Task.due_on, Task.made_at)
    return db.session.scalars(ordered.limit(UNSEEN_SHOWN)).all()


@dataclass(frozen=True)
class Wanted:
    """Which follow-ups a list shows: mine, all, overdue or done; of one person if one likes."""

    show: str = "mine"
    assignee_id: UUID | None = None


def tasks(wanted: Wanted, *, seen_by: Person, page: int = 1) -> Page[Task]:
    """Follow-ups, what is due first before what has no day; done ones the latest first.

    Who doesn't see all orders has his or her own.
    """
    rows = select(Task)
    if wanted.show == "mine" or not seen_by.may("see all orders"):
        rows = rows.where(Task.assignee_id == seen_by.id)
    elif wanted.assignee_id:
        rows = rows.where(Task.assignee_id == wanted.assignee_id)
    if wanted.show == "done":
        done = rows.where(Task.done_at.is_not(None))
        return paged(done.order_by(Task.done_at.desc(), Task.id), number=page)
    rows = rows.where(Task.done_at.is_(None))
    if wanted.show == "overdue":
        rows = rows.where(Task.due_on < clock.today())
    soonest = (Task.due_on.is_(None), Task.due_on, Task.made_at, Task.id)
    return paged(rows.order_by(*soonest), number=page)


def _meant_for(person: Person) -> ColumnElement[bool]:
    return or_(Notification.person_id == person.id, Notification.role.in_(person.roles))
