"""Who works for a cohort, and so may be put in charge of something in it."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Grant, Role, ScopeKind, User
from cohorts.models import Cohort, TrainingClass


def people_in_charge(cohort: Cohort, *, day: date) -> QuerySet[User]:
    """Organizers of the cohort, officers of its classes, with an account in use."""
    classes = TrainingClass.objects.filter(cohort=cohort)
    officers = Q(role=Role.OFFICER, scope_kind=ScopeKind.TRAINING_CLASS, scope_id__in=classes.values("pk"))
    return _holding(officers | _organizers(cohort), day)


def organizers_of(cohort: Cohort, *, day: date) -> QuerySet[User]:
    """Of the cohort itself, of its program or of the unit of the program, with an account in use."""
    return _holding(_organizers(cohort), day)


def _organizers(cohort: Cohort) -> Q:
    return Q(role=Role.ORGANIZER) & (
        Q(scope_kind=ScopeKind.COHORT, scope_id=cohort.pk)
        | Q(scope_kind=ScopeKind.PROGRAM, scope_id=cohort.program_id)
        | Q(scope_kind=ScopeKind.UNIT, unit=cohort.program.unit_id)
    )


def _holding(grants: Q, day: date) -> QuerySet[User]:
    return User.objects.filter(pk__in=Grant.objects.in_force(day).filter(grants).values("user"), is_active=True)
