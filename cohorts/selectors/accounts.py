"""Who lacks an account, and whose first password still waits to be handed over."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Grant, Role, ScopeKind, User
from cohorts.models import Cohort, Person, Trainee
from cohorts.selectors.cohorts import members_on
from cohorts.selectors.offices import in_office


@dataclass(frozen=True)
class Counts:
    people: int
    with_account: int
    without_phone: int
    waiting: int  # first passwords not yet used

    @property
    def can_be_opened(self) -> int:
        return self.people - self.with_account - self.without_phone


def people_for(cohort: Cohort, who: str, day: date) -> QuerySet:
    """``all``, ``officers`` or the key of a class: its members and officers on that day."""
    officers = in_office(day).filter(training_class__cohort=cohort)
    trainees = cohort.trainees.filter(status=Trainee.Status.ACTIVE)
    if who == "officers":
        return Person.objects.filter(pk__in=officers.values("person"))
    if who != "all":
        officers = officers.filter(training_class=int(who))
        trainees = trainees.filter(pk__in=members_on(day).filter(training_class=int(who)).values("trainee"))
    return Person.objects.filter(Q(pk__in=trainees.values("person")) | Q(pk__in=officers.values("person")))


def with_slips(cohort: Cohort) -> QuerySet:
    """Accounts with a first password that the office of this cohort may hand over.

    Not those with rights that come from elsewhere: whoever holds a first password can use all that the account may do.
    """
    follows = (
        Q(role=Role.TRAINEE)
        | Q(role=Role.OFFICER, scope_kind=ScopeKind.TRAINING_CLASS, scope_id__in=cohort.classes.values("pk"))
        | Q(role=Role.EVALUATOR, scope_kind=ScopeKind.COHORT, scope_id=cohort.pk)
    )
    elsewhere = Grant.objects.not_over(timezone.localdate()).filter(user=OuterRef("pk")).exclude(follows)
    waiting = User.objects.filter(must_change_password=True, first_password__isnull=False)
    return waiting.filter(~Exists(elsewhere))


def account_counts(cohort: Cohort, people: QuerySet) -> Counts:
    waiting = with_slips(cohort).filter(person=OuterRef("pk"))
    return Counts(
        **people.aggregate(
            people=Count("pk"),
            with_account=Count("pk", filter=Q(user__isnull=False)),
            without_phone=Count("pk", filter=Q(user=None, phone_index=None)),
            waiting=Count("pk", filter=Exists(waiting)),
        )
    )
