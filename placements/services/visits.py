"""Visits to hosts: planned, noted, and what they gave to do."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.owed import Owed, as_told
from cohorts.models import Cohort
from placements.models import Host, Placement, Visit, VisitPicture, VisitRule, VisitTask
from trainee_mgmt.kit import actor
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import moment
from trainee_mgmt.kit.pictures import encode_anew
from trainee_mgmt.kit.uploads import drop_files, keep_file

TASK = Owed("placements.visit_task_given", "placements.visit_task_due", "placements.visit_task_overdue")
MOST_PICTURES = 6


@transaction.atomic
def set_visit_rule(cohort: Cohort, *, weeks: int) -> None:
    """So many weeks at most lie between two visits to a host where somebody of the cohort is."""
    old = VisitRule.objects.select_for_update().filter(cohort=cohort).values_list("weeks", flat=True).first()
    if old == weeks:
        return
    VisitRule.objects.update_or_create(cohort=cohort, defaults={"weeks": weeks})
    record("placements.set_visit_rule", cohort, before={"weeks": old}, after={"weeks": weeks})


@transaction.atomic
def plan_visit(cohort: Cohort, host: Host, *, visitor: User, planned_on: date) -> Visit:
    made = _plan(cohort, host, visitor, planned_on)
    record("placements.plan_visit", made, after={"planned_on": planned_on, "visitor": visitor.name})
    return made


@transaction.atomic
def plan_visits(cohort: Cohort, planned: Iterable[tuple[Host, date]], *, visitor: User) -> list[Visit]:
    """Several at once, as they were proposed and read."""
    made = [_plan(cohort, host, visitor, on) for host, on in planned]
    if made:
        days = {each.host.name: each.planned_on.isoformat() for each in made}
        record("placements.plan_visits", cohort, after={"count": len(made), "visitor": visitor.name, "days": days})
    return made


@transaction.atomic
def change_visit(visit: Visit, *, visitor: User, planned_on: date) -> Visit:
    visit = _planned(visit)
    before, after = changes(visit, {"visitor": visitor, "planned_on": planned_on})
    if not after:
        return visit
    visit.visitor, visit.planned_on = visitor, planned_on
    _save(visit, ["visitor", "planned_on"])
    record("placements.change_visit", visit, before=before, after=after)
    return visit


@transaction.atomic
def call_off_visit(visit: Visit, *, reason: str) -> None:
    visit = _planned(visit)
    if not reason.strip():
        raise Refused(_("Say why the visit is called off."))
    Visit.objects.filter(pk=visit.pk).update(state=Visit.State.CALLED_OFF, end_reason=reason.strip()[:200])
    record("placements.call_off_visit", visit, after={"reason": reason.strip()[:100]})


@transaction.atomic
def note_visit(
    visit: Visit, *, done_on: date, notes: str, companions: str = "", today: date, seen: str | None = None
) -> Visit:
    """It took place; the same page changes what was noted. The same again changes nothing. ``seen``: ``Visit.mark`` as it was
    when the page was opened; other notes that came since are not replaced unread."""
    visit = _locked(visit)
    if visit.state == Visit.State.CALLED_OFF:
        raise Refused(_("This visit was called off. Plan another one."))
    if done_on > today:
        raise Refused(_("The day of the visit lies in the future. Note it once it took place."))
    fields = {"done_on": done_on, "notes": notes.strip(), "companions": companions.strip(), "state": Visit.State.DONE}
    before, after = changes(visit, fields)
    if not after:
        return visit
    if seen is not None and seen != visit.mark:
        words = _(
            "Other notes were kept on %(at)s, after this page was opened: “%(notes)s” Send again to put yours in their place."
        )
        raise Refused(words % {"at": moment(visit.noted_at), "notes": visit.notes})
    for name, value in fields.items():
        setattr(visit, name, value)
    visit.noted_at = timezone.now()
    _save(visit, [*fields, "noted_at"])
    shown = {"done_on": done_on, "state": Visit.State.DONE, "signs": len(visit.notes)}
    record("placements.note_visit", visit, before={"state": before.get("state", visit.state)}, after=shown)
    return visit


@transaction.atomic
def add_pictures(visit: Visit, pictures: Iterable[bytes]) -> list[VisitPicture]:
    """Encoded anew, without what a camera wrote into them."""
    visit = _locked(visit)
    encoded = [encode_anew(data).full for data in pictures]
    if visit.pictures.count() + len(encoded) > MOST_PICTURES:
        raise Refused(_("At most %(most)s pictures are kept with a visit.") % {"most": MOST_PICTURES})
    made = []
    for data in encoded:
        picture = VisitPicture(visit=visit, size=len(data))
        keep_file(picture.file, "visit.jpg", data)
        picture.save()
        made.append(picture)
    record("placements.add_visit_pictures", visit, after={"count": len(made)})
    return made


@transaction.atomic
def remove_picture(picture: VisitPicture) -> None:
    visit = _locked(picture.visit)
    if not VisitPicture.objects.filter(pk=picture.pk).delete()[0]:
        raise Refused(_("Somebody else removed this picture in the meantime."))
    drop_files([picture.file])
    record("placements.remove_visit_picture", visit, before={"picture": picture.pk})


# Tasks ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_task(visit: Visit, *, text: str, owner: User, due_on: date) -> VisitTask:
    visit = _locked(visit)
    task = VisitTask.objects.create(visit=visit, text=text.strip(), owner=owner, due_on=due_on)
    _tell(task, is_new=True)
    record("placements.add_visit_task", visit, after={"task": task.text, "owner": owner.name, "due_on": due_on})
    return task


@transaction.atomic
def change_task(task: VisitTask, *, text: str, owner: User, due_on: date) -> VisitTask:
    task = _open_task(task)
    before, after = changes(task, {"text": text.strip(), "owner": owner, "due_on": due_on})
    if not after:
        return task
    task.text, task.owner, task.due_on = text.strip(), owner, due_on
    task.save(update_fields=["text", "owner", "due_on"])
    _tell(task, is_new="owner" in after)
    record("placements.change_visit_task", task.visit, before=before, after=after)
    return task


@transaction.atomic
def finish_task(task: VisitTask, *, result: str) -> None:
    task = _open_task(task)
    VisitTask.objects.filter(pk=task.pk).update(done_at=timezone.now(), result=result.strip()[:300])
    TASK.forget(task)
    record("placements.finish_visit_task", task.visit, after={"task": task.text, "result": result.strip()[:100]})


@transaction.atomic
def reopen_task(task: VisitTask) -> None:
    task = _locked_task(task)
    if task.done_at is None:
        raise Refused(_("This task is open already."))
    VisitTask.objects.filter(pk=task.pk).update(done_at=None)
    _tell(task, is_new=False)
    record("placements.reopen_visit_task", task.visit, after={"task": task.text})


@transaction.atomic
def remove_task(task: VisitTask) -> None:
    task = _locked_task(task)
    TASK.forget(task)
    record("placements.remove_visit_task", task.visit, before={"task": task.text, "owner": task.owner.name})
    task.delete()


def still_to_do(notices: list) -> list:
    return as_told(notices, VisitTask.objects.filter(done_at=None))


def _tell(task: VisitTask, *, is_new: bool) -> None:
    """The owner: now, on the day it is due, and the day after if it is still open."""
    told = {"visit": task.visit_id, "task": task.text, "host": task.visit.host.name}
    by = actor.current().user_id
    TASK.tell(task, owner=task.owner_id, due_on=task.due_on, by=by, is_new=is_new, **told)


def _plan(cohort: Cohort, host: Host, visitor: User, planned_on: date) -> Visit:
    if cohort.is_closed:
        raise Refused(_("This cohort is closed; no more visits are planned."))
    if not Placement.objects.standing().filter(seat__offer__post__host=host, trainee__cohort=cohort).exists():
        raise Refused(_("Nobody of this cohort is placed at %(host)s.") % {"host": host})
    visit = Visit(cohort=cohort, host=host, visitor=visitor, planned_on=planned_on)
    _save(visit)
    return visit


def _save(visit: Visit, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            visit.save(update_fields=fields)
    except IntegrityError:
        raise Refused(_("A visit to %(host)s stands on that day already.") % {"host": visit.host}) from None


def _locked(visit: Visit) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).select_related("host", "cohort", "visitor").get(pk=visit.pk)


def _planned(visit: Visit) -> Visit:
    visit = _locked(visit)
    if visit.state != Visit.State.PLANNED:
        raise Refused(_("This visit is no longer planned: it took place or was called off."))
    return visit


def _locked_task(task: VisitTask) -> VisitTask:
    rows = VisitTask.objects.select_for_update(of=("self",)).select_related("visit__host", "owner")
    if (locked := rows.filter(pk=task.pk).first()) is None:
        raise Refused(_("Somebody else removed this task in the meantime."))
    return locked


def _open_task(task: VisitTask) -> VisitTask:
    task = _locked_task(task)
    if task.done_at:
        raise Refused(_("This task is done. Open it again first."))
    return task
