"""Writes the demo: bulk rows like those that the product's own pages would have written. Only for an empty database."""

import random
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind, Unit, User
from accounts.services import record
from assessments.models import Indicator, Rater, Scheme, Score
from assessments.rules.indicators import AttendanceRule, JournalRule
from cohorts.models import (
    ClassMembership,
    ClassOfficer,
    Cohort,
    GroupMembership,
    Person,
    ProfileField,
    StudyGroup,
    Trainee,
    TrainingClass,
)
from learning.models import Attendance, Journal, JournalNote, JournalScore, Session, SessionClass
from learning.selectors.journals import all_periods
from library.models import Venue
from programs.models import Program
from reports.management.demo.applications import NEXT, chosen_before, next_batch
from reports.management.demo.between import Stage, between
from reports.management.demo.dispatch import dispatch
from reports.management.demo.duties import build_duties
from reports.management.demo.journals import journals
from reports.management.demo.leads import leads
from reports.management.demo.matching import match_second, place
from reports.management.demo.paper import paper
from reports.management.demo.people import Crowd, Someone
from reports.management.demo.programs import (
    COMPANIES,
    EDUCATION,
    PARTIES,
    POSITIONS,
    PROGRAMS,
    TALENT,
    THOUGHTS,
    DemoProgram,
)
from reports.management.demo.screening import screened_before, screening_now
from reports.management.demo.service import build_service
from reports.management.demo.stays import build_stays
from trainee_mgmt.kit.actor import Actor, acting
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone
from trainee_mgmt.kit.names import pinyin_key

SEED = 2026
SECONDED = "沉浸式培训"  # the program whose trainees live at host enterprises
FIELDS = (
    ("ethnicity", "民族", "text", False),
    ("party", "政治面貌", "choice", True),
    ("education", "学历", "choice", True),
    ("talent_kind", "人才类别", "choice", True),
    ("returnee", "是否海归", "yes_no", True),
    ("street", "所属街道", "choice", True),
)


@transaction.atomic
def build(today: date) -> None:
    """All five programs, their people and what happened so far, ending on ``today``."""
    rng, crowd = random.Random(SEED), Crowd(SEED)
    root = _unit("示范单位", None, Unit.Level.CITY)
    admin = _account("admin", "何静姝", root)
    _grant(admin, Role.ADMIN, ScopeKind.ALL)
    leader = _account("leader", "梁若溪", root)
    _grant(leader, Role.LEADER, ScopeKind.UNIT, unit=root)
    organizer = _account("organizer", "程亦舟", root)
    busy: set = set()
    for plan in PROGRAMS:
        _program(plan, root, organizer=organizer, admin=admin, crowd=crowd, busy=busy, rng=rng, today=today)
    running = Cohort.objects.select_related("program__unit").get(program__name=SECONDED)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        match_second(running, by=organizer, today=today)
    next_batch(running, organizer=organizer, account=_account, grant=_grant, crowd=crowd, today=today)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        for cohort in Cohort.objects.filter(offers__seats__placements__isnull=False).distinct().order_by("pk"):
            build_service(cohort, by=organizer, rng=random.Random(SEED), today=today)
    screening_now(running.program.cohorts.get(name=NEXT), by=organizer)
    record("reports.build_demo", root, after={"people": Person.objects.count(), "programs": len(PROGRAMS)})


def _program(
    plan: DemoProgram,
    root: Unit,
    *,
    organizer: User,
    admin: User,
    crowd: Crowd,
    busy: set,
    rng: random.Random,
    today: date,
) -> None:
    city = _unit(plan.city, root, Unit.Level.CITY)
    district = _unit(plan.district, city, Unit.Level.DISTRICT)
    office = _unit(plan.office, district, Unit.Level.OFFICE)
    streets = {f"{name}街道": _unit(f"{name}街道", district, Unit.Level.STREET) for name in plan.streets}
    program = Program.objects.create(unit=office, name=plan.name, summary=plan.summary)
    _grant(organizer, Role.ORGANIZER, ScopeKind.PROGRAM, scope=program)
    monday = today - timedelta(days=today.weekday())
    cohort = Cohort.objects.create(
        program=program,
        name=plan.cohort,
        starts_on=monday - timedelta(weeks=plan.weeks_gone),
        ends_on=monday + timedelta(weeks=plan.weeks_left, days=4),
        journal_every=Cohort.JournalEvery.WEEK if plan.journals else Cohort.JournalEvery.NONE,
        journal_prompts=plan.prompts,
        journal_score=plan.journal_score,
    )
    ProfileField.objects.bulk_create(
        ProfileField(
            cohort=cohort,
            key=key,
            label=label,
            kind=kind,
            in_composition=counted,
            order=order,
            choices=_choices(key, plan),
        )
        for order, (key, label, kind, counted) in enumerate(FIELDS, start=1)
    )
    classes = TrainingClass.objects.bulk_create(
        TrainingClass(cohort=cohort, name=name, number=number, unit=streets.get(f"{name.removesuffix('班')}街道"))
        for number, name in enumerate(plan.classes, start=1)
    )
    trainees = _people(plan, cohort, classes, crowd=crowd, rng=rng)
    _groups_and_officers(plan, cohort, classes, trainees, crowd=crowd, admin=admin)
    sessions = _sessions(plan, cohort, classes, desk=_Desk(office, busy), rng=rng, today=today)
    _attendance(sessions, trainees, by=organizer, rng=rng)
    if plan.journals:
        _journals(cohort, trainees, reader=organizer, rng=rng, today=today)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        stage = Stage(plan, cohort, trainees, sessions, organizer, rng, today)
        between(stage)
        paper(stage)
        if plan.key == "S2":
            journals(stage)
            leads(stage)
            place(cohort, by=organizer, today=today)
            build_stays(cohort, by=organizer, rng=random.Random(SEED), today=today)
            chosen_before(cohort, trainees.values(), crowd)
            dispatch(stage)
            screened_before(cohort, by=organizer)
    if plan.key in ("S0", "S2"):
        build_duties(cohort, trainees, by=organizer, rng=random.Random(SEED), today=today)
        _scores(plan, cohort, trainees, crowd=crowd, office=office, rng=rng)


def _choices(key: str, plan: DemoProgram) -> list[str]:
    return {
        "party": sorted(set(PARTIES)),
        "education": sorted(set(EDUCATION)),
        "talent_kind": [name for name, _count in TALENT],
        "street": [f"{street}街道" for street in plan.streets],
    }.get(key, [])


# People ---------------------------------------------------------------------------------------------------------------


def _people(
    plan: DemoProgram, cohort: Cohort, classes: list[TrainingClass], *, crowd: Crowd, rng: random.Random
) -> dict[TrainingClass, list[Trainee]]:
    """S0 with the report's own composition: 306 of 450 aged 26 to 40, 236 executives or technical staff, 43 returnees."""
    if plan.key == "S0":
        ages = [(26, 40)] * 306 + [(41, 58)] * 144
        kinds = [name for name, count in TALENT for _ in range(count)]
        returnees = ["yes"] * 43 + ["no"] * 407
    else:
        ages = [plan.ages] * plan.size
        kinds = [rng.choice(TALENT)[0] for _ in range(plan.size)]
        returnees = ["yes" if rng.random() < 0.08 else "no" for _ in range(plan.size)]
    for pool in (ages, kinds, returnees):
        rng.shuffle(pool)
    found = [crowd.someone(on=cohort.starts_on, lowest=low, highest=high) for low, high in ages]
    people = Person.objects.bulk_create(_person(each) for each in found)
    members: dict[TrainingClass, list[Trainee]] = {each: [] for each in classes}
    made = []
    for index, (person, kind, returnee) in enumerate(zip(people, kinds, returnees, strict=True)):
        in_class = classes[index % len(classes)]
        profile = {
            "ethnicity": "汉族",
            "party": rng.choice(PARTIES),
            "education": rng.choice(EDUCATION),
            "talent_kind": kind,
            "returnee": returnee,
        }
        if plan.streets:
            profile["street"] = f"{in_class.name.removesuffix('班')}街道"
        if rng.random() < 0.02:
            del profile["education"]  # a few answers are missing, as always
        trainee = Trainee(
            cohort=cohort,
            person=person,
            number=f"{in_class.number:02d}{len(members[in_class]) + 1:03d}",
            work_unit=rng.choice(COMPANIES),
            position=rng.choice(POSITIONS),
            profile=profile,
            joined_on=cohort.starts_on,
        )
        members[in_class].append(trainee)
        made.append((trainee, in_class))
    Trainee.objects.bulk_create(trainee for trainee, _class in made)
    ClassMembership.objects.bulk_create(
        ClassMembership(trainee=trainee, training_class=in_class, starts_on=cohort.starts_on)
        for trainee, in_class in made
    )
    return members


def _person(someone: Someone) -> Person:
    return Person(
        name=someone.name,
        name_key=pinyin_key(someone.name),
        sex=someone.sex,
        born_on=someone.born_on,
        id_number=Sealed.of(someone.id_number),
        id_index=blind_index("id_number", someone.id_number),
        id_mask=mask_id_number(someone.id_number),
        phone=Sealed.of(someone.phone),
        phone_index=blind_index("phone", someone.phone),
        phone_mask=mask_phone(someone.phone),
    )


def _groups_and_officers(
    plan: DemoProgram,
    cohort: Cohort,
    classes: list[TrainingClass],
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    crowd: Crowd,
    admin: User,
) -> None:
    start = cohort.starts_on
    heads = Person.objects.bulk_create(_person(crowd.someone(on=start, lowest=35, highest=55)) for _ in classes)
    officers = []
    for in_class, head in zip(classes, heads, strict=True):
        members = trainees[in_class]
        groups = StudyGroup.objects.bulk_create(
            StudyGroup(cohort=cohort, training_class=in_class, name=f"第{'一二三四'[n]}组", number=n + 1)
            for n in range(4 if len(members) > 30 else 2)
        )
        GroupMembership.objects.bulk_create(
            GroupMembership(group=groups[n % len(groups)], trainee=trainee, is_leader=n < len(groups), starts_on=start)
            for n, trainee in enumerate(members)
        )
        for person, office in (
            (head, ClassOfficer.Office.HEAD_TEACHER),
            (members[0].person, ClassOfficer.Office.MONITOR),
            (members[1].person, ClassOfficer.Office.STUDY),
        ):
            officers.append(ClassOfficer(training_class=in_class, person=person, office=office, starts_on=start))
    ClassOfficer.objects.bulk_create(officers)
    if plan.key == "S0":  # the accounts that are printed: a head teacher and a trainee of the first class
        first = classes[0]
        head = officers[0]
        account = _account("officer", head.person.name, first.unit or cohort.program.unit, person=head.person)
        head.grant = _grant(account, Role.OFFICER, ScopeKind.TRAINING_CLASS, scope=first, starts_on=start)
        head.save(update_fields=["grant"])
        trainee = trainees[first][4]
        account = _account("trainee", trainee.person.name, first.unit or cohort.program.unit, person=trainee.person)
        _grant(account, Role.TRAINEE, ScopeKind.COHORT, scope=cohort, starts_on=start)


# What happened --------------------------------------------------------------------------------------------------------


TEACHERS = (
    "杜若衡", "沈嘉木", "唐一诺", "方亦然", "顾明远", "陆清和", "秦思齐", "许知行", "温如玉", "乔木森", "江望舒", "柳承志",
    "邵文渊", "陶然", "尹若谷", "柏长青", "华宜修", "祁连山", "边疆", "成思远", "戴月明", "葛正阳", "简素", "孟春晖",
)  # fmt: skip


class _Desk:
    """Whoever books teachers and venues for the demo: nobody and nothing is in two places in one half of a day."""

    def __init__(self, office: Unit, busy: set):
        self.busy = busy  # of all programs: teachers go round them
        self.venues = {
            name: Venue.objects.create(unit=office, name=name, place=place, capacity=capacity)
            for name, place, capacity in (("党校 201", "党校主楼", 120), ("创新中心 3 楼", "创新中心", 80))
        }

    def teacher(self, wished: str, day: date, hour: int) -> str:
        first = TEACHERS.index(wished)
        turn = (*TEACHERS[first:], *TEACHERS[:first])
        return next((name for name in turn if self._takes(name, day, hour)), "")

    def venue(self, place: str, day: date, hour: int) -> Venue | None:
        venue = self.venues.get(place)
        return venue if venue and self._takes(venue.pk, day, hour) else None

    def _takes(self, what: str | int, day: date, hour: int) -> bool:
        booking = (what, day, hour >= 12)
        if booking in self.busy:
            return False
        self.busy.add(booking)
        return True


def _sessions(
    plan: DemoProgram,
    cohort: Cohort,
    classes: list[TrainingClass],
    *,
    desk: "_Desk",
    rng: random.Random,
    today: date,
) -> list[tuple[Session, TrainingClass]]:
    places = ("党校 201", "创新中心 3 楼", "街道会议室", "线上")
    now = timezone.now()
    made = []
    for week in range(plan.weeks_gone + min(2, plan.weeks_left)):
        for turn in range(plan.sessions_a_week):
            topic = plan.topics[(week * plan.sessions_a_week + turn) % len(plan.topics)]
            for in_class in classes:
                day = cohort.starts_on + timedelta(weeks=week, days=(in_class.number + turn * 2) % 5)
                hour = 9 if (in_class.number + turn) % 2 else 14
                place = rng.choice(places)
                venue = desk.venue(place, day, hour)
                session = Session(
                    cohort=cohort,
                    title=topic,
                    teacher_name=desk.teacher(rng.choice(TEACHERS), day, hour),
                    place="" if venue else place,
                    venue=venue,
                    mode=Session.Mode.ONLINE if place == "线上" else Session.Mode.ON_SITE,
                    starts_at=_at(day, hour),
                    ends_at=_at(day, hour + 2, 30),
                )
                made.append((session, in_class))
    for in_class in classes[:3]:  # something is on today, whatever the day
        made.append(
            (
                Session(
                    cohort=cohort,
                    title=plan.topics[0],
                    teacher_name=desk.teacher(TEACHERS[0], today, 14),
                    place=places[0],
                    venue=desk.venue(places[0], today, 14),
                    starts_at=_at(today, 14, 30),
                    ends_at=_at(today, 16, 30),
                ),
                in_class,
            )
        )
    Session.objects.bulk_create(session for session, _class in made)
    SessionClass.objects.bulk_create(
        SessionClass(session=session, training_class=in_class) for session, in_class in made
    )
    return [
        (session, in_class)
        for session, in_class in made
        if session.ends_at < now and timezone.localdate(session.starts_at) < today
    ]


def _attendance(
    sessions: Iterable[tuple[Session, TrainingClass]],
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    by: User,
    rng: random.Random,
) -> None:
    states = ["present"] * 90 + ["late"] * 4 + ["absent"] * 3 + ["excused"] * 3
    sessions = list(sessions)
    rolled = sessions[:-2]  # two rolls are still missing
    marks = [
        Attendance(session=session, trainee=trainee, state=rng.choice(states), marked_by=by, marked_at=session.ends_at)
        for session, in_class in rolled
        for trainee in trainees[in_class]
    ]
    Attendance.objects.bulk_create(marks, batch_size=5000)
    for session, _class in rolled:
        session.rolled_at, session.rolled_by = session.ends_at, by
    Session.objects.bulk_update([session for session, _class in rolled], ["rolled_at", "rolled_by"], batch_size=500)


def _journals(
    cohort: Cohort, trainees: dict[TrainingClass, list[Trainee]], *, reader: User, rng: random.Random, today: date
) -> None:
    past = [week for week in all_periods(cohort) if week.due_on < today]
    journals = []
    for members in trainees.values():
        for trainee in members:
            for number, week in enumerate(past, start=1):
                if rng.random() < 0.06:
                    continue
                last = number == len(past)
                state = (
                    rng.choice(["submitted", "submitted", "accepted"])
                    if last
                    else rng.choice(["accepted"] * 24 + ["returned"])
                )
                at = _at(week.due_on, 20, rng.randrange(60))
                journals.append(
                    Journal(
                        trainee=trainee,
                        period_start=week.start,
                        last_on=week.last,
                        due_on=week.due_on,
                        state=state,
                        body="\n\n".join(rng.sample(THOUGHTS, 2)),
                        revision=3,
                        saved_at=at,
                        submitted_at=at,
                        review_due_on=week.due_on + timedelta(days=3),
                        reviewed_at=at + timedelta(days=1) if state != "submitted" else None,
                        reviewed_by=reader if state != "submitted" else None,
                    )
                )
    Journal.objects.bulk_create(journals, batch_size=2000)
    if cohort.scoring.is_asked:
        _journal_scores([each for each in journals if each.state == "accepted"], reader=reader, rng=rng)
    JournalNote.objects.bulk_create(
        (
            JournalNote(
                journal=journal, kind="returned", author=reader, text="请补充一个具体例子，再写写您想问的问题。"
            )
            for journal in journals
            if journal.state == "returned"
        ),
        batch_size=2000,
    )


def _journal_scores(journals: list[Journal], *, reader: User, rng: random.Random) -> None:
    """Points for all but a few; one in thirty was corrected."""
    for journal in journals:
        if rng.random() < 0.05:
            continue
        first = JournalScore(
            journal=journal, points=rng.randrange(68, 98), given_by=reader, given_at=journal.reviewed_at, in_force=False
        )
        if rng.random() < 0.03:
            first.save()
            first = JournalScore(
                journal=journal, points=first.points + 2, given_by=reader, given_at=first.given_at + timedelta(hours=3)
            )
        first.in_force = True
        first.save()


def _scores(
    plan: DemoProgram,
    cohort: Cohort,
    trainees: dict[TrainingClass, list[Trainee]],
    *,
    crowd: Crowd,
    office: Unit,
    rng: random.Random,
) -> None:
    scheme = Scheme.objects.create(
        cohort=cohort, name="量化评分", state=Scheme.State.OPEN, opened_at=timezone.now(), method=Scheme.Method.MEAN
    )
    indicators = [
        Indicator(
            scheme=scheme,
            name="出勤",
            kind="attendance",
            weight=Decimal(30),
            full_marks=Decimal(100),
            rule=AttendanceRule().to_json(),
            order=1,
        ),
        Indicator(
            scheme=scheme,
            name="日志",
            kind="journals",
            weight=Decimal(30),
            full_marks=Decimal(100),
            rule=JournalRule().to_json(),
            order=2,
        ),
        Indicator(scheme=scheme, name="课题研究", kind="manual", weight=Decimal(25), full_marks=Decimal(100), order=3),
        Indicator(scheme=scheme, name="交流研讨", kind="manual", weight=Decimal(15), full_marks=Decimal(100), order=4),
    ]
    Indicator.objects.bulk_create(indicators)
    for number in (1, 2):
        key = "evaluator" if plan.key == "S0" and number == 1 else f"evaluator-{plan.key.lower()}-{number}"
        name = crowd.someone(on=cohort.starts_on, lowest=35, highest=55).name
        rater = _account(key, name, office, printed=key == "evaluator")
        _grant(rater, Role.EVALUATOR, ScopeKind.COHORT, scope=cohort)
        Rater.objects.create(scheme=scheme, user=rater)
        members = [trainee for each in trainees.values() for trainee in each]
        done = members if number == 2 else members[: len(members) * 2 // 3]
        now = timezone.now()
        Score.objects.bulk_create(
            (
                Score(
                    indicator=indicator,
                    trainee=trainee,
                    rater=rater,
                    points=Decimal(rng.randrange(140, 200)) / 2,
                    entered_at=now,
                    entered_by=rater,
                )
                for trainee in done
                for indicator in indicators[2:]
            ),
            batch_size=2000,
        )


# Small things ---------------------------------------------------------------------------------------------------------


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def _unit(name: str, parent: Unit | None, level: str) -> Unit:
    found = Unit.objects.filter(parent=parent, name=name).first()
    if found:
        return found
    made = Unit.objects.create(name=name, parent=parent, level=level)
    made.path = f"{parent.path if parent else ''}{made.pk}."
    made.save(update_fields=["path"])
    return made


def _account(username: str, name: str, unit: Unit, *, person: Person | None = None, printed: bool = True) -> User:
    """An account with a password of this installation; ``demo --accounts`` prints it from its sealed copy."""
    password = _password()
    user = User(username=username, name=name, name_key=pinyin_key(name), unit=unit)
    if person:
        user.phone, user.phone_index, user.phone_mask = person.phone, person.phone_index, person.phone_mask
    user.set_password(password)
    user.first_password = Sealed.of(password) if printed else None
    user.save()
    if person:
        Person.objects.filter(pk=person.pk).update(user=user)
    return user


def _password() -> str:
    letters = random.SystemRandom()
    return "-".join("".join(letters.choices("abcdefghjkmnpqrstuvwxyz23456789", k=4)) for _ in range(3))


def _grant(
    user: User, role: str, kind: str, *, unit: Unit | None = None, scope=None, starts_on: date | None = None
) -> Grant:
    label = unit or scope
    return Grant.objects.create(
        user=user,
        role=role,
        scope_kind=kind,
        unit=unit,
        scope_id=scope.pk if scope else None,
        scope_label=str(label or "")[:200],
        starts_on=starts_on or timezone.localdate() - timedelta(days=200),
        reason="demo",
    )
