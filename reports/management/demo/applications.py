"""Applications of the demo: the batch that runs was chosen from 60 people, and the next one is open, with its quotas."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from io import BytesIO

from django.db.models import F

from accounts.models import Role, ScopeKind, Unit, User
from cohorts.models import Application, ApplicationRound, Cohort, Person, ProfileField, Trainee
from cohorts.services.applications import review
from cohorts.services.applications.handing_in import begin, take_values
from cohorts.services.applications.importing import apply_applications, compute_applications
from cohorts.services.applications.rounds import add_rule, set_quota, set_round
from reports.management.demo.accounts import account, grant, unit
from reports.management.demo.people import Crowd, Someone
from trainee_mgmt.kit.actor import Actor, acting
from trainee_mgmt.kit.days import moment
from trainee_mgmt.kit.sheets import ListSheet, xlsx_lists

HEADER = ("姓名", "性别", "身份证号", "手机号码", "工作单位", "职务", "推荐单位", "报名方式", "工作领域", "所学专业")
FACTS = ("在产业园区工作", "在经济部门工作", "有大湾区工作经历", "新引进高素质人才")
REST = ("意向行业", "第二意向", "需要住宿", "工作年限")
FIELDS = ("电子信息", "数字经济", "现代物流", "智能装备", "新能源", "有色金属", "文化旅游", "家居建材")
MAJORS = ("计算机", "法学", "经济学", "机械工程", "土木工程")
OFFICES = ("商务局", "发改局", "工信局", "乡村振兴局", "产业园管委会")
COUNTIES = ("北湖区", "苏仙区", "资兴市", "桂阳县", "宜章县", "永兴县")
TITLES = ("副主任", "副科长", "股长", "一级科员")
UNITS = (("县委组织部", 22), ("市直单位", 20), ("高新区管委会", 4))
NEXT, APPLICANTS, SEATS, KNOWN_AT = "第七批", 60, 46, 10
SENT_BACK = (
    "年度考核材料不全，请补齐后重新推荐。",
    "推荐表缺单位意见，请盖章后重新提交。",
    "与另一期培训时间冲突，请另行推荐。",
)


def chosen_before(cohort: Cohort, members: Iterable[list[Trainee]], crowd: Crowd) -> None:
    """The round of a batch that runs: its people were chosen, others wait or were not chosen, one seat is free."""
    trainees = [trainee for each in members for trainee in each]
    opened = moment(cohort.starts_on - timedelta(days=40), 9)
    decided = opened + timedelta(days=25)
    round = ApplicationRound.objects.create(
        cohort=cohort,
        opens_at=opened,
        closes_at=opened + timedelta(days=20),
        seats=len(trainees) + 1,
        decided_at=decided,
        guide="面向 40 周岁以下年轻干部，脱产到驻点企业三个月。",
    )
    rows = [
        _of_trainee(round, each, decided) for each in Trainee.objects.filter(cohort=cohort).select_related("person")
    ]
    for place, someone in enumerate(crowd.crowd(14, on=cohort.starts_on, lowest=26, highest=39), 1):
        waits = place <= 6
        row = Application(round=round, origin="self", state="waiting" if waits else "declined", state_at=decided)
        row.submitted_at, row.waiting_rank = opened + timedelta(days=place), place if waits else None
        row.work_unit, row.position = f"{COUNTIES[place % 6]}{OFFICES[place % 5]}", TITLES[place % 4]
        take_values(row, {"name": someone.name, "id_number": someone.id_number, "phone": someone.phone})
        rows.append(row)
    Application.objects.bulk_create(rows)


def _of_trainee(round: ApplicationRound, trainee: Trainee, decided: datetime) -> Application:
    person = trainee.person
    columns = ("name", "name_key", "sex", "born_on", "id_number", "id_index", "id_mask")
    phone = ("phone", "phone_index", "phone_mask")
    return Application(
        round=round,
        origin="self",
        person=person,
        trainee=trainee,
        work_unit=trainee.work_unit,
        position=trainee.position,
        answers=trainee.profile,
        state="chosen",
        state_at=decided,
        submitted_at=round.opens_at + timedelta(days=3),
        **{column: getattr(person, column) for column in columns + phone},
    )


def next_batch(cohort: Cohort, *, organizer: User, crowd: Crowd, today: date) -> None:
    """The batch after this one: 60 people from a file, most of them accepted, some to be read, some sent back."""
    rng = random.Random(cohort.pk)
    starts_on = max(cohort.ends_on, today) + timedelta(days=21)
    after = Cohort.objects.create(
        program=cohort.program,
        name=NEXT,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=91),
        journal_every=cohort.journal_every,
        journal_prompts=cohort.journal_prompts,
        journal_score=cohort.journal_score,
    )
    years = {"label": "工作年限", "kind": "number", "asked_of_applicants": True, "needed_of_applicants": True}
    ProfileField.objects.create(cohort=after, key="work_years", order=1, **years)
    with acting(Actor(user_id=organizer.pk, name=organizer.name, role=Role.ORGANIZER)):
        round = _round(after, today)
        _nominators(round)
        payload, _summary = compute_applications(
            round, _file(crowd, rng, starts_on, _of_same_theme(after)), "报名推荐表.xlsx", lambda *_: None
        )
        apply_applications(round, payload, lambda *_: None, by_unit=False)
        _answer(round)
        begin(round, answers={"work_years": "6"}, born_on=date(today.year - 30, 5, 1), sex="")


def _of_same_theme(cohort: Cohort) -> Someone:
    """A trainee of another program of the theme, young enough: the guard tells the office of the class before."""
    program, oldest = cohort.program, cohort.starts_on.replace(day=1, year=cohort.starts_on.year - 39)
    others = Person.objects.filter(traineeships__cohort__program__theme_key=program.theme_key, born_on__gt=oldest)
    others = others.exclude(traineeships__cohort__program=program).exclude(id_index=None)
    person = others.order_by("pk").first()
    return Someone(person.name, person.sex, person.born_on, person.id_number.open(), person.phone.open())


def _round(cohort: Cohort, today: date) -> ApplicationRound:
    round = set_round(
        cohort,
        opens_at=moment(today - timedelta(days=12), 9),
        closes_at=moment(today + timedelta(days=10), 18),
        seats=SEATS,
        self_application=True,
        nomination=True,
        guide="面向 40 周岁以下、工作满两年的年轻干部，脱产到驻点企业沉浸三个月。\n食宿由专班安排。咨询：市委组织部干部培训科。",
    )
    add_rule(round, field="age", operator="at_least", value="22")
    add_rule(round, field="age", operator="at_most", value="40")
    add_rule(round, field="work_years", operator="at_least", value="2")
    round.refresh_from_db()
    return round


def _nominators(round: ApplicationRound) -> None:
    """The units that nominate; one of them has somebody at the desk."""
    city = round.cohort.program.unit.parent.parent
    for number, (name, seats) in enumerate(UNITS):
        nominating = unit(name, city, Unit.Level.OFFICE)
        set_quota(round, nominating, seats=seats)
        if number == 0:
            grant(account("nominator", "谢明远", nominating), Role.ORGANIZER, ScopeKind.UNIT, unit=nominating)


def _file(crowd: Crowd, rng: random.Random, day: date, known: Someone) -> bytes:
    """A list as such units send it: 35 nominated by two units, 25 who apply themselves."""
    rows, people = [], list(crowd.crowd(APPLICANTS, on=day, lowest=24, highest=39))
    people[KNOWN_AT] = known
    for place, each in enumerate(people):
        unit, way = (UNITS[0][0], "单位推荐") if place < 19 else (UNITS[1][0], "单位推荐" if place < 35 else "个人申报")
        job = (f"{rng.choice(COUNTIES)}{rng.choice(OFFICES)}", rng.choice(TITLES), unit, way)
        facts = ["是" if rng.random() < share else "否" for share in (0.3, 0.45, 0.2, 0.3)]
        wishes = [*rng.sample(FIELDS, 2), rng.choice("是否"), rng.randint(2, 15)]
        person = (each.name, "女" if each.sex == "f" else "男", each.id_number, each.phone)
        rows.append((*person, *job, rng.choice(FIELDS), rng.choice(MAJORS), *facts, *wishes))
    file = BytesIO()
    xlsx_lists(file, [ListSheet("报名推荐表", [*HEADER, *FACTS, *REST], rows, text_columns=(2, 3))])
    return file.getvalue()


def _answer(round: ApplicationRound) -> None:
    """What the office has answered so far."""
    rows = list(round.applications.order_by("pk").select_related("round__cohort", "nominating_unit"))
    for row, reason in zip(rows[16:19], SENT_BACK):
        review.send_back(row, reason=reason)
    review.accept_all([*rows[:12], *rows[19:30], *rows[35:52]])
    Application.objects.filter(pk=rows[59].pk).update(
        state="withdrawn", state_at=F("submitted_at"), reason="工作调动，本人退出。"
    )
