"""Wishes, plans and placements of the demo: published for the cohort at the hosts now, a plan with a move by hand for its second class."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from accounts.models import User
from cohorts.models import ClassMembership, Cohort, Person, ProfileField, Trainee, TrainingClass
from placements.models import HostAnswer, MatchPair, MatchPlan, Offer, Post, Wish
from placements.selectors.explain import Explainer
from placements.services.match_plans import make_plan, move
from placements.services.matching_rules import first_rules, keep_apart, save_rules
from placements.services.publication import publish
from placements.services.wishes import set_window
from reports.management.demo.accounts import trainee_account
from reports.management.demo.asking import ask_hosts
from reports.management.demo.hosting import INDUSTRIES, STUDIES, build_hosts, host_states, offer_posts
from reports.management.demo.people import Crowd, Someone
from reports.management.demo.roster import person_row
from reports.management.demo.stays import LEAVES_BEFORE
from trainee_mgmt.kit.crypto import blind_index
from trainee_mgmt.kit.days import moment

PARALLEL = "第六批乙班"
SIZE = 46
QUESTIONS = (
    ("study", "所学专业", "choice", STUDIES),
    ("works_in", "工作领域", "choice", INDUSTRIES),
    ("first_industry", "意向行业", "choice", INDUSTRIES),
    ("second_industry", "第二意向", "choice", INDUSTRIES),
    ("needs_lodging", "需要住宿", "yes_no", ()),
)
OFFICES = (
    "郴州市商务局", "郴州市工信局", "桂阳县产业园管委会", "资兴市发改局", "永兴县招商中心", "宜章县工信局", "苏仙区经开区管委会",
    "北湖区商务局", "嘉禾县科技局", "安仁县乡村振兴局", "汝城县文旅局", "临武县发改局",
)  # fmt: skip
WHY = ("专业对口", "想学企业怎么跑市场", "与现在分管的工作接近", "", "", "")
WHY_NOT = ("直系亲属在该企业任职", "曾参与该企业的项目审批")
FIELDS = ("post_fit", "industry", "work", "trainee_wish", "host_wish", "lodging", "distance")


def place(cohort: Cohort, *, by: User, today: date) -> None:
    """Hosts and posts, and the published plan of a cohort that is there now; the stays end before the cohort does."""
    posts = build_hosts(cohort, by=by, today=today)
    host_states(cohort.program.unit)
    offers = offer_posts(cohort, posts, until=cohort.ends_on - LEAVES_BEFORE)
    _match(cohort, offers, by=by, rng=random.Random(23), opens=cohort.starts_on - timedelta(days=30))
    publish(MatchPlan.objects.get(cohort=cohort), revision=0, by=by)


def match_second(cohort: Cohort, *, by: User, today: date) -> None:
    """A second class of the batch that begins later, with wishes, a plan with a move by hand, and another around its lock."""
    coming = _second_class(cohort, today)
    posts = list(Post.objects.filter(offers__cohort=cohort, closed_on=None).select_related("host").order_by("pk"))
    offers = offer_posts(coming, posts, until=coming.ends_on)
    _match(coming, offers, by=by, rng=random.Random(24), opens=today - timedelta(days=10))
    ask_hosts(coming, by=by)
    plan = MatchPlan.objects.get(cohort=coming)
    _move_somebody(plan, by=by)
    one, other = coming.trainees.order_by("number")[:2]
    keep_apart(coming, one, other, reason="直系亲属，需回避")
    make_plan(coming, starts_on=coming.starts_on, by=by, after=plan)
    undecided = coming.trainees.filter(person__user=None).exclude(wishes__side=Wish.Side.TRAINEE)
    trainee_account("wishing", undecided.order_by("number").first())


def _match(cohort: Cohort, offers: Sequence[Offer], *, by: User, rng: random.Random, opens: date) -> None:
    _answers(cohort, rng)
    start = moment(opens, 9)
    set_window(
        cohort,
        trainees_from=start,
        trainees_until=start + timedelta(days=24),
        hosts_from=start,
        hosts_until=start + timedelta(days=24),
        most_ranks=3,
        most_refusals=2,
    )
    _wishes(cohort, offers, by=by, rng=rng, at=start + timedelta(days=2))
    rules = first_rules(cohort)
    values = {name: getattr(rules, name) for name in FIELDS}
    save_rules(
        cohort, by=by, note="首版", keys=rules.keys, related=rules.related, most_of_unit=2, least_at_host=1, needs_lodging=True, **values
    )  # fmt: skip
    make_plan(cohort, starts_on=cohort.starts_on, by=by)


def _answers(cohort: Cohort, rng: random.Random) -> None:
    """What the application asked, in the profile of each trainee; they are officials of offices."""
    last = cohort.profile_fields.count()
    ProfileField.objects.bulk_create(
        ProfileField(cohort=cohort, key=key, label=label, kind=kind, choices=list(choices), order=last + order)
        for order, (key, label, kind, choices) in enumerate(QUESTIONS, start=1)
    )
    trainees = list(cohort.trainees.order_by("number"))
    for number, trainee in enumerate(trainees):
        first, second = rng.sample(INDUSTRIES, 2)
        trainee.work_unit = OFFICES[number % len(OFFICES)]
        trainee.position = rng.choice(("副科长", "一级科员", "四级主任科员"))
        trainee.profile |= {
            "study": rng.choice(STUDIES),
            "works_in": rng.choice(INDUSTRIES),
            "first_industry": first,
            "second_industry": second,
            "needs_lodging": "yes" if rng.random() < 0.55 else "no",
        }
    Trainee.objects.bulk_update(trainees, ["work_unit", "position", "profile"])


def _wishes(cohort: Cohort, offers: Sequence[Offer], *, by: User, rng: random.Random, at: datetime) -> None:
    """Two in three name three posts, mostly of their industry; hosts name a few people; some refuse."""
    trainees = list(cohort.trainees.order_by("number"))
    rows = []
    for trainee in trainees:
        if rng.random() < 0.15:
            continue  # some say nothing
        liked = sorted(
            offers, key=lambda offer: (offer.post.host.industry != trainee.profile["first_industry"], rng.random())
        )
        for rank, offer in enumerate(liked[:3], start=1):
            rows.append(_wish(trainee, offer, rank, rng.choice(WHY), at))
        if rng.random() < 0.2:
            rows.append(_wish(trainee, liked[-1], None, rng.choice(WHY_NOT), at))
    for offer in rng.sample(list(offers), 12):
        for rank, trainee in enumerate(rng.sample(trainees, 3), start=1):
            rows.append(
                _wish(trainee, offer, rank if rank < 3 else None, "" if rank < 3 else "岗位需要理工背景", at, by=by)
            )
        HostAnswer.objects.create(offer=offer, entered_by=by, given_at=at, ranked=2, refused=1)
    Wish.objects.bulk_create(rows)


def _wish(
    trainee: Trainee, offer: Offer, rank: int | None, reason: str, at: datetime, *, by: User | None = None
) -> Wish:
    side = Wish.Side.HOST if by else Wish.Side.TRAINEE
    return Wish(side=side, trainee=trainee, offer=offer, rank=rank, reason=reason, written_by=by, written_at=at)


def _second_class(cohort: Cohort, today: date) -> Cohort:
    """It begins in two or three weeks, its people chosen and its class made."""
    starts_on = today + timedelta(days=21 - today.weekday())
    coming = Cohort.objects.create(
        program=cohort.program,
        name=PARALLEL,
        starts_on=starts_on,
        ends_on=starts_on + (cohort.ends_on - cohort.starts_on),
        journal_every=cohort.journal_every,
        journal_prompts=cohort.journal_prompts,
        journal_score=cohort.journal_score,
    )
    in_class = TrainingClass.objects.create(cohort=coming, name="沉浸班", number=1)
    people = Person.objects.bulk_create(map(person_row, _strangers(starts_on)))
    trainees = Trainee.objects.bulk_create(
        Trainee(cohort=coming, person=person, number=f"01{number:03d}", joined_on=starts_on)
        for number, person in enumerate(people, start=1)
    )
    ClassMembership.objects.bulk_create(
        ClassMembership(trainee=trainee, training_class=in_class, starts_on=starts_on) for trainee in trainees
    )
    return coming


def _strangers(on: date) -> list[Someone]:
    """People who are nobody else of the demo."""
    crowd, found, known = Crowd(7), [], set(Person.objects.exclude(id_index=None).values_list("id_index", flat=True))
    crowd.serial = 900_000
    while len(found) < SIZE:
        someone = crowd.someone(on=on, lowest=24, highest=38)
        index = blind_index("id_number", someone.id_number)
        if index not in known:
            known.add(index)
            found.append(someone)
    return found


def _move_somebody(plan: MatchPlan, *, by: User) -> None:
    """Somebody who got the first wish is moved to the first post that no rule forbids, with a reason."""
    pair: MatchPair = plan.pairs.filter(rank=1).order_by("total", "pk").first()
    explainer = Explainer(plan)
    for offer in plan.cohort.offers.exclude(pk=pair.offer_id).order_by("pk"):
        if explainer.option(str(pair.trainee_id), str(offer.pk)).cost is not None:
            move(plan, pair.trainee_id, offer.pk, reason="企业点名，需要其项目申报经验", revision=plan.revision, by=by)
            return
