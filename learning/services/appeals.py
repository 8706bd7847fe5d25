"""Objections to marks of attendance: made within a deadline, answered in words; a granted one makes a new mark."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice, User
from accounts.services import record
from accounts.services.notices import cancel_notices, notify
from cohorts.models import ClassOfficer
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office
from learning.models import Appeal, Attendance
from learning.rules.appeals import last_day
from learning.rules.attendance import Mark
from learning.selectors.rules import limits_on
from learning.services.attendance import replace_mark
from trainee_mgmt.kit.errors import Refused, constraint_of
from trainee_mgmt.kit.formats import day as day_words

MADE, ANSWERED = "learning.appeal_made", "learning.appeal_answered"


@transaction.atomic
def object_to(mark: Attendance, *, text: str, by: User) -> Appeal:
    """Object to a mark of one's own. One objection a mark; sent twice the database lets one through."""
    text = " ".join(text.split())[:500]
    session, today = mark.session, timezone.localdate()
    held_on = timezone.localdate(session.starts_at)
    limits = limits_on(session.cohort_id, held_on)
    if not mark.in_force:
        raise Refused(_("This mark was replaced in the meantime. Look at the new one."))
    if mark.state == Mark.PRESENT:
        raise Refused(_("You are marked as present; there is nothing to object to."))
    last = last_day(timezone.localdate(mark.marked_at), limits)
    if last is None:
        raise Refused(_("Marks of this cohort cannot be objected to. Speak to your head teacher."))
    if today > last:
        raise Refused(_("Objections to this mark were taken until %(day)s.") % {"day": day_words(last)})
    if not text:
        raise Refused(_("Say what is wrong with the mark."))
    stay = members_on(held_on).filter(trainee=mark.trainee_id)
    appeal = Appeal(
        cohort_id=session.cohort_id,
        trainee_id=mark.trainee_id,
        training_class_id=stay.values_list("training_class", flat=True).first(),
        mark=mark,
        text=text,
        asked_at=timezone.now(),
        due_on=today + timedelta(days=limits.answer_days),
    )
    try:
        with transaction.atomic():
            appeal.save()
    except IntegrityError as error:
        if "mark_id" not in constraint_of(error):
            raise
        raise Refused(_("You have objected to this mark already.")) from None
    _tell_head_teachers(appeal)
    record("learning.object_to_mark", appeal, after={"mark": mark.state, "text": text})
    return appeal


@transaction.atomic
def answer_appeal(appeal: Appeal, *, grants: bool, text: str, by: User, state: str = "") -> Appeal:
    """Answer in words. Granting makes a new mark in the ledger, with ``state``. The row is locked: one answer counts."""
    related = ("mark__session", "trainee__person")
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related(*related).get(pk=appeal.pk)
    text = " ".join(text.split())[:500]
    if appeal.state != Appeal.State.OPEN:
        raise Refused(_("This objection was answered in the meantime."))
    if appeal.trainee.person.user_id == by.pk:
        raise Refused(_("You cannot answer your own objection."))
    if not text:
        raise Refused(_("Give the answer in words; the trainee reads it."))
    if grants:
        made, _line, is_new = replace_mark(
            appeal.mark.session, appeal.trainee_id, state=state, note=text, by=by, source=Attendance.Source.APPEAL
        )
        appeal.new_mark = made if is_new else None
    appeal.state = Appeal.State.GRANTED if grants else Appeal.State.DECLINED
    appeal.answer, appeal.answered_at, appeal.answered_by = text, timezone.now(), by
    appeal.save(update_fields=["state", "answer", "answered_at", "answered_by", "new_mark"])
    cancel_notices(about=appeal)
    if user := appeal.trainee.person.user_id:
        notify(ANSWERED, [user], about=appeal, key=str(appeal.pk), params=_told(appeal) | {"answer": text})
    after = {"state": appeal.state, "answer": text, "mark": state if grants else ""}
    record("learning.answer_appeal", appeal, before={"state": Appeal.State.OPEN}, after=after)
    return appeal


def still_open(notices: list[Notice]) -> list[Notice]:
    """Those whose objection waits for an answer."""
    asked = Appeal.objects.filter(pk__in={each.params["appeal"] for each in notices}, state=Appeal.State.OPEN)
    waiting = set(asked.values_list("pk", flat=True))
    return [each for each in notices if each.params["appeal"] in waiting]


def _tell_head_teachers(appeal: Appeal) -> None:
    terms = in_office(timezone.localdate()).filter(
        training_class=appeal.training_class_id,
        office=ClassOfficer.Office.HEAD_TEACHER,
        person__user__is_active=True,
    )
    people = terms.values_list("person__user", flat=True).distinct()
    notify(MADE, people, about=appeal, key=str(appeal.pk), params=_told(appeal))


def _told(appeal: Appeal) -> dict[str, str | int]:
    return {
        "appeal": appeal.pk,
        "name": appeal.trainee.person.name,
        "session": appeal.mark.session.title,
        "day": timezone.localdate(appeal.mark.session.starts_at).isoformat(),
        "due": appeal.due_on.isoformat(),
        "state": str(appeal.state),
    }
