"""Leave and objections of the demo, in every state."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind, User
from cohorts.models import Cohort, Person, Trainee, TrainingClass
from learning.models import Attendance, Leave, LeaveStep, LeaveType, Session
from learning.rules.states import DEFAULT
from learning.services import appeals
from learning.services.leave import make_usual_kinds
from reports.management.demo.programs import LEAVE_REASONS, SPEECHES
from reports.management.demo.stage import Stage
from trainee_mgmt.kit.days import moment
from trainee_mgmt.kit.names import pinyin_key


def write_leave(stage: Stage) -> None:
    """Behind every mark of leave of the first classes stands a leave; others wait at each level or were decided otherwise."""
    make_usual_kinds(stage.cohort)
    sick, personal, official = stage.cohort.leave_types.order_by("pk")
    first, *rest = stage.classes
    excused = Attendance.objects.filter(
        session__cohort=stage.cohort, state=Attendance.State.EXCUSED, trainee__in=stage.members[first]
    )
    for mark in excused.select_related("session", "trainee__person"):
        start, end = mark.session.starts_at - timedelta(minutes=30), mark.session.ends_at
        _one_leave(stage, mark.trainee, first, kind=official, span=(start, end), text="同意，请补看回放。")
    people = iter(stage.members[first][4:])  # the first of them is the trainee whose account is printed
    own = stage.members[first][4]
    _one_leave(stage, own, first, kind=official, span=(stage.at(8, 9), stage.at(8, 18)), text="同意，请补看回放。")
    for kind, days, hours, state, text in (
        (personal, 1, (9, 12), Leave.State.WAITING, ""),
        (personal, 2, (9, 18), Leave.State.WAITING, ""),
        (sick, 0, (9, 18), Leave.State.WAITING, ""),
        (official, 3, (9, 18), Leave.State.RETURNED, "请附上单位的派出函。"),
        (personal, 4, (14, 18), Leave.State.REFUSED, "当天有结业答辩，请调整时间。"),
        (personal, 5, (9, 18), Leave.State.REVOKED, "本人申请取消。"),
        (official, 6, (9, 18), Leave.State.APPROVED, "同意。"),
        (personal, 7, (9, 12), Leave.State.WITHDRAWN, ""),
    ):
        span = tuple(stage.at(days, hour) for hour in hours)
        _one_leave(stage, next(people), first, kind=kind, span=span, state=state, text=text)
    span = stage.at(8, 9), stage.at(10, 18)
    long = _one_leave(stage, next(people), first, kind=personal, span=span, state=Leave.State.WAITING)
    LeaveStep.objects.create(leave=long, act=LeaveStep.Act.FORWARD, level=Leave.Level.HEAD_TEACHER, by=stage.by)
    Leave.objects.filter(pk=long.pk).update(level=Leave.Level.ORGANIZER)
    if rest:  # a third of a class is away for one day: it stands among the conflicts
        away_on = _next_day_of(stage, rest[0])
        for trainee in stage.members[rest[0]][: len(stage.members[rest[0]]) // 3 + 1]:
            start = moment(away_on, 8)
            span = start, start + timedelta(hours=12)
            _one_leave(stage, trainee, rest[0], kind=official, span=span, text="同意参加市级技能竞赛。")


def _next_day_of(stage: Stage, of: TrainingClass) -> date:
    coming = Session.objects.filter(classes=of, starts_at__gt=stage.at(1, 0)).order_by("starts_at").first()
    return timezone.localdate(coming.starts_at)


def _one_leave(
    stage: Stage,
    trainee: Trainee,
    of: TrainingClass,
    *,
    kind: LeaveType,
    span: tuple[datetime, datetime],
    state: str = Leave.State.APPROVED,
    text: str = "",
) -> Leave:
    start, end = span
    asked_at = min(start, timezone.now()) - timedelta(days=stage.rng.randrange(1, 4))
    is_open = state in (Leave.State.WAITING, Leave.State.RETURNED)
    days = Decimal("0.5") if end - start <= timedelta(hours=4) else Decimal((end - start).days + 1)
    steps = [Leave.Level.HEAD_TEACHER] if days <= 1 else [Leave.Level.HEAD_TEACHER, Leave.Level.ORGANIZER]
    leave = Leave.objects.create(
        cohort=stage.cohort,
        trainee=trainee,
        training_class=of,
        leave_type=kind,
        starts_at=start,
        ends_at=end,
        days=days,
        reason=stage.rng.choice(LEAVE_REASONS[kind.needs_evidence]),
        state=state,
        steps=steps,
        level=steps[0],
        asked_at=asked_at,
        decided_at=None if is_open else asked_at + timedelta(hours=5),
    )
    asker = account_of(trainee.person, stage.cohort, of.unit or stage.cohort.program.unit)
    acts = [(LeaveStep.Act.ASK, None, leave.reason, asker)]
    if state == Leave.State.REVOKED:
        acts.append((LeaveStep.Act.APPROVE, Leave.Level.HEAD_TEACHER, "同意。", stage.by))
    if state in ACTS:
        acts.append((ACTS[state], Leave.Level.HEAD_TEACHER, text, stage.by))
    LeaveStep.objects.bulk_create(
        LeaveStep(leave=leave, act=act, level=level, text=said, by=who) for act, level, said, who in acts
    )
    return leave


ACTS = {
    Leave.State.APPROVED: LeaveStep.Act.APPROVE,
    Leave.State.REFUSED: LeaveStep.Act.REFUSE,
    Leave.State.RETURNED: LeaveStep.Act.RETURN,
    Leave.State.REVOKED: LeaveStep.Act.REVOKE,
}


def account_of(person: Person, cohort: Cohort, unit) -> User:
    """The account of a trainee; one that is new has no password: its owner never signed in."""
    if found := User.objects.filter(pk__in=Person.objects.filter(pk=person.pk).values("user")).first():
        return found
    user = User(username=f"demo-{person.pk}", name=person.name, name_key=pinyin_key(person.name), unit=unit)
    user.set_unusable_password()
    user.save()
    Person.objects.filter(pk=person.pk).update(user=user)
    Grant.objects.create(
        user=user,
        role=Role.TRAINEE,
        scope_kind=ScopeKind.COHORT,
        scope_id=cohort.pk,
        scope_label=str(cohort)[:200],
        starts_on=cohort.starts_on,
        reason="demo",
    )
    return user


def write_objections(stage: Stage) -> None:
    """Two wait for an answer, one was granted, one declined: of marks of the last days, those of the first class first."""
    first_class = {trainee.pk for trainee in stage.members[stage.classes[0]]}
    marks = Attendance.objects.filter(
        session__cohort=stage.cohort,
        state__in=(Attendance.State.LATE, Attendance.State.ABSENT),
        marked_at__date__gte=stage.today - timedelta(days=DEFAULT.appeal_days),
    ).select_related("session", "trainee__person")
    newest = marks.order_by("-session__starts_at", "pk")
    fresh = sorted(newest, key=lambda mark: mark.trainee_id not in first_class)
    for mark, (text, answer) in zip(fresh, SPEECHES):
        person = mark.trainee.person
        made = appeals.object_to(mark, text=text, by=account_of(person, stage.cohort, stage.cohort.program.unit))
        if answer:
            grants = answer.startswith("经核实")
            appeals.answer_appeal(made, grants=grants, text=answer, by=stage.by, state="present" if grants else "")
