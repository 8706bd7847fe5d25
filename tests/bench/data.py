"""Cohorts of made-up people, written by the database itself, and rosters to import."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, models
from django.utils import timezone
from rustpy_xlsxwriter import FastExcel

from accounts.models import Grant, Role, ScopeKind, Unit, User
from assessments.models import Indicator, Rater, Scheme, Score
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
from cohorts.rules.values import check_character
from learning.models import Attendance, Journal, Session, SessionClass
from programs.models import Program
from trainee_mgmt.kit.crypto import Sealed

ROSTER = (
    "序号", "姓名", "性别", "出生年月", "民族", "政治面貌", "学历", "毕业院校", "工作单位", "单位性质", "职务", "人才类别",
    "是否海归", "所在园区", "所属街道", "手机号码", "身份证号", "邮箱",
)  # fmt: skip
PASSWORD = "open sesame 42"
CLASSES, FIRST_CLASS, GROUPS, SESSIONS, WEEKS = 10, 50, 20, 12, 4
FIELDS = (  # key, label, kind, choices
    ("education", "学历", "choice", ["大专", "本科", "硕士", "博士"]),
    ("overseas", "留学回国", "yes_no", []),
    ("level", "管理层级", "choice", ["高管", "中层", "技术骨干"]),
    ("ethnicity", "民族", "text", []),
    ("politics", "政治面貌", "text", []),
    ("remark", "备注", "text", []),
)


@dataclass(frozen=True)
class Built:
    """What the cases need to know of a cohort: keys of rows."""

    cohort: int
    trainee: int
    session: int
    first_class: int
    on_roll: list[int]  # 50 people of the first class
    indicator: int
    evaluator: str
    organizer: str


def build(people: int, *, with_facts: bool = True, with_accounts: bool = False) -> Built:
    """One cohort with so many people in ten classes; the first has 50 people, so that a roll is equal in all cohorts."""
    today = timezone.localdate()
    cohort = _cohort(f"第{people}期")
    fields = [
        ProfileField(
            cohort=cohort, key=key, label=label, kind=kind, choices=choices, order=at, in_composition=at < 3, is_personal=key == "remark"
        )
        for at, (key, label, kind, choices) in enumerate(FIELDS)
    ]  # fmt: skip
    ProfileField.objects.bulk_create(fields)
    streets = list(Unit.objects.filter(level="street").order_by("pk"))
    classes = [
        TrainingClass(cohort=cohort, name=f"{unit.name}班", number=n, unit=unit) for n, unit in enumerate(streets, 1)
    ]
    TrainingClass.objects.bulk_create(classes)
    _people(cohort, people)
    _classes(cohort, [each.pk for each in classes], people)
    _offices(cohort)
    if with_accounts:
        _accounts(cohort)
    if with_facts:
        _attendance(cohort, today)
        _journals(cohort, today)
        _scores(cohort)
    return find(people)


def find(people: int) -> Built | None:
    """The cohort of this size, if it was built."""
    cohort = Cohort.objects.filter(name=f"第{people}期").first()
    if cohort is None:
        return None
    first_class = cohort.classes.order_by("number").first()
    members = list(
        Trainee.objects.filter(memberships__training_class=first_class).order_by("number").values_list("pk", flat=True)
    )
    session = Session.objects.filter(cohort=cohort).order_by("pk").first()
    indicator = Indicator.objects.filter(scheme__cohort=cohort, kind="manual").order_by("pk").first()
    return Built(
        cohort.pk,
        members[2],
        session.pk if session else 0,
        first_class.pk,
        members,
        indicator.pk if indicator else 0,
        "evaluator",
        "organizer",
    )


def empty_cohort() -> Cohort:
    """Where rosters are imported into."""
    return _cohort("名册导入")


def many_classes(classes: int, marks: int) -> int:
    """A cohort with so many classes, three sessions in each, and so many marks: three for each person."""
    name = f"{classes}个班"
    if found := Cohort.objects.filter(name=name).first():
        return found.pk
    cohort, today = _cohort(name), timezone.localdate()
    made = [TrainingClass(cohort=cohort, name=f"{n}班", number=n) for n in range(1, classes + 1)]
    TrainingClass.objects.bulk_create(made)
    _people(cohort, marks // 3)
    _insert(
        ClassMembership,
        f"FROM {_numbered(cohort)}",
        trainee_id="t.id",
        training_class_id=f"(ARRAY{[each.pk for each in made]})[1 + n % {classes}]",
        starts_on=_day(cohort.starts_on),
    )
    morning = timezone.now().replace(hour=1, minute=0, second=0, microsecond=0)
    marker = User.objects.get(username="organizer")
    sessions = [_session(cohort, morning - timedelta(days=1 + n % 50), n, marker) for n in range(3 * classes)]
    Session.objects.bulk_create(sessions, batch_size=1000)
    SessionClass.objects.bulk_create(
        [SessionClass(session=each, training_class=made[at % classes]) for at, each in enumerate(sessions)],
        batch_size=1000,
    )
    _marks(cohort)
    _journals(cohort, today)
    return cohort.pk


def full_week() -> int:
    """A cohort whose ten classes have twenty sessions each in this week."""
    cohort = _cohort("排课")
    if cohort.sessions.exists():
        return cohort.pk
    classes = [TrainingClass(cohort=cohort, name=f"{n}班", number=n) for n in range(1, CLASSES + 1)]
    TrainingClass.objects.bulk_create(classes)
    today = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    starts = [monday.replace(hour=hour) + timedelta(days=day) for day in range(5) for hour in (8, 10, 14, 16)]
    for number, each in enumerate(classes):
        sessions = [
            Session(
                cohort=cohort,
                title=f"第{turn}讲 产业政策",
                place="区委党校 201",
                teacher_name=f"教师{number}",
                starts_at=start,
                ends_at=start + timedelta(minutes=90),
            )
            for turn, start in enumerate(starts, 1)
        ]
        Session.objects.bulk_create(sessions)
        SessionClass.objects.bulk_create(SessionClass(session=session, training_class=each) for session in sessions)
    return cohort.pk


def roster(people: int, file: Path) -> None:
    """A workbook with the 18 columns of the customer's roster, its people spread over the streets."""
    streets = list(Unit.objects.filter(level="street").order_by("pk").values_list("name", flat=True))
    rows = (dict(zip(ROSTER, _roster_row(n, streets[n % len(streets)]))) for n in range(people))
    FastExcel(str(file)).sheet("学员名册", rows).save()


def _roster_row(n: int, street: str) -> tuple:
    born = date(1980, 1, 1) + timedelta(days=n % 7000)
    body = f"990000{born:%Y%m%d}{n // 7000 * 2 + 1:03d}"
    return (
        n + 1, f"{'王李张刘陈杨赵黄周吴'[n % 10]}{'伟芳娜敏静丽强磊军洋'[n // 10 % 10]}{'一二三四五六七八九十'[n // 100 % 10]}", "男",
        f"{born:%Y.%m}", "汉族", "群众", "本科", "郑州大学", f"南康信息{n % 97}有限公司", "外资企业", "总经理", "技术人才",
        "否" if n % 10 else "是", "新湖创新港", street, f"139{n:08d}", body + check_character(body), f"t{n}@example.com",
    )  # fmt: skip


def user(username: str, role: str, kind: str, scope: int) -> User:
    made, _new = User.objects.get_or_create(
        username=username, defaults={"name": f"李{username}", "name_key": username, "password": make_password(PASSWORD)}
    )
    key = {"unit_id": scope} if kind == ScopeKind.UNIT else {"scope_id": scope}
    Grant.objects.get_or_create(
        user=made, role=role, scope_kind=kind, scope_label="宝安区", defaults={"starts_on": date(2020, 1, 1)}, **key
    )
    return made


def _cohort(name: str) -> Cohort:
    today = timezone.localdate()
    days = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=60)}
    return Cohort.objects.get_or_create(program=_program(), name=name, defaults=days)[0]


def _program() -> Program:
    """Ten streets below a district, and an organizer whose role covers the program."""
    district, new = Unit.objects.get_or_create(name="宝安区", parent=None, defaults={"level": "district"})
    if new:
        Unit.objects.filter(pk=district.pk).update(path=f"{district.pk}.")
        for number in range(1, CLASSES + 1):
            street = Unit.objects.create(name=f"新{number}街道", parent=district, level="street")
            Unit.objects.filter(pk=street.pk).update(path=f"{district.pk}.{street.pk}.")
    program, _new = Program.objects.get_or_create(unit=district, name="点燃学习计划")
    user("organizer", Role.ORGANIZER, ScopeKind.PROGRAM, program.pk)
    return program


def _people(cohort: Cohort, people: int) -> None:
    first = (Person.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
    surnames, readings = (
        "王李张刘陈杨赵黄周吴",
        ["wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu"],
    )
    _insert(
        Person,
        f"FROM generate_series(0, {people - 1}) n",
        id=f"{first} + n",
        name=f"substr('{surnames}', 1 + n % 10, 1) || substr('伟芳娜敏静丽强磊军洋', 1 + n / 10 % 10, 1)"
        " || substr('一二三四五六七八九十', 1 + n / 100 % 10, 1)",
        name_key=f"(ARRAY{readings})[1 + n % 10] || ' ' || lpad((n * 7919 % 1000003)::text, 7, '0')",
        sex="CASE WHEN n % 3 = 0 THEN 'f' ELSE 'm' END",
        born_on="date '1980-01-01' + (n * 37 % 8000)",
        phone=_text(Sealed.of("13900000000").token),
        phone_index=f"md5('a' || {first} + n) || md5('b' || {first} + n)",
        phone_mask="'139****' || lpad((n % 10000)::text, 4, '0')",
        id_number=_text(Sealed.of("990000199001010000").token),
        id_index=f"md5('c' || {first} + n) || md5('d' || {first} + n)",
        id_mask="'440*************' || lpad((n % 100)::text, 2, '0')",
    )
    _insert(
        Trainee,
        f"FROM generate_series(0, {people - 1}) n",
        cohort_id=str(cohort.pk),
        person_id=f"{first} + n",
        number="lpad((n + 1)::text, 6, '0')",
        work_unit="'深圳市' || substr('华创智联中科海信达', 1 + n % 8, 2) || '科技有限公司' || (n % 97)::text",
        position="(ARRAY['总经理', '技术总监', '部门经理', '高级工程师', '车间主任'])[1 + n % 5]",
        profile="jsonb_build_object('education', (ARRAY['大专', '本科', '硕士', '博士'])[1 + n % 4], 'overseas', n % 10 = 0,"
        " 'level', (ARRAY['高管', '中层', '技术骨干'])[1 + n % 3], 'ethnicity', '汉族', 'politics', '群众', 'remark', '无')",
        joined_on=_day(cohort.starts_on),
    )
    _after_given_keys(Person)


def _classes(cohort: Cohort, classes: list[int], people: int) -> None:
    numbered = _numbered(cohort)
    _insert(
        ClassMembership,
        f"FROM {numbered}",
        trainee_id="t.id",
        training_class_id=f"(ARRAY{classes})[CASE WHEN n < {FIRST_CLASS} THEN 1 ELSE 2 + n % {CLASSES - 1} END]",
        starts_on=_day(cohort.starts_on),
    )
    groups = [StudyGroup(cohort=cohort, name=f"第{n}组", number=n) for n in range(1, GROUPS + 1)]
    StudyGroup.objects.bulk_create(groups)
    _insert(
        GroupMembership,
        f"FROM {numbered}",
        trainee_id="t.id",
        group_id=f"(ARRAY{[each.pk for each in groups]})[1 + n % {GROUPS}]",
        starts_on=_day(cohort.starts_on),
    )


def _numbered(cohort: Cohort) -> str:
    return f"(SELECT id, row_number() OVER (ORDER BY number) - 1 AS n FROM cohorts_trainee WHERE cohort_id = {cohort.pk}) t"


def _accounts(cohort: Cohort) -> None:
    """An account for each trainee, all with the same password."""
    _insert(
        User,
        f"FROM cohorts_trainee t WHERE cohort_id = {cohort.pk}",
        username="'t' || t.id",
        name="'学员' || t.id",
        name_key="'t' || t.id",
        password=_text(make_password(PASSWORD)),
    )
    _insert(
        Grant,
        f"FROM cohorts_trainee t JOIN accounts_user u ON u.username = 't' || t.id WHERE t.cohort_id = {cohort.pk}",
        user_id="u.id",
        role=_text(Role.TRAINEE),
        scope_kind=_text(ScopeKind.COHORT),
        scope_id=str(cohort.pk),
        scope_label=_text(cohort.name),
        starts_on=_day(cohort.starts_on),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cohorts_person p SET user_id = u.id FROM cohorts_trainee t JOIN accounts_user u"
            " ON u.username = 't' || t.id WHERE t.person_id = p.id AND t.cohort_id = %s",
            [cohort.pk],
        )


def _offices(cohort: Cohort) -> None:
    """A head teacher, a monitor and a study officer in each class."""
    members = (
        ClassMembership.objects.filter(training_class__cohort=cohort)
        .values("training_class")
        .annotate(people=ArrayAgg("trainee__person", order_by="trainee__number"))
        .values_list("training_class", "people")
    )
    offices = (ClassOfficer.Office.HEAD_TEACHER, ClassOfficer.Office.MONITOR, ClassOfficer.Office.STUDY)
    ClassOfficer.objects.bulk_create(
        ClassOfficer(training_class_id=training_class, person_id=person, office=office, starts_on=cohort.starts_on)
        for training_class, people in members
        for office, person in zip(offices, people)
    )


def _attendance(cohort: Cohort, today: date) -> None:
    noon = timezone.now().replace(hour=1, minute=0, second=0, microsecond=0)
    marker = User.objects.get(username="organizer")
    sessions = [_session(cohort, noon - timedelta(days=4 * n), n, marker) for n in range(1, SESSIONS + 1)]
    Session.objects.bulk_create(sessions)
    # The first session is of the first class alone: its roll has 50 people whatever the size of the cohort.
    classes = list(cohort.classes.order_by("number"))
    SessionClass.objects.bulk_create(
        SessionClass(session=session, training_class=each)
        for session in sessions
        for each in (classes[:1] if session is sessions[0] else classes)
    )
    _marks(cohort)


def _session(cohort: Cohort, starts_at: datetime, n: int, marker: User) -> Session:
    """One whose roll was called."""
    return Session(
        cohort=cohort,
        title=f"第{n}讲 产业政策",
        place="区委党校 201",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        rolled_at=starts_at,
        rolled_by=marker,
    )


def _marks(cohort: Cohort) -> None:
    _insert(
        Attendance,
        "FROM learning_sessionclass c JOIN learning_session s ON s.id = c.session_id"
        " JOIN cohorts_classmembership m ON m.training_class_id = c.training_class_id"
        f" WHERE s.cohort_id = {cohort.pk}",
        session_id="s.id",
        trainee_id="m.trainee_id",
        state="CASE m.trainee_id * 31 % 29 + s.id % 3 WHEN 0 THEN 'absent' WHEN 1 THEN 'late' WHEN 2 THEN 'excused' ELSE 'present' END",
        marked_by_id="s.rolled_by_id",
        marked_at="s.starts_at",
    )


def _journals(cohort: Cohort, today: date) -> None:
    monday = today - timedelta(days=today.weekday())
    _insert(
        Journal,
        f"FROM cohorts_trainee t, generate_series(1, {WEEKS}) week WHERE t.cohort_id = {cohort.pk} AND (t.id + week) % 9 > 0",
        trainee_id="t.id",
        period_start=f"{_day(monday)} - 7 * week::int",
        last_on=f"{_day(monday)} - 7 * week::int + 6",
        due_on=f"{_day(monday)} - 7 * week::int + 6",
        state="CASE WHEN week = 1 THEN 'submitted' ELSE 'accepted' END",
        body="repeat('今天参观了企业，学到了许多。', 12)",
        saved_at="now() - week * interval '7 days'",
        submitted_at="now() - week * interval '7 days'",
        review_due_on=f"{_day(monday)} - 7 * week::int + 9",
    )


def _scores(cohort: Cohort) -> None:
    rater = user("evaluator", Role.EVALUATOR, ScopeKind.COHORT, cohort.pk)
    scheme = Scheme.objects.create(cohort=cohort, name="综合考核", state=Scheme.State.OPEN, opened_at=timezone.now())
    kinds = (("出勤", "attendance", 30), ("日志", "journals", 20), ("课题", "manual", 30), ("答辩", "manual", 20))
    indicators = [
        Indicator(scheme=scheme, name=name, kind=kind, weight=weight, order=at)
        for at, (name, kind, weight) in enumerate(kinds)
    ]
    Indicator.objects.bulk_create(indicators)
    Rater.objects.create(scheme=scheme, user=rater)
    _insert(
        Score,
        "FROM cohorts_trainee t, assessments_indicator i"
        f" WHERE t.cohort_id = {cohort.pk} AND i.scheme_id = {scheme.pk} AND i.kind = 'manual'",
        indicator_id="i.id",
        trainee_id="t.id",
        rater_id=str(rater.pk),
        points="60 + (t.id * 17 + i.id) % 41",
        entered_at="now()",
        entered_by_id=str(rater.pk),
    )


# Writing --------------------------------------------------------------------------------------------------------------


def _insert(model: type[models.Model], source: str, **values: str) -> None:
    """INSERT … SELECT; columns that are not named get the defaults of the model."""
    for field in model._meta.concrete_fields:
        if field.column in values or field.primary_key or field.has_db_default():
            continue
        values[field.column] = _literal(field)
    columns, selected = ", ".join(f'"{name}"' for name in values), ", ".join(values.values())
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {selected} {source}')


def _literal(field: models.Field) -> str:
    value = timezone.now() if getattr(field, "auto_now_add", False) else field.get_default()
    if isinstance(field, models.JSONField):
        return _text("[]" if value == [] else "{}") + "::jsonb"
    if value is None:
        return f"NULL::{field.db_type(connection)}"
    return str(value) if isinstance(value, bool | int) else _text(str(value))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _day(value: date) -> str:
    return f"date '{value.isoformat()}'"


def _after_given_keys(model: type[models.Model]) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
