"""Sessions: made, changed, repeated, cancelled. Conflicts of time and place come with the timetable."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from accounts.services.notices import cancel_notices
from cohorts.models import Cohort, TrainingClass
from cohorts.services.cohorts import OUTSIDE
from learning.models import Attendance, Session, SessionClass
from learning.services.bookings import booked_once
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day

LONGEST = timedelta(hours=24)
REPEATS = 40  # weeks; a year's run has fewer


@transaction.atomic
def make_session(*, cohort: Cohort, classes: Iterable[TrainingClass], **fields) -> Session:
    """A session of these classes of the cohort."""
    classes = _checked(cohort, classes, fields["starts_at"], fields["ends_at"])
    with booked_once():
        session = Session.objects.create(cohort=cohort, **fields)
    _set_classes(session, classes)
    record("learning.make_session", session, after=_facts(session, classes))
    return session


@transaction.atomic
def repeat_weekly(session: Session, *, times: int) -> list[Session]:
    """The same session again in each of the next ``times`` weeks, at the same hour."""
    if not 1 <= times <= REPEATS:
        raise Refused(_("Repeat it 1 to %(most)s times.") % {"most": REPEATS})
    classes = list(session.classes.all())
    copies = [
        Session(
            cohort=session.cohort,
            title=session.title,
            teacher_name=session.teacher_name,
            place=session.place,
            venue=session.venue,
            may_overlap=session.may_overlap,
            mode=session.mode,
            starts_at=session.starts_at + timedelta(weeks=week),
            ends_at=session.ends_at + timedelta(weeks=week),
        )
        for week in range(1, times + 1)
    ]
    for copy in copies:
        _checked(session.cohort, classes, copy.starts_at, copy.ends_at)
    with booked_once():
        made = Session.objects.bulk_create(copies)
    SessionClass.objects.bulk_create(
        SessionClass(session=copy, training_class=each) for copy in made for each in classes
    )
    record("learning.repeat_session", session, after={"times": times, "until": made[-1].starts_at.isoformat()})
    return made


@transaction.atomic
def change_session(session: Session, *, classes: Iterable[TrainingClass], **fields) -> Session:
    """Change a session. Once somebody was marked its time and classes stay: marks hang from them."""
    session = Session.objects.select_for_update().get(pk=session.pk)
    classes = _checked(session.cohort, classes, fields["starts_at"], fields["ends_at"])
    before, after = changes(session, fields)
    old = set(session.classes.values_list("pk", flat=True))
    is_moved = {"starts_at", "ends_at"} & after.keys() or old != {each.pk for each in classes}
    if is_moved and (session.rolled_at or _has_marks(session)):
        raise Refused(_("The roll of this session was called; its time and classes can no longer change."))
    for name, value in fields.items():
        setattr(session, name, value)
    with booked_once():
        session.save(update_fields=list(fields))
    if old != {each.pk for each in classes}:
        _set_classes(session, classes)
        after["classes"] = ", ".join(each.name for each in classes)
    record("learning.change_session", session, before=before, after=after)
    return session


@transaction.atomic
def cancel_session(session: Session, *, reason: str) -> None:
    """A cancelled session stays in the list with its reason and counts nowhere. The row is locked: a mark that is being
    written is waited for."""
    session = Session.objects.select_for_update().get(pk=session.pk)
    if _has_marks(session):
        raise Refused(_("People were marked at this session; it took place and cannot be cancelled."))
    changed = Session.objects.filter(pk=session.pk, cancelled_at=None, rolled_at=None).update(
        cancelled_at=timezone.now(), cancel_reason=reason[:200]
    )
    if not changed:
        raise Refused(_("This session was cancelled or held already."))
    cancel_notices(about=session)
    record("learning.cancel_session", session, after={"reason": reason})


@transaction.atomic
def restore_session(session: Session) -> None:
    """Take a cancellation back."""
    with booked_once():
        changed = Session.objects.filter(pk=session.pk, cancelled_at__isnull=False).update(
            cancelled_at=None, cancel_reason=""
        )
    if not changed:
        raise Refused(_("This session is not cancelled."))
    record("learning.restore_session", session)


def _has_marks(session: Session) -> bool:
    return Attendance.objects.filter(session=session, in_force=True).exists()


def outside(cohort: Cohort) -> str:
    """A sentence that names the first session that the days of the cohort leave out."""
    days = Q(starts_at__date__lt=cohort.starts_on) | Q(ends_at__date__gt=cohort.ends_on)
    left_out = Session.objects.filter(days, cohort=cohort, cancelled_at=None).order_by("starts_at", "pk")
    if not (first := left_out.first()):
        return ""
    words = _("“%(session)s” on %(day)s would lie outside these days. Move or cancel it first.")
    return words % {"session": first.title, "day": day(timezone.localdate(first.starts_at))}


OUTSIDE.append(outside)


def _checked(cohort, classes, starts_at, ends_at) -> list[TrainingClass]:
    classes = list(classes)
    if not classes:
        raise Refused(_("Choose at least one class."))
    if any(each.cohort_id != cohort.pk for each in classes):
        raise Refused(_("A class of another cohort cannot take part."))
    if ends_at <= starts_at:
        raise Refused(_("A session ends after it starts."))
    if ends_at - starts_at > LONGEST:
        raise Refused(_("A session lasts a day at most; make one session for each day."))
    first, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
    if first < cohort.starts_on or last > cohort.ends_on:
        raise Refused(
            _("The cohort runs from %(start)s to %(end)s; this session lies outside.")
            % {"start": cohort.starts_on.isoformat(), "end": cohort.ends_on.isoformat()}
        )
    return classes


def _set_classes(session, classes) -> None:
    session.session_classes.exclude(training_class__in=classes).delete()
    SessionClass.objects.bulk_create(
        (SessionClass(session=session, training_class=each) for each in classes), ignore_conflicts=True
    )


def _facts(session, classes) -> dict:
    return {
        "title": session.title,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "place": session.place,
        "teacher": session.teacher_name,
        "classes": ", ".join(each.name for each in classes),
    }
