"""Weekly duties: their kinds, what was held, whose turn it is, and weeks that are free."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record
from accounts.services.audit import changes
from accounts.services.notices import cancel_notices, notify
from cohorts.models import Cohort, StudyGroup, Trainee, TrainingClass
from learning.models import DutyKind, DutyPause, DutyRecord, DutySpeaker, DutyTurn, Session
from learning.rules.weeks import monday_of
from learning.selectors.duties import members_of
from trainee_mgmt.kit.days import midnight
from trainee_mgmt.kit.errors import Refused
from trainee_mgmt.kit.formats import day

TURN = "learning.duty_turn"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Meeting:
    """What is written down about a duty that was held."""

    held_on: date
    topic: str
    speakers: Sequence[int] = ()  # keys of trainees
    session: Session | None = None
    evidence: str = ""


# Kinds ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_duty_kind(cohort: Cohort, **fields) -> DutyKind:
    """The last one in the order of the cohort."""
    kind = DutyKind(cohort=cohort, order=cohort.duty_kinds.count() + 1, **fields)
    _save(kind)
    record("learning.make_duty_kind", kind, after={"cohort": cohort.name, **fields})
    return kind


@transaction.atomic
def make_usual_duties(cohort: Cohort) -> int:
    """A study, a sharing and a seminar each week, for a cohort that has no duties yet. Answers how many were made."""
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    if cohort.duty_kinds.exists():
        raise Refused(_("This cohort has weekly duties already."))
    usual = ((_("Study"), 0), (_("Sharing"), 1), (_("Seminar"), 1))
    DutyKind.objects.bulk_create(
        DutyKind(cohort=cohort, name=name, order=order, speakers=speakers)
        for order, (name, speakers) in enumerate(usual, start=1)
    )
    record("learning.make_usual_duties", cohort, after={"duties": [name for name, _speakers in usual]})
    return len(usual)


@transaction.atomic
def change_duty_kind(kind: DutyKind, **fields) -> DutyKind:
    """What was recorded stays; whether classes or groups hold it is settled with the first record."""
    kind = DutyKind.objects.select_for_update().get(pk=kind.pk)
    before, after = changes(kind, fields)
    if "held_by" in after and kind.records.exists():
        raise Refused(_("“%(name)s” was held already; end it and make a new duty.") % {"name": kind.name})
    if not after:
        return kind
    for name, value in after.items():
        setattr(kind, name, value)
    _save(kind)
    record("learning.change_duty_kind", kind, before=before, after=after)
    return kind


def _save(kind: DutyKind) -> None:
    if kind.from_on and kind.until_on and kind.until_on < kind.from_on:
        raise Refused(_("The last week lies before the first."))
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError:
        raise Refused(_("A duty of this name exists already.")) from None


# What was held ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_duty(
    kind: DutyKind, *, training_class: TrainingClass, group: StudyGroup | None, meeting: Meeting, by: User
) -> DutyRecord:
    """Write down that a duty was held. Each duty of a week is recorded once, whoever is first."""
    _locked(training_class)
    _check(kind, training_class, group, meeting)
    monday = monday_of(meeting.held_on)
    there = _there(kind, training_class, group, monday)
    nth = next((number for number in range(1, kind.per_week + 1) if number not in there), None)
    if nth is None:
        words = _("“%(name)s” of the week of %(day)s is recorded already.")
        raise Refused(words % {"name": kind.name, "day": day(monday)})
    made = _write(kind, training_class, group, meeting, nth=nth, by=by)
    record("learning.record_duty", made, after=_told(meeting) | {"class": training_class.name})
    return made


@transaction.atomic
def correct_duty(old: DutyRecord, *, meeting: Meeting, by: User) -> DutyRecord:
    """Another row takes the place of the record, in the same week."""
    _locked(old.training_class)
    old = _in_force(old)
    if monday_of(meeting.held_on) != old.monday:
        raise Refused(_("The day lies in another week; strike this record out and record that week."))
    _check(old.kind, old.training_class, old.group, meeting)
    before = {"held_on": old.held_on, "topic": old.topic, "speakers": _speakers(old)}
    DutyRecord.objects.filter(pk=old.pk).update(in_force=False)
    made = _write(old.kind, old.training_class, old.group, meeting, nth=old.nth, by=by)
    record("learning.correct_duty", made, before=before, after=_told(meeting))
    return made


@transaction.atomic
def strike_duty(old: DutyRecord, *, reason: str) -> None:
    """It was not held after all: the record counts no more, and nobody's turn with it."""
    reason = reason.strip()[:200]
    if not reason:
        raise Refused(_("Say why it is struck out."))
    _locked(old.training_class)
    old = _in_force(old)
    DutyRecord.objects.filter(pk=old.pk).update(in_force=False)
    record("learning.strike_duty", old, before={"held_on": old.held_on, "topic": old.topic}, after={"reason": reason})


def _locked(training_class: TrainingClass) -> TrainingClass:
    return TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)


def _in_force(old: DutyRecord) -> DutyRecord:
    found = DutyRecord.objects.select_related("kind", "training_class", "group").get(pk=old.pk)
    if not found.in_force:
        raise Refused(_("This record was corrected or struck out in the meantime."))
    return found


def _check(kind: DutyKind, training_class: TrainingClass, group: StudyGroup | None, meeting: Meeting) -> None:
    cohort = training_class.cohort
    if not meeting.topic.strip():
        raise Refused(_("Say what it was about."))
    if meeting.held_on > timezone.localdate():
        raise Refused(_("This day has not come yet."))
    if not cohort.starts_on <= meeting.held_on <= cohort.ends_on:
        raise Refused(_("This day lies outside the cohort."))
    if kind.cohort_id != cohort.pk or (group is None) != (kind.held_by == DutyKind.HeldBy.CLASS):
        raise Refused(_("This duty is none of this class."))
    _check_members(training_class, group, meeting.speakers, meeting.held_on)


def _check_members(training_class, group, people: Collection[int], on: date) -> None:
    here = set(members_of(training_class.pk, group and group.pk, first=on, last=on).values_list("pk", flat=True))
    if not set(people) <= here:
        raise Refused(_("Somebody of these was not in this class or group on that day."))


def _there(kind, training_class, group, monday: date) -> set[int]:
    rows = DutyRecord.objects.filter(
        kind=kind, training_class=training_class, group=group, monday=monday, in_force=True
    )
    return set(rows.values_list("nth", flat=True))


def _write(kind, training_class, group, meeting: Meeting, *, nth: int, by: User) -> DutyRecord:
    made = DutyRecord.objects.create(
        kind=kind,
        cohort_id=training_class.cohort_id,
        training_class=training_class,
        group=group,
        monday=monday_of(meeting.held_on),
        nth=nth,
        held_on=meeting.held_on,
        topic=meeting.topic.strip()[:200],
        session=meeting.session,
        evidence=meeting.evidence.strip()[:300],
        recorded_by=by,
        recorded_at=timezone.now(),
    )
    DutySpeaker.objects.bulk_create(DutySpeaker(record=made, trainee_id=key) for key in dict.fromkeys(meeting.speakers))
    return made


def _speakers(made: DutyRecord) -> list[int]:
    return sorted(made.speakers.values_list("trainee", flat=True))


def _told(meeting: Meeting) -> dict:
    return {"held_on": meeting.held_on, "topic": meeting.topic, "speakers": sorted(meeting.speakers)}


# Turns ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def decide_turn(
    kind: DutyKind,
    *,
    training_class: TrainingClass,
    group: StudyGroup | None,
    monday: date,
    trainee: Trainee,
    act: str,
    reason: str = "",
    by: User,
) -> DutyTurn:
    """Somebody speaks in this week and is told, or is passed over for a reason; what was decided before is taken back."""
    _locked(training_class)
    reason = reason.strip()[:100]
    if act == DutyTurn.Act.PASSED and not reason:
        raise Refused(_("Say why this person is passed over."))
    if monday + WEEK <= timezone.localdate():
        raise Refused(_("This week is over; record who spoke."))
    if kind.cohort_id != training_class.cohort_id:
        raise Refused(_("This duty is none of this class."))
    members = members_of(training_class.pk, group and group.pk, first=monday, last=monday + WEEK - timedelta(days=1))
    if not members.filter(pk=trainee.pk).exists():
        raise Refused(_("This person is not in this class or group in that week."))
    where = {"kind": kind, "training_class": training_class, "group": group, "monday": monday, "trainee": trainee}
    old = DutyTurn.objects.filter(in_force=True, **where).first()
    if old and (old.act, old.reason) == (act, reason):
        return old
    if old:
        _end(old)
    made = DutyTurn.objects.create(act=act, reason=reason, decided_by=by, decided_at=timezone.now(), **where)
    if act == DutyTurn.Act.SPEAKS:
        _tell(made)
    after = {"week": monday, "act": act, "reason": reason, "trainee": trainee.pk}
    record("learning.decide_turn", made, label=f"{kind.name} {monday}", after=after)
    return made


@transaction.atomic
def take_back_turn(turn: DutyTurn) -> None:
    """The decision holds no more; the order of turns does."""
    _locked(turn.training_class)
    if not DutyTurn.objects.filter(pk=turn.pk, in_force=True).exists():
        raise Refused(_("This was taken back already."))
    _end(turn)
    before = {"week": turn.monday, "act": turn.act, "reason": turn.reason, "trainee": turn.trainee_id}
    record("learning.take_back_turn", turn, label=f"{turn.kind.name} {turn.monday}", before=before)


def _end(turn: DutyTurn) -> None:
    DutyTurn.objects.filter(pk=turn.pk).update(in_force=False)
    cancel_notices(kind=TURN, about=turn)


def _tell(turn: DutyTurn) -> None:
    user = turn.trainee.person.user_id
    if user is None:
        return
    end = midnight(turn.monday + WEEK)
    params = {"cohort": turn.training_class.cohort.name, "duty": turn.kind.name, "week": turn.monday.isoformat()}
    notify(TURN, [user], about=turn, key=str(turn.pk), params=params, expires_at=end)


def still_decided(notices: list) -> list:
    """Those whose turn was not taken back."""
    keys = {int(notice.key) for notice in notices}
    here = set(DutyTurn.objects.filter(pk__in=keys, in_force=True).values_list("pk", flat=True))
    return [notice for notice in notices if int(notice.key) in here]


# Weeks ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def pause_week(
    cohort: Cohort, *, monday: date, reason: str, training_class: TrainingClass | None = None, by: User
) -> DutyPause:
    """Nothing is due in this week, of the whole cohort or of one class."""
    reason = reason.strip()[:100]
    if not reason:
        raise Refused(_("Say why nothing is due in this week."))
    if not monday_of(cohort.starts_on) <= monday_of(monday) <= cohort.ends_on:
        raise Refused(_("This week lies outside the cohort."))
    try:
        with transaction.atomic():
            made = DutyPause.objects.create(
                cohort=cohort, training_class=training_class, monday=monday_of(monday), reason=reason, made_by=by
            )
    except IntegrityError:
        raise Refused(_("This week is free already.")) from None
    record(
        "learning.pause_week", made, after={"class": training_class.name if training_class else "", "reason": reason}
    )
    return made


@transaction.atomic
def resume_week(pause: DutyPause) -> None:
    """The duties of this week are due again."""
    record("learning.resume_week", pause, before={"reason": pause.reason})
    if not DutyPause.objects.filter(pk=pause.pk).delete()[0]:
        raise Refused(_("The duties of this week are due already."))
