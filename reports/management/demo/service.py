"""The service team of the demo: tickets in every state, visits done, planned and overdue, and what they gave to do."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Category, Counts, Placement, Ticket, TicketStep, Visit, VisitTask
from placements.rules.clock import Office
from placements.selectors.tickets import rules_of
from placements.services.tickets import set_ticket_rules
from placements.services.visits import set_visit_rule

ASKED = {
    Category.HOUSING: ("宿舍空调不制冷", "晚上热水时有时无", "宿舍门锁坏了"),
    Category.MEALS: ("食堂晚班没有热菜", "饭卡充值不成功", ""),
    Category.SAFETY: ("车间通道堆放物料", "宿舍楼消防通道上锁"),
    Category.OTHER: ("想换到离岗位近的工位", "需要开通企业内网账号", ""),
}
ANSWERS = ("已与企业协调，当天修好。", "企业行政部已更换，请再试。", "已现场查看并整改完成。")
NOTES = (
    "与导师和两名学员面谈：适应较快，已参与产线改善小组。宿舍条件较好，食堂晚班保障需跟进。",
    "企业安排轮岗，学员希望多接触客户侧工作；导师同意下月调整。",
    "查看宿舍与车间，安全培训记录齐全。学员课题进展正常。",
)
TASKS = ("协调企业延长食堂供餐时间", "为学员开通内网账号", "回访导师，确认轮岗安排", "补发安全培训教材")
WEEKS, TICKETS = 5, 26
COUNTS = {Category.HOUSING: Counts.DAYS, Category.OTHER: Counts.OFFICE}


def build_service(cohort: Cohort, *, by: User, rng: random.Random, today: date) -> None:
    """For a cohort whose trainees are placed; nothing where nobody is."""
    related = ("trainee", "seat__offer__post__host")
    placements = list(
        Placement.objects.as_of(today).filter(trainee__cohort=cohort).select_related(*related).order_by("pk")
    )
    if not placements:
        return
    rules = [replace(rule, owner=by, counts=COUNTS.get(key, rule.counts)) for key, rule in rules_of(cohort).items()]
    set_ticket_rules(cohort, rules, Office(time(8, 30), time(17, 30)))
    set_visit_rule(cohort, weeks=WEEKS)
    for number in range(TICKETS):
        _ticket(rng.choice(placements), number, by=by, rng=rng, now=timezone.now())
    hosts = list({each.seat.offer.post.host_id: each.seat.offer.post.host for each in placements}.values())
    for number, host in enumerate(hosts):
        _visits(cohort, host, number, by=by, today=today)


def _ticket(placed: Placement, number: int, *, by: User, rng: random.Random, now: datetime) -> None:
    """The first ones are open, stopped and overdue; the others were answered, one of them twice."""
    category = list(Category)[number % len(Category)]
    hours = rules_of(placed.trainee.cohort)[category].hours
    is_open, is_stopped, is_late = number < 5, number in (1, 6), number in (0, 5)
    opened_at = now - timedelta(hours=1 if is_open and not is_late else hours + 5 if is_late else 24 * (number + 4))
    reopened = number == 9
    ticket = Ticket.objects.create(
        trainee=placed.trainee,
        cohort=placed.trainee.cohort,
        host=placed.seat.offer.post.host,
        category=category,
        text=rng.choice(ASKED[category]),
        owner=by,
        opened_at=opened_at,
        due_at=opened_at + timedelta(hours=hours),
        times_reopened=int(reopened),
        key=UUID(int=rng.getrandbits(128), version=4),
    )
    asker = placed.trainee.person.user or by
    steps = [TicketStep(act="open", text=ticket.text, by=asker, at=opened_at)]
    if is_stopped:
        ticket.stopped_at = opened_at + timedelta(hours=1)
        steps.append(TicketStep(act="stop", text="等待厂家配件到货", by=by, at=ticket.stopped_at))
    elif not (is_open or is_late):
        _answer(ticket, steps, asker, number, by=by, reopened=reopened, hours=hours)
    ticket.save()
    for step in steps:
        step.ticket = ticket
    TicketStep.objects.bulk_create(steps)


def _answer(ticket: Ticket, steps: list, asker: User, number: int, *, by: User, reopened: bool, hours: int) -> None:
    first = ticket.opened_at + timedelta(hours=hours / 2)
    said = ANSWERS[number % len(ANSWERS)]
    steps.append(TicketStep(act="close", text=said, by=by, at=first))
    ticket.closed_at, ticket.answer = first, said
    if reopened:
        again = first + timedelta(hours=3)
        ticket.closed_at, ticket.due_at = again + timedelta(hours=6), again + timedelta(hours=hours)
        steps.append(TicketStep(act="reopen", text="又坏了", by=asker, at=again))
        steps.append(TicketStep(act="close", text=said, by=by, at=ticket.closed_at))
    if number % 3:
        ticket.satisfaction = 3 + number % 3
        steps.append(
            TicketStep(act="rate", satisfaction=ticket.satisfaction, by=asker, at=ticket.closed_at + timedelta(hours=2))
        )


def _visits(cohort: Cohort, host, number: int, *, by: User, today: date) -> None:
    """By turns: visited of late with tasks, visited long ago and planned, long ago and not planned, planned and overdue."""
    turn = number % 4
    if turn < 3 or number % 8 == 3:
        ago = timedelta(days=(6, 25, 26, 30)[turn])
        visit = Visit.objects.create(
            cohort=cohort, host=host, visitor=by, planned_on=today - ago, state=Visit.State.DONE, done_on=today - ago,
            notes=NOTES[number % len(NOTES)], companions="市委组织部人才科" if number % 2 else "", noted_at=timezone.now(),
        )  # fmt: skip
        if turn == 0:
            VisitTask.objects.create(
                visit=visit, text=TASKS[number % len(TASKS)], owner=by, due_on=today + timedelta(days=number % 9 - 3),
                done_at=timezone.now() if number % 8 == 4 else None, result="已落实" if number % 8 == 4 else "",
            )  # fmt: skip
    if turn == 1:
        Visit.objects.create(cohort=cohort, host=host, visitor=by, planned_on=today + timedelta(days=1 + number % 6))
    if number % 8 == 3:
        Visit.objects.create(cohort=cohort, host=host, visitor=by, planned_on=today - timedelta(days=2))
    if number == 6:
        Visit.objects.create(
            cohort=cohort, host=host, visitor=by, planned_on=today - timedelta(days=4),
            state=Visit.State.CALLED_OFF, end_reason="企业当天停电检修",
        )  # fmt: skip
