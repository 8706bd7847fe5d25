"""Life at the hosts of the demo: trainees in their places, mentors who answered, are late or were helped, a stay extended,
one moved and one ended early, and what trainees of earlier cohorts thought of their hosts."""

import random
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from cohorts.models import Cohort
from placements.models import Arrival, Feedback, FeedbackRequest, Host, HostOpinion, Offer, Placement
from placements.rules.feedback import mean_score
from placements.rules.opinions import ASPECTS
from placements.services.changes import carry_out, last_change, prepare
from placements.services.feedback import excuse, note_help, reconcile
from placements.services.feedback_links import make_feedback_links
from reports.management.demo.accounts import trainee_account
from trainee_mgmt.kit.days import moment

LEAVES_BEFORE = timedelta(days=14)  # stays end before the cohort, so that one can be extended
SAID = ("上手很快，愿意下车间。", "希望多给一些完整的任务时间。", "和客户沟通很得体。", "")
THOUGHT = (
    "带教师傅很用心，每周都有复盘。",
    "能接触到完整的项目流程。",
    "食堂关门早，夜班时不方便。",
    "希望多跟几个部门。",
)


def build_stays(cohort: Cohort, *, by: User, rng: random.Random, today: date) -> None:
    """What happens in the placements that were published."""
    placements = list(Placement.objects.filter(trainee__cohort=cohort).order_by("pk"))
    reconcile(cohort)
    make_feedback_links(cohort, placements, by=by)
    _answers(cohort, rng, today=today)
    _arrivals(placements, today)
    _help(cohort, today)
    _changes(cohort, placements, by=by, today=today)
    _opinions(cohort, rng)
    here = cohort.trainees.filter(person__user=None, lead_credits__in_force=True, placements__in=placements)
    trainee_account("placed", here.order_by("number").first())


def _answers(cohort: Cohort, rng: random.Random, *, today: date) -> None:
    asked = FeedbackRequest.objects.filter(placement__trainee__cohort=cohort, opens_on__lte=today)
    rows = []
    for request in asked.select_related("rules", "placement").order_by("pk"):
        if request.placement.mentor_id is None or rng.random() < 0.3:
            continue
        questions = request.rules.rules.questions
        answers = {"work": rng.randint(3, 5), "learning": rng.randint(3, 5), "reliable": rng.randint(3, 5)}
        answers |= {"again": rng.choice(questions[3].choices)}
        if note := rng.choice(SAID):
            answers["note"] = note
        day = min(request.opens_on + timedelta(days=rng.randint(0, 6)), today)
        rows.append(
            Feedback(
                request=request, rules=request.rules, mentor_id=request.placement.mentor_id, answers=answers,
                score=mean_score(questions, answers), given_at=moment(day, 9),
            )
        )  # fmt: skip
    Feedback.objects.bulk_create(rows)


def _arrivals(placements: list[Placement], today: date) -> None:
    here = [each for each in placements if each.mentor_id and each.starts_on <= today]
    Arrival.objects.bulk_create(
        Arrival(
            placement=each, mentor_id=each.mentor_id, since=None if at == 7 else each.starts_on, said_at=timezone.now()
        )
        for at, each in enumerate(here[:-4])
    )


def _help(cohort: Cohort, today: date) -> None:
    late = FeedbackRequest.objects.filter(
        placement__trainee__cohort=cohort, due_on__lt=today, closes_on__gte=today, excused_at=None
    ).exclude(answers__in_force=True)
    for at, request in enumerate(late.order_by("pk")[:2]):
        if at == 0:
            excuse(request, reason="导师出差一个月，由走访了解情况")
        else:
            note_help(request, note="已电话联系，本周由部门副经理代为答复")


def _changes(cohort: Cohort, placements: list[Placement], *, by: User, today: date) -> None:
    """An extension, a transfer, an early end, and an extension that was taken back."""
    free = next(
        (
            offer
            for offer in Offer.objects.filter(cohort=cohort).order_by("-pk")
            if offer.seats.exclude(placements__state="standing").exists() and offer.ends_on >= placements[2].ends_on
        ),
        None,
    )
    until = (cohort.ends_on - timedelta(days=3)).isoformat()
    asked = [
        (placements[0], {"kind": "extend", "until": until, "reason": "企业课题尚未收尾，双方同意延长"}),
        (placements[1], {"kind": "extend", "until": until, "reason": "企业申请延长"}),
        (placements[3], {"kind": "end", "last": (today - timedelta(days=2)).isoformat(), "reason": "原单位召回"}),
    ]
    if free:
        given = {"kind": "transfer", "on": today.isoformat(), "offer": free.pk, "reason": "专业与岗位更对口"}
        asked.append((placements[2], given))
    for placement, given in asked:
        carry_out(placement, prepare(placement, given), by=by.pk)
    row = last_change(placements[1])
    given = {"kind": "undo", "undoes": row.pk, "reason": "企业产线调整，按原期限结束"}
    carry_out(placements[1], prepare(placements[1], given), by=by.pk)


def _opinions(cohort: Cohort, rng: random.Random) -> None:
    """Of earlier cohorts: six came out about one host, three and one about another, two wait at the third."""
    hosts = Host.objects.filter(posts__offers__cohort=cohort).distinct().order_by("pk")[:3]
    for host, (shown, waiting) in zip(hosts, ((6, 0), (3, 1), (0, 2))):
        HostOpinion.objects.bulk_create(
            HostOpinion(
                host=host,
                points={key: rng.randint(3, 5) for key in ASPECTS},
                text=THOUGHT[at % len(THOUGHT)] if at % 2 == 0 else "",
                is_shown=at < shown,
            )
            for at in range(shown + waiting)
        )
