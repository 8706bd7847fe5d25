"""Who is scored: everybody who has not withdrawn, in the class of today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from cohorts.models import ClassMembership, Cohort, Trainee


@dataclass(frozen=True)
class Someone:
    """A trainee as score pages show one."""

    pk: int
    name: str
    number: str
    class_id: int | None


def class_today(today: date) -> Subquery:
    """The class somebody is in, or was in last."""
    begun = ClassMembership.objects.filter(trainee=OuterRef("pk"), starts_on__lte=today).order_by("-starts_on")
    return Subquery(begun.values("training_class")[:1])


def scored_trainees(cohort: Cohort) -> QuerySet[Trainee]:
    """The trainees of a cohort who are scored."""
    return cohort.trainees.exclude(status=Trainee.Status.WITHDRAWN)


def scored(cohort: Cohort, *, today: date) -> QuerySet[Trainee]:
    """The same with ``class_now``."""
    return in_class_today(scored_trainees(cohort), cohort, today=today)


def in_class_today(trainees: QuerySet[Trainee], cohort: Cohort, *, today: date) -> QuerySet[Trainee]:
    """The same with ``class_now``; of a cohort that has not begun, the class of its first day."""
    return trainees.annotate(class_now=class_today(max(today, cohort.starts_on)))


def people(trainees: QuerySet[Trainee], classes: Iterable[int] | None = None) -> list[Someone]:
    """By number; of these classes only, where they are named. One query."""
    chosen = trainees if classes is None else trainees.filter(class_now__in=list(classes))
    rows = chosen.order_by("number", "pk").values_list("pk", "person__name", "number", "class_now")
    return [Someone(*row) for row in rows]
