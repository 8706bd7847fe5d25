import pytest
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from cohorts.models import Cohort, Exemption, Override, Screening
from cohorts.selectors.applications import quota_lines, state_counts
from cohorts.services.applications.outcomes import proposals
from cohorts.services.screening import is_reproduced
from learning.models import Appeal, CreditEntry, Leave, ProgressCase, Session, Signup, TimetableRelease
from placements.models import FeedbackRequest, Host, HostOpinion, MatchPlan, Offer, Placement, PlacementChange, Seat
from placements.rules.feedback import State
from placements.selectors.feedback import with_state
from reports.management.demo.build import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(client):
    with translation.override("zh-hans"):
        build(timezone.localdate())
    client.force_login(User.objects.get(username="organizer"))
    return Pages(client)


class Pages:
    """The pages of a cohort, as its organizer sees them; ``key`` names the program."""

    def __init__(self, client):
        self.client = client
        self.cohorts = dict(zip(("S0", "S1", "S2", "S3", "S4"), Cohort.objects.order_by("pk")[:5], strict=True))

    def of(self, name: str, key: str = "S0") -> dict:
        answer = self.client.get(reverse(f"learning:{name}", kwargs={"cohort": self.cohorts[key].pk}))
        assert answer.status_code == 200
        return answer.context


def test_every_page_between_the_first_and_the_last_day_shows_something(pages):
    lists = (
        "leave_list",
        "credit_list",
        "cohort_hours",
        "online_list",
        "activity_list",
        "rate_list",
        "attendance_list",
    )
    empty = [name for name in lists if not pages.of(name)["table"].count]
    kinds = {line["icon"] for line in pages.of("conflict_list")["waiting"]}
    pages.of("release_list", "S3")
    pages.of("progress_queue")

    assert empty == []
    assert kinds >= {"lock", "place", "clock", "people"}  # a closed venue, a way, leave, too few seats
    assert {each.state for each in Leave.objects.all()} == set(Leave.State.values)
    assert {each.state for each in Appeal.objects.all()} == set(Appeal.State.values)
    assert {each.state for each in Signup.objects.all()} >= {"signed", "waiting", "offered"}
    assert sorted(ProgressCase.objects.values_list("kind", flat=True)) == ["clock", *["unmatched"] * 3]
    assert CreditEntry.objects.filter(reverse_of__isnull=False).count() == 2
    assert TimetableRelease.objects.count() == 2
    assert Session.everything.filter(is_draft=True).count() == 3


def test_life_at_the_hosts_is_shown_in_every_state(pages):
    cohort = pages.cohorts["S2"]
    requests = with_state(FeedbackRequest.objects.filter(placement__trainee__cohort=cohort), today=timezone.localdate())

    assert set(requests.values_list("state", flat=True)) == set(State)
    assert set(PlacementChange.objects.values_list("kind", flat=True)) == {"extend", "transfer", "end", "undo"}
    assert set(HostOpinion.objects.values_list("is_shown", flat=True)) == {True, False}
    for name in ("placement_list", "feedback_list", "feedback_links"):
        answer = pages.client.get(reverse(f"placements:{name}", kwargs={"cohort": cohort.pk}))
        assert answer.status_code == 200


def test_the_cohort_at_the_hosts_is_placed_and_its_second_class_is_being_matched(pages):
    current, coming = pages.cohorts["S2"], Cohort.objects.get(name="第六批乙班")
    published, first, again = MatchPlan.objects.order_by("pk")

    assert (published.cohort, published.state, published.placed) == (current, "published", 46)
    assert Placement.objects.filter(trainee__cohort=current).values("trainee").distinct().count() == 46
    assert {(first.cohort, first.state), (again.cohort, again.state)} == {(coming, "solved")}
    assert [pair.is_locked for plan in (first, again) for pair in plan.pairs.exclude(reason="")] == [True, True]
    states = Host.objects.values_list("state").annotate(n=Count("pk"))
    assert dict(states) == {"checked": 23, "new": 1, "closed": 1}
    assert Offer.objects.filter(cohort=coming).count() == 30
    assert Seat.objects.filter(offer__cohort=coming).count() == 50


def test_the_next_batch_has_applications_in_every_state_and_the_running_one_was_chosen(pages):
    running, after = pages.cohorts["S2"], Cohort.objects.get(name="第七批")
    states = {each.pk: state_counts(each.application_round) for each in (running, after)}

    assert states[running.pk] == {
        "draft": 0, "submitted": 0, "accepted": 0, "returned": 0,
        "chosen": 46, "waiting": 6, "declined": 8, "withdrawn": 0,
    }  # fmt: skip
    assert states[after.pk] == {
        "draft": 1, "submitted": 17, "accepted": 39, "returned": 3,
        "chosen": 0, "waiting": 0, "declined": 0, "withdrawn": 1,
    }  # fmt: skip
    assert [(line.taken, line.free) for line in quota_lines(after.application_round)] == [(16, 6), (16, 4), (0, 4)]
    assert len(proposals(running.application_round)) == 1


def test_the_screening_of_the_demo_was_decided_once_and_waits_once(pages):
    before, now = (
        Screening.objects.get(round__cohort=each) for each in (pages.cohorts["S2"], Cohort.objects.get(name="第七批"))
    )

    assert (before.people, before.seats, before.decisions.count(), is_reproduced(before)) == (60, 47, 1, True)
    assert (now.people, now.decisions.count()) == (39, 0)
    assert dict(Override.objects.values_list("kind", "round__cohort__name")) == {"outcome": "第六批", "call": "第七批"}
    assert Exemption.objects.count() == 2
    for name in ("screening_list", "call_list", "screeningrules_create"):
        assert pages.client.get(reverse(f"cohorts:{name}", kwargs={"cohort": now.round.cohort_id})).status_code == 200
