"""Actions of dispatch meetings that wait for somebody."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import User
from placements.models import DispatchAction

ACTIONS = "actions"


def waiting_actions(user: User, cohorts: Collection[int], *, until: date) -> QuerySet:
    """What this person is in charge of in each cohort, as a row of a desk: what, cohort, how many, the key of the oldest, the
    first day."""
    mine = DispatchAction.objects.filter(
        owner=user, state=DispatchAction.State.OPEN, due_on__lte=until, meeting__cohort__in=cohorts
    )
    counted = mine.order_by().values("meeting__cohort")
    oldest = Cast(Min("pk"), IntegerField())
    counted = counted.annotate(what=Value(ACTIONS), n=Count("pk"), many=oldest, due=Min("due_on"))
    return counted.values_list("what", "meeting__cohort", "n", "many", "due")
