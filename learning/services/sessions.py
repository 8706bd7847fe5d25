"""Sessions: made, changed, repeated, cancelled. Where the cohort's rule keeps drafts, people see nothing of it before the
release (``services.releases``); where it does not, at once."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import record
from accounts.services.audit import changes
from accounts.services.notices import cancel_notices
from cohorts.models import Cohort, TrainingClass
from cohorts.services.cohorts import OUTSIDE
from learning.models import Attendance, Session, SessionClass, TimetableRule
from learning.rules.conflicts import Side
from learning.rules.releases import Row, diff
from learning.selectors.releases import readers_of, rows_of
from learning.selectors.timetable import People, rule_of, side_of
from learning.services.bookings import booked_once, lock_bookings
from learning.services.conflicts import accept_found, check, may_teach_twice, touch
from learning.services.telling import tell_changed
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day

LONGEST = timedelta(hours=24)
REPEATS = 40  # weeks; a year's run has fewer
# What a draft and a release carry over, besides the classes.
COPIED = (
    "title", "teacher_name", "place", "venue_id", "mode", "starts_at", "ends_at", "may_overlap", "cancelled_at", "cancel_reason",
)  # fmt: skip


@transaction.atomic
def make_session(*, cohort: Cohort, classes: Iterable[TrainingClass], accept: bool = False, **fields) -> Session:
    """A session of these classes of the cohort. ``accept``: what the rule only warns of has been read and may stand."""
    cohort = lock_timetable(cohort)
    classes = _checked(cohort, classes, fields["starts_at"], fields["ends_at"])
    (session,) = write_new(cohort, rule_of(cohort), [(Session(cohort=cohort, **fields), classes)], accept=accept)
    touch(cohort)
    record("learning.make_session", session, after=_facts(session, classes))
    return session


@transaction.atomic
def repeat_weekly(session: Session, *, times: int, accept: bool = False) -> list[Session]:
    """The same session again in each of the next ``times`` weeks, at the same hour."""
    if not 1 <= times <= REPEATS:
        raise Refused(_("Repeat it 1 to %(most)s times.") % {"most": REPEATS})
    cohort, session = lock_timetable(session.cohort), current(session)
    classes = list(session.classes.all())
    copies = [shifted(session, timedelta(weeks=week)) for week in range(1, times + 1)]
    for copy in copies:
        _checked(cohort, classes, copy.starts_at, copy.ends_at)
    made = write_new(cohort, rule_of(cohort), [(copy, classes) for copy in copies], accept=accept)
    touch(cohort)
    record("learning.repeat_session", session, after={"times": times, "until": made[-1].starts_at.isoformat()})
    return made


def shifted(session: Session, by: timedelta) -> Session:
    """A copy at another time, not saved; what was decided about its teacher is decided anew."""
    return Session(
        cohort_id=session.cohort_id,
        title=session.title,
        teacher_name=session.teacher_name,
        place=session.place,
        venue=session.venue,
        mode=session.mode,
        starts_at=session.starts_at + by,
        ends_at=session.ends_at + by,
    )


def write_new(
    cohort: Cohort, rule: TimetableRule, pairs: Sequence[tuple[Session, list[TrainingClass]]], *, accept: bool
) -> list[Session]:
    """Save new sessions with their classes, as drafts where the rule keeps them; all or none. The caller locked the
    timetable, touches it and writes the audit entry."""
    people = People({each.pk for _session, classes in pairs for each in classes})
    wanted = [
        side_before(session, classes, key=-place, people=people) for place, (session, classes) in enumerate(pairs, 1)
    ]
    lock_bookings(claims(wanted))
    found = check(cohort, wanted, rule, accept=accept)
    twice = {side.key for each in found if may_teach_twice([each]) for side in (each.one, each.other) if side}
    for side, (session, _classes) in zip(wanted, pairs):
        session.is_draft = not rule.at_once
        session.may_overlap = side.key in twice
    with booked_once():
        made = Session.everything.bulk_create([session for session, _classes in pairs])
    SessionClass.objects.bulk_create(
        [
            SessionClass(session=session, training_class=each)
            for session, (_s, classes) in zip(made, pairs)
            for each in classes
        ]
    )
    accept_found(cohort, found, {side.key: session for side, session in zip(wanted, made)})
    return made


@transaction.atomic
def change_session(session: Session, *, classes: Iterable[TrainingClass], accept: bool = False, **fields) -> Session:
    """Change a session, or its draft. Once somebody was marked its time and classes stay: marks hang from them.

    Answers the row that was written: where drafts are kept, that is the draft.
    """
    cohort = lock_timetable(session.cohort)
    session, rule = current(session), rule_of(cohort)
    before, _after = changes(session, fields)
    written, after = write_change(cohort, rule, session, classes, accept=accept, **fields)
    if after:
        touch(cohort)
        record("learning.change_session", written, before=before, after=after)
    return written


def write_change(
    cohort: Cohort, rule: TimetableRule, session: Session, classes: Iterable[TrainingClass], *, accept: bool, **fields
) -> tuple[Session, dict]:
    """(the row that was written, what is new in it); nothing is written where nothing is new. The caller locked the
    timetable and the session, touches it and writes the audit entry."""
    classes = _checked(cohort, classes, fields["starts_at"], fields["ends_at"])
    _before, after = changes(session, fields)
    old = set(session.classes.values_list("pk", flat=True))
    is_regrouped = old != {each.pk for each in classes}
    if {"starts_at", "ends_at"} & after.keys() or is_regrouped:
        _refuse_if_held(session)
    if not after and not is_regrouped:
        return session, {}
    written, seen = _target(session, rule), _as_seen(session, rule)
    for name, value in fields.items():
        setattr(written, name, value)
    side = side_before(written, classes, key=lineage(written))
    lock_bookings(claims([side]))
    found = check(cohort, [side], rule, accept=accept)
    written.may_overlap = may_teach_twice(found)
    _save(written)
    if is_regrouped:
        _set_classes(written, classes)
        after["classes"] = ", ".join(each.name for each in classes)
    accept_found(cohort, found, {side.key: written})
    _tell(cohort, written, seen)
    return written, after


@transaction.atomic
def cancel_session(session: Session, *, reason: str) -> Session | None:
    """A cancelled session stays in the list with its reason and counts nowhere; a draft that nobody saw goes. The row is
    locked: a mark that is being written is waited for."""
    cohort = lock_timetable(session.cohort)
    session, rule = current(session), rule_of(cohort)
    if _has_marks(released(session)):
        raise Refused(_("People were marked at this session; it took place and cannot be cancelled."))
    if session.cancelled_at or released(session).rolled_at:
        raise Refused(_("This session was cancelled or held already."))
    if session.is_draft and not session.replaces_id:
        return discard_draft(session)
    written, seen = _target(session, rule), _as_seen(session, rule)
    written.cancelled_at, written.cancel_reason = timezone.now(), reason[:200]
    _save(written)
    if not written.is_draft:
        cancel_notices(about=written)
    _tell(cohort, written, seen, note=reason[:200])
    touch(cohort)
    record("learning.cancel_session", written, after={"reason": reason})
    return written


@transaction.atomic
def restore_session(session: Session, *, accept: bool = True) -> Session:
    """Take a cancellation back. What is only warned of stands among the conflicts."""
    cohort = lock_timetable(session.cohort)
    session, rule = current(session), rule_of(cohort)
    if not session.cancelled_at:
        raise Refused(_("This session is not cancelled."))
    classes = _checked(cohort, session.classes.all(), session.starts_at, session.ends_at)
    written, seen = _target(session, rule), _as_seen(session, rule)
    written.cancelled_at, written.cancel_reason = None, ""
    side = side_before(written, classes, key=lineage(written))
    lock_bookings(claims([side]))
    written.may_overlap = may_teach_twice(check(cohort, [side], rule, accept=accept))
    _save(written)
    _tell(cohort, written, seen)
    touch(cohort)
    record("learning.restore_session", written)
    return written


@transaction.atomic
def discard_draft(session: Session) -> None:
    """Give a draft up: what is released stays as it is."""
    cohort = lock_timetable(session.cohort)
    draft = Session.everything.select_for_update().filter(pk=session.pk, is_draft=True).first()
    if draft is None:
        raise Refused(_("This is no draft any more."))
    original = draft.replaces
    record("learning.discard_draft", original or draft, before=_facts(draft, list(draft.classes.all())))
    if original and not original.cancelled_at:
        lock_bookings(claims([side_before(original, list(original.classes.all()), key=original.pk)]))
    draft.delete()
    if original:
        with booked_once():
            Session.objects.filter(pk=original.pk).update(is_superseded=False)
    touch(cohort)


# Drafts and what they replace ---------------------------------------------------------------------------------------------


def lock_timetable(cohort: Cohort) -> Cohort:
    """One change of a cohort's timetable at a time; who only reads, or marks people, waits for nobody."""
    return Cohort.objects.select_for_update(no_key=True, of=("self",)).select_related("program").get(pk=cohort.pk)


def current(session: Session) -> Session:
    """The row that stands for the coming state: the draft, where one waits. Locked."""
    rows = Session.everything.select_for_update(of=("self",)).select_related("cohort", "replaces", "venue")
    found = rows.filter(pk=session.pk).first()
    if found is None:
        raise Refused(_("This draft was released or given up meanwhile. Please look at the timetable again."))
    return rows.get(replaces=found) if found.is_superseded else found


def released(session: Session) -> Session:
    """What people see of it; a draft that is new stands for itself."""
    return session.replaces or session


def lineage(session: Session) -> int:
    """One key for a session and its draft."""
    return session.replaces_id or session.pk


def _target(session: Session, rule: TimetableRule) -> Session:
    """The row to write: the session itself where changes are seen at once or it is a draft already, else a new draft."""
    if rule.at_once or session.is_draft:
        return session
    draft = Session(
        cohort=session.cohort, is_draft=True, replaces=session, **{name: getattr(session, name) for name in COPIED}
    )
    Session.objects.filter(pk=session.pk).update(is_superseded=True)
    draft.save()
    SessionClass.objects.bulk_create(
        SessionClass(session=draft, training_class_id=each) for each in session.classes.values_list("pk", flat=True)
    )
    return draft


def _as_seen(session: Session, rule: TimetableRule) -> dict[int, Row]:
    """What people see of it now; nothing where they will see the change with the next release only."""
    if session.is_draft or not rule.at_once:
        return {}
    return {row.key: row for row in rows_of(Session.objects.filter(pk=session.pk))}


def _tell(cohort: Cohort, session: Session, seen: dict[int, Row], *, note: str = "") -> None:
    if not seen:
        return
    changed = diff(seen, rows_of(Session.objects.filter(pk=session.pk)))
    key = f"session:{session.pk}:{session.sequence}"
    tell_changed(cohort, changed, readers_of(changed), about=session, key=key, note=note)


def _save(session: Session) -> None:
    """Save what a session and its draft share; what people see gets a higher sequence."""
    if not session.is_draft:
        session.sequence = F("sequence") + 1
    with booked_once():
        session.save(update_fields=[*COPIED, "sequence"])
    if not session.is_draft:
        session.refresh_from_db(fields=["sequence"])


def side_before(session: Session, classes: list[TrainingClass], *, key: int, people: People | None = None) -> Side:
    return side_of(
        session.cohort,
        classes,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        teacher_name=session.teacher_name,
        venue=session.venue,
        mode=session.mode,
        key=key,
        people=people,
    )


def claims(wanted: Iterable[Side]) -> list[tuple[str, str]]:
    """The venues and teachers that sessions want, for ``lock_bookings``."""
    return [
        claim
        for side in wanted
        for claim in (("venue", str(side.venue or "")), *(("teacher", key) for key in side.teachers))
    ]


def _refuse_if_held(session: Session) -> None:
    seen = released(session)
    if seen.rolled_at or _has_marks(seen):
        raise Refused(_("The roll of this session was called; its time and classes can no longer change."))


def _has_marks(session: Session) -> bool:
    return Attendance.objects.filter(session=session, in_force=True).exists()


def outside(cohort: Cohort) -> str:
    """A sentence that names the first session that the days of the cohort leave out."""
    days = Q(starts_at__date__lt=cohort.starts_on) | Q(ends_at__date__gt=cohort.ends_on)
    left_out = Session.everything.filter(days, cohort=cohort, cancelled_at=None).order_by("starts_at", "pk")
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


def _facts(session: Session, classes: Iterable[TrainingClass]) -> dict:
    return {
        "title": session.title,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "place": session.place,
        "venue": session.venue.name if session.venue else "",
        "teacher": session.teacher_name,
        "classes": ", ".join(each.name for each in classes),
    }
