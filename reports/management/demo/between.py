"""What happens between the first day and the last: rules, leave, objections, hours, online courses, activities, a timetable
with conflicts and drafts. Few rows go through the services that the pages use; many are written in bulk."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind, User
from cohorts.models import Cohort, Person, Trainee, TrainingClass
from learning.models import (
    Activity,
    Attendance,
    AttendanceRules,
    HourRule,
    Leave,
    LeaveStep,
    LeaveType,
    Scan,
    Session,
    Signup,
)
from learning.rules.completion import Rule
from learning.rules.states import DEFAULT, NUMBERS
from learning.services import appeals, make_session
from learning.services.activities import OFFER, default_platforms, set_platforms
from learning.services.conflicts import count_conflicts
from learning.services.hour_tables import make_table, release_table
from learning.services.hours import enter_credit, reconcile_courses, reconcile_sessions, reverse_credit
from learning.services.leave import make_usual_kinds
from learning.services.online import apply_progress, compute_progress, set_completion_rule, set_courses
from learning.services.releases import release
from learning.services.rules import make_version
from learning.services.rules_of_timetable import change_rule
from learning.services.sessions import cancel_session, change_session
from library.models import Venue
from library.services import close_venue, set_way
from reports.management.demo.programs import ACTIVITIES, COURSES, DRAFTED, LEAVE_REASONS, SPEECHES, DemoProgram
from trainee_mgmt.kit.days import moment
from trainee_mgmt.kit.names import pinyin_key

Members = dict[TrainingClass, list[Trainee]]


@dataclass(frozen=True)
class Stage:
    """One program of the demo, its sessions so far and who runs it."""

    plan: DemoProgram
    cohort: Cohort
    members: Members
    held: list[tuple[Session, TrainingClass]]
    by: User
    rng: random.Random
    today: date

    @property
    def classes(self) -> list[TrainingClass]:
        return list(self.members)

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment so many days from today."""
        return moment(self.today + timedelta(days=days), hour, minute)


def between(stage: Stage) -> None:
    """Everything in the first program, something in each of the others."""
    if stage.plan.key in ("S0", "S2"):
        _rules(stage)
        _leave(stage)
        _objections(stage)
    if stage.plan.key in ("S0", "S4"):
        _hours(stage)
    if stage.plan.key == "S0":
        _online(stage)
        _scans(stage)
        _conflicts(stage)
    if stage.plan.key in ("S0", "S1"):
        _activities(stage)
    if stage.plan.key == "S3":
        _drafts(stage)


# Rules and leave ------------------------------------------------------------------------------------------------------


def _rules(stage: Stage) -> None:
    """A version under which people were marked, and one that begins next week."""
    numbers = {name: getattr(DEFAULT, name) for name in NUMBERS} | {"lates_per_absence": 3, "earlies_per_absence": 3}
    AttendanceRules.objects.create(
        cohort=stage.cohort,
        version=1,
        from_on=stage.cohort.starts_on,
        used_at=stage.held[0][0].ends_at,
        made_by=stage.by,
        **numbers,
    )
    make_version(
        stage.cohort,
        from_on=stage.today + timedelta(days=7 - stage.today.weekday()),
        numbers=numbers | {"late_from": 10, "lates_per_absence": 2},
        by=stage.by,
    )


def _leave(stage: Stage) -> None:
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


def _objections(stage: Stage) -> None:
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


# Hours and online courses ---------------------------------------------------------------------------------------------


def _hours(stage: Stage) -> None:
    """A table in use; credits from the rolls, some by hand, one of them taken back."""
    begin_with, name = {"S0": ("city", "学时管理办法"), "S4": ("online", "网络学习学时办法")}[stage.plan.key]
    unit = stage.cohort.program.unit
    table = make_table(unit=unit, name=name, starts_on=stage.today.replace(month=1, day=1), begin_with=begin_with)
    release_table(table, by=stage.by)
    stage.cohort.refresh_from_db()
    forms = list(HourRule.objects.filter(table=table, counts="").select_related("table").order_by("order"))
    somebody = [trainee for members in stage.members.values() for trainee in members[4:10]]
    made = [
        enter_credit(
            trainee,
            rule=forms[number % len(forms)],
            quantity=Decimal(stage.rng.randrange(1, 3)),
            happened_on=max(stage.cohort.starts_on, stage.today - timedelta(days=number + 1)),
            evidence=f"培训办〔{stage.today.year}〕{number + 1} 号",
            by=stage.by,
            today=stage.today,
        )
        for number, trainee in enumerate(somebody[:18])
    ]
    reverse_credit(made[1], reason="与单位登记重复", by=stage.by)
    reconcile_sessions(stage.cohort, now=timezone.now())


def _online(stage: Stage) -> None:
    """Courses in three themes, two files of their platform (the second with rows for nobody), and what completion asks for."""
    set_courses(stage.cohort, list(COURSES))
    due_on = stage.cohort.ends_on - timedelta(days=14)
    themes = tuple((theme, 3) for theme in dict.fromkeys(theme for theme, _name in COURSES))
    set_completion_rule(stage.cohort, Rule(due_on, themes, sessions=6, activities=2), by=stage.by)
    people = [trainee for members in stage.members.values() for trainee in members]
    earlier = {
        (trainee.pk, name): stage.rng.choice((0, 15, 40, 70, 100, 100)) for trainee in people for _t, name in COURSES
    }
    _platform_file(stage, people, earlier, weeks_ago=2)
    later = {key: min(100, percent + stage.rng.choice((0, 0, 30))) for key, percent in earlier.items()}
    last = COURSES[-1][1]
    strange = [f"1999999000{n},{last},100%,90," for n in range(3)]  # numbers of nobody
    strange.append(f"{people[5].person.phone.open()},{last},100%,40000,")  # more minutes than have passed
    _platform_file(stage, people[::9], later, weeks_ago=0, strange=strange)
    reconcile_courses(stage.cohort)


def _platform_file(
    stage: Stage, people: list[Trainee], percents: dict, *, weeks_ago: int, strange: Iterable[str] = ()
) -> None:
    """Write a file as the platform would, and take it in as the page does."""
    as_of = timezone.now() - timedelta(weeks=weeks_ago, hours=3)
    lines = ["手机号,课程名称,学习进度,学习时长(分钟),完成时间"]
    for trainee in people:
        phone = trainee.person.phone.open()
        for _theme, name in COURSES:
            percent = percents[trainee.pk, name]
            finished = f"{timezone.localtime(as_of):%Y-%m-%d} 08:00" if percent == 100 else ""
            if percent:
                lines.append(f"{phone},{name},{percent}%,{percent * 9 // 10},{finished}")
    lines += strange
    given = {"name": f"平台学习进度 {timezone.localtime(as_of):%m-%d}.csv", "as_of": as_of.isoformat()}
    payload, _summary = compute_progress(stage.cohort, "\n".join(lines).encode("gb18030"), given, lambda *_: None)
    apply_progress(stage.cohort, payload, lambda *_: None, by=stage.by)


def _scans(stage: Stage) -> None:
    """Own check-ins at the last session of the first class: most agree with the roll, some do not, one phone had two."""
    session = max((s for s, of in stage.held if of == stage.classes[0] and s.rolled_at), key=lambda s: s.starts_at)
    marks = Attendance.objects.filter(session=session, in_force=True).order_by("state", "pk")
    states = [Attendance.State.ABSENT, Attendance.State.LATE, Attendance.State.PRESENT]
    chosen = sorted(marks, key=lambda mark: [*states, mark.state].index(mark.state))[:24]
    scans = []
    for number, mark in enumerate(chosen):
        at = session.starts_at - timedelta(minutes=8) + timedelta(seconds=20 * number)
        is_second = number == len(chosen) - 1
        scans.append(
            Scan(
                session=session,
                trainee_id=mark.trainee_id,
                at=at,
                received_at=at,
                window=int(at.timestamp()) // 10,
                device=f"demo phone {0 if is_second else number}",
                source=Scan.Source.CODE,
                verdict=Scan.Verdict.FLAGGED if is_second else Scan.Verdict.ACCEPTED,
                reasons=[Scan.Reason.SHARED_DEVICE] if is_second else [],
            )
        )
    Scan.objects.bulk_create(scans)


# Activities -----------------------------------------------------------------------------------------------------------


def _activities(stage: Stage) -> None:
    """Some are over with who came, one is full with a waiting list and a seat on offer, one is cancelled."""
    platforms = default_platforms()
    set_platforms(stage.cohort, platforms)
    rows = {row.name: row for row in stage.cohort.platforms.all()}
    people = [trainee for members in stage.members.values() for trainee in members]
    for number, (title, place, days, capacity) in enumerate(ACTIVITIES):
        start = stage.at(days, 14 if number % 2 else 19)
        if timezone.localdate(start) < stage.cohort.starts_on:
            continue
        activity = Activity.objects.create(
            cohort=stage.cohort,
            platform=rows[platforms[number % len(platforms)]],
            title=title,
            mode=Activity.Mode.OFFLINE if place else Activity.Mode.ONLINE,
            place=place,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            capacity=capacity,
            opens_at=start - timedelta(days=21),
            closes_at=start - timedelta(hours=2),
            cancelled_at=timezone.now() if number == len(ACTIVITIES) - 1 else None,
        )
        if activity.opens_at < timezone.now():
            _sign_up(stage, activity, people)


def _sign_up(stage: Stage, activity: Activity, people: list[Trainee]) -> None:
    """More than there are seats, where seats are few: the last are on the waiting list, the first of them has an offer."""
    seats = activity.capacity or 60
    wanted = min(len(people), seats + 6 if seats <= 30 else seats * 2 // 3)
    is_over = activity.ends_at < timezone.now()
    signups = []
    others = stage.rng.sample(people[5:], wanted - 1)
    in_turn = [*others, people[4]] if seats <= 20 else [people[4], *others]
    for place, trainee in enumerate(in_turn):
        state, until = Signup.State.SIGNED, None
        if place >= seats:
            state = Signup.State.WAITING
        elif place == seats - 1 and wanted > seats and not is_over:
            state = Signup.State.OFFERED
            until = min(timezone.now() + OFFER, activity.starts_at)
        signups.append(
            Signup(
                activity=activity,
                trainee=trainee,
                state=state,
                queued_at=activity.opens_at + timedelta(minutes=7 * place),
                offer_until=until,
                attended=stage.rng.random() < 0.85 if is_over and state == Signup.State.SIGNED else None,
            )
        )
    Signup.objects.bulk_create(signups)


# The timetable --------------------------------------------------------------------------------------------------------


def _conflicts(stage: Stage) -> None:
    """A venue that closes next week, a way that is too long, and a hall that is too small."""
    school, centre = stage.cohort.program.unit.venues.order_by("pk")[:2]
    set_way(school, centre, minutes=35)
    small = Venue.objects.create(unit=school.unit, name="党校小会议室", place=school.place, capacity=30)
    third = stage.classes[2]
    day = 11 - stage.today.weekday()  # the Friday of next week
    evening = {"cohort": stage.cohort, "classes": [third], "accept": True}
    make_session(**evening, title="晚间分享会", venue=school, starts_at=stage.at(day, 18), ends_at=stage.at(day, 19))
    session = make_session(
        **evening, title="夜访创新中心", venue=centre, starts_at=stage.at(day, 19, 15), ends_at=stage.at(day, 20, 45)
    )
    make_session(
        **evening | {"classes": [stage.classes[3]]},
        title="案例研讨",
        venue=small,
        starts_at=stage.at(day, 18),
        ends_at=stage.at(day, 20),
    )
    session.cohort.accepted_conflicts.all().delete()  # nobody has looked at them yet
    close_venue(centre, on=stage.today + timedelta(days=day))
    count_conflicts(stage.cohort)


def _drafts(stage: Stage) -> None:
    """Two released versions, and changes that wait for the third."""
    cohort = stage.cohort
    change_rule(cohort, at_once=False)
    coming = list(Session.objects.filter(cohort=cohort, starts_at__gte=stage.at(1, 0)).order_by("starts_at", "pk")[:4])
    _move(coming[0], timedelta(minutes=30))
    release(cohort, note="因场地检修，第一次课顺延半小时。")
    _move(coming[1], timedelta(minutes=-30))
    cancel_session(coming[2], reason="讲师临时有任务，另行安排。")
    start = timezone.localtime(coming[3].starts_at).replace(hour=18, minute=30)
    make_session(
        cohort=cohort,
        classes=stage.classes,
        accept=True,
        title=DRAFTED,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
    )


def _move(session: Session, by: timedelta) -> None:
    kept = {name: getattr(session, name) for name in ("title", "teacher_name", "place", "venue", "mode")}
    times = {"starts_at": session.starts_at + by, "ends_at": session.ends_at + by}
    change_session(session, classes=session.classes.all(), accept=True, **kept, **times)
