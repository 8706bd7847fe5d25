"""Indicators computed from investment leads and from the answers of mentors: rules, live totals, rows, snapshots, the editor."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from assessments.models import Indicator, Result
from assessments.rules.evidence import Facts, Source, evidence
from assessments.rules.hosting import LeadRule, MentorRule, lead_points, mentor_points
from assessments.rules.indicators import RuleData
from assessments.selectors.outline import outline
from assessments.selectors.results import live
from assessments.services import publish
from placements.models import Feedback, FeedbackRequest, FeedbackRules
from placements.rules.feedback import usual_rules
from placements.rules.leads import ORDER
from placements.services.leads import correct_day, move_lead
from tests import make
from trainee_mgmt.kit.errors import Refused

pytestmark = pytest.mark.django_db
FULL = Decimal(100)
SHARES = st.decimals(Decimal("0.01"), 1, places=4)
LEADS = st.lists(st.tuples(st.sampled_from([*map(str, ORDER), "lost"]), SHARES), max_size=8)
MEANS = st.lists(st.decimals(1, 5, places=2), max_size=6)


# Rules ----------------------------------------------------------------------------------------------------------------


@given(shares=LEADS, stage=st.sampled_from(ORDER), full_at=st.decimals(Decimal("0.5"), 10, places=2))
def test_leads_give_what_their_shares_are_and_no_more_than_the_full_marks(shares, stage, full_at):
    rule = LeadRule(from_stage=stage, full_at=full_at)
    far = sum((share for at, share in shares if at in ORDER and ORDER.index(at) >= ORDER.index(stage)), Decimal(0))

    found = lead_points(shares, rule, FULL)

    assert found.numerator == min(far, full_at)
    assert abs(found.points - found.numerator * 100 / full_at) <= Decimal("0.005")
    assert (found.points == 0) == (found.numerator * 100 / full_at < Decimal("0.005"))


@given(scores=MEANS, lowest=st.decimals(0, Decimal("0.99"), places=2), least=st.integers(1, 4))
def test_answers_of_mentors_give_between_the_lowest_part_and_the_full_marks(scores, lowest, least):
    found = mentor_points(scores, MentorRule(lowest_counts=lowest, least=least), FULL, open_requests=2)

    if len(scores) < least:
        assert (found.points, found.missing) == (None, 2)
        return
    mean = sum(scores) / len(scores)
    exact = (lowest + (1 - lowest) * (mean - 1) / 4) * 100
    assert abs(found.points - exact) <= Decimal("0.00501")
    assert mentor_points([*scores, Decimal(5)], MentorRule(lowest_counts=lowest), FULL).points >= found.points


def test_halves_are_rounded_up_in_decimals():
    assert lead_points([("visited", Decimal("0.0001"))], LeadRule(full_at=Decimal(2)), FULL).points == Decimal("0.01")
    assert mentor_points([Decimal("4.25")], MentorRule(), Decimal("8.5")).points == Decimal("7.23")  # 7.225


@pytest.mark.parametrize(
    "data",
    [
        {"from_stage": "lost"},
        {"full_at": "0"},
        {"full_at": "101"},
        {"unknown": 1},
    ],
)
def test_a_rule_of_leads_without_sense_is_refused(data):
    with pytest.raises(Refused):
        LeadRule.from_json(data)


@pytest.mark.parametrize("data", [{"lowest_counts": "1"}, {"least": 0}, {"least": 21}])
def test_a_rule_of_mentors_without_sense_is_refused(data):
    with pytest.raises(Refused):
        MentorRule.from_json(data)


@pytest.mark.parametrize("rule", [LeadRule(full_at=Decimal("2.5")), MentorRule(least=2)])
def test_a_rule_is_read_as_it_was_stored_and_says_itself_in_words(rule: RuleData):
    assert type(rule).from_json(rule.to_json()) == rule
    assert all(rule.in_words())


@given(shares=LEADS, scores=MEANS, asked=st.integers(0, 5))
def test_facts_that_were_kept_give_the_same_points_again(shares, scores, asked):
    for kind, rule, facts in (
        ("leads", LeadRule(), Facts(leads=tuple(shares), rows=(1,))),
        ("mentors", MentorRule(), Facts(mentors=tuple(scores), open_requests=asked, rows=(2,))),
    ):
        source = Source(kind, FULL, rule, "mean", 5)
        again = evidence(Source.from_json(source.to_json()), Facts.from_json(facts.to_json()))
        assert again == evidence(source, facts)


# A cohort -------------------------------------------------------------------------------------------------------------


class Cohort:
    """Two trainees at a host: one with two leads and two answers, one with nothing but a request that is late."""

    def __init__(self):
        today, self.by = timezone.localdate(), make.user()
        self.cohort = make.cohort(starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=60))
        self.training_class = make.training_class(self.cohort)
        self.one, self.other = (make.trainee(in_class=self.training_class) for _n in range(2))
        self.scheme = make.scheme(self.cohort, state="open", opened_at=timezone.now())
        kinds = (("leads", LeadRule(full_at=Decimal(2))), ("mentors", MentorRule()))
        self.leads, self.mentors = (
            make.indicator(self.scheme, name=kind, kind=kind, weight=Decimal(50), rule=rule.to_json(), order=at)
            for at, (kind, rule) in enumerate(kinds)
        )
        self.visited, self.found = make.lead(self.one, by=self.by), make.lead(self.one, by=self.by)
        move_lead(self.visited, stage="visited", on=today, text="We went.", by=self.by)
        self.rules = FeedbackRules.objects.create(
            cohort=self.cohort, version=1, data=usual_rules().to_json(), made_at=timezone.now(), in_force=True
        )
        for trainee, scores in ((self.one, ("4.50", "3.75", None)), (self.other, (None,))):
            stay = make.stay(trainee)
            for at, score in enumerate(scores):
                self.ask(stay, f"after-{at}", score)

    def ask(self, stay, milestone, score):
        due = timezone.localdate() - timedelta(days=5)
        request = FeedbackRequest.objects.create(
            placement=stay,
            rules=self.rules,
            milestone=milestone,
            opens_on=due - timedelta(days=7),
            due_on=due,
            closes_on=due + timedelta(days=21),
        )
        if score:
            Feedback.objects.create(
                request=request,
                rules=self.rules,
                mentor=stay.mentor,
                answers={},
                score=Decimal(score),
                given_at=timezone.now(),
            )

    def standing(self, trainee):
        return next(each for each in live(outline(self.scheme)) if each.person.pk == trainee.pk)


def test_live_totals_count_shares_of_leads_and_answers_and_nobody_gets_a_zero_for_a_late_host():
    world = Cohort()

    one, other = world.standing(world.one), world.standing(world.other)

    key_leads, key_mentors = str(world.leads.pk), str(world.mentors.pk)
    assert [(one.found[key].points, one.found[key].missing) for key in (key_leads, key_mentors)] == [
        (Decimal("50.00"), 0),  # one of the two leads is far enough, of two for full marks
        (Decimal("82.50"), 1),  # (4.5 + 3.75) / 2 = 4.125 of 5
    ]
    assert one.total.points == Decimal("66.25")
    assert (other.found[key_leads].points, other.found[key_mentors].points, other.total.points) == (0, None, None)


def test_a_lead_counts_by_the_day_on_which_it_came_far_enough_however_far_it_came_since():
    world = Cohort()
    today = timezone.localdate()
    correct_day(world.visited.steps.get(stage="visited"), on=today - timedelta(days=9), reason="late", by=world.by)
    move_lead(world.visited, stage="landed", on=today, text="They came.", by=world.by)
    days = {"counts_from": today - timedelta(days=10), "counts_until": today - timedelta(days=8)}
    Indicator.objects.filter(pk=world.leads.pk).update(**days)

    assert world.standing(world.one).found[str(world.leads.pk)].points == Decimal("50.00")


def test_the_rows_that_count_are_opened_by_the_office_with_links_and_by_evaluators_without(client):
    world = Cohort()
    organizer, evaluator = make.user(Role.ORGANIZER, world.cohort), make.rater(world.scheme).user

    for user, has_links in ((organizer, True), (evaluator, False)):
        client.force_login(user)
        pages = [
            client.get(reverse("assessments:computed_rows", kwargs={"pk": world.one.pk, "indicator": each.pk}))
            for each in (world.leads, world.mentors)
        ]
        text = [page.content.decode() for page in pages]
        assert [len(pages[0].context["rows"].leads), len(pages[1].context["rows"].mentors)] == [2, 3]
        assert (world.visited.get_absolute_url() in text[0], "/feedback/" in text[1].split("<main")[1]) == (
            has_links,
            has_links,
        )


def test_a_published_total_keeps_what_was_counted(client):
    world = Cohort()
    Feedback.objects.create(
        request=FeedbackRequest.objects.get(placement__trainee=world.other),
        rules=world.rules,
        mentor=world.other.placements.get().mentor,
        answers={},
        score=Decimal(4),
        given_at=timezone.now(),
    )
    publish(world.scheme, by=world.by)
    move_lead(world.found, stage="visited", on=timezone.localdate(), text="We went.", by=world.by)
    result = Result.objects.get(trainee=world.one)
    client.force_login(make.user(Role.ORGANIZER, world.cohort))

    page = client.get(reverse("assessments:result_detail", kwargs={"pk": result.pk}))

    lines = {each.kind: each for each in page.context["lines"]}
    assert (result.total, lines["leads"].found.points) == (Decimal("66.25"), Decimal("50.00"))
    assert sorted(row.stage for row in lines["leads"].leads) == ["found", "visited"]
    assert [row.score for row in lines["mentors"].mentors] == [Decimal("4.50"), Decimal("3.75")]


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("leads", {"from_stage": "signed", "full_at": "2.5"}),
        ("mentors", {"lowest_counts": "0.1", "least": "2"}),
    ],
)
def test_the_editor_adds_such_an_indicator_and_shows_its_rule_in_words(client, kind, rule):
    cohort = make.cohort()
    scheme = make.scheme(cohort)
    client.force_login(make.user(Role.ORGANIZER, cohort.program))
    address = reverse("assessments:indicator_create", kwargs={"pk": scheme.pk})
    given = {"name": "At the host", "weight": "100", "full_marks": "100", **rule}

    bad = client.post(f"{address}?kind={kind}", given | dict.fromkeys(rule, "-1"))
    made = client.post(f"{address}?kind={kind}", given)
    indicator = Indicator.objects.get()
    page = client.get(scheme.get_absolute_url()).content.decode()
    again = client.get(reverse("assessments:indicator_update", kwargs={"pk": indicator.pk})).content.decode()

    assert (bad.status_code, made.status_code, indicator.kind) == (422, 302, kind)
    assert all(
        sentence.split("%")[0] in page.replace("&#x27;", "'") for sentence in outline(scheme).rows()[0].rule_in_words
    )
    assert all(value in again for value in rule.values())


@pytest.mark.parametrize("people", [1, 3])
def test_totals_need_the_same_queries_for_any_number_of_people(django_assert_num_queries, people):
    world = Cohort()
    for _n in range(people):
        make.lead(make.trainee(in_class=world.training_class), by=world.by)
    tree = outline(world.scheme)

    with django_assert_num_queries(3):
        live(tree)
