"""What computed indicators count of life at a host: shares of leads, and what mentors were asked and answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils import timezone

from assessments.rules.evidence import Facts
from assessments.rules.scheme import Node
from assessments.selectors.outline import Outline, rule_of
from placements.models import Feedback, FeedbackRequest, Lead, LeadCredit
from placements.selectors.leads import credited, reached_between


@dataclass(frozen=True)
class LeadRow:
    credit_id: int
    lead_id: int
    company: str
    stage: str
    stage_on: date
    share: Decimal


@dataclass(frozen=True)
class MentorRow:
    """``score`` and ``answer_id`` are None where the mentor did not answer."""

    answer_id: int | None
    request_id: int
    milestone: str
    host: str
    mentor: str | None
    due_on: date
    score: Decimal | None


LEAD_ROW = ("pk", "lead_id", "lead__company", "lead__stage", "lead__stage_on", "share")
MENTOR_ROW = (
    "answer", "pk", "milestone", "placement__seat__offer__post__host__name", "answer__mentor__name", "due_on", "answer__score",
)  # fmt: skip


def leads_counted(outline: Outline, leaf: Node, now: datetime) -> QuerySet[LeadCredit]:
    """Shares of leads that reached the stage from which they count in the days of the indicator, however far they came since."""
    rows = credited(outline.scheme.cohort)
    if not (leaf.counts_from or leaf.counts_until):
        return rows
    leads = Lead.objects.filter(pk__in=rows.values("lead"))
    stage = rule_of(outline.indicators[leaf.key]).from_stage
    return rows.filter(lead__in=reached_between(leads, stage, leaf.counts_from, leaf.counts_until))


def mentors_counted(outline: Outline, leaf: Node, now: datetime) -> QuerySet[FeedbackRequest]:
    """Requests that were answered, or are past their day and nobody is excused; with ``answer``, the one in force."""
    rows = FeedbackRequest.objects.filter(placement__trainee__cohort=outline.scheme.cohort_id)
    rows = rows.annotate(
        answer=FilteredRelation("answers", condition=Q(answers__in_force=True)), trainee=F("placement__trainee")
    )
    rows = rows.filter(Q(answer__score__isnull=False) | Q(due_on__lt=timezone.localdate(now), excused_at=None))
    rows = rows.exclude(Q(answer__isnull=False) & Q(answer__score=None))
    if leaf.counts_from:
        rows = rows.filter(due_on__gte=leaf.counts_from)
    if leaf.counts_until:
        rows = rows.filter(due_on__lte=leaf.counts_until)
    return rows


def lead_facts(
    outline: Outline, leaf: Node, trainees: Collection[int], now: datetime, with_rows: bool
) -> dict[int, Facts]:
    """The (stage, share) of everybody's leads; ``with_rows`` with the keys of the shares."""
    found: dict[int, list[tuple[int, str, Decimal]]] = {}
    rows = leads_counted(outline, leaf, now).filter(trainee__in=list(trainees)).order_by("pk")
    for trainee, *row in rows.values_list("trainee_id", "pk", "lead__stage", "share"):
        found.setdefault(trainee, []).append(tuple(row))
    return {
        trainee: Facts(
            leads=tuple((stage, share) for _pk, stage, share in mine),
            rows=tuple(pk for pk, _stage, _share in mine) if with_rows else (),
        )
        for trainee, mine in found.items()
    }


def mentor_facts(
    outline: Outline, leaf: Node, trainees: Collection[int], now: datetime, with_rows: bool
) -> dict[int, Facts]:
    """The means of the answers about everybody and how many are still open; ``with_rows`` with the keys of the answers."""
    found: dict[int, list[tuple[int, Decimal | None]]] = {}
    rows = mentors_counted(outline, leaf, now).filter(trainee__in=list(trainees)).order_by("pk")
    for trainee, *row in rows.values_list("trainee", "answer", "answer__score"):
        found.setdefault(trainee, []).append(tuple(row))
    return {
        trainee: Facts(
            mentors=tuple(score for _pk, score in mine if score is not None),
            open_requests=sum(score is None for _pk, score in mine),
            rows=tuple(pk for pk, score in mine if score is not None) if with_rows else (),
        )
        for trainee, mine in found.items()
    }


def lead_rows(rows: QuerySet[LeadCredit]) -> list[LeadRow]:
    return [LeadRow(*row) for row in rows.order_by("lead__stage_on", "pk").values_list(*LEAD_ROW)]


def mentor_rows(rows: QuerySet[FeedbackRequest]) -> list[MentorRow]:
    return [MentorRow(*row) for row in rows.order_by("due_on", "pk").values_list(*MENTOR_ROW)]


def answer_rows(rows: QuerySet[Feedback]) -> list[MentorRow]:
    """The same of answers, those that were mended since among them."""
    placed = "request__placement__seat__offer__post__host__name"
    values = ("pk", "request_id", "request__milestone", placed, "mentor__name", "request__due_on", "score")
    return [MentorRow(*row) for row in rows.order_by("request__due_on", "pk").values_list(*values)]
