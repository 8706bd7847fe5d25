"""Dispatch meetings: called for a month, held with minutes, and the actions that they decide, tracked until they are closed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.owed import Owed, as_told
from cohorts.models import Cohort
from placements.models import DispatchAction, DispatchMeeting, DispatchPack
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused

HELD, PLANNED = DispatchMeeting.State.HELD, DispatchMeeting.State.PLANNED
OPEN = DispatchAction.State.OPEN
TASK = Owed("placements.action_given", "placements.action_due", "placements.action_overdue")


@dataclass(frozen=True)
class Taken:
    """What a meeting looks at, as it is kept: since which day, as of which moment, and its sections by language."""

    since: date
    at: datetime
    sections: dict[str, Any]


@transaction.atomic
def plan_meeting(cohort: Cohort, *, held_on: date, place: str = "") -> DispatchMeeting:
    """The meeting of the month of that day; a cohort has one a month."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    month = held_on.replace(day=1)
    _refuse_second(cohort, month)
    meeting = DispatchMeeting.objects.create(cohort=cohort, month=month, held_on=held_on, place=place.strip())
    record("placements.plan_dispatch", meeting, after={"held_on": held_on, "place": meeting.place})
    return meeting


def _refuse_second(cohort: Cohort, month: date, besides: int | None = None) -> None:
    if DispatchMeeting.objects.filter(cohort=cohort, month=month).exclude(pk=besides).exists():
        raise Refused(_("This month has its dispatch meeting already. Open it and change its day."))


@transaction.atomic
def change_meeting(meeting: DispatchMeeting, *, held_on: date, place: str) -> DispatchMeeting:
    Cohort.objects.select_for_update(no_key=True).get(pk=meeting.cohort_id)  # one meeting a month, also of two at once
    meeting = _held(meeting)
    if meeting.state == HELD:
        raise Refused(_("This meeting was held; open its minutes again to change it."))
    new = {"held_on": held_on, "month": held_on.replace(day=1), "place": place.strip()}
    _refuse_second(meeting.cohort, new["month"], meeting.pk)
    before, after = changes(meeting, new)
    if after:
        DispatchMeeting.objects.filter(pk=meeting.pk).update(**new)
        record("placements.change_dispatch", meeting, before=before, after=after)
    return meeting


@transaction.atomic
def hold_meeting(meeting: DispatchMeeting, *, minutes: str, by: User, pack: Taken) -> DispatchMeeting:
    """The minutes as they were agreed and what the meeting looked at; the next pack begins after its day."""
    meeting = _held(meeting)
    if meeting.state == HELD:
        raise Refused(_("The minutes of this meeting are kept already."))
    if meeting.held_on > timezone.localdate():
        raise Refused(_("The day of this meeting has not come yet."))
    minutes = minutes.strip()
    if not minutes:
        raise Refused(_("Write the minutes first."))
    meeting.state, meeting.minutes, meeting.closed_by, meeting.closed_at = HELD, minutes, by, timezone.now()
    meeting.save(update_fields=["state", "minutes", "closed_by", "closed_at"])
    DispatchPack.objects.create(
        meeting=meeting, since=pack.since, taken_at=pack.at, taken_by=by, sections=pack.sections
    )
    record("placements.hold_dispatch", meeting, after={"characters": len(minutes), "as_of": pack.at.isoformat()})
    return meeting


@transaction.atomic
def reopen_meeting(meeting: DispatchMeeting, *, reason: str) -> DispatchMeeting:
    """The minutes may be written again and the pack shows the data of the moment; what it was stays in the ledger."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the minutes are opened again; the reason is kept."))
    meeting = _held(meeting)
    if meeting.state != HELD:
        raise Refused(_("The minutes of this meeting are open already."))
    before = {"closed_at": meeting.closed_at.isoformat()}
    meeting.packs.filter(in_force=True).update(in_force=False)
    meeting.state, meeting.closed_by, meeting.closed_at, meeting.reopened_for = PLANNED, None, None, reason[:200]
    meeting.save(update_fields=["state", "closed_by", "closed_at", "reopened_for"])
    record("placements.reopen_dispatch", meeting, before=before, after={"reason": reason[:200]})
    return meeting


@transaction.atomic
def remove_meeting(meeting: DispatchMeeting) -> None:
    """Only one that was not held and decided nothing."""
    meeting = _held(meeting)
    if meeting.state == HELD or meeting.actions.exists() or meeting.packs.exists():
        raise Refused(_("This meeting was held or has actions; it stays."))
    record("placements.remove_dispatch", meeting, before={"held_on": meeting.held_on})
    meeting.delete()


@transaction.atomic
def add_action(meeting: DispatchMeeting, *, text: str, owner: User, due_on: date) -> DispatchAction:
    """What the meeting decided, with one owner and one day."""
    meeting = _held(meeting)
    if due_on < meeting.held_on:
        raise Refused(_("An action is due on the day of the meeting or later."))
    action = DispatchAction.objects.create(meeting=meeting, text=text.strip(), owner=owner, due_on=due_on)
    _tell_owner(action, is_new=True)
    record("placements.add_action", action, after={"text": action.text, "owner": owner.name, "due_on": due_on})
    return action


@transaction.atomic
def change_action(action: DispatchAction, *, text: str, owner: User, due_on: date) -> DispatchAction:
    action = _open_action(action)
    new = {"text": text.strip(), "owner": owner, "due_on": due_on}
    before, after = changes(action, new)
    if after:
        DispatchAction.objects.filter(pk=action.pk).update(**new)
        for name, value in new.items():
            setattr(action, name, value)
        if {"owner", "due_on"} & after.keys():
            _tell_owner(action, is_new="owner" in after)
        record("placements.change_action", action, before=before, after=after)
    return action


@transaction.atomic
def close_action(action: DispatchAction, *, state: str, result: str, by: User) -> DispatchAction:
    """Done, or dropped; in words."""
    action = _open_action(action)
    result = result.strip()
    if not result:
        raise Refused(_("Say in a few words what was done, or why it is dropped."))
    action.state, action.result, action.closed_by, action.closed_at = state, result, by, timezone.now()
    action.save(update_fields=["state", "result", "closed_by", "closed_at"])
    TASK.forget(action)
    record("placements.close_action", action, before={"state": "open"}, after={"state": state, "result": result})
    return action


@transaction.atomic
def reopen_action(action: DispatchAction) -> DispatchAction:
    """It stands in the next pack again."""
    closed = DispatchAction.objects.filter(pk=action.pk).exclude(state=OPEN)
    if not closed.update(state=OPEN, closed_by=None, closed_at=None):
        raise Refused(_("This is open already."))
    _tell_owner(action, is_new=False)
    record("placements.reopen_action", action, before={"state": action.state})
    return action


def _tell_owner(action: DispatchAction, *, is_new: bool) -> None:
    """Of what is to be done, and of its day."""
    by = actor.current().user_id
    told = {"action": action.pk, "text": action.text[:80]}
    TASK.tell(action, owner=action.owner_id, due_on=action.due_on, by=by, is_new=is_new, **told)


def still_owed(notices: list) -> list:
    return as_told(notices, DispatchAction.objects.filter(state=OPEN))


def _held(meeting: DispatchMeeting) -> DispatchMeeting:
    rows = DispatchMeeting.objects.select_for_update(of=("self",)).select_related("cohort").filter(pk=meeting.pk)
    if (found := rows.first()) is None:
        raise Refused(_("Somebody else removed this meeting in the meantime."))
    return found


def _open_action(action: DispatchAction) -> DispatchAction:
    found = DispatchAction.objects.select_for_update().get(pk=action.pk)
    if found.state != OPEN:
        raise Refused(_("This is closed; open it again first."))
    return found
