"""Who holds which office on a day, as subqueries for lists."""

from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from cohorts.models import ClassOfficer

RANKS = {office: rank for rank, office in enumerate(ClassOfficer.Office.values)}


def in_office(day: date) -> QuerySet:
    """The terms that hold on the day (the last day included)."""
    return ClassOfficer.objects.filter(Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day))


def head_teachers(day: date) -> ArraySubquery:
    """Names of the head teachers of a class, for a queryset of classes."""
    rows = in_office(day).filter(training_class=OuterRef("pk"), office=ClassOfficer.Office.HEAD_TEACHER)
    return ArraySubquery(rows.order_by("pk").values("person__name"))


def offices_of_trainee(day: date) -> ArraySubquery:
    """Codes and own titles of the offices of a trainee in the cohort, the highest first, for a queryset of trainees.

    An office of another name comes as ``other:its title``.
    """
    order = Case(*(When(office=office, then=Value(rank)) for office, rank in RANKS.items()))
    rows = in_office(day).filter(person=OuterRef("person"), training_class__cohort=OuterRef("cohort"))
    return ArraySubquery(rows.order_by(order, "pk").values(label=Concat(F("office"), Value(":"), F("title"))))


def office_words(codes: list[str]) -> str:
    """``["monitor:", "other:摄影"]`` in the active language."""
    words = []
    for code in codes:
        office, _colon, title = code.partition(":")
        words.append(title or str(ClassOfficer.Office(office).label))
    return "、".join(words)
