"""Who is waited for, and the words with which the link is forwarded."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse

from cohorts.models import Cohort
from placements.models import FeedbackLink, FeedbackRequest
from placements.rules.links import MOST_WRONG


@dataclass(frozen=True)
class LinkLine:
    """One stay whose mentor should answer now. ``link`` and ``path`` are empty where there is no link that opens something."""

    placement: int
    host: str
    post: str
    trainee: str
    mentor: str
    phone_mask: str
    due_on: date
    count: int
    is_late: bool
    link: FeedbackLink | None
    path: str = ""
    text: str = ""

    @property
    def detail_url(self) -> str:
        return reverse("placements:placement_detail", kwargs={"pk": self.placement})


def waited_for(cohort: Cohort, *, today: date):
    """One row a stay that has requests open today without an answer, the longest overdue first."""
    open_ones = FeedbackRequest.objects.filter(
        placement__trainee__cohort=cohort, opens_on__lte=today, closes_on__gte=today, excused_at=None
    ).exclude(answers__in_force=True)
    rows = open_ones.order_by().values_list(
        "placement", "placement__seat__offer__post__host__name", "placement__seat__offer__post__name",
        "placement__trainee__person__name", "placement__mentor__name", "placement__mentor__phone_mask",
    )  # fmt: skip
    return rows.annotate(due=Min("due_on"), n=Count("pk")).order_by("due", "placement")


def mentor_links_named() -> QuerySet[FeedbackLink]:
    """``told``: the mentor with the host, and the trainee the questions are about."""
    dot, to = Value(" · "), Value(" → ")
    told = Concat("mentor__name", dot, "mentor__host__name", to, "placement__trainee__person__name")
    return FeedbackLink.objects.annotate(told=told)


def links_that_open(placements, *, today: date) -> dict[int, FeedbackLink]:
    rows = FeedbackLink.objects.filter(
        Q(mentor=F("placement__mentor")), placement__in=placements, revoked_at=None, ends_on__gte=today,
        mentor__left_on=None, wrong_digits__lt=MOST_WRONG,
    )  # fmt: skip
    return {each.placement_id: each for each in rows}
