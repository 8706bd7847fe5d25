"""Feedback of mentors: which rules hold, and where every request stands."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value, When

from cohorts.models import Cohort
from placements.models import Arrival, Feedback, FeedbackRequest, FeedbackRules, Placement
from placements.rules.feedback import State, milestone_name


def rules_in_force(cohort: Cohort | int) -> FeedbackRules | None:
    return FeedbackRules.objects.filter(cohort=cohort, in_force=True).select_related("made_by").first()


def with_state(requests: QuerySet[FeedbackRequest], *, today: date) -> QuerySet[FeedbackRequest]:
    """Adds ``state`` (of ``rules.feedback.State``), ``score`` and ``answered_at`` of the answer in force."""
    answer = Feedback.objects.filter(request=OuterRef("pk"), in_force=True)
    return requests.annotate(
        score=Subquery(answer.values("score")[:1]),
        answered_at=Subquery(answer.values("given_at")[:1]),
    ).annotate(
        state=Case(
            When(answered_at__isnull=False, then=Value(State.ANSWERED)),
            When(excused_at__isnull=False, then=Value(State.EXCUSED)),
            When(opens_on__gt=today, then=Value(State.COMING)),
            When(due_on__gte=today, then=Value(State.WAITING)),
            When(closes_on__gte=today, then=Value(State.LATE)),
            default=Value(State.MISSING),
            output_field=CharField(),
        )
    )


def of_cohort(cohort: Cohort | int) -> QuerySet[FeedbackRequest]:
    return FeedbackRequest.objects.filter(placement__trainee__cohort=cohort)


@dataclass(frozen=True)
class MilestoneLine:
    """One milestone over all stays of a cohort; the states re-add to ``of``."""

    key: str
    name: str
    of: int
    answered: int
    waiting: int
    late: int
    missing: int
    coming: int
    excused: int


def milestone_lines(requests: QuerySet[FeedbackRequest], *, today: date) -> list[MilestoneLine]:
    """In the order of their days; one query."""
    counted = (
        with_state(requests, today=today).order_by().values("milestone").annotate(first=Min("opens_on"), of=Count("pk"))
    )
    counted = counted.annotate(**{f"n_{state}": Count("pk", filter=Q(state=state)) for state in State})
    return [
        MilestoneLine(
            row["milestone"],
            milestone_name(row["milestone"]),
            row["of"],
            **{state: row[f"n_{state}"] for state in State},
        )
        for row in counted.order_by("first", "milestone")
    ]


def answers_in_force(request: FeedbackRequest) -> Feedback | None:
    return request.answers.filter(in_force=True).select_related("mentor", "entered_by", "rules").first()


def open_requests(placement: Placement, *, today: date) -> list[FeedbackRequest]:
    """Those that the mentor can answer or mend today, the newest first."""
    rows = placement.feedback_requests.filter(opens_on__lte=today, closes_on__gte=today, excused_at=None)
    rows = rows.annotate(is_answered=Exists(Feedback.objects.filter(request=OuterRef("pk"), in_force=True)))
    return list(rows.select_related("rules").order_by("-opens_on", "-pk"))


def waits_for(placement: Placement, *, today: date) -> bool:
    """Whether the mentor is asked something today that was not answered."""
    return any(not each.is_answered for each in open_requests(placement, today=today))


def arrival_of(placement: Placement) -> Arrival | None:
    return placement.arrivals.filter(in_force=True).first()


@dataclass(frozen=True)
class LateLine:
    """What one cohort waits for too long: how many requests, at how many hosts, since when."""

    cohort_id: int
    count: int
    hosts: int
    due_on: date


def late_lines(requests: QuerySet[FeedbackRequest], *, today: date) -> list[LateLine]:
    """One line a cohort; one query."""
    late = requests.filter(due_on__lt=today, closes_on__gte=today, excused_at=None).exclude(
        Exists(Feedback.objects.filter(request=OuterRef("pk"), in_force=True))
    )
    rows = late.order_by().values_list("placement__trainee__cohort")
    host = "placement__seat__offer__post__host"
    return [LateLine(*row) for row in rows.annotate(n=Count("pk"), hosts=Count(host, distinct=True), due=Min("due_on"))]
