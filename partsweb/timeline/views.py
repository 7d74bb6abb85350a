"""Notices are put away; follow-ups are made and done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from partsweb.kit import clock, fields, subject
from partsweb.kit.door import SIGNED_IN, reads, writes
from partsweb.kit.pages import ShowAfter, page, show_after
from partsweb.kit.paging import asked_page
from partsweb.kit.refusal import NotFound
from partsweb.kit.safety import own_path
from partsweb.kit.subject import Subject
from partsweb.people import queries as people
from partsweb.timeline import queries, rules
from partsweb.timeline.forms import FollowUpForm
from partsweb.timeline.models import Task

bp = Blueprint("timeline", __name__)


@bp.get("/notices/<uuid:notice_id>")
@reads(SIGNED_IN)
def notice(notice_id: UUID) -> ResponseReturnValue:
    """The way from a notice to what it is about."""
    about = queries.notification(notice_id, seen_by=g.person).subject
    return redirect(subject.url(about, seen_by=g.person), 303)


@bp.post("/notices/<uuid:notice_id>/put-away")
@writes(SIGNED_IN)
def put_away(notice_id: UUID) -> ShowAfter:
    """The notice was read; the start page shows the rest."""
    rules.put_away(queries.notification(notice_id, seen_by=g.person))
    return show_after("/")


@bp.post("/notices/put-away")
@writes(SIGNED_IN)
def put_all_away() -> ShowAfter:
    """Everything that stood on the start page was read; what was told since then stays."""
    for one in queries.told_until(g.person, clock.believed(request.form.get("until", ""))):
        rules.put_away(one)
    return show_after("/")


@bp.get("/follow-ups")
@reads("follow up")
def tasks() -> ResponseReturnValue:
    """What is to be done: by me, by all, overdue, and what was done."""
    wanted = queries.Wanted(
        request.args.get("show", "mine"), fields.an_id(request.args, "assignee")
    )
    found = queries.tasks(wanted, seen_by=g.person, page=asked_page())
    kept = subject.bring([one.subject for one in found.items])
    return page(
        "timeline/tasks.html",
        "results",
        nav="more",
        wanted=wanted,
        found=found,
        kept=kept,
        title_of=_title_of,
        people=people.active_people() if g.person.may("see all orders") else (),
        address=lambda **changes: _address(wanted, changes),
    )


@bp.get("/follow-ups/<kind>/<uuid:subject_id>/new")
@reads("follow up")
def new_task(kind: str, subject_id: UUID) -> ResponseReturnValue:
    """The form for a follow-up on a thing that the person may see."""
    about = Subject(kind, subject_id)
    return page(
        "timeline/new_task.html",
        title=subject.title(about, seen_by=g.person),
        back=own_path(request.values.get("next"), subject.url(about, seen_by=g.person)),
        people=people.active_people(),
    )


@bp.post("/follow-ups/<kind>/<uuid:subject_id>/new")
@writes("follow up")
def make_task(kind: str, subject_id: UUID) -> ShowAfter:
    """Make the follow-up, and show what it is about."""
    about, form = Subject(kind, subject_id), FollowUpForm.read(request.form)
    url = subject.url(about, seen_by=g.person)
    assignee = people.person(form.assignee_id) if form.assignee_id else None
    rules.give(about, form.title, by=g.person, due_on=form.due_on, assignee=assignee)
    return show_after(own_path(request.form.get("next"), url), notice=f"To do: {form.title}")


@bp.get("/follow-ups/<uuid:task_id>")
@reads("follow up")
def task(task_id: UUID) -> ResponseReturnValue:
    """The way from a follow-up to what it is about."""
    about = queries.task(task_id, seen_by=g.person).subject
    return redirect(subject.url(about, seen_by=g.person), 303)


@bp.post("/follow-ups/<uuid:task_id>/completion")
@writes("follow up")
def finish(task_id: UUID) -> ShowAfter:
    """It is done."""
    found = queries.task(task_id, seen_by=g.person)
    rules.finish(found, by=g.person)
    url = subject.url(found.subject, seen_by=g.person)
    return show_after(own_path(request.form.get("next"), url), notice=f"Done: {found.title}")


@bp.get("/follow-ups/<uuid:task_id>/edit")
@reads("follow up")
def edit_task(task_id: UUID) -> ResponseReturnValue:
    """The form that says anew what is to be done, until when, and by whom."""
    found = queries.task(task_id, seen_by=g.person)
    return page(
        "timeline/edit_task.html",
        task=found,
        title=subject.title(found.subject, seen_by=g.person),
        back=own_path(request.values.get("next"), subject.url(found.subject, seen_by=g.person)),
        people=people.active_people(),
    )


@bp.post("/follow-ups/<uuid:task_id>/edit")
@writes("follow up")
def change_task(task_id: UUID) -> ShowAfter:
    """Change it; who has it now is told."""
    found, form = queries.task(task_id, seen_by=g.person), FollowUpForm.read(request.form)
    assignee = people.person(form.assignee_id) if form.assignee_id else None
    rules.change(found, form.title, by=g.person, due_on=form.due_on, assignee=assignee)
    url = subject.url(found.subject, seen_by=g.person)
    return show_after(own_path(request.form.get("next"), url), notice=f"To do: {found.title}")


@bp.post("/follow-ups/<uuid:task_id>/reopening")
@writes("follow up")
def reopen(task_id: UUID) -> ShowAfter:
    """It isn't done after all."""
    found = queries.task(task_id, seen_by=g.person)
    rules.open_again(found, by=g.person)
    url = subject.url(found.subject, seen_by=g.person)
    return show_after(own_path(request.form.get("next"), url), notice=f"To do: {found.title}")


def _title_of(one: Task) -> str:
    """What it is about; nothing where one may not see that."""
    try:
        return subject.title(one.subject, seen_by=g.person)
    except NotFound:
        return ""


def _address(wanted: queries.Wanted, changes: dict[str, Any]) -> str:
    kept = {"show": wanted.show, "assignee": wanted.assignee_id}
    return url_for(".tasks", **(kept | changes))
