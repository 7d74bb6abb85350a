"""What is written into a history, and telling people."""

from __future__ import annotations

from datetime import date, datetime

from partsweb.extensions import db
from partsweb.kit import clock, subject
from partsweb.kit.refusal import NotFound, Refusal
from partsweb.kit.subject import Subject
from partsweb.kit.table import insert_if_absent
from partsweb.people.models import Person
from partsweb.timeline.models import Event, Notification, Task, Told


def record(
    of: Subject,
    what: str,
    text: str,
    *,
    by: Person | None,
    at: datetime | None = None,
    body: str = "",
    private: bool = False,
) -> Event:
    """Write one event into the subject's history; `at` is when it happened, on the device."""
    moment = clock.now()
    event = Event(
        subject_kind=of.kind,
        subject_id=of.id,
        what=what,
        text=text,
        body=body,
        by_id=by.id if by else None,
        occurred_at=at or moment,
        recorded_at=moment,
        private=private,
    )
    db.session.add(event)
    return event


def follow_up(
    of: Subject,
    title: str,
    *,
    by: Person | None,
    due_on: date | None = None,
    assignee: Person | None = None,
) -> Task:
    """Make a follow-up task on the subject's timeline."""
    if not title.strip():
        raise Refusal("Say what is to be done.", field="title")
    task = Task(
        subject_kind=of.kind,
        subject_id=of.id,
        title=title.strip(),
        due_on=due_on,
        assignee_id=assignee.id if assignee else None,
        made_at=clock.now(),
        made_by_id=by.id if by else None,
    )
    db.session.add(task)
    record(of, "task-made", f"To do: {title.strip()}", by=by)
    return task


def give(
    of: Subject,
    title: str,
    *,
    by: Person,
    due_on: date | None = None,
    assignee: Person | None = None,
) -> Task:
    """Make a follow-up by hand: whoever is to do it can see the thing, and is told."""
    if assignee is not None:
        _refuse_blind(of, assignee)
    task = follow_up(of, title, by=by, due_on=due_on, assignee=assignee)
    _tell_assignee(task, assignee, by=by)
    return task


def change(
    task: Task, title: str, *, by: Person, due_on: date | None, assignee: Person | None
) -> None:
    """Say anew what is to be done, until when, and by whom; who has it now is told."""
    title = " ".join(title.split())
    if not title:
        raise Refusal("Say what is to be done.", field="title")
    if assignee is not None:
        _refuse_blind(task.subject, assignee)
    before = (task.title, task.due_on, task.assignee_id)
    handed = assignee is not None and assignee.id != task.assignee_id
    task.title, task.due_on, task.assignee = title, due_on, assignee
    if before == (title, due_on, assignee.id if assignee else None):
        return
    whom = assignee.name if assignee else "nobody"
    until = f", until {due_on:%d %b}" if due_on else ""
    record(task.subject, "task-changed", f"To do by {whom}{until}: {title}", by=by)
    if handed:
        _tell_assignee(task, assignee, by=by)
    db.session.flush()


def open_again(task: Task, *, by: Person) -> None:
    """Somebody says that it isn't done; whoever is to do it is told."""
    if task.done_at is not None:
        reopen(task, by=by)
        _tell_assignee(task, task.assignee, by=by)


def finish(task: Task, *, by: Person) -> None:
    """Mark a follow-up as done."""
    if task.done_at is not None:
        return
    task.done_at, task.done_by_id = clock.now(), by.id
    record(task.subject, "task-done", f"Done: {task.title}", by=by)


def call_off(task: Task, *, by: Person | None) -> None:
    """It needn't be done any more."""
    if task.done_at is None:
        task.done_at, task.done_by_id = clock.now(), by.id if by else None
        record(task.subject, "task-called-off", f"No longer to do: {task.title}", by=by)


def reopen(task: Task, *, by: Person) -> None:
    """It has to be done after all."""
    if task.done_at is not None:
        task.done_at = task.done_by_id = None
        record(task.subject, "task-made", f"To do again: {task.title}", by=by)


def tell(person: Person, about: Subject, text: str) -> None:
    """Tell one person; it stands on the start page until put away."""
    _tell(about, text, person=person)


def tell_role(role: str, about: Subject, text: str) -> None:
    """Tell everybody of a role; the first who puts it away does so for all."""
    _tell(about, text, role=role)


def put_away(notification: Notification) -> None:
    """The notice was read."""
    notification.seen_at = notification.seen_at or clock.now()


def first_time(what: str) -> bool:
    """Whether this is told for the first time, on whichever node; marks it as told."""
    return insert_if_absent(Told, what=what, on=clock.today())


def _tell(about: Subject, text: str, *, person: Person | None = None, role: str = "") -> None:
    db.session.add(
        Notification(
            person_id=person.id if person else None,
            role=role,
            subject_kind=about.kind,
            subject_id=about.id,
            text=text,
            made_at=clock.now(),
        )
    )


def _tell_assignee(task: Task, assignee: Person | None, *, by: Person) -> None:
    if assignee is not None and assignee.id != by.id:
        until = f" until {task.due_on:%d %b}" if task.due_on else ""
        tell(assignee, task.subject, f"{by.name} asks you to do{until}: {task.title}")


def _refuse_blind(of: Subject, assignee: Person) -> None:
    """Nobody is asked to do something about a thing that he or she may not see."""
    try:
        subject.load(of, seen_by=assignee)
    except NotFound:
        raise Refusal(
            f"{assignee.name} can’t see what it is about. Choose somebody else, or assign the "
            "order first.",
            field="assignee",
        ) from None
