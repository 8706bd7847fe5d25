"""Evaluators of a scheme, and accounts that could become one."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from accounts.models import User
from assessments.models import Rater, Scheme

FOUND = 20


@dataclass(frozen=True)
class RaterLine:
    rater_id: int
    user_id: int
    name: str
    unit: str
    rates: str  # the class, or nothing for the whole cohort
    handed_in_at: datetime | None


def rater_lines(scheme: Scheme) -> list[RaterLine]:
    """Who rates under a scheme, and who has handed in."""
    rows = scheme.raters.order_by("user__name_key", "user_id", "training_class__number", "pk").values_list(
        "pk", "user_id", "user__name", "user__unit__name", "training_class__name", "handed_in_at"
    )
    return [
        RaterLine(pk, user, name, unit or "", in_class or "", done) for pk, user, name, unit, in_class, done in rows
    ]


def not_handed_in(scheme: Scheme) -> list[str]:
    """The names of evaluators who still rate."""
    waiting = Rater.objects.filter(scheme=scheme, handed_in_at=None).values("user__name", "user__name_key", "user_id")
    return [row["user__name"] for row in waiting.annotate(last=Max("pk")).order_by("user__name_key", "user_id")]


def find_accounts(scheme: Scheme, text: str) -> QuerySet[User]:
    """Accounts of the program's unit and below by part of the name; of any unit by the whole user name.

    Trainees of the cohort are left out.
    """
    text = text.strip()[:60]
    if not text:
        return User.objects.none()
    path = scheme.cohort.program.unit.path
    nearby = Q(unit__path__startswith=path) & (Q(name__icontains=text) | Q(username__icontains=text))
    own_people = scheme.cohort.trainees.filter(person__user__isnull=False).values("person__user")
    found = User.objects.filter(nearby | Q(username__iexact=text), is_active=True).exclude(pk__in=own_people)
    return found.select_related("unit").defer("phone", "first_password").order_by("name_key", "pk")[:FOUND]
